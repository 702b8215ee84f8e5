//! Names that patterns and items bind, where the scope around has cowns of the same names. Each program ends with a
//! look at those: they are still there, and untouched.

use boc::prelude::*;
use boc_tests::on_workers;

/// Cowns called like what the programs bind.
pub(super) fn around() -> (Cown<i32>, Cown<i32>) {
    (Cown::new(-1), Cown::new(-2))
}

pub(super) fn untouched(x: &Cown<i32>, y: &Cown<i32>) {
    assert_eq!(when!(x, y => (*x, *y)).join().unwrap(), (-1, -2));
}

#[test]
fn let_else() {
    on_workers(2, || {
        let ((x, y), state) = (around(), Cown::new(Some(Cown::new(4))));
        let seen = when!(state => {
            let Some(x) = &*state else { return when!(y => *y) };
            when!(x => { *x += 1; *x })
        });
        assert_eq!(seen.join().unwrap().join().unwrap(), 5);
        when!(state => *state = None).join().unwrap();
        let seen = when!(state => {
            let Some(x) = &*state else { return when!(y => *y) };
            when!(x => *x)
        });
        assert_eq!(seen.join().unwrap().join().unwrap(), -2);
        untouched(&x, &y);
    });
}

#[test]
fn match_arms_and_their_guards() {
    on_workers(2, || {
        let ((x, y), state) = (around(), Cown::new(Ok::<_, Cown<i32>>(Cown::new(6))));
        let seen = when!(state => match &*state {
            Ok(x) if let Some(y) = Some(x) => when!(y => *y),
            Ok(_) => when!(x => *x),
            Err(y) => when!(y => *y + 100),
        });
        assert_eq!(seen.join().unwrap().join().unwrap(), 6);
        untouched(&x, &y);
    });
}

#[test]
fn bindings_at_patterns_and_slices() {
    on_workers(2, || {
        let ((x, y), cells) = (around(), Cown::new([1, 2, 3, 4].map(Cown::new)));
        let sum = when!(cells => match &cells[..] {
            [x, y @ ..] if !y.is_empty() => when!(x, y => *x * 10 + y.len() as i32),
            x @ ([] | [_]) => when!(x => x.len() as i32),
            _ => when!(x, y => *x + *y),
        });
        assert_eq!(sum.join().unwrap().join().unwrap(), 13);
        untouched(&x, &y);
    });
}

#[test]
fn struct_patterns() {
    struct Pair {
        x: Cown<i32>,
        other: Cown<i32>,
    }
    on_workers(2, || {
        let ((x, y), state) = (around(), Cown::new(Pair { x: Cown::new(1), other: Cown::new(2) }));
        let sum = when!(state => {
            let Pair { x, other: y } = &*state;
            when!(x, y => *x + *y)
        });
        assert_eq!(sum.join().unwrap().join().unwrap(), 3);
        untouched(&x, &y);
    });
}

#[test]
fn closures_and_their_parameters() {
    on_workers(2, || {
        let ((x, y), cells) = (around(), Cown::new(vec![(Cown::new(1), 10), (Cown::new(2), 20)]));
        when!(cells => {
            cells.iter().for_each(|(x, y)| { let by = *y; when!(x => *x += by); });
            let twice = |x: &Cown<i32>| when!(x => { *x *= 2; *x });
            cells.iter().map(|pair| twice(&pair.0)).for_each(drop);
        });
        quiesce();
        let sum = when!(cells => { let (x, y) = (&cells[0].0, &cells[1].0); when!(x, y => (*x, *y)) });
        assert_eq!(sum.join().unwrap().join().unwrap(), (22, 44));
        untouched(&x, &y);
    });
}

#[test]
fn a_closure_that_captures_a_handle_of_the_scope() {
    on_workers(2, || {
        let (log, start) = (Cown::new(Vec::new()), Cown::new(3));
        when!(start => {
            let note = |i: i32| { when!(log => log.push(i)); };
            (0..*start).for_each(note);
        });
        quiesce();
        assert_eq!(when!(log => log.clone()).join().unwrap(), [0, 1, 2]);
    });
}

#[test]
fn nested_functions_and_items() {
    on_workers(2, || {
        let ((x, y), start) = (around(), Cown::new(20));
        let made = when!(start => {
            let cell = y(*start);
            return when!(cell, let k = x => *cell + k);
            #[expect(non_upper_case_globals, reason = "the point")]
            const x: i32 = 2;
            fn y(value: i32) -> Cown<i32> {
                let cell = Cown::new(value);
                when!(cell => *cell *= 2);
                cell
            }
        });
        assert_eq!(made.join().unwrap().join().unwrap(), 42);
        untouched(&x, &y);
    });
}

/// Neither a struct with fields nor a module is a value: the variable of that name is seen, and was once moved.
#[test]
fn items_that_are_no_values() {
    on_workers(2, || {
        let (x, y) = around();
        for _ in 0..2 {
            when!(=> {
                #[expect(non_camel_case_types, dead_code, reason = "the point")]
                struct x { x: i32 }
                mod y { pub(super) fn f() -> i32 { 0 } }
                when!(x, y => (*x + y::f(), *y));
            });
        }
        quiesce();
        untouched(&x, &y);
    });
}

#[test]
fn imports_in_a_body() {
    mod shop {
        pub(super) fn x() -> i32 {
            40
        }
    }
    on_workers(1, || {
        let ((x, y), start) = (around(), Cown::new(2));
        let sum = when!(start => {
            use shop::{x, x as y};
            let cell = Cown::new(x() + y());
            when!(cell => *cell)
        });
        assert_eq!(sum.join().unwrap().join().unwrap(), 80);
        untouched(&x, &y);
    });
}

#[test]
fn a_request_that_is_shadowed() {
    on_workers(2, || {
        let ((x, y), cell) = (around(), Cown::new(3));
        let sum = when!(cell => {
            let cell = Cown::new(*cell + 1);
            when!(cell => { let cell = *cell; cell * 2 })
        });
        assert_eq!(sum.join().unwrap().join().unwrap(), 8);
        assert_eq!(when!(cell => *cell).join().unwrap(), 3);
        untouched(&x, &y);
    });
}

#[test]
fn names_that_are_bound_after_their_use() {
    on_workers(2, || {
        let (x, start) = (Cown::new(1), Cown::new(10));
        let both = when!(start => {
            let first = when!(x => { *x += 1; *x });
            let x = Cown::new(*start);
            let second = when!(x => *x);
            when!(first, second => (*first, *second))
        });
        assert_eq!(both.join().unwrap().join().unwrap(), (2, 10));
        assert_eq!(when!(x => *x).join().unwrap(), 2);
    });
}

#[test]
fn a_let_that_is_computed_from_its_namesake() {
    on_workers(2, || {
        let (x, start) = (Cown::new(1), Cown::new(()));
        for _ in 0..2 {
            when!(start => { let _ = &start; let x = when!(x => { *x += 1; *x }); when!(x => assert!(*x > 0)); });
        }
        quiesce();
        assert_eq!(when!(x => *x).join().unwrap(), 3);
    });
}
