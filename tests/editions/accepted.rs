//! The programs of `accepted`, in an edition of the package that has this test: 2018 and 2021.

#![allow(clippy::all, unused_braces, reason = "as people write it, not as a linter would")]

#[path = "../tests/accepted/bodies.rs"]
mod bodies;
#[path = "../tests/accepted/conditions.rs"]
mod conditions;
#[path = "../tests/accepted/fields.rs"]
mod fields;
#[path = "../tests/accepted/loops.rs"]
mod loops;
#[path = "../tests/accepted/macros.rs"]
mod macros;
mod names;
#[path = "../tests/accepted/nested.rs"]
mod nested;
#[path = "../tests/accepted/patterns.rs"]
mod patterns;
#[path = "../tests/accepted/spellings.rs"]
mod spellings;
#[path = "../tests/accepted/types.rs"]
mod types;
