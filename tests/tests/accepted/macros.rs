//! Macros around behaviors, and behaviors around macros.

use boc::prelude::*;
use boc_tests::on_workers;

macro_rules! bump {
    ($cown:ident) => {
        when!($cown => *$cown += 1)
    };
    ($cown:ident by $by:expr) => {
        when!($cown, let by = $by => *$cown += by)
    };
}

#[test]
fn a_macro_that_expands_to_a_behavior() {
    on_workers(1, || {
        let (a, by) = (Cown::new(1), 10);
        bump!(a);
        bump!(a by by + 1);
        assert_eq!(when!(a => *a).join().unwrap(), 13);
    });
}

#[test]
fn such_a_macro_in_a_body() {
    on_workers(2, || {
        let (a, start) = (Cown::new(1), Cown::new(2));
        when!(start => { *start += 1; bump!(start); bump!(start by 5); });
        when!(=> bump!(a));
        quiesce();
        assert_eq!(when!(start => *start).join().unwrap(), 9);
    });
}

macro_rules! log_line {
    ($log:ident, $cell:ident) => {
        when!($cell => {
            let line = *$cell;
            when!($log => $log.push(line));
        })
    };
}

/// The macro's `line` and a cown that the user calls `line` are two. Once they were taken for one, and the cown was
/// moved into the first body.
#[test]
fn a_cown_called_like_a_variable_of_the_macro() {
    on_workers(2, || {
        let (line, cell) = (Cown::new(Vec::new()), Cown::new(1));
        for _ in 0..2 {
            log_line!(line, cell);
        }
        log_line!(line, cell);
        quiesce();
        assert_eq!(when!(line => line.clone()).join().unwrap(), [1, 1, 1]);
    });
}

macro_rules! copy_from {
    ($other:ident) => {{
        let cell = Cown::new(0);
        when!(cell, read $other => *cell = *$other);
        when!(start = &cell => { let _ = &start; when!(cell, read $other => *cell += *$other) });
        quiesce();
        when!(cell => *cell).join().unwrap()
    }};
}

/// Two requests of one text, which are two names. Once the second was "bound twice".
#[test]
fn two_requests_of_one_text() {
    on_workers(2, || {
        let cell = Cown::new(21);
        assert_eq!(copy_from!(cell), 42);
        assert_eq!(when!(cell => *cell).join().unwrap(), 21);
    });
}

struct Room {
    cell: Cown<i32>,
}

macro_rules! both_rooms {
    ($room:ident) => {{
        let room = Room { cell: Cown::new(1) };
        let start = Cown::new(());
        let both = when!(start => {
            let _ = &start;
            when!(room.cell => *cell += 1);
            when!($room.cell => *cell += 10);
            when!(mine = room.cell, yours = $room.cell => (*mine, *yours))
        });
        both.join().unwrap().join().unwrap()
    }};
}

#[test]
fn two_owners_of_one_text() {
    on_workers(2, || {
        let room = Room { cell: Cown::new(100) };
        assert_eq!(both_rooms!(room), (2, 110));
        assert_eq!(when!(room.cell => *cell).join().unwrap(), 110);
    });
}

macro_rules! with {
    ($($cown:ident),+ ; $body:expr) => {
        when!($($cown),+ => $body)
    };
}

#[test]
fn a_macro_that_passes_the_body_on() {
    on_workers(1, || {
        let (a, b) = (Cown::new(1), Cown::new(2));
        assert_eq!(with!(a, b; *a + *b).join().unwrap(), 3);
        assert_eq!(with!(a; { *a += 1; *a }).join().unwrap(), 2);
        assert_eq!(with!(a; if *a > 1 { 1 } else { 2 } + 1).join().unwrap(), 2);
    });
}

macro_rules! when_all {
    ($($input:tt)*) => {
        boc::when!($($input)*)
    };
}

#[test]
fn a_macro_that_passes_everything_on() {
    on_workers(2, || {
        let (a, b) = (Cown::new(1), Cown::new(2));
        for _ in 0..2 {
            when_all!(a => { *a += 1; when_all!(b => *b += 1); });
        }
        quiesce();
        assert_eq!(when_all!(read a, b, let k = 10 => *a * k + *b).join().unwrap(), 34);
    });
}

macro_rules! attribute {
    ($name:ident, $cown:ident: $type:ty) => {
        #[boc::attr::when($cown)]
        fn $name($cown: $type) -> i32 {
            let by = 1;
            *$cown += by;
            *$cown
        }
    };
}

#[test]
fn a_macro_that_expands_to_the_attribute_form() {
    on_workers(1, || {
        let by = Cown::new(5);
        attribute!(bumped, by: &mut i32);
        assert_eq!(bumped.join().unwrap(), 6);
    });
}

macro_rules! stages {
    ($cown:ident, $($stage:expr),*) => {{
        $( when!($cown => { let step = $stage; *$cown = step(*$cown) }); )*
        when!($cown => *$cown)
    }};
}

#[test]
fn a_repetition_of_behaviors() {
    on_workers(1, || {
        let step = Cown::new(3);
        assert_eq!(stages!(step, |x| x + 1, |x| x * 2, |x: i32| x.pow(2)).join().unwrap(), 64);
    });
}

#[test]
fn a_macro_that_is_defined_in_a_body() {
    on_workers(2, || {
        let (log, start) = (Cown::new(Vec::new()), Cown::new(2));
        when!(start => {
            macro_rules! note { ($what:expr) => { when!(log, let what = $what => log.push(what)) } }
            note!(1);
            note!(*start);
        });
        quiesce();
        assert_eq!(when!(log => log.clone()).join().unwrap(), [1, 2]);
    });
}

#[test]
fn behaviors_among_the_arguments_of_macros() {
    on_workers(2, || {
        let (a, b, start) = (Cown::new(1), Cown::new(2), Cown::new(0));
        for _ in 0..2 {
            when!(start => {
                let _ = &start;
                let both = vec![when!(a => { *a += 1; *a }), when!(b => { *b += 1; *b })];
                assert_eq!(both.len(), 2, "{:?}", when!(a => *a).is_finished());
                when!(both => assert!(both.iter().all(|value| *value > 0)));
                let _ = matches!(Some(&both), Some(both) if !both.is_empty());
            });
        }
        quiesce();
        assert_eq!(when!(a, b => (*a, *b)).join().unwrap(), (3, 4));
    });
}

macro_rules! let_cell {
    ($name:ident = $value:expr) => {
        let $name = Cown::new($value);
    };
}

#[test]
fn a_macro_that_binds_the_name_it_is_given() {
    on_workers(2, || {
        let (cell, start) = (Cown::new(1), Cown::new(20));
        let made = when!(start => {
            let_cell!(cell = *start);
            when!(cell => { *cell += 1; *cell })
        });
        assert_eq!(made.join().unwrap().join().unwrap(), 21);
        assert_eq!(when!(cell => *cell).join().unwrap(), 1);
    });
}
