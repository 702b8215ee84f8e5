//! A crate that knows boc only as `my_boc`. That it compiles is most of the test.

use my_boc::{Cown, Promise};

/// The block form, which finds its crate by itself.
#[must_use]
pub fn block(cown: &Cown<i32>, step: i32) -> Promise<i32> {
    my_boc::when!(cown => {
        *cown += step;
        *cown
    })
}

/// A `when!` in a `when!`.
#[must_use]
pub fn nested(cown: &Cown<i32>) -> Promise<Promise<i32>> {
    use my_boc::when as schedule;
    schedule!(cown => schedule!(cown => *cown * 2))
}

/// The attribute form, which is told.
#[must_use]
pub fn attribute(cown: &Cown<i32>, step: i32) -> Promise<i32> {
    #[my_boc::attr::when(crate = my_boc; cown)]
    fn added(cown: &mut i32, step: i32) -> i32 {
        *cown += step;
        *cown
    }
    added
}

/// The block form, written by another macro; for the crates that use this one, which may not know boc at all.
#[macro_export]
macro_rules! increment {
    ($cown:expr, $by:expr) => {
        $crate::__my_boc::when!(cown = $cown => { *cown += $by; *cown })
    };
}

#[doc(hidden)]
pub use my_boc as __my_boc;
