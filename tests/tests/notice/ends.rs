//! What becomes of values, notices and boards in the end.

use boc::prelude::*;
use boc_tests::{Bomb, Counted, Drops, on_workers, within};

#[test]
fn a_value_that_is_replaced_is_dropped_when_the_last_reader_lets_go() {
    on_workers(2, || {
        let drops = Drops::new();
        let level = Notice::of(drops.token());
        let kept = level.read();
        level.post(drops.token());
        quiesce();
        // The initial value is the notice's: it is that of other boards.
        assert_eq!(drops.count(), 0);
        drop(kept);
        when!(clone level, let token = drops.token() => level.post(token)).join().unwrap();
        quiesce();
        assert_eq!(drops.count(), 1);
        drop(level);
        quiesce();
        assert_eq!(drops.count(), 3);
    });
}

#[test]
fn a_local_notice_that_is_gone_leaves_nothing_on_any_board() {
    within(boc_tests::LIMIT, || {
        let runtimes = [1, 2].map(|workers| Runtime::builder().workers(workers).build().unwrap());
        let drops = Drops::new();
        for _ in 0..100 {
            let level = Notice::of(drops.token());
            for runtime in &runtimes {
                when!(in runtime; clone level, let token = drops.token() => level.post(token))
                    .join()
                    .unwrap();
                runtime.enter(|| level.post(drops.token()));
            }
        }
        for runtime in &runtimes {
            runtime.quiesce();
        }
        assert_eq!(drops.count(), 500);
    });
}

#[test]
fn a_notice_whose_last_handle_goes_in_a_closure_of_update_leaves_the_board_too() {
    on_workers(1, || {
        let drops = Drops::new();
        let (level, other) = (Notice::of(0), Notice::of(drops.token()));
        other.post(drops.token());
        level.update(move |n| {
            drop(other);
            n + 1
        });
        assert_eq!((*level.read(), drops.count()), (1, 2));
    });
}

#[test]
fn the_values_of_a_board_go_with_its_runtime() {
    within(boc_tests::LIMIT, || {
        static KEPT: Notice<Option<Counted>> = Notice::new(|| None);
        let drops = Drops::new();
        let runtime = Runtime::builder().workers(2).build().unwrap();
        when!(in &runtime; let token = drops.token() => KEPT.post(Some(token))).join().unwrap();
        runtime.shutdown();
        assert_eq!(drops.count(), 1);
    });
}

/// The destructors run on whatever thread lets go of a board last.
#[test]
fn values_whose_destructors_panic_take_nothing_down() {
    within(boc_tests::LIMIT, || {
        static KEPT: Notice<Option<Bomb>> = Notice::new(|| None);
        let drops = Drops::new();
        let bomb = |drops: &Drops| Some(Bomb::new(drops));
        let runtime = Runtime::builder().workers(2).build().unwrap();
        for _ in 0..5 {
            when!(in &runtime; clone drops => {
                KEPT.post(bomb(&drops));
                KEPT.update(move |_| bomb(&drops));
            })
            .join()
            .unwrap();
            runtime.enter(|| KEPT.post(bomb(&drops)));
        }
        assert!(when!(in &runtime; => KEPT.read().is_some()).join().unwrap());
        runtime.shutdown();
        assert_eq!(drops.count(), 15);
    });
}

/// A value's destructor runs under no lock: it may use the board.
#[test]
fn destructors_of_values_may_post() {
    struct PostsOnDrop(Notice<u32>);
    impl Drop for PostsOnDrop {
        fn drop(&mut self) {
            self.0.update(|n| n + 1);
        }
    }
    on_workers(2, || {
        let (count, kept) = (Notice::of(0), Notice::of(None));
        for _ in 0..10 {
            kept.post(Some(PostsOnDrop(count.clone())));
            when!(clone kept, clone count => kept.post(Some(PostsOnDrop(count)))).join().unwrap();
        }
        kept.post(None);
        quiesce();
        assert_eq!(*count.read(), 20);
    });
}

#[test]
fn many_notices_are_many() {
    on_workers(2, || {
        let notices: Vec<_> = (0..500).map(Notice::of).collect();
        for (n, notice) in notices.iter().enumerate().step_by(3) {
            when!(clone notice => notice.update(|value| value + 1000)).join().unwrap();
            assert_eq!(*notice.read(), n + 1000);
        }
        let read =
            |notices: &[Notice<usize>]| notices.iter().map(|notice| *notice.read()).collect::<Vec<_>>();
        let seen = read(&notices);
        assert_eq!(when!(clone notices => read(&notices)).join().unwrap(), seen);
        assert_eq!(seen.iter().sum::<usize>(), 499 * 250 + 167 * 1000);
    });
}
