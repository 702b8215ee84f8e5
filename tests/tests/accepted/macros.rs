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

/// The macro's `line` and a cown that the user calls `line` are two. Once they were taken for one,
/// and the cown was moved into the first body.
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

macro_rules! twice {
    ($value:expr) => {
        $value * 2
    };
}

#[test]
fn a_body_that_starts_with_a_brace_macro() {
    on_workers(1, || {
        let a = Cown::new(3);
        assert_eq!(when!(a => twice! { *a } + 1).join().unwrap(), 7);
        assert_eq!(when!(a => vec! { *a }[0]).join().unwrap(), 3);
        assert_eq!(when!(a => vec! { *a }.len()).join().unwrap(), 1);
        assert!(when!(a => twice! { *a } == 6 && true).join().unwrap());
        assert_eq!(when!(a => twice! { *a } as u8).join().unwrap(), 6);
        assert_eq!(when!(a => twice! { *a }).join().unwrap(), 6);
    });
}

macro_rules! log_when {
    ($name:ident = $condition:expr => $($rest:tt)*) => { let $name = $condition; if $name { $($rest)* } };
    ($condition:expr => $($rest:tt)*) => { if $condition { $($rest)* } };
}

/// Macros that have `when` in their names and are none of ours.
#[test]
fn names_with_when_in_them() {
    #[derive(Clone, Copy)]
    struct Options {
        verbose: bool,
    }
    on_workers(1, || {
        let (a, log, verbose, flags, options) =
            (Cown::new(7), Cown::new(0), true, [true], Options { verbose: true });
        for _ in 0..2 {
            when!(a => {
                *a += 1;
                log_when!(verbose => *a += 1);
                log_when!(options.verbose => *a += 1);
                log_when!(flag = flags[0] => *a += 1);
                let text = stringify!(when!(log => 1), when!(nowhere.field => 2));
                assert!(text.len() > 3);
                when!(log => *log += 1);
            });
        }
        quiesce();
        assert_eq!(when!(a, log => (*a, *log)).join().unwrap(), (15, 2));
    });
}

macro_rules! note {
    ($($word:tt)*) => {
        let _ = stringify!($($word)*);
    };
}

macro_rules! event {
    ($name:ident, $value:expr) => {{
        let $name = 1;
        $value
    }};
}

/// Words that a macro is given are bound where a pattern stands, and only there.
#[test]
fn words_in_macros_that_are_unknown() {
    on_workers(2, || {
        let (a, log) = (Cown::new(1), Cown::new(Vec::new()));
        for _ in 0..2 {
            when!(a => {
                *a += 1;
                note!(writing to log);
                note!("to {}", log);
                note!(f(log), &log, log.len(), a == log);
                when!(log => log.push(1));
            });
        }
        when!(a => { *a += 1; when!(log => log.push(event!(a, a + 1))); });
        quiesce();
        assert_eq!(when!(log => log.clone()).join().unwrap(), [1, 1, 2]);
    });
}

macro_rules! bind {
    ($name:ident, $value:expr) => {
        let $name = $value;
    };
    ($name:ident = $value:expr) => {
        let $name = $value;
    };
    ($name:ident: $type:ty = $value:expr) => {
        let $name: $type = $value;
    };
    (let $name:ident = $value:expr) => {
        let $name = $value;
    };
    ($value:expr => $name:ident) => {
        let $name = $value;
    };
    (Some($name:ident) <- $value:expr) => {
        let Some($name) = $value else { return };
    };
}

macro_rules! bind_some {
    ($pattern:pat, $value:expr) => {
        let $pattern = $value else { return };
    };
}

#[test]
fn macros_that_bind_what_is_nowhere_else() {
    on_workers(2, || {
        let (start, sum) = (Cown::new(1), Cown::new(0));
        when!(start => {
            bind!(a, Cown::new(*start));
            bind!(b = Cown::new(*start));
            bind!(c: Cown<i32> = Cown::new(*start));
            bind!(let d = Cown::new(*start));
            bind!(Cown::new(*start) => e);
            bind_some!(Some(f), Some(Cown::new(*start)));
            when!(sum, a, b, c, d, e, f => *sum += *a + *b + *c + *d + *e + *f);
        });
        quiesce();
        assert_eq!(when!(sum => *sum).join().unwrap(), 6);
    });
}

/// A guard's name that a macro or an item has bound again is no guard.
#[test]
fn results_that_are_called_like_guards() {
    on_workers(1, || {
        let a = Cown::new(3);
        assert_eq!(when!(a => { bind!(a, *a + 1); a }).join().unwrap(), 4);
        assert_eq!(when!(a => { fn a() -> i32 { 1 } a }).join().unwrap()(), 1);
        assert_eq!(when!(a => { use std::cmp::max as a; a }).join().unwrap()(1, 2), 2);
        assert_eq!(when!(a => event!(a, a)).join().unwrap(), 1);
    });
}

macro_rules! length_of {
    ($cells:expr) => {
        when!(cells = $cells => cells.len())
    };
}

macro_rules! value_of {
    ($cell:expr) => {
        when!(cell = $cell => *cell)
    };
}

struct Half(i32);

impl std::ops::Add for Half {
    type Output = Cown<i32>;

    fn add(self, other: Half) -> Cown<i32> {
        Cown::new(self.0 + other.0)
    }
}

/// What a macro is given as an expression stays one behind our `&`.
#[test]
fn expressions_that_are_passed_on() {
    on_workers(1, || {
        let (cells, a) = ([Cown::new(7)], Cown::new(1));
        assert_eq!(length_of!(&cells as &[Cown<i32>]).join().unwrap(), 1);
        assert_eq!(value_of!(Half(1) + Half(2)).join().unwrap(), 3);
        assert_eq!(value_of!(cells[1 - 1]).join().unwrap(), 7);
        when!(a => { *a += 1; when!(c = &cells as &[Cown<i32>] => c[0] += 1); });
        quiesce();
        assert_eq!(value_of!(*Box::new(cells[0].clone())).join().unwrap(), 8);
    });
}

macro_rules! arithmetic {
    ($a:ident, $e:expr) => {
        when!($a, let twice = 2 * $e => (*$a * $e, -$e, $e as i64, $e.abs(), twice, vec![2 * $e], $e == *$a))
    };
}

macro_rules! scaled {
    ($a:ident, $e:expr) => {{
        #[boc::attr::when($a)]
        fn scaled($a: &mut i32) -> i32 {
            *$a * $e
        }
        scaled
    }};
}

macro_rules! element {
    ($cells:expr, $at:expr) => {
        when!(c = $cells[$at * 2] => *c)
    };
}

macro_rules! scaled_in_a_nested_body {
    ($a:ident, $world:ident, $e:expr) => {
        when!($a => { *$a = 2 * $e; when!(c = $world.0 => *c = *c * $e - $e); })
    };
}

macro_rules! called {
    ($f:expr) => {
        when!(=> $f(1))
    };
}

macro_rules! chosen {
    ($condition:expr) => {
        when!(=> if $condition { 1 } else { 2 })
    };
}

macro_rules! fragments {
    ($v:vis $name:ident, $(#[$m:meta])*, $p:pat, $t:ty, $s:stmt, $then:stmt, $i:item, $l:literal) => {
        when!(=> {
            $(#[$m])*
            $v struct $name($t);
            $i
            $s;
            let number = &mut 0;
            $then *number += 1;
            let $p = &$name("four");
            let words: Vec<$t> = Vec::new();
            short($name("four").0) + words.len() as i32 + *number + $l.abs() - $l
        })
    };
}

/// The compiler forgets the group around an expression that a macro was given.
#[test]
fn an_expression_stays_one_beside_an_operator() {
    on_workers(1, || {
        let (a, world) = (Cown::new(2), (Cown::new(5),));
        assert_eq!(arithmetic!(a, 1i32 + 2).join().unwrap(), (6, -3, 3, 3, 6, vec![6], false));
        assert_eq!(arithmetic!(a, if true { 3i32 } else { 4 }).join().unwrap().4, 6);
        assert_eq!(scaled!(a, 1 + 2).join().unwrap(), 6);
        let cells: Vec<_> = (0..5).map(Cown::new).collect();
        assert_eq!(element!(cells, 1 + 1).join().unwrap(), 4);
        scaled_in_a_nested_body!(a, world, 1 + 2).join().unwrap();
        quiesce();
        assert_eq!(when!(a, c = world.0 => (*a, *c)).join().unwrap(), (6, 12));
        assert_eq!(called!(|x: i32| x + 1).join().unwrap(), 2);
        assert_eq!(chosen!(Half(1).0 == Half { 0: 1 }.0).join().unwrap(), 1);
    });
}

/// Other fragments come in such a group too, and none of them is an expression.
#[test]
fn fragments_that_are_no_expressions() {
    on_workers(1, || {
        let sum = fragments!(
            pub(crate) Word,
            #[doc = "A word."] #[allow(dead_code)],
            &Word(_),
            &'static str,
            let _one = 1,
            if true { let _ = 1; },
            fn short(word: &str) -> i32 { word.len() as i32 },
            -1i32
        );
        assert_eq!(sum.join().unwrap(), 4 + 1 + 2);
    });
}

/// `name = EXPR` among the arguments of a format is no assignment.
#[test]
fn named_arguments_of_a_format() {
    on_workers(1, || {
        let (a, b) = (Cown::new(1), Cown::new(2));
        let text = when!(a => {
            *a += 1;
            let text = format!("{number} {wide:>width$}", number = { when!(b => *b += 1); *a }, wide = 3, width = 2);
            assert!(!text.is_empty(), "{reason}", reason = { when!(b => *b += 1); "empty" });
            text
        });
        assert_eq!(text.join().unwrap(), "2  3");
        quiesce();
        assert_eq!(when!(b => *b).join().unwrap(), 3);
    });
}
