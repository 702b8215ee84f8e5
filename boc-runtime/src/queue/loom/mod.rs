//! Owns: the models of README.md, part 6: one per race, of the same name.

mod bench;

use bench::{Bench, Read, Write};

use crate::sync::explore;

use super::Queue;

impl Queue {
    /// The cown dies: whoever touches its words meanwhile or later ends the model.
    fn bury(&mut self) {
        self.tail.bury();
        self.readers.with_mut(|readers| assert_eq!(*readers, 0, "dies with readers"));
        self.writer.with_mut(|writer| *writer = std::ptr::null_mut());
    }
}

#[test]
fn release_meets_a_half_entered_successor() {
    explore(|| {
        let bench = Bench::new(1, 2);
        let first = bench.schedule(&[Write(0)]);
        let other = bench.spawn(|bench| bench.schedule(&[Write(0)]));
        bench.run_ready();
        let second = other.join().expect("no panic");
        assert_eq!(bench.order(0), [first, second]);
        bench.finish();
    });
}

#[test]
fn a_request_of_one_cown_between() {
    explore(|| {
        let bench = Bench::new(2, 3);
        let first = bench.spawn(|bench| bench.schedule(&[Write(0), Write(1)]));
        let between = bench.spawn(|bench| bench.schedule(&[Write(0)]));
        bench.schedule(&[Write(0), Write(1)]);
        bench.run_ready();
        first.join().expect("no panic");
        let between = between.join().expect("no panic");
        let mut order = bench.order(0);
        order.retain(|&number| number != between);
        assert_eq!(bench.order(1), order);
        bench.finish();
    });
}

#[test]
fn a_stranger_between_two_of_a_run() {
    explore(|| {
        let bench = Bench::new(2, 2);
        let stranger = bench.spawn(|bench| bench.schedule(&[Write(0)]));
        let batch = bench.schedule_batch(&[&[Write(0)], &[Write(0), Write(1)]]);
        bench.run_ready();
        let stranger = stranger.join().expect("no panic");
        let order = bench.order(0);
        assert!(
            order == [batch[0], batch[1], stranger] || order == [stranger, batch[0], batch[1]],
            "{order:?}"
        );
        bench.finish();
    });
}

#[test]
fn a_batch_is_seen_whole() {
    explore(|| {
        let bench = Bench::new(2, 2);
        let other = bench.spawn(|bench| bench.schedule(&[Write(0), Write(1)]));
        let batch = bench.schedule_batch(&[&[Write(0)], &[Write(1)]]);
        bench.run_ready();
        let other = other.join().expect("no panic");
        let before = |cown: usize| bench.order(cown) == [other, batch[cown]];
        assert_eq!(before(0), before(1), "{:?} {:?}", bench.order(0), bench.order(1));
        bench.finish();
    });
}

#[test]
fn the_walk_meets_a_slot_that_is_not_published() {
    explore(|| {
        let bench = Bench::new(2, 2);
        bench.schedule(&[Write(0)]);
        bench.schedule(&[Read(0)]);
        let other = bench.spawn(|bench| bench.schedule(&[Read(0), Write(1)]));
        bench.run_ready();
        other.join().expect("no panic");
        bench.finish();
    });
}

#[test]
fn a_joiner_against_the_release_of_the_reader_before_it() {
    explore(|| {
        let bench = Bench::new(1, 2);
        bench.schedule(&[Read(0)]);
        let joiner = bench.spawn(|bench| bench.schedule(&[Read(0)]));
        bench.run_ready();
        joiner.join().expect("no panic");
        bench.finish();
    });
}

#[test]
fn a_joiner_finishes_before_the_walk_has_counted() {
    explore(|| {
        let bench = Bench::new(1, 2);
        bench.schedule(&[Write(0)]);
        bench.schedule(&[Read(0)]);
        bench.schedule(&[Read(0)]);
        let joiner = bench.spawn(|bench| {
            bench.schedule(&[Read(0)]);
            bench.run_ready();
            bench.schedule(&[Write(0)]);
        });
        bench.run_ready();
        joiner.join().expect("no panic");
        bench.finish();
    });
}

#[test]
fn the_last_reader_against_an_arriving_writer() {
    explore(|| {
        let bench = Bench::new(1, 2);
        bench.schedule(&[Read(0)]);
        let writer = bench.spawn(|bench| bench.schedule(&[Write(0)]));
        bench.run_ready();
        writer.join().expect("no panic");
        bench.finish();
    });
}

#[test]
fn a_reader_leaves_while_another_arrives() {
    explore(|| {
        let bench = Bench::new(1, 3);
        bench.schedule(&[Read(0)]);
        let reader = bench.spawn(|bench| bench.schedule(&[Read(0)]));
        let writer = bench.spawn(|bench| bench.schedule(&[Write(0)]));
        bench.run_ready();
        reader.join().expect("no panic");
        writer.join().expect("no panic");
        bench.finish();
    });
}

#[test]
fn a_scheduler_goes_on_too_soon() {
    explore(|| {
        let bench = Bench::new(2, 2);
        let other = bench.spawn(|bench| (bench.schedule(&[Write(0)]), bench.schedule(&[Write(1)])));
        let both = bench.schedule(&[Write(0), Write(1)]);
        bench.run_ready();
        let (first, second) = other.join().expect("no panic");
        let is_before = |cown: usize, other: usize| bench.order(cown) == [both, other];
        assert!(!is_before(0, first) || is_before(1, second), "{:?} {:?}", bench.order(0), bench.order(1));
        bench.finish();
    });
}

#[test]
fn a_sleeper_is_published_by_another_thread() {
    for mode in [Write, Read] {
        explore(move || {
            let bench = Bench::new(2, 2);
            let other = bench.spawn(move |bench| bench.schedule(&[mode(0)]));
            bench.schedule(&[Write(0), Write(1)]);
            bench.run_ready();
            other.join().expect("no panic");
            bench.finish();
        });
    }
}

#[test]
fn a_chain_of_sleepers_is_passed_on() {
    for requests in [&[Read(0)][..], &[Read(0), Read(1)]] {
        explore(move || {
            let bench = Bench::new(2, 3);
            let one = bench.spawn(|bench| bench.schedule(&[Write(0)]));
            let other = bench.spawn(move |bench| bench.schedule(requests));
            bench.schedule(&[Write(0), Write(1)]);
            bench.run_ready();
            one.join().expect("no panic");
            other.join().expect("no panic");
            bench.finish();
        });
    }
}

#[test]
fn a_watch_meets_its_publishing() {
    explore(|| {
        let bench = Bench::new(2, 2);
        let other = bench.spawn(|bench| bench.schedule(&[Write(0), Write(1)]));
        bench.schedule(&[Write(0), Write(1)]);
        bench.run_ready();
        other.join().expect("no panic");
        assert_eq!(bench.order(0), bench.order(1));
        bench.finish();
    });
}
