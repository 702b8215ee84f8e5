//! The programs of `accepted`, in the edition 2021.

#![allow(clippy::all, unused_braces, reason = "as people write it, not as a linter would")]

#[path = "../../../tests/accepted/bodies.rs"]
mod bodies;
#[path = "../../../tests/accepted/conditions.rs"]
mod conditions;
#[path = "../../../tests/accepted/fields.rs"]
mod fields;
#[path = "../../../tests/accepted/loops.rs"]
mod loops;
#[path = "../../../tests/accepted/macros.rs"]
mod macros;
#[path = "../../names.rs"]
mod names;
#[path = "../../../tests/accepted/nested.rs"]
mod nested;
#[path = "../../../tests/accepted/patterns.rs"]
mod patterns;
#[path = "../../../tests/accepted/spellings.rs"]
mod spellings;
#[path = "../../../tests/accepted/types.rs"]
mod types;
