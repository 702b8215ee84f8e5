#![expect(unsafe_code, reason = "gives back what it has allocated")]

use std::alloc::Layout;
use std::collections::HashSet;
use std::ptr::NonNull;
use std::sync::mpsc::channel;
use std::thread;

use super::*;

fn layout(size: usize) -> Layout {
    Layout::from_size_align(size, 8).expect("a small size")
}

/// A block with its size written all over it.
struct Filled(NonNull<u8>, usize);

// SAFETY: the only one who knows the block.
unsafe impl Send for Filled {}

impl Filled {
    fn new(size: usize) -> Filled {
        let block = allocate(layout(size));
        // SAFETY: as long as it was asked for.
        unsafe { block.write_bytes(size as u8, size) };
        Filled(block, size)
    }
}

impl Drop for Filled {
    fn drop(&mut self) {
        let Filled(block, size) = *self;
        // SAFETY: written by `new`.
        let bytes = unsafe { std::slice::from_raw_parts(block.as_ptr(), size) };
        assert!(
            bytes.iter().all(|&byte| byte == size as u8),
            "somebody else has written to a block of {size}"
        );
        // SAFETY: allocated with this layout, used no more.
        unsafe { deallocate(block, layout(size)) };
    }
}

#[test]
fn blocks_do_not_overlap_and_are_aligned() {
    let sizes = [1, 16, 17, 40, 96, 112, 255, 500, 512, 513, 4000];
    let blocks: Vec<_> = (0..20_000).map(|n| Filled::new(sizes[n % sizes.len()])).collect();
    let starts: HashSet<_> = blocks.iter().map(|block| block.0).collect();
    assert_eq!(starts.len(), blocks.len());
    assert!(blocks.iter().all(|block| block.0.addr().get() % 16 == 0));
}

#[test]
#[cfg_attr(any(boc_system_alloc, miri), ignore = "there are no heaps")]
fn a_freed_block_is_used_again_at_once() {
    let first = Filled::new(96);
    let at = first.0;
    drop(first);
    assert_eq!(Filled::new(96).0, at);
}

#[test]
#[cfg_attr(any(boc_system_alloc, miri), ignore = "there are no heaps")]
fn blocks_freed_elsewhere_come_home() {
    thread::spawn(|| {
        // One of two stays, so that no page is empty and goes elsewhere.
        let (stay, go): (Vec<_>, Vec<_>) =
            (0..10_000).map(|n| (n, Filled::new(128))).partition(|(n, _)| n % 2 == 0);
        let gone: HashSet<_> = go.iter().map(|(_, block)| block.0).collect();
        thread::spawn(move || drop(go)).join().expect("it frees them");
        let back: Vec<_> = (0..5_000).map(|_| Filled::new(128)).collect();
        let again = back.iter().filter(|block| gone.contains(&block.0)).count();
        // But for what was left of the current page.
        assert!(again >= 4_400, "only {again} of 5000 blocks were used again");
        drop(stay);
    })
    .join()
    .expect("the blocks come home");
}

#[test]
fn blocks_outlive_their_thread() {
    let (send, receive) = channel();
    for n in 0..20 {
        let send = send.clone();
        let thread =
            thread::spawn(move || (0..100).for_each(|_| send.send(Filled::new(16 + n)).expect("we listen")));
        thread.join().expect("it allocates");
    }
    drop(send);
    assert_eq!(receive.iter().count(), 2_000);
}

#[test]
fn threads_that_pass_blocks_around_keep_them_apart() {
    let channels: Vec<_> = (0..4).map(|_| channel::<Filled>()).collect();
    let (senders, receivers): (Vec<_>, Vec<_>) = channels.into_iter().unzip();
    let threads: Vec<_> = receivers
        .into_iter()
        .enumerate()
        .map(|(index, receiver)| {
            let next = senders[(index + 1) % senders.len()].clone();
            thread::spawn(move || {
                for round in 0..2_000 {
                    next.send(Filled::new(16 + (round * 7 + index) % 300)).expect("the next thread listens");
                    // Every other block stays in the channel for a while.
                    if round % 2 == 0 {
                        drop(receiver.recv().expect("somebody sends"));
                    }
                }
                receiver
            })
        })
        .collect();
    drop(senders);
    let receivers: Vec<_> =
        threads.into_iter().map(|thread| thread.join().expect("no block was written twice")).collect();
    // With what is left in them.
    drop(receivers);
}

/// A thread-local whose destructor runs after those of the heap may free, and allocate.
#[test]
fn the_destructor_of_a_thread_local_may_allocate() {
    struct Late(Option<Filled>);
    impl Drop for Late {
        fn drop(&mut self) {
            self.0 = None;
            drop(Filled::new(64));
        }
    }
    std::thread_local! {
        static LATE: std::cell::RefCell<Late> = const { std::cell::RefCell::new(Late(None)) };
    }
    thread::spawn(|| LATE.with_borrow_mut(|late| late.0 = Some(Filled::new(64))))
        .join()
        .expect("it ends well");
}
