//! Branch and bound: the shortest round trip through some cities, searched by as many behaviors as there are beginnings.
//!
//! The best trip so far is a *notice*: each behavior reads it, without a request and so without waiting, to leave out what
//! cannot be better. Whoever finds a better one updates it, and what begins later finds less to do. With a second notice the
//! search stops as soon as a trip is good enough.
//!
//! `cargo run --example search`

use std::sync::Arc;

use boc::prelude::*;

const CITIES: usize = 13;
/// A beginning of so many cities is one behavior: a body reads one moment, so it should not last for long.
const BEGINNING: usize = 5;

#[derive(Clone, Debug)]
struct Trip {
    length: u32,
    route: Vec<usize>,
}

static BEST: Notice<Trip> = Notice::new(|| Trip { length: u32::MAX, route: Vec::new() });
static STOP: Notice<bool> = Notice::new(|| false);

struct Map([[u32; CITIES]; CITIES]);

impl Map {
    fn new() -> Map {
        let city = |n: u32| ((n * 73 + n * n * 19) % 101, (n * 37 + n * n * 53) % 97);
        let distance = |a: usize, b: usize| {
            let ((ax, ay), (bx, by)) = (city(a as u32), city(b as u32));
            f64::from(ax.abs_diff(bx)).hypot(ay.abs_diff(by).into()).round() as u32
        };
        Map(std::array::from_fn(|a| std::array::from_fn(|b| distance(a, b))))
    }

    fn missing(route: &[usize]) -> impl Iterator<Item = usize> {
        (0..CITIES).filter(|city| !route.contains(city))
    }

    /// No way on from here is shorter: each city that is left has to be left again, by its shortest way at least.
    fn at_least(&self, route: &[usize]) -> u32 {
        let shortest = |a: usize| (0..CITIES).filter(|&b| b != a).map(|b| self.0[a][b]).min().unwrap_or(0);
        Map::missing(route).chain(route.last().copied()).map(shortest).sum()
    }

    /// Goes through everything that begins with `route` and may be better than `best`; counts what it has looked at.
    fn search(&self, route: &mut Vec<usize>, length: u32, best: &mut Trip) -> u64 {
        let here = route[route.len() - 1];
        if route.len() == CITIES {
            let length = length + self.0[here][0];
            if length < best.length {
                *best = Trip { length, route: route.clone() };
            }
            return 1;
        }
        if length + self.at_least(route) >= best.length {
            return 1;
        }
        let mut looked_at = 1;
        for next in Map::missing(&route.clone()) {
            route.push(next);
            looked_at += self.search(route, length + self.0[here][next], best);
            route.pop();
        }
        looked_at
    }
}

/// Schedules the search of everything that begins with `route`.
fn branch(map: &Arc<Map>, mut route: Vec<usize>, length: u32, enough: u32, looked_at: &Cown<u64>) {
    when!(clone map, clone looked_at => {
        let (stop, known) = (STOP.read(), BEST.read());
        if *stop || length + map.at_least(&route) >= known.length {
            return;
        }
        if route.len() < BEGINNING {
            for next in Map::missing(&route) {
                let longer = length + map.0[route[route.len() - 1]][next];
                branch(&map, [&route[..], &[next]].concat(), longer, enough, &looked_at);
            }
            return;
        }
        let mut best = Trip::clone(&known);
        let count = map.search(&mut route, length, &mut best);
        when!(looked_at => *looked_at += count);
        if best.length < known.length {
            STOP.post(best.length <= enough);
            // Another behavior may have found a better one since.
            BEST.update(move |newest| if best.length < newest.length { best } else { newest.clone() });
        }
    });
}

/// The best trip, or the first that is short enough; and how much was looked at.
fn solve(map: &Arc<Map>, enough: u32) -> (Trip, u64) {
    BEST.post(Trip { length: u32::MAX, route: Vec::new() });
    STOP.post(false);
    let looked_at = Cown::new(0);
    branch(map, vec![0], 0, enough, &looked_at);
    quiesce();
    (Trip::clone(&BEST.read()), when!(looked_at => *looked_at).join().unwrap())
}

#[boc::main]
fn main() {
    let map = Arc::new(Map::new());
    let (best, looked_at) = solve(&map, 0);
    println!(
        "shortest: {} by {:?}, having looked at {looked_at} of {} beginnings",
        best.length,
        best.route,
        beginnings()
    );
    assert_eq!(best.length, by_dynamic_programming(&map));
    assert!(looked_at < beginnings() / 100, "most was left out");

    let (good, looked_at) = solve(&map, best.length * 5 / 4);
    println!("good enough: {} by {:?}, having looked at {looked_at}", good.length, good.route);
    assert!(good.length <= best.length * 5 / 4);
}

fn beginnings() -> u64 {
    (1..CITIES as u64)
        .rev()
        .scan(1, |ways, left| {
            *ways *= left;
            Some(*ways)
        })
        .sum()
}

/// Held and Karp's algorithm, to check the result: the shortest way through a set of cities, by the set and the last one.
fn by_dynamic_programming(map: &Map) -> u32 {
    let mut shortest = vec![[u32::MAX / 2; CITIES]; 1 << CITIES];
    shortest[1][0] = 0;
    for set in 1..1_usize << CITIES {
        for (last, next) in (0..CITIES).flat_map(|last| (0..CITIES).map(move |next| (last, next))) {
            let with_next = set | 1 << next;
            if set & 1 << last != 0 && with_next != set {
                let length = shortest[set][last] + map.0[last][next];
                shortest[with_next][next] = shortest[with_next][next].min(length);
            }
        }
    }
    (1..CITIES).map(|last| shortest[(1 << CITIES) - 1][last] + map.0[last][0]).min().unwrap_or(0)
}
