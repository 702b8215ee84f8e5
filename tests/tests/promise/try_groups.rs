//! Promise: `try` and `read try` request a group of promises, each whether it failed or not: the body gets a `Vec` of
//! results, in the order of the group.

use boc::prelude::*;
use boc::{Group, ReadGroup, Runtime, attempt, explore, read_attempt, try_when};
use boc_tests::{on_workers, panic_message};

/// Promises of 0, 10, 20, ..; those at the places in `failing` fail.
fn numbers(count: u32, failing: &'static [u32]) -> Vec<Promise<u32>> {
    let number = |n: u32| when!(=> if failing.contains(&n) { panic!("number {n}") } else { 10 * n });
    (0..count).map(number).collect()
}

/// What is there, or the failure's message.
fn shown<R: std::fmt::Display>(results: &[Result<R, Failure>]) -> Vec<String> {
    let show = |result: &Result<R, Failure>| match result {
        Ok(value) => value.to_string(),
        Err(failure) => failure.message().to_owned(),
    };
    results.iter().map(show).collect()
}

#[test]
fn each_member_is_a_result_of_its_own() {
    on_workers(2, || {
        let cells = numbers(4, &[1, 2]);
        let seen = when!(try cells => {
            assert_eq!(cells.len(), 4);
            if let Ok(first) = &mut cells[0] {
                **first += 1;
            }
            for cell in cells.iter_mut().flatten() {
                **cell += 5;
            }
            assert_eq!(cells[1].as_ref().unwrap_err().kind(), FailureKind::Panicked);
            shown(&cells)
        });
        assert_eq!(seen.join().unwrap(), ["6", "number 1", "number 2", "35"]);
        assert_eq!(cells[3].clone().join().unwrap(), 35, "what the body wrote is there");
        assert_eq!(cells[1].clone().join().unwrap_err().message(), "number 1");
    });
}

#[test]
fn readers_share_the_members() {
    on_workers(2, || {
        let cells = numbers(3, &[2]);
        let (one, other) = (
            when!(read try cells => shown(&cells)),
            when!(read try cells, read cell = &cells[0] => cells[0].as_ref().map(|first| **first + *cell).unwrap()),
        );
        assert_eq!(one.join().unwrap(), ["0", "10", "number 2"]);
        assert_eq!(other.join().unwrap(), 0);
    });
}

#[test]
fn slices_arrays_boxes_references_and_nothing_are_groups() {
    on_workers(2, || {
        let cells = numbers(4, &[3]);
        let part = &cells[2..];
        assert_eq!(when!(try part => shown(&part)).join().unwrap(), ["20", "number 3"]);
        let array = [&cells[3], &cells[1]];
        assert_eq!(when!(try array => shown(&array)).join().unwrap(), ["number 3", "10"]);
        assert_eq!(when!(read try array => shown(&array)).join().unwrap(), ["number 3", "10"]);
        let boxed: Box<[Promise<u32>]> = cells.clone().into();
        assert_eq!(when!(try boxed => boxed.len()).join().unwrap(), 4);
        let references: Vec<&Promise<u32>> = cells.iter().rev().collect();
        let seen = when!(read try references => shown(&references)).join().unwrap();
        assert_eq!(seen, ["number 3", "20", "10", "0"]);
        let none: Vec<Promise<u32>> = Vec::new();
        assert!(when!(try none => none.is_empty()).join().unwrap());
        assert!(when!(read try none => none.is_empty()).join().unwrap());
        let reference = &&cells;
        assert_eq!(when!(try reference => reference.len()).join().unwrap(), 4);
    });
}

#[test]
fn the_three_forms_agree_and_one_set_mixes_them() {
    on_workers(2, || {
        let (cells, total) = (numbers(3, &[1]), Cown::new(0));
        let single: Promise<u32> = when!(=> panic!("single"));

        #[boc::attr::when(try cells, read try single, total)]
        fn named(
            cells: Vec<Result<&mut u32, Failure>>,
            single: Result<&u32, Failure>,
            total: &mut u32,
        ) -> (u32, String) {
            *total += cells.into_iter().flatten().map(|cell| *cell).sum::<u32>();
            (*total, single.unwrap_err().message().to_owned())
        }
        let block = when!(try cells, read try single, total => {
            *total += cells.into_iter().flatten().map(|cell| *cell).sum::<u32>();
            (*total, single.unwrap_err().message().to_owned())
        });
        let request = (attempt(&cells), (read_attempt(&single), Some(&total)));
        let function = when(request, |(cells, (single, total))| {
            let mut total = total.expect("requested");
            *total += cells.into_iter().flatten().map(|cell| *cell).sum::<u32>();
            (*total, single.unwrap_err().message().to_owned())
        });
        assert_eq!(named.join().unwrap(), (20, "single".to_owned()));
        assert_eq!(block.join().unwrap(), (40, "single".to_owned()));
        assert_eq!(function.join().unwrap(), (60, "single".to_owned()));
        assert_eq!(when(read_attempt(&cells[..]), |cells| cells.len()).join().unwrap(), 3);
    });
}

#[test]
fn members_that_are_taken_abandoned_or_skipped_say_so() {
    on_workers(2, || {
        let mut cells = numbers(4, &[1]);
        let failed = &cells[1];
        cells[2] = when!(failed => *failed); // skipped
        let (resolver, abandoned) = Promise::new();
        cells.push(abandoned);
        cells[3].clone().join().unwrap();
        drop(resolver);
        let kinds = when!(try cells => {
            cells.iter().map(|cell| cell.as_ref().err().map(Failure::kind)).collect::<Vec<_>>()
        });
        let (panicked, abandoned, taken) =
            (FailureKind::Panicked, FailureKind::Abandoned, FailureKind::Taken);
        let expected = [None, Some(panicked), Some(panicked), Some(taken), Some(abandoned)];
        assert_eq!(kinds.join().unwrap(), expected);
    });
}

#[test]
fn cowns_and_guards_of_groups_never_fail() {
    on_workers(2, || {
        let cells = [Cown::new(1), Cown::new(2)];
        assert_eq!(when!(try cells => shown(&cells)).join().unwrap(), ["1", "2"]);
        let again =
            when!(cells => when!(try cells => cells.into_iter().flatten().map(|cell| *cell).sum::<i32>()));
        assert_eq!(again.join().unwrap().join().unwrap(), 3);
        let again = when!(read cells => when!(read try cells => shown(&cells)));
        assert_eq!(again.join().unwrap().join().unwrap(), ["1", "2"]);
        fn of_a_group(group: &Group<'_, i32>) -> Promise<usize> {
            when(attempt(group), |cells| cells.len())
        }
        fn of_a_read_group(group: &ReadGroup<'_, i32>) -> Promise<usize> {
            when(attempt(group), |cells| cells.len())
        }
        assert_eq!(when(&cells, |cells| of_a_group(&cells)).join().unwrap().join().unwrap(), 2);
        assert_eq!(when(read(&cells), |cells| of_a_read_group(&cells)).join().unwrap().join().unwrap(), 2);
    });
}

#[test]
fn a_group_is_captured_for_a_nested_behavior() {
    on_workers(2, || {
        let (cells, gate) = (numbers(3, &[0]), Cown::new(()));
        let seen = when!(gate => when!(try cells => shown(&cells)));
        assert_eq!(seen.join().unwrap().join().unwrap(), ["number 0", "10", "20"]);
        assert_eq!(cells.len(), 3);
    });
}

#[test]
fn one_promise_twice_is_refused_unless_it_is_read() {
    on_workers(1, || {
        let promise = when!(=> 1);
        let twice = [&promise, &promise];
        let message = panic_message(|| when!(try twice => twice.len()));
        assert!(message.contains("requests 1 and 2 of the set"), "{message}");
        assert!(try_when(attempt(&twice), |_| ()).is_err());
        assert_eq!(when!(read try twice => shown(&twice)).join().unwrap(), ["1", "1"]);
    });
}

#[test]
fn every_order_has_the_same_results() {
    let explored = explore(300, |_| {
        let cells: Vec<Promise<u32>> =
            (0..3).map(|n| when!(=> if n == 1 { panic!("one") } else { n })).collect();
        let doubled = when!(try cells => cells.iter_mut().flatten().for_each(|cell| **cell *= 2));
        let seen = when!(read try cells => shown(&cells));
        doubled.join().unwrap();
        assert_eq!(seen.join().unwrap(), ["0", "one", "4"]);
    });
    assert!(explored.schedules() > 1);
}

/// A runtime that goes cancels what waits: that is a failure like any other.
#[test]
fn members_that_are_cancelled_say_so() {
    on_workers(1, || {
        let runtime = Runtime::builder().workers(1).build().expect("a runtime");
        let (resolver, awaited) = Promise::<u32>::new();
        let cells = [runtime.when(&awaited, |awaited| *awaited), when!(=> 1)];
        drop(runtime);
        let kinds = when!(read try cells => {
            cells.iter().map(|cell| cell.as_ref().err().map(Failure::kind)).collect::<Vec<_>>()
        });
        assert_eq!(kinds.join().unwrap(), [Some(FailureKind::Cancelled), None]);
        drop(resolver);
    });
}
