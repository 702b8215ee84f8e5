//! Promise: a body is a `move` closure; `clone x` captures a clone, `let k = expr` a value computed once, on the
//! scheduling thread, at schedule time; trailing parameters of the attribute form are captured by name. Names that
//! patterns bind are seen for what they are, and are not captures.

use std::collections::HashMap;
use std::num::ParseIntError;
use std::sync::Arc;
use std::thread;

use boc::prelude::*;
use boc_tests::{Counted, Drops, Gate, on_workers};

#[test]
fn what_the_body_mentions_is_moved_and_copy_values_are_copied() {
    on_workers(1, || {
        let (text, number) = (String::from("moved"), 5);
        let promise = when!(=> format!("{text} {number}"));
        assert_eq!(number, 5); // still ours
        assert_eq!(promise.join().unwrap(), "moved 5");
    });
}

#[test]
fn clone_leaves_the_original_here() {
    on_workers(1, || {
        let name = String::from("boc");
        let (one, two) = (when!(clone name => name + "!"), when!(clone name => name + "?"));
        assert_eq!([one.join().unwrap(), two.join().unwrap(), name], ["boc!", "boc?", "boc"]);
    });
}

#[test]
fn let_is_evaluated_once_at_schedule_time_on_the_scheduling_thread() {
    on_workers(1, || {
        let (cown, gate, mut evaluated) = (Cown::new(()), Gate::new(), 0);
        when!(cown, clone gate => { let _ = &cown; gate.pass(); });
        let promise = when!(cown, let from = { evaluated += 1; thread::current().id() } => {
            let _ = &cown;
            from
        });
        assert_eq!(evaluated, 1, "not when the body runs");
        gate.open();
        assert_eq!(promise.join().unwrap(), thread::current().id());
        assert_eq!(evaluated, 1);
    });
}

#[test]
fn a_let_may_shadow_what_it_is_computed_from() {
    on_workers(1, || {
        let i = 20;
        assert_eq!(when!(let i = i + 1, let j = 2 => i * j).join().unwrap(), 42);
        assert_eq!(i, 20);
    });
}

#[test]
fn a_captured_value_may_be_changed_by_the_body() {
    on_workers(1, || {
        let list = vec![3, 1, 2];
        let sorted = when!(clone list => { let mut list = list; list.sort_unstable(); list });
        assert_eq!(sorted.join().unwrap(), [1, 2, 3]);
        assert_eq!(list, [3, 1, 2]);
    });
}

#[test]
fn trailing_parameters_of_the_attribute_form_are_captured_by_name_as_clones() {
    on_workers(2, || {
        let (target, suffix, count) = (Cown::new(String::new()), String::from("ab"), 3_usize);
        for _ in 0..2 {
            #[boc::attr::when(target)]
            fn append(target: &mut String, suffix: String, count: usize) -> usize {
                target.push_str(&suffix.repeat(count));
                target.len()
            }
            drop(append);
        }
        assert_eq!(when!(target => target.clone()).join().unwrap(), "abababababab");
        assert_eq!((suffix.as_str(), count), ("ab", 3));
    });
}

/// It may even wait for a behavior on the very cown that is being requested: nothing is entered yet.
#[test]
fn a_clone_runs_before_anything_is_entered() {
    struct Schedules(Cown<u32>);
    impl Clone for Schedules {
        fn clone(&self) -> Self {
            when(&self.0, |mut cown| *cown += 1).join().expect("the cown is free");
            Self(self.0.clone())
        }
    }
    on_workers(1, || {
        let (cown, free) = (Cown::new(0), Cown::new(0));
        let schedules = Schedules(cown.clone());
        let block = when!(cown, free, clone schedules => { let _ = (&free, &schedules); *cown });
        assert_eq!(block.join().unwrap(), 1);
        #[boc::attr::when(cown, free)]
        fn attribute(cown: &mut u32, free: &mut u32, schedules: Schedules) -> u32 {
            let _ = (free, schedules);
            *cown
        }
        assert_eq!(attribute.join().unwrap(), 2);
    });
}

/// A permit, a lock, a `Hold`: what is captured in order to be held. Once it was dropped when the behavior was scheduled.
#[test]
fn what_the_header_captures_is_held_until_the_body_ends_mentioned_or_not() {
    on_workers(1, || {
        let (cown, gate, drops) = (Cown::new(()), Gate::new(), Drops::new());
        when!(cown, clone gate => { let _ = &cown; gate.pass(); });
        let _token = Arc::new(drops.token());
        let cloned = when!(cown, clone _token, let _more = drops.token() => { let _ = &cown; });
        #[boc::attr::when(cown)]
        fn captured(cown: &mut (), _token: Arc<Counted>) {
            let () = cown;
        }
        assert_eq!((Arc::strong_count(&_token), drops.count()), (3, 0));
        gate.open();
        cloned.join().unwrap();
        captured.join().unwrap();
        assert_eq!((Arc::strong_count(&_token), drops.count()), (1, 1));
    });
}

/// The twin of a mistake made elsewhere: a name that a pattern binds, taken for a name of the scope around. Here
/// the scope has cowns of these very names, and what the patterns bind is something else.
#[test]
fn names_bound_by_patterns_are_not_captures() {
    on_workers(2, || {
        let (x, y, state) = (Cown::new(1), Cown::new(2), Cown::new(Some(5)));
        let seen = when!(state => {
            let mut seen = Vec::new();
            match *state {
                Some(x) if x > 3 => seen.push(x),
                Some(y) => seen.push(-y),
                None => {}
            }
            if let Some(x) = *state { seen.push(x + 1); }
            let Some(y) = *state else { return seen };
            seen.push(y + 2);
            for x in 10..12 { seen.push(x); }
            let add = |x: i32, y: i32| x + y;
            seen.push(add(20, 30));
            while let Some(x) = state.take() { seen.push(x + 100); }
            seen
        });
        assert_eq!(seen.join().unwrap(), [5, 6, 7, 10, 11, 50, 105]);
        // The handles of these names are still here, and untouched.
        assert_eq!(when!(x, y => (*x, *y)).join().unwrap(), (1, 2));
    });
}

#[test]
fn names_of_nested_items_are_not_captures() {
    on_workers(1, || {
        let (x, helper) = (Cown::new(1), Cown::new(2));
        let result = when!(=> {
            const X: i32 = 40;
            fn helper(y: i32) -> i32 { y + 2 }
            helper(X)
        });
        assert_eq!(result.join().unwrap(), 42);
        assert_eq!(when!(x, helper => *x + *helper).join().unwrap(), 3);
    });
}

#[test]
fn names_inside_format_strings_are_uses() {
    on_workers(1, || {
        let (x, label, width) = (Cown::new(7), "seven", 10);
        let text = when!(x => format!("{label}={x:>width$} {:?} {y}", *x, y = 2, x = *x));
        assert_eq!(text.join().unwrap(), "seven=         7 7 2");
        assert!(when!(x => format!("{x:?}").contains('7')).join().unwrap());
    });
}

/// `cell` is requested by the inner `when!`, but it is the pattern's, not the scope's: it must be the former that
/// is captured.
#[test]
fn a_nested_header_that_names_a_pattern_bound_cown_takes_that_one() {
    on_workers(2, || {
        let cell = Cown::new(0);
        let table = Cown::new(HashMap::from([(1, Cown::new(10)), (2, Cown::new(20))]));
        when!(table => {
            for (key, cell) in table.iter() {
                let key = *key;
                when!(cell => *cell += key);
            }
            if let Some(cell) = table.get(&1) {
                when!(cell => *cell *= 2);
            }
            table.values().for_each(|cell| { when!(cell => *cell += 100); });
        });
        quiesce();
        let sums = when!(table => {
            let cells: Vec<&Cown<i32>> = vec![&table[&1], &table[&2]];
            when!(cells => (cells[0], cells[1]))
        });
        assert_eq!(sums.join().unwrap().join().unwrap(), (122, 122));
        assert_eq!(when!(cell => *cell).join().unwrap(), 0);
    });
}

#[test]
fn a_nested_header_that_names_a_let_of_the_body_takes_that_one() {
    on_workers(2, || {
        let fresh = String::from("not a cown, and not Copy");
        let made = when!(=> {
            let fresh = Cown::new(1);
            when!(fresh => *fresh += 1);
            when!(fresh => *fresh)
        });
        assert_eq!(made.join().unwrap().join().unwrap(), 2);
        assert!(fresh.starts_with("not"));
    });
}

#[test]
fn question_marks_and_returns_belong_to_the_body() {
    on_workers(1, || {
        let text = Cown::new("12x");
        let parsed: Promise<Result<i32, ParseIntError>> = when!(text => {
            if text.is_empty() {
                return Ok(0);
            }
            Ok(text.parse::<i32>()? + 1)
        });
        assert!(parsed.join().unwrap().is_err());
    });
}
