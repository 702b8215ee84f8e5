//! Promise: the same cown twice in one request set is fine when both read it; with an exclusive request it is a
//! programming error: `when` panics at the call, names both positions, and schedules nothing; `try_when` returns it.

use std::panic::{AssertUnwindSafe, catch_unwind};

use boc::prelude::*;
use boc_tests::{Drops, on_workers, panic_message};

#[test]
fn reading_one_cown_twice_is_fine() {
    on_workers(2, || {
        let a = Cown::new(21);
        assert_eq!(when!(read a, read b = a => *a + *b).join().unwrap(), 42);
        let thrice = vec![&a, &a, &a];
        assert_eq!(when!(read thrice => thrice.iter().sum::<i32>()).join().unwrap(), 63);
        // Nothing is held any more.
        assert_eq!(when!(a => { *a += 1; *a }).join().unwrap(), 22);
    });
}

#[test]
fn a_cown_read_twice_still_keeps_its_place_between_writers() {
    on_workers(4, || {
        let a = Cown::new(0);
        for i in 0..500 {
            when!(a => *a += 1);
            let seen = when!(read a, read b = a => (*a, *b));
            if i % 50 == 0 {
                assert_eq!(seen.join().unwrap(), (i + 1, i + 1));
            }
        }
    });
}

#[test]
fn exclusive_twice_panics_at_the_call_and_names_both_positions() {
    on_workers(1, || {
        let (a, x, y) = (Cown::new(1), Cown::new(2), Cown::new(3));
        let message = panic_message(|| when!(x, a, y, again = a => { *x += *a + *y + *again }));
        assert!(message.contains("2 and 4"), "the second and the fourth: {message}");
    });
}

#[test]
fn exclusive_and_read_is_the_same_mistake_in_either_order() {
    on_workers(1, || {
        let a = Cown::new(1);
        panic_message(|| when!(a, read b = a => *a += *b));
        panic_message(|| when!(read b = a, a => *a += *b));
    });
}

#[test]
fn a_refused_set_schedules_nothing_and_drops_its_body_once() {
    on_workers(1, || {
        let (a, b, drops) = (Cown::new(1), Cown::new(1), Drops::new());
        panic_message(|| {
            when!(b, a, again = a, let token = drops.token() => {
                *b = *a + *again;
                drop(token);
            })
        });
        assert_eq!(drops.count(), 1);
        // Neither cown is held by the refused set, and it never ran.
        assert_eq!(when!(a, b => (*a, *b)).join().unwrap(), (1, 1));
        boc::quiesce_timeout(std::time::Duration::from_secs(60)).expect("nothing is left behind");
    });
}

#[test]
fn aliases_are_found_across_groups_tuples_and_options() {
    on_workers(1, || {
        let (a, b) = (Cown::new(1), Cown::new(2));
        let group = vec![a.clone(), b.clone(), a.clone()];
        panic_message(|| when!(group => group[0]));
        panic_message(|| when!(group = vec![&a, &b], b => group[0] + *b));
        panic_message(|| when((&a, (&b, (read(&a),))), |_| ()));
        let maybe = Some(&a);
        panic_message(|| when!(a, maybe => *a + maybe.map_or(0, |maybe| *maybe)));
    });
}

#[test]
fn a_promise_requested_twice_is_an_alias_too() {
    on_workers(1, || {
        let promise = when!(=> 4);
        let other = promise.clone();
        panic_message(|| when!(promise, other => *promise + *other));
        assert_eq!(when!(read promise, read other => *promise + *other).join().unwrap(), 8);
    });
}

#[test]
fn many_requests_are_searched_too() {
    on_workers(1, || {
        let cowns: Vec<Cown<usize>> = (0..100).map(Cown::new).collect();
        let mut twice: Vec<&Cown<usize>> = cowns.iter().collect();
        when!(twice => twice.len()).join().unwrap();
        twice.push(&cowns[17]);
        let message = panic_message(|| when!(twice => twice.len()));
        assert!(message.contains("18 and 101"), "{message}");
    });
}

#[test]
fn in_a_body_the_panic_is_the_bodys() {
    on_workers(1, || {
        let a = Cown::new(1);
        let outer = when!(a => { when!(a, again = a => *a + *again); });
        assert_eq!(outer.join().unwrap_err().kind(), FailureKind::Panicked);
        assert_eq!(when!(a => *a).join().unwrap(), 1);
    });
}

#[test]
fn try_when_returns_the_mistake() {
    on_workers(1, || {
        let (a, b) = (Cown::new(1), Cown::new(2));
        let fine = boc::try_when((&a, read(&b)), |(mut a, b)| {
            *a += *b;
            *a
        });
        assert_eq!(fine.expect("no alias").join().unwrap(), 3);
        let refused = boc::try_when((&a, read(&b), &a), |(a, _, _)| *a);
        let message = refused.expect_err("an alias").to_string();
        assert!(message.contains("1 and 3"), "{message}");
        assert_eq!(when!(a => *a).join().unwrap(), 3);
    });
}

#[test]
fn the_panic_is_reported_at_the_users_call() {
    use parking_lot::Mutex;
    use std::sync::Arc;
    on_workers(1, || {
        let a = Cown::new(1);
        let place = Arc::new(Mutex::new(None));
        let seen = Arc::clone(&place);
        let (here, before) = (std::thread::current().id(), std::panic::take_hook());
        std::panic::set_hook(Box::new(move |info| {
            if std::thread::current().id() == here {
                *seen.lock() = info.location().map(|at| (at.file().to_owned(), at.line()));
            }
        }));
        let line = line!() + 1;
        let outcome = catch_unwind(AssertUnwindSafe(|| when!(a, again = a => *a + *again)));
        std::panic::set_hook(before);
        assert!(outcome.is_err());
        assert_eq!(*place.lock(), Some((file!().to_owned(), line)));
    });
}

#[test]
fn positions_count_each_cown_from_0_and_the_text_from_1() {
    on_workers(1, || {
        let (a, group) = (Cown::new(1), [Cown::new(2), Cown::new(3)]);
        let refused = boc::try_when(((&a, &group), &group[1]), |_| ()).expect_err("one of them twice");
        assert_eq!(refused.positions(), Some((2, 3)));
        let text = refused.to_string();
        assert!(text.starts_with("requests 3 and 4 of the set are the same cown"), "{text}");
    });
}
