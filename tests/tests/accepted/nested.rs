//! Behaviors in behaviors, in both forms.

use boc::prelude::*;
use boc_tests::on_workers;

#[test]
fn three_deep() {
    on_workers(2, || {
        let (a, b, c) = (Cown::new(1), Cown::new(2), Cown::new(3));
        for _ in 0..2 {
            when!(a => {
                *a += 1;
                when!(b => { *b += 1; when!(c => { *c += 1; when!(a, b, c => *a += *b * *c); }); });
            });
        }
        quiesce();
        // Whatever the order of the innermost, both counts of b and c are in by one of them at least.
        assert_eq!(when!(b, c => (*b, *c)).join().unwrap(), (4, 5));
        assert!(when!(a => *a).join().unwrap() > 3 + 3 * 4);
    });
}

#[test]
fn a_guard_is_scheduled_on_again() {
    on_workers(2, || {
        let (a, b) = (Cown::new(1), Cown::new(1));
        when!(a, read b => { when!(a, b => { *a += 10 * *b; *b = 7; }); *a += *b; });
        quiesce();
        assert_eq!(when!(a, b => (*a, *b)).join().unwrap(), (12, 7));
    });
}

#[test]
fn a_guard_of_an_outer_body_two_levels_up() {
    on_workers(2, || {
        let (a, b) = (Cown::new(1), Cown::new(2));
        when!(a => { let _ = &a; when!(b => { *b += 1; when!(a => *a += 100); }); });
        quiesce();
        assert_eq!(when!(a, b => *a + *b).join().unwrap(), 104);
    });
}

#[test]
fn a_member_of_a_group_is_scheduled_on_again() {
    on_workers(2, || {
        let cells = vec![Cown::new(1), Cown::new(2)];
        when!(cells => {
            when!(one = cells.guard(1) => *one *= 10);
            when!(cells => cells[0] += 5);
        });
        quiesce();
        assert_eq!(when!(cells => cells[0] + cells[1]).join().unwrap(), 26);
    });
}

#[test]
fn the_attribute_form_in_the_block_form() {
    on_workers(2, || {
        let (a, log, by) = (Cown::new(1), Cown::new(Vec::new()), 5);
        for _ in 0..2 {
            when!(a => {
                let word = format!("{a}");
                #[boc::attr::when(log, a)]
                fn note(log: &mut Vec<String>, a: &mut i32, word: String, by: i32) -> usize {
                    *a += by;
                    log.push(word);
                    log.len()
                }
                when!(note => assert!(*note > 0));
            });
        }
        quiesce();
        assert_eq!(when!(a, log => (*a, log.len())).join().unwrap(), (11, 2));
    });
}

#[test]
fn the_block_form_in_the_attribute_form() {
    on_workers(2, || {
        let (src, dst, log) = (Cown::new(100), Cown::new(0), Cown::new(0));
        for amount in [30, 20] {
            #[boc::attr::when(src, dst)]
            fn transfer(src: &mut i32, dst: &mut i32, amount: i32) -> i32 {
                *src -= amount;
                *dst += amount;
                when!(log => *log += amount);
                *dst
            }
            when!(transfer, log => *log += 1000 * i32::from(*transfer > 0));
        }
        quiesce();
        assert_eq!(when!(src, dst, log => (*src, *dst, *log)).join().unwrap(), (50, 50, 2050));
    });
}

#[test]
fn the_attribute_form_in_itself() {
    on_workers(2, || {
        let (a, b) = (Cown::new(1), Cown::new(2));
        #[boc::attr::when(a)]
        fn outer(a: &mut i32) -> Promise<i32> {
            let by = *a;
            #[boc::attr::when(b)]
            fn inner(b: &mut i32, by: i32) -> i32 {
                *b += by;
                *b
            }
            inner
        }
        assert_eq!(outer.join().unwrap().join().unwrap(), 3);
        assert_eq!(when!(b => *b).join().unwrap(), 3);
    });
}

#[test]
fn a_header_captures_for_the_next_one() {
    on_workers(2, || {
        let (a, name) = (Cown::new(1), String::from("boc"));
        let text = when!(a, clone name, let k = 2 => {
            let a = *a;
            when!(=> { when!(let a = a + k, clone name => format!("{name}{a}{k}")) })
        });
        assert_eq!(text.join().unwrap().join().unwrap().join().unwrap(), "boc32");
        assert_eq!(name, "boc");
    });
}

#[test]
fn a_capture_in_a_header_that_schedules() {
    on_workers(2, || {
        let (a, b) = (Cown::new(1), Cown::new(2));
        let sum = when!(a, let later = when!(b => *b * 10) => { let a = *a; when!(later => *later + a) });
        assert_eq!(sum.join().unwrap().join().unwrap(), 21);
        assert_eq!(when!(a, b => *a + *b).join().unwrap(), 3);
    });
}

#[test]
fn a_request_that_is_itself_a_behavior() {
    on_workers(2, || {
        let (a, start) = (Cown::new(5), Cown::new(1));
        assert_eq!(when!(start, twice = when!(a => *a * 2) => *twice + *start).join().unwrap(), 11);
        let nested = when!(start => { let _ = &start; when!(twice = when!(a => *a * 2) => *twice) });
        assert_eq!(nested.join().unwrap().join().unwrap(), 10);
        assert_eq!(when!(a => *a).join().unwrap(), 5);
    });
}

#[test]
fn targets_at_every_depth() {
    on_workers(2, || {
        let (a, b, text) = (Cown::new(1), Cown::new(2), String::from("borrowed"));
        boc::scope(|s| {
            when!(in s; a => {
                *a += text.len();
                when!(in s; b => *b += text.len());
            });
        });
        assert_eq!(when!(a, b => (*a, *b)).join().unwrap(), (9, 10));
        let runtime = Runtime::builder().workers(1).build().unwrap();
        let on = when!(in runtime; a => *a);
        let again = when!(in &runtime; a, let k = 2 => *a * k);
        assert_eq!((on.join().unwrap(), again.join().unwrap()), (9, 18));
        boc::batch(|batch| {
            when!(in batch; a => *a = 0);
            when!(in batch; b => *b = 0);
        });
        assert_eq!(when!(a, b => *a + *b).join().unwrap(), 0);
    });
}

/// Names of guards that mean something else in a nested body are no guards that it takes along.
#[test]
fn names_of_guards_in_nested_bodies() {
    struct Pair {
        a: i32,
    }
    on_workers(2, || {
        let (a, b) = (Cown::new(1), Cown::new(2));
        let results = when!(a => {
            let field = when!(b => Pair { a: *b }.a);
            let value = when!(b, let a = *a => a + *b);
            let closure = when!(b => [10].map(|a: i32| a + *b)[0]);
            let item = when!(b => { fn a() -> i32 { 20 } a() + *b });
            let shown = when!(b => format!("{a}{b}", a = *b));
            #[boc::attr::when(b)]
            fn captured(b: &mut i32, a: i32) -> i32 {
                a + *b
            }
            (field, value, closure, item, shown, { let a = 5; when!(b => a + *b) }, captured)
        });
        let (field, value, closure, item, shown, bound, captured) = results.join().unwrap();
        let numbers = [field, value, closure, item, bound, captured].map(|promise| promise.join().unwrap());
        assert_eq!(numbers, [2, 3, 12, 22, 7, 3]);
        assert_eq!(shown.join().unwrap(), "22");
    });
}

/// What the compiler suggests for a value that was moved into the attribute form.
#[test]
fn a_let_before_the_requests_of_an_attribute() {
    on_workers(1, || {
        let (cown, text) = (Cown::new(1), String::from("four"));
        #[boc::attr::when(let value = text.clone();
        cown)]
        fn step(cown: &mut usize) -> usize {
            *cown + value.len()
        }
        assert_eq!((step.join().unwrap(), text.as_str()), (5, "four"));
    });
}
