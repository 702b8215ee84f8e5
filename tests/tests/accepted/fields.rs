//! Places: fields, elements, temporaries, and what reaches them.

use std::sync::{Arc, LazyLock};

use boc::prelude::*;
use boc_tests::on_workers;

struct World {
    hub: Cown<i32>,
    cells: Vec<Cown<i32>>,
    pair: (Cown<i32>, Cown<i32>),
    x_y: Cown<i32>,
}

impl World {
    fn new() -> Self {
        let cell = |value| Cown::new(value);
        Self { hub: cell(1), cells: vec![cell(10), cell(20)], pair: (cell(100), cell(200)), x_y: cell(5) }
    }

    fn bump(&self) -> Promise<i32> {
        when!(self.hub => { *hub += 1; *hub })
    }

    fn bump_later(&self, start: &Cown<i32>) {
        when!(start => {
            let by = *start;
            when!(self.hub, read self.cells => *hub += by * cells[0]);
            when!(self.hub => *hub += 1);
        });
    }

    fn all(&mut self) -> Promise<i32> {
        when!(world = self.pair, self.hub => *world.0 + *world.1 + *hub)
    }

    fn attribute(&self, by: i32) -> Promise<i32> {
        #[boc::attr::when(self.hub, second = self.pair.1)]
        fn sum(hub: &mut i32, second: &mut i32, by: i32) -> i32 {
            *hub += by;
            *hub + *second
        }
        sum
    }
}

#[test]
fn fields_of_self() {
    on_workers(2, || {
        let mut world = World::new();
        assert_eq!(world.bump().join().unwrap(), 2);
        assert_eq!(world.all().join().unwrap(), 302);
        assert_eq!(world.attribute(3).join().unwrap(), 205);
    });
}

#[test]
fn fields_of_self_in_a_nested_header() {
    on_workers(2, || {
        let (world, start) = (World::new(), Cown::new(3));
        world.bump_later(&start);
        quiesce();
        assert_eq!(world.bump().join().unwrap(), 1 + 3 * 10 + 1 + 1);
    });
}

#[test]
fn fields_in_a_nested_header_leave_their_owner_here() {
    on_workers(2, || {
        let (world, start) = (World::new(), Cown::new(0));
        when!(start => {
            when!(world.hub, one = world.cells[1], first = world.pair.0 => *hub += *one + *first);
            when!(world.hub => *hub += 1);
            when!(=> { when!(world.hub => *hub += 1000); });
        });
        quiesce();
        assert_eq!(world.bump().join().unwrap(), 1 + 20 + 100 + 1 + 1000 + 1);
    });
}

/// `w.x_y` and `w_x.y` were one variable in the expansion, and the second behavior got the cown of the first.
#[test]
fn two_field_paths_of_the_same_words() {
    struct Inner {
        y: Cown<i32>,
    }
    on_workers(2, || {
        let (w, w_x, start) = (World::new(), Inner { y: Cown::new(50) }, Cown::new(()));
        let both = when!(start => {
            let _ = &start;
            when!(w.x_y => *x_y += 1);
            when!(w_x.y => *y += 2);
            when!(first = w.x_y, second = w_x.y => (*first, *second))
        });
        assert_eq!(both.join().unwrap().join().unwrap(), (6, 52));
    });
}

#[test]
fn elements_with_a_computed_index() {
    on_workers(2, || {
        let (cells, i) = ([Cown::new(1), Cown::new(2), Cown::new(3)], 1);
        when!(x = cells[i], y = cells[(i + 1) % 3] => std::mem::swap(&mut *x, &mut *y));
        assert_eq!(when!(cells => cells.iter().copied().collect::<Vec<_>>()).join().unwrap(), [1, 3, 2]);
    });
}

#[test]
fn temporaries_live_as_long_as_the_call() {
    fn pair() -> (Cown<i32>, Cown<i32>) {
        (Cown::new(1), Cown::new(2))
    }
    on_workers(1, || {
        assert_eq!(when!(c = pair().1 => *c).join().unwrap(), 2);
        assert_eq!(when!(c = Some(&pair().0).unwrap(), d = &&pair().1 => *c + *d).join().unwrap(), 3);
        assert_eq!(when!(c = if true { pair().0 } else { pair().1 } => *c).join().unwrap(), 1);
        assert_eq!(when!(c = { let p = pair(); p.1 } => *c).join().unwrap(), 2);
        assert_eq!(when!(c = match 1 { 1 => pair(), _ => unreachable!() } => *c.0 + *c.1).join().unwrap(), 3);
    });
}

#[test]
fn handles_behind_pointers() {
    on_workers(2, || {
        let shared = Arc::new(World::new());
        let boxed = Box::new(Cown::new(4));
        let there = Arc::clone(&shared);
        when!(b = *boxed => {
            let by = *b;
            when!(there.hub => *hub += by);
        });
        quiesce();
        assert_eq!(when!(shared.hub, b = &*boxed => *hub + *b).join().unwrap(), 9);
    });
}

#[test]
fn an_option_and_a_tuple_and_a_slice() {
    on_workers(2, || {
        let (some, none) = (Some(Cown::new(1)), None::<Cown<i32>>);
        let (cells, two) = (vec![Cown::new(2), Cown::new(3)], (Cown::new(4), Cown::new(5)));
        let sum = when!(some, none, part = &cells[1..], two => {
            *two.0 += 1;
            some.map_or(0, |some| *some) + none.map_or(0, |none| *none) + part[0] + *two.0 + *two.1
        });
        assert_eq!(sum.join().unwrap(), 1 + 3 + 5 + 5);
    });
}

#[test]
fn requests_by_reference_and_by_parameter() {
    fn add(cown: &Cown<i32>, other: &&Cown<i32>, by: &i32) -> Promise<i32> {
        let by = *by;
        when!(cown, read other => { *cown += *other + by; *cown })
    }
    on_workers(1, || assert_eq!(add(&Cown::new(1), &&Cown::new(2), &3).join().unwrap(), 6));
}

static COUNTER: LazyLock<Cown<u32>> = LazyLock::new(|| Cown::new(0));

#[test]
fn a_static_is_reached_from_any_depth() {
    on_workers(2, || {
        let start = Cown::new(5);
        when!(start, counter = *COUNTER => {
            *counter += *start;
            when!(counter = *COUNTER => { *counter *= 2; when!(c = *COUNTER => *c += 1); });
        });
        quiesce();
        assert_eq!(when!(count = *COUNTER => *count).join().unwrap(), 11);
    });
}

#[expect(non_upper_case_globals, reason = "the point")]
static looks_like_a_local: LazyLock<Cown<u32>> = LazyLock::new(|| Cown::new(7));

#[test]
fn a_static_that_looks_like_a_local() {
    on_workers(1, || {
        let start = Cown::new(1);
        let both = when!(start, cell = *looks_like_a_local => {
            *cell += *start;
            when!(cell = *looks_like_a_local => *cell)
        });
        assert_eq!(both.join().unwrap().join().unwrap(), 8);
    });
}

#[expect(non_upper_case_globals, reason = "the point")]
const limit: i32 = 3;

#[test]
#[expect(non_upper_case_globals, reason = "the point")]
fn a_constant_that_looks_like_a_local() {
    on_workers(1, || {
        let a = Cown::new(3);
        let seen = when!(a => match *a { limit => "at the limit", _ => "elsewhere" });
        assert_eq!(seen.join().unwrap(), "at the limit");
        assert!(when!(a => { if let limit = *a { *a < limit + 1 } else { false } }).join().unwrap());
    });
}

/// What a request makes on the way is dropped with the call, in every edition.
#[test]
fn temporaries_do_not_outlive_the_call() {
    use std::sync::Mutex;
    fn is_send<T: Send>(value: T) -> T {
        value
    }
    on_workers(1, || {
        let shared = Arc::new(Mutex::new(vec![Cown::new(1)]));
        let sum =
            when!(c = shared.lock().unwrap()[0] => *c).join().unwrap() + shared.lock().unwrap().len() as i32;
        assert_eq!(sum, 2);
        match when!(c = shared.lock().unwrap()[0] => *c) {
            promise => assert_eq!((shared.lock().unwrap().len(), promise.join().unwrap()), (1, 1)),
        }
        #[boc::attr::when(c = shared.lock().unwrap()[0])]
        fn value(c: &mut i32) -> i32 {
            *c
        }
        assert_eq!((shared.lock().unwrap().len(), value.join().unwrap()), (1, 1));
        let task = is_send(async move { when!(c = shared.lock().unwrap()[0] => *c).await.unwrap() });
        assert_eq!(pollster::block_on(task), 1);
    });
}
