//! The macros of boc.
