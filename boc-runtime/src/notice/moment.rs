//! Owns: the moment that a body reads, and what it has posted: README.md, parts 2 and 3.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::fmt;
use std::mem::ManuallyDrop;
use std::ptr::{self, NonNull};
use std::sync::{Arc, Weak};

use crate::behavior::{Behavior, Held};
use crate::later;
use crate::sched::{self, Core, context};
use crate::sync::thread_local;
use crate::unwind::Payload;

use super::board::{Noticeboard, Rest, Snapshot, Staged, What};
use super::key::{Gone, Key};
use super::table::Value;

/// What a thread knows of notices. All of it but `updating`, `gone` and `read` is of the body that runs, and empty between two.
struct Moment {
    /// Whether the body has read: then there is a snapshot, and nothing of its own that a read has to look at first.
    plain: Cell<bool>,
    /// The runtime that was entered then; a simulated one is not.
    entered: Cell<*const Core>,
    snapshot: RefCell<Option<Snapshot>>,
    /// Initial values that were not in it.
    initial: RefCell<Vec<(u64, Value)>>,
    staged: RefCell<Vec<Staged>>,
    held: RefCell<Option<Held>>,
    /// Whether a closure of `update` runs: the thread has the lock of a board.
    updating: Cell<bool>,
    /// Notices whose last handles were dropped meanwhile.
    gone: RefCell<Vec<Gone>>,
    /// Runtimes that were dropped meanwhile.
    ended: RefCell<Vec<Arc<Core>>>,
    /// What the thread has read last, outside of bodies.
    read: RefCell<Reads>,
}

/// By notice and board.
struct Reads {
    last: BTreeMap<(u64, usize), Read>,
    /// When it has so many, those are thrown away whose notice or board is gone.
    tidy_at: usize,
}

/// How often a notice had been changed when it was read.
struct Read {
    key: Weak<Key>,
    board: Weak<Noticeboard>,
    changes: u64,
}

thread_local! {
    // No destructor: notices may be used to the very end of a thread. `ROOM` frees what it has.
    static MOMENT: ManuallyDrop<Moment> = const {
        ManuallyDrop::new(Moment {
            plain: Cell::new(false),
            entered: Cell::new(ptr::null()),
            snapshot: RefCell::new(None),
            initial: RefCell::new(Vec::new()),
            staged: RefCell::new(Vec::new()),
            held: RefCell::new(None),
            updating: Cell::new(false),
            gone: RefCell::new(Vec::new()),
            ended: RefCell::new(Vec::new()),
            read: RefCell::new(Reads { last: BTreeMap::new(), tidy_at: 16 }),
        })
    };
    static ROOM: Room = const { Room(()) };
}

/// Frees what the thread has read last.
struct Room(());

impl Drop for Room {
    fn drop(&mut self) {
        let _ = MOMENT.try_with(|moment| moment.read.borrow_mut().last.clear());
    }
}

/// The value of a notice, where the body has read before, and has nothing of its own.
#[inline]
pub(super) fn read_again(key: &Key) -> Option<Value> {
    MOMENT.with(|moment| {
        if !moment.plain.get() || moment.entered.get() != context::entered() {
            return None;
        }
        let snapshot = moment.snapshot.borrow();
        match snapshot.as_ref()?.get(key.index, key.id) {
            Some(entry) => Some(entry.value.clone()),
            None => key.fixed_initial().cloned(),
        }
    })
}

/// Whether a body of this core runs here, and no closure of `update` does.
fn is_in_body_of(core: &Core) -> bool {
    context::body() == Some(NonNull::from(core)) && !Updating::is_now()
}

/// The value of a notice on the board of a core.
pub(super) fn read(core: &Core, key: &Arc<Key>) -> Value {
    let board = core.noticeboard();
    if !is_in_body_of(core) {
        let snapshot = board.snapshot();
        let entry = snapshot.get(key.index, key.id);
        let (value, changes) = entry.map_or((None, 0), |entry| (Some(entry.value.clone()), entry.changes));
        drop(snapshot);
        note_read(key, board, changes);
        return value.unwrap_or_else(|| board.initial(key));
    }
    MOMENT.with(|moment| {
        moment.fix(board);
        let is_post = |staged: &Staged| match &staged.what {
            What::Post(value) if staged.key.id == key.id => Some(value.clone()),
            _ => None,
        };
        if let Some(posted) = moment.staged.borrow().iter().rev().find_map(is_post) {
            return posted;
        }
        if let Some(entry) = moment.snapshot.borrow().as_ref().expect("fixed").get(key.index, key.id) {
            return entry.value.clone();
        }
        let known =
            moment.initial.borrow().iter().find(|(id, _)| *id == key.id).map(|(_, value)| value.clone());
        known.unwrap_or_else(|| {
            let value = board.initial(key);
            moment.initial.borrow_mut().push((key.id, value.clone()));
            value
        })
    })
}

/// How often a notice had been changed when it was read last here.
pub(super) fn seen(core: &Core, key: &Arc<Key>) -> u64 {
    let board = core.noticeboard();
    let changes = |snapshot: &Snapshot| snapshot.get(key.index, key.id).map_or(0, |entry| entry.changes);
    if !is_in_body_of(core) {
        let place = place_of(key, board);
        let known = MOMENT.with(|moment| moment.read.borrow().last.get(&place).map(|read| read.changes));
        return known.unwrap_or_else(|| changes(&board.snapshot()));
    }
    MOMENT.with(|moment| {
        moment.fix(board);
        changes(moment.snapshot.borrow().as_ref().expect("fixed"))
    })
}

/// Posts: at once, or when the body has ended.
pub(super) fn stage(core: &Core, key: &Arc<Key>, what: What) {
    let staged = Staged { key: Arc::clone(key), what };
    if is_in_body_of(core) {
        MOMENT.with(|moment| {
            moment.plain.set(false);
            moment.staged.borrow_mut().push(staged);
        });
        context::mark_body();
        context::watch_scheduling(true);
        return;
    }
    let (mut rest, published) = core.noticeboard().publish(vec![staged]);
    rest.tell();
    drop(rest);
    if let Err(payload) = published {
        std::panic::resume_unwind(payload);
    }
}

fn note_read(key: &Arc<Key>, board: &Arc<Noticeboard>, changes: u64) {
    MOMENT.with(|moment| {
        let mut reads = moment.read.borrow_mut();
        let Reads { last, tidy_at } = &mut *reads;
        if let Some(read) = last.get_mut(&place_of(key, board)) {
            read.changes = changes;
            return;
        }
        let _ = ROOM.try_with(|_| ());
        if last.len() >= *tidy_at {
            last.retain(|_, read| read.key.strong_count() != 0 && read.board.strong_count() != 0);
            *tidy_at = 2 * last.len() + 16;
        }
        let read = Read { key: Arc::downgrade(key), board: Arc::downgrade(board), changes };
        last.insert(place_of(key, board), read);
    });
}

/// A board's address is its own as long as the entry is there, which has a count of it.
fn place_of(key: &Key, board: &Arc<Noticeboard>) -> (u64, usize) {
    (key.id, Arc::as_ptr(board).addr())
}

impl Moment {
    /// The first read of a body fixes the moment.
    fn fix(&self, board: &Noticeboard) {
        if self.snapshot.borrow().is_some() {
            return;
        }
        *self.snapshot.borrow_mut() = Some(board.snapshot());
        self.entered.set(context::entered());
        self.plain.set(self.staged.borrow().is_empty());
        context::mark_body();
    }
}

/// Whether the body that runs here, or has ended just now, has used the noticeboard.
pub(crate) fn is_used() -> bool {
    MOMENT.with(|moment| moment.snapshot.borrow().is_some() || !moment.staged.borrow().is_empty())
}

/// A body has ended that may have used the noticeboard: from here on nothing of it is left on this thread. Gives what it has
/// posted, and whom that concerns.
pub(crate) fn end_of_body() -> Option<Publication> {
    let (snapshot, initial, publication) = MOMENT.with(|moment| {
        moment.plain.set(false);
        let staged = moment.staged.take();
        let held = moment.held.take();
        if !staged.is_empty() {
            context::watch_scheduling(false);
        }
        let (snapshot, initial) = (moment.snapshot.take(), moment.initial.take());
        let has_read = snapshot.is_some();
        let posted = Publication { staged, has_read, held, rest: Rest::default() };
        (snapshot, initial, (!posted.staged.is_empty()).then_some(posted))
    });
    // As if the body dropped what it has read: it may be the last to have that.
    drop((snapshot, initial));
    publication
}

/// What a body has posted.
#[must_use]
pub(crate) struct Publication {
    staged: Vec<Staged>,
    has_read: bool,
    held: Option<Held>,
    rest: Rest,
}

impl Publication {
    /// Whether the body has read: then what it posts may follow from what was there before.
    pub(crate) fn has_read(&self) -> bool {
        self.has_read
    }

    /// Publishes it, on the board of the body's core.
    ///
    /// # Errors
    /// If a closure of `update` panics: then nothing is published.
    pub(crate) fn publish(&mut self, core: &Core) -> Result<(), Payload> {
        let (rest, published) = core.noticeboard().publish(std::mem::take(&mut self.staged));
        self.rest = rest;
        published
    }

    /// Tells those who wait for a change, and lets go what was held back. In a `later::Scope` no user code runs.
    pub(crate) fn tell(&mut self) {
        self.rest.tell();
        if let Some(held) = self.held.take() {
            let _scope = later::Scope::new();
            held.open();
        }
    }
}

/// Something is scheduled by a body that has posted, or by a closure of `update`: is held back until that is published.
/// `false`: it is refused.
///
/// # Safety
/// The part of the behavior's block before the slots is written, and no other thread knows it.
#[expect(unsafe_code, reason = "changes a behavior that no other thread knows")]
pub(crate) unsafe fn may_schedule(behavior: NonNull<Behavior>) -> bool {
    MOMENT.with(|moment| {
        if moment.updating.get() {
            return false;
        }
        // SAFETY: the caller's duties.
        unsafe { moment.held.borrow_mut().get_or_insert_with(Held::new).add(behavior) };
        true
    })
}

/// See [`may_schedule`].
#[cold]
#[track_caller]
pub(crate) fn refuse_to_schedule() -> ! {
    panic!(
        "`when` was called inside the closure of `Notice::update`, which runs while the board is locked; let the closure make \
         the new value and nothing else, and schedule before or after the `update`"
    );
}

/// A closure of `update` runs, or several, under the lock of a board.
#[derive(Debug)]
pub(super) struct Updating {
    outer: bool,
    watched: bool,
    _shut: sched::Updating,
}

impl Updating {
    pub(super) fn begin() -> Updating {
        Updating {
            outer: MOMENT.with(|moment| moment.updating.replace(true)),
            watched: context::watch_scheduling(true),
            _shut: sched::Updating::begin(),
        }
    }

    /// Whether one runs on this thread.
    #[inline]
    pub(super) fn is_now() -> bool {
        MOMENT.with(|moment| moment.updating.get())
    }

    /// # Panics
    /// If one runs on this thread: what `was` called needs the lock that the thread has.
    #[track_caller]
    pub(super) fn refuse(was: &str) {
        assert!(
            !Updating::is_now(),
            "`Notice::{was}` was called inside the closure of `Notice::update`, which runs while the board is locked; let the \
             closure return the new value of its own notice, and call `{was}` for others before or after the `update`: what \
             a body posts is published together"
        );
    }
}

impl Drop for Updating {
    fn drop(&mut self) {
        context::watch_scheduling(self.watched);
        let gone = MOMENT.with(|moment| {
            moment.updating.set(self.outer);
            moment.gone.take()
        });
        gone.into_iter().for_each(Gone::leave);
        if self.outer {
            return;
        }
        for core in MOMENT.with(|moment| moment.ended.take()) {
            core.cancel();
            sched::bury(core);
        }
    }
}

/// Keeps a runtime until the closure has ended, if one runs on this thread: its end needs the lock of its board, and waits
/// for workers that may need the one that this thread has.
pub(crate) fn put_off_end(core: &Arc<Core>) -> bool {
    MOMENT.with(|moment| {
        let updating = moment.updating.get();
        if updating {
            moment.ended.borrow_mut().push(Arc::clone(core));
        }
        updating
    })
}

/// Keeps it until the closure has ended, if one runs on this thread.
pub(super) fn put_off_if_updating(gone: Gone) -> Option<Gone> {
    MOMENT.with(|moment| {
        if !moment.updating.get() {
            return Some(gone);
        }
        moment.gone.borrow_mut().push(gone);
        None
    })
}

impl fmt::Debug for Publication {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Publication").field("staged", &self.staged.len()).finish_non_exhaustive()
    }
}
