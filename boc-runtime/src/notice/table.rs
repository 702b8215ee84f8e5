//! Owns: the values of all notices at one moment: README.md, part 1.

use std::any::Any;
use std::sync::Arc;

use crate::unwind;

/// A value of any notice. Its destructor may run on any thread that lets go of a board, so its panic goes nowhere.
#[derive(Clone, Debug)]
pub(super) struct Value(Option<Arc<dyn Any + Send + Sync>>);

impl Value {
    #[inline]
    pub(super) fn new<T: Send + Sync + 'static>(value: T) -> Value {
        Value(Some(Arc::new(value)))
    }

    /// As what it is.
    #[inline]
    pub(super) fn typed<T: Send + Sync + 'static>(mut self) -> Arc<T> {
        let value = self.0.take().expect("taken once");
        value.downcast().unwrap_or_else(|_| wrong_type())
    }

    pub(super) fn as_ref<T: Send + Sync + 'static>(&self) -> &T {
        let value = self.0.as_deref().expect("not taken");
        value.downcast_ref().unwrap_or_else(|| wrong_type())
    }
}

impl Drop for Value {
    #[inline]
    fn drop(&mut self) {
        if let Some(value) = self.0.take() {
            unwind::contain(|| drop(value));
        }
    }
}

#[cold]
fn wrong_type() -> ! {
    unreachable!("all handles of a notice are of one type")
}

/// What a board has of one notice. It never changes.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    /// Whose: an index is used again.
    pub(super) notice: u64,
    /// How often the notice was posted.
    pub(super) changes: u64,
    pub(super) value: Value,
    /// What the board has for a notice that was not posted, once it was asked for.
    pub(super) initial: Option<Value>,
}

/// How many entries are copied together.
const CHUNK: usize = 32;

type Chunk = [Option<Arc<Entry>>; CHUNK];

/// Entries by the index of their notice. Copies share all chunks but those that are changed.
#[derive(Clone, Debug, Default)]
pub(super) struct Table {
    chunks: Vec<Arc<Chunk>>,
}

impl Table {
    /// The entry of a notice.
    #[inline]
    pub(super) fn get(&self, index: usize, notice: u64) -> Option<&Arc<Entry>> {
        let entry = self.chunks.get(index / CHUNK)?[index % CHUNK].as_ref()?;
        (entry.notice == notice).then_some(entry)
    }

    /// Puts an entry, or none, in its place; gives what was there.
    pub(super) fn replace(&mut self, index: usize, entry: Option<Arc<Entry>>) -> Option<Arc<Entry>> {
        let chunk = index / CHUNK;
        if chunk >= self.chunks.len() {
            entry.as_ref()?;
            self.chunks.resize_with(chunk + 1, Arc::default);
        }
        std::mem::replace(&mut Arc::make_mut(&mut self.chunks[chunk])[index % CHUNK], entry)
    }
}

#[cfg(all(test, not(any(loom, shuttle))))]
mod tests {
    use super::*;

    fn entry(notice: u64) -> Option<Arc<Entry>> {
        Some(Arc::new(Entry { notice, changes: 1, value: Value::new(notice), initial: None }))
    }

    #[test]
    fn copies_share_the_chunks_that_do_not_change() {
        let mut table = Table::default();
        for index in 0..3 * CHUNK {
            assert!(table.replace(index, entry(index as u64)).is_none());
        }
        let before = table.clone();
        let replaced = table.replace(CHUNK, entry(1000)).expect("there was one");
        assert_eq!(replaced.notice, CHUNK as u64);
        let shared = |chunk: usize| Arc::ptr_eq(&before.chunks[chunk], &table.chunks[chunk]);
        assert_eq!([shared(0), shared(1), shared(2)], [true, false, true]);
        assert!(before.get(CHUNK, CHUNK as u64).is_some(), "a copy stays as it was");
        assert!(table.get(CHUNK, CHUNK as u64).is_none(), "the index has another notice now");
        assert!(table.get(CHUNK, 1000).is_some());
        assert!(table.get(100 * CHUNK, 0).is_none());
    }
}
