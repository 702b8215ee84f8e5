//! Promise: a request set is a cown, a promise, a group of them, a tuple of these nested, an `Option` of one; there
//! is no limit on how many. A group's guard indexes to the values, iterates, and schedules on its members.

use boc::prelude::*;
use boc_tests::on_workers;

fn numbers(count: usize) -> Vec<Cown<usize>> {
    (0..count).map(Cown::new).collect()
}

fn values(cowns: &[Cown<usize>]) -> Vec<usize> {
    when!(read cowns => cowns.iter().copied().collect()).join().unwrap()
}

#[test]
fn a_vec_indexes_to_the_values() {
    on_workers(2, || {
        let cowns = numbers(3);
        when!(cowns => {
            cowns[0] += 10;
            cowns[2] = cowns[0] + cowns[1];
        });
        assert_eq!(values(&cowns), [10, 1, 11]);
    });
}

#[test]
fn a_slice_an_array_and_a_vec_of_references_are_groups() {
    on_workers(2, || {
        let cowns = numbers(4);
        let part = &cowns[1..3];
        when!(part => { assert_eq!(part.len(), 2); part[0] = 100; part[1] = 200; });
        let array = [cowns[0].clone(), cowns[3].clone()];
        when!(array => { assert_eq!(array.len(), 2); array[0] = 300; array[1] = 400; });
        let references: Vec<&Cown<usize>> = cowns.iter().rev().collect();
        let seen = when!(references => references.iter().copied().collect::<Vec<_>>());
        assert_eq!(seen.join().unwrap(), [400, 200, 100, 300]);
    });
}

#[test]
fn an_empty_group_runs_at_once() {
    on_workers(1, || {
        let none: Vec<Cown<usize>> = Vec::new();
        assert_eq!(when!(none => (none.len(), none.iter().count())).join().unwrap(), (0, 0));
        let other = Cown::new(1);
        assert_eq!(when!(none, other => none.len() + *other).join().unwrap(), 1);
        assert_eq!(when!(read none => none.len()).join().unwrap(), 0);
    });
}

#[test]
fn iter_and_iter_mut_go_over_the_values_in_the_order_given() {
    on_workers(2, || {
        let cowns = numbers(5);
        when!(cowns => {
            for (at, value) in cowns.iter_mut().enumerate() {
                *value = 10 * at;
            }
        });
        let order = [&cowns[4], &cowns[0], &cowns[2]];
        let seen = when!(read order => order.iter().copied().collect::<Vec<_>>()).join().unwrap();
        assert_eq!(seen, [40, 0, 20]);
    });
}

#[test]
fn a_guard_of_a_group_schedules_on_one_member_again() {
    on_workers(2, || {
        let cowns = numbers(3);
        when!(cowns => {
            let middle = cowns.guard(1);
            when!(middle => *middle += 100);
        });
        quiesce();
        assert_eq!(values(&cowns), [0, 101, 2]);
    });
}

#[test]
fn an_index_beyond_the_group_is_a_panic_like_any_other() {
    on_workers(1, || {
        let cowns = numbers(2);
        let failure = when!(cowns => cowns[2]).join().unwrap_err();
        assert_eq!(failure.kind(), FailureKind::Panicked);
        assert_eq!(values(&cowns), [0, 1]);
    });
}

#[test]
fn groups_and_single_cowns_mix() {
    on_workers(2, || {
        let (cowns, rates, total) = (numbers(4), numbers(3), Cown::new(0));
        when!(cowns, total, read rates => {
            for (value, rate) in cowns.iter_mut().zip(rates.iter()) {
                *value *= *rate;
                *total += *value;
            }
        });
        assert_eq!(values(&cowns), [0, 1, 4, 3]);
        assert_eq!(when!(total => *total).join().unwrap(), 5);
    });
}

#[test]
fn tuples_nest() {
    on_workers(2, || {
        let (a, b, c, d) = (Cown::new(1), Cown::new("b"), Cown::new('c'), Cown::new(4.0));
        let sum = when((&a, (&b, (read(&c), &d))), |(mut a, (b, (c, mut d)))| {
            *a += b.len();
            *d += 1.0;
            (*a, *c, *d)
        });
        assert_eq!(sum.join().unwrap(), (2, 'c', 5.0));
    });
}

#[test]
fn a_tuple_of_a_group_and_a_promise() {
    on_workers(2, || {
        let (cowns, promise) = (numbers(3), when!(=> 10));
        let sum =
            when((&cowns, (read(&promise),)), |(cowns, (promise,))| cowns.iter().sum::<usize>() + *promise);
        assert_eq!(sum.join().unwrap(), 13);
    });
}

#[test]
fn an_option_is_a_request_that_may_be_absent() {
    on_workers(2, || {
        let (cown, other) = (Cown::new(1), Cown::new(1));
        for (neighbour, expected) in [(Some(&other), 2), (None, 1)] {
            let seen = when!(cown, neighbour => {
                *cown + neighbour.map_or(0, |neighbour| *neighbour)
            });
            assert_eq!(seen.join().unwrap(), expected);
        }
    });
}

#[test]
fn an_optional_cown_is_held_like_any_other() {
    on_workers(4, || {
        let counter = Cown::new(0);
        for _ in 0..500 {
            let maybe = Some(&counter);
            when!(maybe => if let Some(mut maybe) = maybe { *maybe += 1 });
        }
        assert_eq!(when!(counter => *counter).join().unwrap(), 500);
    });
}

#[test]
fn a_request_of_the_function_form_may_be_absent_too() {
    on_workers(2, || {
        let (cown, other) = (Cown::new(1), Cown::new(10));
        let request = (Some(&cown), None::<&Cown<i32>>, Some((read(&other), &Cown::new(100))));
        let sum = when(request, |(cown, none, both)| {
            let (other, third) = both.expect("requested");
            let mut cown = cown.expect("requested");
            *cown += *other + *third;
            (*cown, none.is_none())
        });
        assert_eq!(sum.join().unwrap(), (111, true));
    });
}

#[test]
fn more_than_sixteen_single_requests() {
    on_workers(2, || {
        let all = numbers(20);
        let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t] = &all[..] else { unreachable!() };
        let sum = when!(a, b, c, d, e, f, g, h, i, j, read k, l, m, n, o, p, q, r, s, t => {
            *a + *b + *c + *d + *e + *f + *g + *h + *i + *j + *k + *l + *m + *n + *o + *p + *q + *r + *s + *t
        });
        assert_eq!(sum.join().unwrap(), 190);
    });
}

#[test]
fn a_group_of_a_thousand() {
    on_workers(4, || {
        let cowns = numbers(1000);
        for _ in 0..10 {
            when!(cowns => cowns.iter_mut().for_each(|value| *value += 1));
        }
        assert_eq!(values(&cowns), (10..1010).collect::<Vec<_>>());
    });
}

#[test]
fn a_group_of_promises() {
    on_workers(2, || {
        let words: Vec<Promise<String>> = ["one", "two"].map(|word| when!(=> word.to_owned())).into();
        when!(words => words.iter_mut().for_each(|word| word.push('!')));
        assert_eq!(when!(read words => words[0].clone() + &words[1]).join().unwrap(), "one!two!");
    });
}

#[test]
fn an_empty_request_set_runs_as_soon_as_a_worker_is_free() {
    on_workers(1, || {
        assert_eq!(when!(=> 1).join().unwrap(), 1);
        assert_eq!(when((), |()| 2).join().unwrap(), 2);
        let captured = 3;
        assert_eq!(when!(let captured = captured + 1 => captured).join().unwrap(), 4);
    });
}
