//! Promise: no program that should compile is refused, and it does what it says. Each test is a program that a macro
//! could get wrong, most often by taking a name for what it is not.

#![allow(clippy::all, unused_braces, reason = "as people write it, not as a linter would")]

mod bodies;
mod chains;
mod conditions;
mod fields;
mod loops;
mod macros;
mod nested;
mod patterns;
mod spellings;
mod types;
