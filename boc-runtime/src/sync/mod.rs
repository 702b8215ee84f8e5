//! Owns: the one door to atomics and cells. Everything that a model checker has to see comes from here.

pub(crate) use std::cell::UnsafeCell;
pub(crate) use std::sync::atomic::{
    AtomicBool, AtomicPtr, AtomicU32, AtomicU64, AtomicUsize, Ordering, fence,
};
