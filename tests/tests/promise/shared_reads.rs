//! Promise: `read` shares. Readers of a cown run at the same time, a writer runs alone, and both keep their place in
//! the cown's order.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};

use boc::prelude::*;
use boc_tests::{Gate, Probe, Watch, on_at_least, on_workers};

#[test]
fn readers_overlap() {
    on_at_least(2, || {
        let (cown, both) = (Cown::new(5), Arc::new(Barrier::new(2)));
        // Each waits inside its body for the other one: served one after the other they would hang.
        let one = when!(read cown, clone both => { both.wait(); *cown });
        let other = when!(read cown, clone both => { both.wait(); *cown });
        assert_eq!(one.join().unwrap() + other.join().unwrap(), 10);
    });
}

#[test]
fn readers_that_arrive_while_one_runs_join_it() {
    on_at_least(2, || {
        let (cown, first, second) = (Cown::new(5), Gate::new(), Gate::new());
        let running = when!(read cown, clone first => { first.pass(); *cown });
        first.until_waiting(1);
        let joining = when!(read cown, clone second => { second.pass(); *cown });
        second.until_waiting(1); // it runs although the first one has not ended
        first.open();
        second.open();
        assert_eq!(running.join().unwrap() + joining.join().unwrap(), 10);
    });
}

#[test]
fn many_readers_behind_a_writer_start_together() {
    on_at_least(4, || {
        let (cown, gate, all) = (Cown::new(0), Gate::new(), Arc::new(Barrier::new(4)));
        when!(cown, clone gate => { gate.pass(); *cown = 1; });
        let readers: Vec<_> = (0..4).map(|_| when!(read cown, clone all => { all.wait(); *cown })).collect();
        gate.open();
        for reader in readers {
            assert_eq!(reader.join().unwrap(), 1);
        }
    });
}

#[test]
fn a_writer_is_alone() {
    on_workers(8, || {
        let watch = Watch::new();
        let probe = Cown::new(Probe::new(0, &watch));
        for i in 0..2_000_u64 {
            if i % 4 == 0 {
                when!(probe => { probe.exclusive().linger(i % 100); probe.log.push(i) });
            } else {
                when!(read probe => probe.shared().linger(i % 100));
            }
        }
        assert_eq!(when!(read probe => probe.log.len()).join().unwrap(), 500);
        watch.assert_clean();
    });
}

#[test]
fn a_reader_sees_exactly_the_writes_scheduled_before_it() {
    on_workers(4, || {
        let cown = Cown::new(0);
        let mut seen = Vec::new();
        for i in 0..1_000 {
            when!(cown => *cown += 1);
            for _ in 0..i % 4 {
                seen.push((i + 1, when!(read cown => *cown)));
            }
        }
        for (expected, promise) in seen {
            assert_eq!(promise.join().unwrap(), expected);
        }
    });
}

/// A reader behind a waiting writer must not slip past it, though the cown is being read right now.
#[test]
fn a_reader_does_not_overtake_a_waiting_writer() {
    on_at_least(3, || {
        let (cown, gate) = (Cown::new(0), Gate::new());
        let early = when!(read cown, clone gate => { gate.pass(); *cown });
        gate.until_waiting(1);
        when!(cown => *cown = 1);
        let late = when!(read cown => *cown);
        boc_tests::settle();
        assert!(!late.is_finished());
        gate.open();
        assert_eq!((early.join().unwrap(), late.join().unwrap()), (0, 1));
    });
}

#[test]
fn a_writer_waits_for_every_reader() {
    on_at_least(3, || {
        let (cown, gates) = (Cown::new(0), [Gate::new(), Gate::new()]);
        for gate in &gates {
            when!(read cown, clone gate => { gate.pass(); assert_eq!(*cown, 0) });
        }
        let writer = when!(cown => *cown = 1);
        gates.iter().for_each(|gate| gate.until_waiting(1));
        gates[1].open();
        boc_tests::settle();
        assert!(!writer.is_finished(), "one reader still runs");
        gates[0].open();
        writer.join().unwrap();
    });
}

/// The reader that came last has left, and with it the queue is empty; the first one still reads. Who arrives now
/// finds nobody to stand behind.
#[test]
fn a_writer_that_finds_the_queue_empty_waits_for_a_reader_that_stayed() {
    on_at_least(3, || {
        for _ in 0..20 {
            let (cown, gate) = (Cown::new(0), Gate::new());
            let staying = when!(read cown, clone gate => { gate.pass(); *cown });
            gate.until_waiting(1);
            when!(read cown => *cown).join().unwrap();
            boc_tests::settle(); // the short reader's result is there; let it release the cown too
            let writer = when!(cown => *cown = 1);
            let later = when!(read cown => *cown);
            boc_tests::settle();
            assert!(!writer.is_finished() && !later.is_finished());
            gate.open();
            assert_eq!((staying.join().unwrap(), later.join().unwrap()), (0, 1));
        }
    });
}

#[test]
fn the_same_cown_may_be_read_in_one_set_and_written_in_the_next() {
    on_workers(4, || {
        let (source, target) = (Cown::new(1_u64), Cown::new(0_u64));
        for i in 0..1_000 {
            if i % 2 == 0 {
                when!(read source, target => *target = *source);
            } else {
                when!(source, read target => *source = (*target + 1) % 1_000_003);
            }
        }
        assert_eq!(when!(read source, read target => (*source, *target)).join().unwrap(), (501, 500));
    });
}

#[test]
fn groups_and_tuples_are_read_as_a_whole() {
    on_at_least(2, || {
        let (cowns, both) = ([Cown::new(1), Cown::new(2)], Arc::new(Barrier::new(2)));
        let sum = || when!(read cowns, clone both => { both.wait(); cowns[0] + cowns[1] });
        let (one, other) = (sum(), sum());
        assert_eq!(one.join().unwrap() + other.join().unwrap(), 6);
        let pair = || {
            let both = Arc::clone(&both);
            when((read(&cowns[0]), read(&cowns[1])), move |(a, b)| {
                both.wait();
                *a * *b
            })
        };
        let (one, other) = (pair(), pair());
        assert_eq!(one.join().unwrap() + other.join().unwrap(), 4);
    });
}

#[test]
fn a_value_may_change_behind_a_shared_reference_that_is_sync() {
    on_workers(4, || {
        let count = Cown::new(AtomicUsize::new(0));
        for _ in 0..1_000 {
            when!(read count => count.fetch_add(1, Ordering::Relaxed));
        }
        assert_eq!(when!(count => *count.get_mut()).join().unwrap(), 1_000);
    });
}
