//! Owns: programs about scopes.

use std::panic::{self, AssertUnwindSafe};

use super::{Count, beside, explore, fail, pause, runtime};
use crate::{Cown, scope, when};

#[test]
fn a_scope_waits_for_what_borrows() {
    explore(|| {
        let runtime = runtime();
        let ran = Count::default();
        let other = beside(&runtime, |runtime| {
            // Not of the scope: it need not be waited for, and does no harm.
            runtime.when((), |()| pause());
        });
        runtime.enter(|| {
            let words = [1, 2, 3];
            let sum = Cown::new(0);
            scope(|scope| {
                for word in &words[..2] {
                    let ran = ran.clone();
                    scope.when(&sum, move |mut sum| {
                        *sum += word;
                        when((), move |()| ran.add());
                    });
                }
            });
            assert_eq!(ran.get(), 2);
            assert_eq!(sum.try_into_inner().expect("the only handle"), 3);
        });
        other.join().expect("no panic");
    });
}

#[test]
fn a_panic_goes_on_at_the_end_of_the_scope() {
    explore(|| {
        let (runtime, ran) = (runtime(), Count::default());
        let panicked = runtime.enter(|| {
            panic::catch_unwind(AssertUnwindSafe(|| {
                scope(|scope| {
                    scope.when((), |()| fail("as expected"));
                    scope.when((), |()| {
                        pause();
                        ran.add();
                    });
                });
            }))
        });
        let payload = panicked.expect_err("resumed");
        assert_eq!(payload.downcast_ref(), Some(&"as expected"));
        assert_eq!(ran.get(), 1);
    });
}
