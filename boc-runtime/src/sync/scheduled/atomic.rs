//! Owns: atomics. Shuttle's own are some 80 bytes long; these have the size of the real ones, so that blocks have theirs and
//! come from where they come from in a program.
//!
//! An execution is sequentially consistent: orderings, and fences, are what loom looks at.

use std::sync::atomic;

pub(crate) use atomic::Ordering;

use super::switch;

/// Everything happens in one order anyway.
pub(crate) fn fence(_: Ordering) {}

/// A plain store to a word that other threads may exchange at the same time.
pub(crate) fn overwrite<T>(word: &AtomicPtr<T>, value: *mut T, order: Ordering) {
    word.store(value, order);
}

macro_rules! atomics {
    ($($name:ident $(<$parameter:ident>)? of $value:ty),* $(,)?) => {
        $(
            #[derive(Debug, Default)]
            #[repr(transparent)]
            pub(crate) struct $name $(<$parameter>)? (atomic::$name $(<$parameter>)?);

            #[expect(clippy::allow_attributes, reason = "what is not used differs from type to type")]
            #[allow(dead_code, reason = "not every operation is used of every type")]
            impl $(<$parameter>)? $name $(<$parameter>)? {
                pub(crate) const fn new(value: $value) -> Self {
                    $name(atomic::$name::new(value))
                }

                pub(crate) fn load(&self, order: Ordering) -> $value {
                    switch();
                    self.0.load(order)
                }

                pub(crate) fn store(&self, value: $value, order: Ordering) {
                    switch();
                    self.0.store(value, order);
                }

                pub(crate) fn swap(&self, value: $value, order: Ordering) -> $value {
                    switch();
                    self.0.swap(value, order)
                }

                pub(crate) fn compare_exchange(
                    &self,
                    current: $value,
                    new: $value,
                    success: Ordering,
                    failure: Ordering,
                ) -> Result<$value, $value> {
                    switch();
                    self.0.compare_exchange(current, new, success, failure)
                }

                pub(crate) fn fetch_update(
                    &self,
                    set: Ordering,
                    fetch: Ordering,
                    mut update: impl FnMut($value) -> Option<$value>,
                ) -> Result<$value, $value> {
                    let mut found = self.load(fetch);
                    while let Some(new) = update(found) {
                        match self.compare_exchange(found, new, set, fetch) {
                            Err(other) => found = other,
                            done => return done,
                        }
                    }
                    Err(found)
                }
            }
        )*
    };
}

atomics!(AtomicBool of bool, AtomicU32 of u32, AtomicU64 of u64, AtomicUsize of usize, AtomicPtr<T> of *mut T);

macro_rules! arithmetic {
    ($($name:ident of $value:ty { $($operation:ident),* })*) => {
        $(impl $name {
            $(pub(crate) fn $operation(&self, value: $value, order: Ordering) -> $value {
                switch();
                self.0.$operation(value, order)
            })*
        })*
    };
}

arithmetic! {
    AtomicU32 of u32 { fetch_add, fetch_sub }
    AtomicU64 of u64 { fetch_add }
    AtomicUsize of usize { fetch_add, fetch_sub, fetch_or }
}
