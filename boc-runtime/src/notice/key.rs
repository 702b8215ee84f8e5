//! Owns: what a notice is known by: README.md, part 4.

use std::cell::RefCell;
use std::mem::{self, ManuallyDrop};
use std::ptr;
use std::sync::{Arc, Weak};

use crate::sync::{Mutex, global, thread_local};
use crate::unwind;

use super::board::Noticeboard;
use super::moment;
use super::table::Value;

/// A notice, without its type. The handles of it have counts.
pub(super) struct Key {
    /// Dense. Used again when the notice is gone.
    pub(super) index: usize,
    /// Never used again.
    pub(super) id: u64,
    initial: Initial,
    /// The boards that have an entry of it.
    boards: Mutex<Vec<Weak<Noticeboard>>>,
}

enum Initial {
    /// The same on every board.
    Value(Value),
    /// Made for each board.
    Make(Box<dyn Fn() -> Value + Send + Sync>),
}

/// The indexes that are in use, or were.
#[derive(Debug, Default)]
struct Indexes {
    free: Vec<usize>,
    used: usize,
    made: u64,
}

global!(static INDEXES: Mutex<Option<Indexes>> = Mutex::new(None));

thread_local! {
    /// The notices of which this thread makes initial values.
    static MAKING: ManuallyDrop<RefCell<Vec<u64>>> = const { ManuallyDrop::new(RefCell::new(Vec::new())) };
}

impl Key {
    pub(super) fn of(value: Value) -> Arc<Key> {
        Key::new(Initial::Value(value))
    }

    pub(super) fn made_by(make: impl Fn() -> Value + Send + Sync + 'static) -> Arc<Key> {
        Key::new(Initial::Make(Box::new(make)))
    }

    fn new(initial: Initial) -> Arc<Key> {
        let mut indexes = INDEXES.lock();
        let indexes = indexes.get_or_insert_default();
        indexes.made += 1;
        let index = indexes.free.pop().unwrap_or_else(|| {
            indexes.used += 1;
            indexes.used - 1
        });
        Arc::new(Key { index, id: indexes.made, initial, boards: Mutex::default() })
    }

    /// The value on every board on which the notice was not posted, if that is one.
    #[inline]
    pub(super) fn fixed_initial(&self) -> Option<&Value> {
        match &self.initial {
            Initial::Value(value) => Some(value),
            Initial::Make(_) => None,
        }
    }

    /// The value for a fresh board. Runs user code.
    ///
    /// # Panics
    /// If the code asks for the same value.
    pub(super) fn make_initial(&self) -> Value {
        struct Made;
        impl Drop for Made {
            fn drop(&mut self) {
                MAKING.with(|making| making.borrow_mut().pop());
            }
        }
        let make = match &self.initial {
            Initial::Value(value) => return value.clone(),
            Initial::Make(make) => make,
        };
        assert!(
            MAKING.with(|making| !making.borrow().contains(&self.id)),
            "the function that makes the initial value of a `Notice` reads that notice; let it return a value that does \
             not depend on the notice"
        );
        MAKING.with(|making| making.borrow_mut().push(self.id));
        let _made = Made;
        make()
    }

    /// A board gets an entry of it. Called under the board's lock, which comes before the lock in here.
    pub(super) fn note_board(&self, board: &Arc<Noticeboard>) {
        let mut boards = self.boards.lock();
        if boards.iter().any(|known| ptr::eq(known.as_ptr(), Arc::as_ptr(board))) {
            return;
        }
        if boards.len() == boards.capacity() {
            boards.retain(|board| board.strong_count() != 0);
        }
        boards.push(Arc::downgrade(board));
    }
}

impl Drop for Key {
    /// The last handle is gone: so are the entries, and the waiting.
    fn drop(&mut self) {
        let gone = Gone { index: self.index, id: self.id, boards: mem::take(self.boards.get_mut()) };
        // In a closure of `update` this thread holds the lock of a board.
        if let Some(gone) = moment::put_off_if_updating(gone) {
            gone.leave();
        }
    }
}

/// A notice of which boards still have entries.
#[derive(Debug)]
pub(super) struct Gone {
    index: usize,
    id: u64,
    boards: Vec<Weak<Noticeboard>>,
}

impl Gone {
    /// Takes the entries away, and then gives the index back.
    pub(super) fn leave(self) {
        for board in self.boards.iter().filter_map(Weak::upgrade) {
            unwind::contain(|| board.forget(self.index, self.id));
        }
        if let Some(indexes) = &mut *INDEXES.lock() {
            indexes.free.push(self.index);
        }
    }
}
