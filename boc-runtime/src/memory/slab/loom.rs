//! Owns: the models of README.md, "Races": one per race, of the same name. Real heaps and parcels, with small pages.
//!
//! Loom runs the model's first thread first, and tries another order where an access meets one that a thread before it has
//! made; but of the accesses to a word it remembers the last one only. A post looks before it exchanges, and its own
//! look would hide that of the heap's thread. So the first thread is the one that posts, and the heap's is another one.

#![expect(unsafe_code, reason = "frees what it has allocated")]

use std::ptr::{self, NonNull};
use std::sync::Arc;

use loom::cell::UnsafeCell;
use loom::thread::{JoinHandle, spawn};

use crate::sync::explore;

use super::heap::{Heap, STEP};
use super::{HEAP, allocate_small, deallocate_small, give_back, page, pool, post_parcel};

/// Two blocks of this class are a page.
const CLASS: usize = 28;
const _: () = assert!(page::PAGE / (CLASS * STEP) == 2);

/// The blocks that a model watches: whoever has one is alone with it, and comes after whoever had it before.
struct Watched(Vec<(NonNull<u8>, UnsafeCell<()>)>);

// SAFETY: what the models are to show; loom's threads share one thread of the system.
unsafe impl Send for Watched {}
// SAFETY: as above.
unsafe impl Sync for Watched {}

impl Watched {
    fn new(blocks: &[NonNull<u8>]) -> Arc<Watched> {
        Arc::new(Watched(blocks.iter().map(|&block| (block, UnsafeCell::new(()))).collect()))
    }

    fn block(&self, index: usize) -> NonNull<u8> {
        self.0[index].0
    }

    /// The caller uses the block, if it is one of these.
    fn touch(&self, block: NonNull<u8>) {
        for (_, used) in self.0.iter().filter(|(watched, _)| *watched == block) {
            used.with_mut(|_| ());
        }
    }

    fn free(&self, index: usize) {
        self.touch(self.block(index));
        // SAFETY: allocated by the model, which frees it once.
        unsafe { deallocate_small(self.block(index)) };
    }

    /// Each of them is among these once, and nothing is twice.
    fn assert_among(&self, mut blocks: Vec<NonNull<u8>>) {
        for &(watched, _) in &self.0 {
            assert!(blocks.contains(&watched), "a block is lost");
        }
        let count = blocks.len();
        blocks.sort();
        blocks.dedup();
        assert_eq!(blocks.len(), count, "a block is with two owners");
    }
}

type Blocks = Vec<NonNull<u8>>;

/// On its way from thread to thread.
struct Handed<T>(T);

// SAFETY: one thread at a time has what is in it.
unsafe impl<T> Send for Handed<T> {}

/// Blocks of a heap that no thread has at the moment.
fn heap_with_blocks(count: usize) -> (Handed<*const Heap>, Blocks) {
    let blocks = (0..count).map(|_| allocate_small(CLASS)).collect();
    (Handed(HEAP.replace(ptr::null())), blocks)
}

/// So many blocks, for the thread that has a heap.
fn allocate(count: usize, watched: &Watched) -> Blocks {
    let blocks: Blocks = (0..count).map(|_| allocate_small(CLASS)).collect();
    blocks.iter().for_each(|&block| watched.touch(block));
    blocks
}

/// A thread that has the heap and does this.
fn at_home<R: 'static>(
    heap: &Handed<*const Heap>,
    watched: &Arc<Watched>,
    act: impl FnOnce(&Watched) -> R + Send + 'static,
) -> JoinHandle<Handed<R>> {
    let (heap, watched) = (Handed(heap.0), Arc::clone(watched));
    spawn(move || {
        let Handed(heap) = heap;
        HEAP.set(heap);
        let result = act(&watched);
        HEAP.set(ptr::null());
        Handed(result)
    })
}

/// As many blocks of a heap, which no other thread has, as bring everything back that was returned to it.
fn allocate_all(heap: Handed<*const Heap>, watched: &Watched) -> Blocks {
    HEAP.set(heap.0);
    let blocks = allocate(6, watched);
    HEAP.set(ptr::null());
    blocks
}

#[test]
fn a_post_meets_another_post() {
    explore(|| {
        let (heap, blocks) = heap_with_blocks(2);
        let watched = Watched::new(&blocks);
        let other = spawn({
            let watched = Arc::clone(&watched);
            move || {
                watched.free(1);
                post_parcel();
            }
        });
        watched.free(0);
        post_parcel();
        other.join().expect("no panic");
        watched.assert_among(allocate_all(heap, &watched));
    });
}

#[test]
fn a_post_meets_the_taking_of_the_list() {
    explore(|| {
        let (heap, blocks) = heap_with_blocks(2);
        let watched = Watched::new(&blocks);
        let home = at_home(&heap, &watched, |watched| allocate(2, watched));
        for index in [0, 1] {
            watched.free(index);
            post_parcel();
        }
        let mut back = home.join().expect("no panic").0;
        back.extend(allocate_all(heap, &watched));
        watched.assert_among(back);
    });
}

#[test]
fn a_parcel_arrives_when_its_thread_has_gone() {
    explore(|| {
        let (heap, blocks) = heap_with_blocks(2);
        let watched = Watched::new(&blocks);
        let ending = at_home(&heap, &watched, |watched| {
            watched.free(1);
            give_back();
        });
        let adopting = spawn({
            let watched = Arc::clone(&watched);
            move || {
                let blocks = allocate(1, &watched);
                give_back();
                Handed(blocks)
            }
        });
        watched.free(0);
        post_parcel();
        ending.join().expect("no panic");
        let mut back = adopting.join().expect("no panic").0;
        // The heap is in the pool, and another one if `adopting` came too early for it.
        for heap in [pool::adopt_heap(), pool::adopt_heap()] {
            back.extend(allocate_all(Handed(heap.as_ptr()), &watched));
        }
        watched.assert_among(back);
    });
}

#[test]
fn a_parcel_arrives_while_its_heap_is_tidied() {
    explore(|| {
        let (heap, blocks) = heap_with_blocks(2);
        let watched = Watched::new(&blocks);
        // It waits, and tidies as a worker does.
        let tidying = at_home(&heap, &watched, |_| {
            give_back();
            while pool::tidy_some(1) {}
        });
        for index in [0, 1] {
            watched.free(index);
            post_parcel();
        }
        tidying.join().expect("no panic");
        // What it came too early for.
        while pool::tidy_some(1) {}
        let adopted = pool::adopt_heap();
        assert_eq!(adopted.as_ptr().cast_const(), heap.0);
        // SAFETY: heaps are never freed; this thread has it.
        assert!(!unsafe { adopted.as_ref() }.has_returns(), "a parcel was not noted");
        watched.assert_among(allocate_all(heap, &watched));
    });
}

#[test]
fn a_full_parcel_and_one_for_another_heap() {
    explore(|| {
        let (ours, our_blocks) = heap_with_blocks(2);
        let (theirs, their_blocks) = heap_with_blocks(2);
        let watched = Watched::new(&[our_blocks[0], their_blocks[0], their_blocks[1]]);
        let home = at_home(&ours, &watched, |watched| allocate(1, watched));
        // Two blocks are a full parcel: nobody posts it but `deallocate`.
        (0..3).for_each(|index| watched.free(index));
        let mut back = home.join().expect("no panic").0;
        back.extend(allocate_all(ours, &watched));
        assert!(!their_blocks.iter().any(|block| back.contains(block)), "a block is with the wrong heap");
        back.extend(allocate_all(theirs, &watched));
        watched.assert_among(back);
    });
}
