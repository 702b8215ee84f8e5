//! Branch and bound: the shortest round trip through some cities, searched by as many behaviors as there are beginnings.
//!
//! The best trip so far is a *notice*: each behavior reads it, without a request and so without waiting, to leave out what
//! cannot be better. A behavior that finds a better one updates it, and what begins later finds less to do. With a second
//! notice the search stops as soon as a trip is good enough.
//!
//! `cargo run --example search`

use std::sync::Arc;

use boc::prelude::*;

const CITIES: usize = 12;
/// A beginning of so many cities is one behavior. A body reads one moment, so it should not last for long.
const BEGINNING: usize = 5;

#[derive(Clone, Debug)]
struct Trip {
    length: u32,
    route: Vec<usize>,
}

static BEST: Notice<Trip> = Notice::new(|| Trip { length: u32::MAX, route: Vec::new() });
static STOP: Notice<bool> = Notice::new(|| false);

/// The distances, and those from each city to the nearest.
struct Map([[u32; CITIES]; CITIES], [u32; CITIES]);

impl Map {
    fn new() -> Map {
        let city = |n: u32| ((n * 73 + n * n * 19) % 101, (n * 37 + n * n * 53) % 97);
        let distance = |a: usize, b: usize| {
            let ((ax, ay), (bx, by)) = (city(a as u32), city(b as u32));
            f64::from(ax.abs_diff(bx)).hypot(ay.abs_diff(by).into()).round() as u32
        };
        let distances: [[u32; CITIES]; CITIES] =
            std::array::from_fn(|a| std::array::from_fn(|b| distance(a, b)));
        Map(distances, distances.map(|from| from.into_iter().filter(|&length| length > 0).min().unwrap_or(0)))
    }

    /// Every way on from here is at least so long: each city that is left has to be left again.
    fn at_least(&self, route: &[usize]) -> u32 {
        let left = (0..CITIES).filter(|city| !route[..route.len() - 1].contains(city));
        left.map(|city| self.1[city]).sum()
    }

    /// Where to go on from here, the nearest first, with the length until there.
    fn ways(&self, route: &[usize], length: u32) -> impl Iterator<Item = (usize, u32)> + use<> {
        let from = self.0[route[route.len() - 1]];
        let mut left: Vec<usize> = (0..CITIES).filter(|city| !route.contains(city)).collect();
        left.sort_by_key(|&next| from[next]);
        left.into_iter().map(move |next| (next, length + from[next]))
    }

    /// Goes through everything that begins with `route` and may be better than `best`; counts what it has looked at.
    fn search(&self, route: &mut Vec<usize>, length: u32, best: &mut Trip) -> u64 {
        if route.len() == CITIES {
            let length = length + self.0[route[CITIES - 1]][0];
            if length < best.length {
                *best = Trip { length, route: route.clone() };
            }
            return 1;
        }
        let mut looked_at = 1;
        if length + self.at_least(route) < best.length {
            for (next, length) in self.ways(route, length) {
                route.push(next);
                looked_at += self.search(route, length, best);
                route.pop();
            }
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
            for (next, length) in map.ways(&route, length) {
                branch(&map, [&route[..], &[next]].concat(), length, enough, &looked_at);
            }
            return;
        }
        let mut best = Trip::clone(&known);
        let count = map.search(&mut route, length, &mut best);
        when!(looked_at => *looked_at += count);
        if best.length <= enough {
            STOP.post(true);
        }
        if best.length < known.length {
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
    println!("shortest: {} by {:?}, having looked at {looked_at} beginnings", best.length, best.route);
    assert_eq!(best.length, 399, "as Held and Karp's algorithm finds it");
    assert!(looked_at < 5_000_000, "of the 39 916 800 trips, most were left out");

    let enough = best.length * 5 / 4;
    let (good, looked_at) = solve(&map, enough);
    println!("good enough: {} by {:?}, having looked at {looked_at} beginnings", good.length, good.route);
    assert!(good.length <= enough);
}

#[test]
fn the_shortest_trip_is_found() {
    main();
}
