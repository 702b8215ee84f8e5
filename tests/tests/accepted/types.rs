//! What the names in a nested header are is up to their types.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::ops::Index;
use std::sync::Arc;

use boc::prelude::*;
use boc_tests::on_workers;

#[test]
fn maps_queues_and_shared_slices() {
    on_workers(2, || {
        let cell = || Cown::new(1);
        let a = Cown::new(());
        let (by_name, sorted) =
            (HashMap::from([("x", cell())]), BTreeMap::from([(String::from("y"), cell())]));
        let (queue, shared): (_, Arc<[Cown<i32>]>) =
            (VecDeque::from([cell(), cell()]), Arc::new([cell(), cell()]));
        for _ in 0..2 {
            when!(a => {
                let _ = &a;
                when!(c = by_name["x"], d = sorted["y"] => { *c += 1; *d += 1; });
                when!(c = queue[0], d = queue[1] => { *c += 1; *d += 2; });
                for i in 0..shared.len() {
                    when!(c = shared[i] => *c += 1);
                }
            });
        }
        quiesce();
        assert_eq!(
            when!(c = by_name["x"], d = sorted["y"], e = queue[1] => (*c, *d, *e)).join().unwrap(),
            (3, 3, 5)
        );
        assert_eq!(when!(c = shared[1] => *c).join().unwrap(), 3);
    });
}

/// It cannot be cloned: its elements are.
struct Grid(Vec<Cown<i32>>);

impl Index<(usize, usize)> for Grid {
    type Output = Cown<i32>;

    fn index(&self, (row, column): (usize, usize)) -> &Cown<i32> {
        &self.0[2 * row + column]
    }
}

struct Board {
    grid: Grid,
}

impl Board {
    fn bump(&self, start: &Cown<i32>, row: usize) {
        when!(start => {
            *start += 1;
            when!(c = self.grid[(row, 1)], d = self.grid[(row, 0)] => { *c += 1; *d += 10; });
            when!(=> drop(when!(c = self.grid[(row, 1)] => *c += 1)));
        });
    }
}

#[test]
fn an_index_of_ones_own() {
    fn by_reference(grid: &Grid, start: &Cown<i32>) {
        when!(start => { *start += 1; when!(c = grid[(0, 1)] => *c += 100); });
    }
    on_workers(2, || {
        let (start, board) = (Cown::new(1), Board { grid: Grid((0..4).map(Cown::new).collect()) });
        board.bump(&start, 0);
        by_reference(&board.grid, &start);
        let grid = board.grid;
        when!(start => { *start += 1; when!(c = grid[(0, 1)] => *c += 1000); });
        quiesce();
        assert_eq!(when!(c = grid[(0, 1)], d = grid[(0, 0)] => (*c, *d)).join().unwrap(), (1103, 10));
    });
}

/// An element that is not asked for is not looked for.
#[test]
fn an_index_behind_a_branch_that_does_not_run() {
    on_workers(1, || {
        let (a, cells, by_name) = (Cown::new(1), vec![Cown::new(1)], HashMap::from([("x", Cown::new(1))]));
        let at = 5;
        when!(a => {
            if at < cells.len() {
                when!(c = cells[at] => *c += 1);
            }
            if *a > 100 {
                when!(c = by_name["y"] => *c += 1);
            }
        })
        .join()
        .unwrap();
    });
}

#[test]
fn a_variable_keeps_its_type() {
    fn reference(_: &Cown<i32>) {}
    fn changed(_: &Box<[Cown<i32>]>) {}
    fn schedule(
        a: &Cown<i32>,
        c: &Cown<i32>,
        slice: &[Cown<i32>],
        some: &Option<Cown<i32>>,
        boxed: Box<[Cown<i32>]>,
    ) {
        when!(a => {
            *a += 1;
            reference(c);
            let again: &Cown<i32> = c;
            assert!(c == again && some.is_some());
            let [first, ..] = slice else { return };
            reference(first);
            changed(&boxed);
            when!(c, slice, some, one = boxed[0] => {
                *c += 1;
                slice[0] += 1;
                *one += some.map_or(0, |some| *some);
            });
            when!(=> { reference(c); when!(c => *c += 1); });
        });
        when!(c => *c += 1);
    }
    on_workers(2, || {
        let (a, c, one) = (Cown::new(1), Cown::new(2), Cown::new(3));
        schedule(&a, &c, std::slice::from_ref(&one), &Some(Cown::new(4)), Box::new([Cown::new(5)]));
        quiesce();
        assert_eq!(when!(c, one => (*c, *one)).join().unwrap(), (5, 4));
    });
}

#[test]
#[expect(non_snake_case, reason = "the point")]
fn a_cown_in_capitals() {
    on_workers(2, || {
        let (a, M, LOG) = (Cown::new(1), Cown::new(1), [Cown::new(1)]);
        for _ in 0..2 {
            when!(a => { *a += 1; when!(M, log = &LOG => { *M += 1; log[0] += 1; }); });
        }
        quiesce();
        assert_eq!(when!(M, LOG => *M + LOG[0]).join().unwrap(), 6);
    });
}

trait Sink: Send + Sync {
    fn level(&self) -> i32;
}

struct Stdout;

impl Sink for Stdout {
    fn level(&self) -> i32 {
        2
    }
}

fn increment(x: i32) -> i32 {
    x + 1
}

#[test]
fn captured_parameters_coerce() {
    on_workers(1, || {
        let (a, sink, numbers, table) = (Cown::new(1), Arc::new(Stdout), Arc::new([1, 2, 3]), &[4, 5, 6]);
        let (double, reference) = (|x: i32| 2 * x, &Cown::new(7));
        #[boc::attr::when(a)]
        fn all(
            a: &mut i32,
            sink: Arc<dyn Sink>,
            numbers: Arc<[i32]>,
            table: &'static [i32],
            increment: fn(i32) -> i32,
            double: fn(i32) -> i32,
            reference: Cown<i32>,
        ) -> i32 {
            drop(reference);
            increment(*a) + sink.level() + numbers[2] + table[0] + double(10)
        }
        assert_eq!(all.join().unwrap(), 2 + 2 + 3 + 4 + 20);
        assert_eq!(
            sink.level() + numbers[0] + table[0] + double(1) + when!(reference => *reference).join().unwrap(),
            16
        );
    });
}

trait Common: Sized {
    fn take(self) -> i32 {
        1
    }
    fn open(self) -> i32 {
        2
    }
    fn value(&self) -> i32 {
        3
    }
}

impl<T> Common for T {}

/// The user's traits may have methods for everything.
#[test]
fn methods_that_everything_has() {
    on_workers(1, || {
        let (a, cells, factor) = (Cown::new(1), [Cown::new(1)], Box::new(5));
        fn bump(a: &Cown<i32>, cells: &[Cown<i32>], b: &Cown<i32>, factor: Box<i32>) {
            when!(a => { *a *= *factor; when!(b, c = cells[0] => { *b += 1; *c += 1; }); });
        }
        bump(&a, &cells, &cells[0].clone(), factor.clone());
        when!(a => { *a += *factor; when!(c = cells[0] => *c += 1); });
        assert_eq!((().take(), ().open(), ().value()), (1, 2, 3));
        assert!(quiesced(&a) >= 10);
    });
    fn quiesced(a: &Cown<i32>) -> i32 {
        quiesce();
        when!(a => *a).join().unwrap()
    }
}

/// What a nested header names is borrowed for a moment, in a closure that is called again and in a
/// scope too.
#[test]
fn captures_in_closures_and_scopes() {
    on_workers(2, || {
        let (start, log, cells) = (Cown::new(1), Cown::new(Vec::new()), vec![Cown::new(3), Cown::new(4)]);
        let (world, by_name) = (Arc::new((Cown::new(1), ())), HashMap::from([("x", Cown::new(1))]));
        let round = |i: i32| {
            when!(start => {
                *start += i;
                when!(log, c = cells[0], d = by_name["x"] => log.push(*c + *d));
                when!(first = world.0 => *first += 1);
            });
        };
        (0..3).for_each(round);
        (0..3).for_each(round);
        boc::scope(|s| {
            for _ in 0..2 {
                when!(in s; start => { *start += 1; when!(in s; log, c = cells[1] => log.push(*c)); });
            }
        });
        quiesce();
        assert_eq!(when!(log, first = world.0 => (log.len(), *first)).join().unwrap(), (8, 7));
        assert_eq!(when!(c = cells[1], d = by_name["x"] => *c + *d).join().unwrap(), 5);
    });
}

#[test]
fn handles_behind_mutable_references() {
    fn look(_: &Cown<i32>) {}
    on_workers(1, || {
        let (a, mut cells) = (Cown::new(1), vec![Cown::new(1), Cown::new(2)]);
        for cell in cells.iter_mut() {
            when!(a => { *a += 1; look(cell); when!(cell => *cell += 1); });
        }
        quiesce();
        assert_eq!(when!(cells => cells[0] + cells[1]).join().unwrap(), 5);
    });
}

#[test]
fn generic_handles_and_containers() {
    fn go<T: Send + Clone + 'static>(a: &Cown<i32>, all: &Cown<Vec<T>>, cells: &[Cown<T>]) {
        when!(a => { *a += 1; when!(all, cell = cells[0] => all.push(cell.clone())); });
    }
    fn one<T: Send + 'static>(a: &Cown<i32>, cells: Vec<Cown<T>>, some: Option<Cown<T>>) {
        when!(a => {
            *a += 1;
            when!(cell = cells[0] => drop(cell));
            when!(some, cells => drop((some, cells)));
        });
        drop((cells, some));
    }
    on_workers(1, || {
        let (a, all) = (Cown::new(1), Cown::new(Vec::new()));
        go(&a, &all, &[Cown::new("x")]);
        one(&a, vec![Cown::new(1)], None);
        quiesce();
        assert_eq!(when!(a, all => (*a, all.len())).join().unwrap(), (3, 1));
    });
}
