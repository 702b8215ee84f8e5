//! Owns: the board of a runtime: README.md, parts 1, 2 and 5.

use std::collections::HashMap;
use std::fmt;
use std::mem;
use std::panic::Location;
use std::sync::Arc;

use crate::failure::{Cancelled, Failure};
use crate::later;
use crate::promise::{Promise, Resolver};
use crate::sched::Core;
use crate::sync::swap::{ArcSwap, Guard};
use crate::sync::{Mutex, MutexGuard};
use crate::unwind::{self, Payload};

use super::key::Key;
use super::moment::Updating;
use super::table::{Entry, Table, Value};

/// The values of all notices of a runtime.
pub(crate) struct Noticeboard {
    newest: ArcSwap<Table>,
    writer: Mutex<Writer>,
}

/// What belongs to the thread that has the lock.
#[derive(Default)]
struct Writer {
    /// Who waits for the next change, by notice.
    waiting: HashMap<u64, Vec<Waiting>>,
    /// The runtime has ended: there is no waiting any more.
    ended: Option<Cancelled>,
    asked: u64,
}

struct Waiting {
    /// In the order of asking.
    number: u64,
    resolver: Resolver<()>,
    place: &'static Location<'static>,
}

/// The values at one moment.
pub(super) type Snapshot = Guard<Arc<Table>>;

/// One post, or one update.
pub(super) struct Staged {
    pub(super) key: Arc<Key>,
    pub(super) what: What,
}

pub(super) enum What {
    Post(Value),
    Update(Update),
}

/// The closure of an update. Its captures may be dropped uncalled, and then, too, a panic goes nowhere.
pub(super) struct Update(Option<Box<Closure>>);

type Closure = dyn FnOnce(&Value) -> Value + Send;

impl Update {
    pub(super) fn new(update: impl FnOnce(&Value) -> Value + Send + 'static) -> Update {
        Update(Some(Box::new(update)))
    }

    fn call(mut self, newest: &Value) -> Value {
        self.0.take().expect("called once")(newest)
    }
}

impl Drop for Update {
    fn drop(&mut self) {
        if let Some(update) = self.0.take() {
            unwind::contain(|| drop(update));
        }
    }
}

/// What is left of a publication, to be ended without a lock: values that were replaced, closures that were not called, the
/// last handles of notices, and those who wait for the change.
#[derive(Default)]
pub(super) struct Rest {
    waiting: Vec<Waiting>,
    replaced: Vec<Arc<Entry>>,
    before: Option<Arc<Table>>,
    staged: Vec<Staged>,
    keys: Vec<Arc<Key>>,
}

impl Rest {
    /// Tells those who wait. What that leads to runs user code, unless the caller is in a `later::Scope`.
    pub(super) fn tell(&mut self) {
        let _scope = later::Scope::new();
        self.waiting.drain(..).for_each(|Waiting { resolver, .. }| resolver.resolve(()));
    }
}

impl Noticeboard {
    pub(crate) fn new() -> Arc<Noticeboard> {
        Arc::new(Noticeboard { newest: ArcSwap::from_pointee(Table::default()), writer: Mutex::default() })
    }

    /// The newest values.
    #[inline]
    pub(super) fn snapshot(&self) -> Snapshot {
        self.newest.load()
    }

    /// The value that this board has for a notice that was not posted. Makes it if it is not there, unless this thread has
    /// the lock: then it is made, and not kept.
    pub(super) fn initial(self: &Arc<Self>, key: &Arc<Key>) -> Value {
        if let Some(value) = key.fixed_initial() {
            return value.clone();
        }
        let known = |table: &Table| table.get(key.index, key.id).and_then(|entry| entry.initial.clone());
        if let Some(value) = known(&self.snapshot()) {
            return value;
        }
        let made = key.make_initial();
        if Updating::is_now() {
            return made;
        }
        let writer = self.writer.lock();
        let mut table = Table::clone(&self.snapshot());
        // Another thread was faster.
        if let Some(value) = known(&table) {
            drop(writer);
            return value;
        }
        let entry = match table.get(key.index, key.id) {
            Some(entry) => Entry { initial: Some(made.clone()), ..Entry::clone(entry) },
            None => {
                key.note_board(self);
                Entry { notice: key.id, changes: 0, value: made.clone(), initial: Some(made.clone()) }
            }
        };
        let replaced = table.replace(key.index, Some(Arc::new(entry)));
        let before = self.newest.swap(Arc::new(table));
        drop(writer);
        drop((replaced, before));
        made
    }

    /// Publishes all of them, or none: if a closure panics. Gives what is to be ended later.
    pub(super) fn publish(self: &Arc<Self>, staged: Vec<Staged>) -> (Rest, Result<(), Payload>) {
        let updates = |staged: &&Staged| matches!(staged.what, What::Update(_));
        let ready = staged.iter().filter(updates).try_for_each(|staged| {
            // Before the lock is taken: this is user code.
            unwind::catch(|| drop(self.initial(&staged.key)))
        });
        let mut rest = Rest::default();
        if let Err(payload) = ready {
            rest.staged = staged;
            return (rest, Err(payload));
        }
        let updating = staged.iter().any(|staged| updates(&staged));
        let writer = self.writer.lock();
        let updating = updating.then(Updating::begin);
        let published = self.publish_locked(writer, staged, &mut rest);
        // Notices whose last handles were dropped in a closure.
        drop(updating);
        (rest, published)
    }

    fn publish_locked(
        self: &Arc<Self>,
        mut writer: MutexGuard<'_, Writer>,
        staged: Vec<Staged>,
        rest: &mut Rest,
    ) -> Result<(), Payload> {
        let mut table = Table::clone(&self.snapshot());
        let mut staged = staged.into_iter();
        for Staged { key, what } in &mut staged {
            let entry = table.get(key.index, key.id);
            let value = match what {
                What::Post(value) => Ok(value),
                What::Update(update) => {
                    let newest = entry.map_or_else(|| key.make_initial(), |entry| entry.value.clone());
                    unwind::catch(|| update.call(&newest))
                }
            };
            let (changes, initial) = match entry {
                Some(entry) => (entry.changes, entry.initial.clone()),
                None => (0, None),
            };
            rest.keys.push(key);
            match value {
                Ok(value) => {
                    let key = rest.keys.last().expect("pushed just now");
                    key.note_board(self);
                    let entry = Entry { notice: key.id, changes: changes + 1, value, initial };
                    rest.replaced.extend(table.replace(key.index, Some(Arc::new(entry))));
                }
                Err(payload) => {
                    rest.staged.extend(staged);
                    rest.before = Some(Arc::new(table));
                    return Err(payload);
                }
            }
        }
        for key in &rest.keys {
            rest.waiting.extend(writer.waiting.remove(&key.id).unwrap_or_default());
        }
        rest.before = Some(self.newest.swap(Arc::new(table)));
        Ok(())
    }

    /// A promise, on the board of this core, of the next change of a notice that was changed so often when it was read.
    pub(super) fn changed(
        self: &Arc<Self>,
        core: &Core,
        key: &Key,
        seen: u64,
        place: &'static Location<'static>,
    ) -> Promise<()> {
        let (resolver, promise) = Promise::inside(core, place);
        let mut writer = self.writer.lock();
        if let Some(why) = writer.ended {
            drop(writer);
            resolver.fail(Failure::cancelled(place, why));
        } else if self.changes(key) != seen {
            drop(writer);
            resolver.resolve(());
        } else {
            key.note_board(self);
            writer.asked += 1;
            let number = writer.asked;
            let waiting = writer.waiting.entry(key.id).or_default();
            let unwanted = if waiting.len() == waiting.capacity() {
                // Asked for again and again, and dropped.
                let (wanted, unwanted) =
                    mem::take(waiting).into_iter().partition(|waiting| waiting.resolver.is_wanted());
                *waiting = wanted;
                unwanted
            } else {
                Vec::new()
            };
            waiting.push(Waiting { number, resolver, place });
            drop(writer);
            drop(unwanted);
        }
        promise
    }

    /// How often a notice was changed.
    pub(super) fn changes(&self, key: &Key) -> u64 {
        self.snapshot().get(key.index, key.id).map_or(0, |entry| entry.changes)
    }

    /// The runtime has ended: those who wait for a change wait in vain.
    pub(crate) fn end(&self, why: Cancelled) {
        let mut writer = self.writer.lock();
        writer.ended = Some(why);
        let mut waiting: Vec<Waiting> = mem::take(&mut writer.waiting).into_values().flatten().collect();
        drop(writer);
        waiting.sort_by_key(|waiting| waiting.number);
        let _scope = later::Scope::new();
        for Waiting { resolver, place, .. } in waiting {
            resolver.fail(Failure::cancelled(place, why));
        }
    }

    /// A notice is gone.
    pub(super) fn forget(&self, index: usize, id: u64) {
        let mut writer = self.writer.lock();
        let waiting = writer.waiting.remove(&id);
        let mut table = Table::clone(&self.snapshot());
        let replaced = match table.get(index, id) {
            Some(_) => table.replace(index, None),
            None => None,
        };
        let before = replaced.is_some().then(|| self.newest.swap(Arc::new(table)));
        drop(writer);
        drop((waiting, replaced, before));
    }
}

impl fmt::Debug for Noticeboard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Noticeboard").finish_non_exhaustive()
    }
}
