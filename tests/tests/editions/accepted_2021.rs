//! The programs of `accepted`, in the edition 2021.

#![allow(clippy::all, unused_braces, reason = "as people write it, not as a linter would")]

#[path = "../accepted/bodies.rs"]
mod bodies;
#[path = "../accepted/conditions.rs"]
mod conditions;
#[path = "../accepted/fields.rs"]
mod fields;
#[path = "../accepted/loops.rs"]
mod loops;
#[path = "../accepted/macros.rs"]
mod macros;
#[path = "names.rs"]
mod names;
#[path = "../accepted/nested.rs"]
mod nested;
#[path = "../accepted/patterns.rs"]
mod patterns;
#[path = "../accepted/spellings.rs"]
mod spellings;
#[path = "../accepted/types.rs"]
mod types;
