#![doc = include_str!("README.md")]

mod board;
mod key;
mod moment;
mod table;

use std::fmt;
use std::marker::PhantomData;
use std::panic::Location;
use std::sync::{Arc, OnceLock};

use crate::memory::Invariant;
use crate::promise::Promise;
use crate::runtime;

use board::{Update, What};
use key::Key;
use moment::Updating;
use table::Value;

pub(crate) use board::Noticeboard;
pub(crate) use moment::{Publication, end_of_body, is_used, may_schedule, put_off_end, refuse_to_schedule};

/// A fact that everybody reads and few change: a setting, a flag, the best result so far.
///
/// Reading one is not a request: it takes no turn in any queue, and never waits. Every runtime has a board with the values
/// of all notices, and a notice is the key to its value there, and the value that a fresh board has for it. The board is
/// that of the current runtime, so tests and [simulated](crate::Runtime::simulated) runs do not see each other's values.
///
/// ```
/// # extern crate boc_runtime as boc;
/// use boc::{Cown, Notice, quiesce, when};
///
/// static BEST: Notice<u64> = Notice::new(|| u64::MAX);
///
/// for length in [30, 10, 20] {
///     when((), move |()| {
///         if length < *BEST.read() {
///             BEST.update(move |best| length.min(*best));
///         }
///     });
/// }
/// quiesce();
/// assert_eq!(*BEST.read(), 10);
/// ```
///
/// # In a body
///
/// - **A body reads one moment.** Its first read, of any notice, fixes what all notices say until its end. It sees its own
///   posts.
/// - **A body's posts are one.** They become visible together when the body has returned, before its promise is filled and
///   its cowns are released, and not at all if it panics.
/// - So a behavior that comes after another sees what that one has posted: because they have a cown in common, or it
///   requests the other's promise, or the other has scheduled it after the post. (What a body schedules after a post is held
///   back until the body has ended.) What a body tells others before its end, by a channel or a
///   [`Resolver`](crate::Resolver), comes before its posts.
///
/// # Outside of bodies
///
/// On any other thread, inside of [`MainThread::with`](crate::MainThread::with), and in what runs between bodies (destructors
/// of values that a release drops, wake hooks), a read gives the newest value, and a post is there when the call returns.
/// So it is in a body that [enters](crate::Runtime::enter) another runtime, as to that one's board.
///
/// # What it costs
///
/// A read finds the value by an index, and counts an `Arc`. A post copies a part of the board: with `n` notices some `32 + n / 32`
/// pointers. Posts of a runtime come one after the other. What changes with every behavior is better off as a
/// [`Cown`](crate::Cown).
pub struct Notice<T> {
    /// Made when it is first asked for: a constant has none. Clones have it too.
    key: OnceLock<Arc<Key>>,
    initial: Option<fn() -> T>,
    /// Invariant in `T`: `post` writes the value, and `read` gives it out. A covariant `Notice<for<'a> fn(&'a str)>` would
    /// become a `Notice<fn(&'static str)>`, be posted a function that keeps its argument, and hand that out as one that does
    /// not. (The value is looked at with its `TypeId`, so the reader would panic: no more than that, but it would.)
    _value: Invariant<T>,
}

// Send and Sync of themselves: a key is, values are `Send + Sync` (`of`, `new`), and so are functions.

impl<T> std::panic::UnwindSafe for Notice<T> {}
impl<T> std::panic::RefUnwindSafe for Notice<T> {}

impl<T: Send + Sync + 'static> Notice<T> {
    /// A notice for a `static`. Each board makes its own initial value, when it is first read there; at the first reads on
    /// several threads it may be made more than once, and one of them is kept.
    ///
    /// ```
    /// # extern crate boc_runtime as boc;
    /// use boc::{Notice, Runtime};
    ///
    /// static LIMIT: Notice<usize> = Notice::new(|| 100);
    ///
    /// let other = Runtime::builder().workers(1).build().unwrap();
    /// LIMIT.post(10);
    /// assert_eq!((*LIMIT.read(), other.enter(|| *LIMIT.read())), (10, 100));
    /// ```
    pub const fn new(initial: fn() -> T) -> Notice<T> {
        Notice { key: OnceLock::new(), initial: Some(initial), _value: PhantomData }
    }

    /// A local notice, which has this value on every board on which it was not posted. When the last handle is gone, so is
    /// what boards have of it.
    ///
    /// ```
    /// # extern crate boc_runtime as boc;
    /// use boc::{Notice, when};
    ///
    /// let paused = Notice::of(false);
    /// let seen = when((), { let paused = paused.clone(); move |()| *paused.read() });
    /// assert!(!seen.join().unwrap());
    /// ```
    pub fn of(value: T) -> Notice<T> {
        Notice { key: OnceLock::from(Key::of(Value::new(value))), initial: None, _value: PhantomData }
    }

    /// The value: in a body that of its moment, or the body's own; outside the newest.
    ///
    /// An update of the same body is not in it: that is made when the body has returned.
    ///
    /// # Panics
    ///
    /// As the function that makes the initial value does; and if that reads this notice. If the global runtime is the current
    /// one and cannot be set up.
    #[track_caller]
    pub fn read(&self) -> Arc<T> {
        let key = self.key();
        moment::read_again(key).unwrap_or_else(|| self.read_slowly()).typed()
    }

    #[inline(never)]
    #[track_caller]
    fn read_slowly(&self) -> Value {
        runtime::with_current(|core| moment::read(core, self.key()))
    }

    /// Changes the value: in a body when that has returned, outside at once.
    ///
    /// ```
    /// # extern crate boc_runtime as boc;
    /// use boc::{Notice, when};
    ///
    /// let level = Notice::of(1);
    /// let (inside, outside) = (level.clone(), level.clone());
    /// let failed = when((), move |()| {
    ///     inside.post(2);
    ///     assert_eq!((*inside.read(), *outside.read()), (2, 2)); // its own
    ///     panic!("so nothing is posted");
    /// });
    /// assert!(failed.join().is_err());
    /// assert_eq!(*level.read(), 1);
    /// ```
    ///
    /// # Panics
    ///
    /// Inside of the closure of an [`update`](Notice::update). If the global runtime is the current one and cannot be set up.
    #[track_caller]
    pub fn post(&self, value: T) {
        Updating::refuse("post");
        let value = Value::new(value);
        runtime::with_current(|core| moment::stage(core, self.key(), What::Post(value)));
    }

    /// Changes the value to what `f` makes of the newest one, with no other change in between. `f` is called once: in a body
    /// when that has returned, with its other posts; outside at once.
    ///
    /// So a read after it, in the same body, does not see it. It takes part in the order of the body's posts: it is called
    /// with what the body has posted before, and a later post replaces what it returns.
    ///
    /// All other posts on the board wait for `f`. It may read notices (it sees what is published, and of its body nothing),
    /// and must not wait for anything that may wait for a post, such as a lock.
    ///
    /// ```
    /// # extern crate boc_runtime as boc;
    /// use boc::{Notice, quiesce, when};
    ///
    /// let found = Notice::of(Vec::new());
    /// for n in 0..10 {
    ///     let found = found.clone();
    ///     when((), move |()| found.update(move |found| found.iter().copied().chain([n]).collect()));
    /// }
    /// quiesce();
    /// assert_eq!(found.read().len(), 10);
    /// ```
    ///
    /// # Panics
    ///
    /// As `f` does; then the value stays. In a body, that fails the behavior as a panic of the body, and nothing is posted.
    ///
    /// Inside of `f`, posting, [`changed`](Notice::changed), scheduling, pumping and waiting panic, and say what to write.
    ///
    /// If the global runtime is the current one and cannot be set up.
    #[track_caller]
    pub fn update(&self, f: impl FnOnce(&T) -> T + Send + 'static) {
        Updating::refuse("update");
        let update = Update::new(move |newest| Value::new(f(newest.as_ref())));
        runtime::with_current(|core| moment::stage(core, self.key(), What::Update(update)));
    }

    /// A promise of the next change after what was read last here: in a body, after its moment; outside, after what this
    /// thread has read last of this notice (on this board), or after now if it has not. So no change is missed between a
    /// read and this. Every post is a change, of an equal value too, and of the same body.
    ///
    /// ```
    /// # extern crate boc_runtime as boc;
    /// use boc::{Notice, when};
    ///
    /// let level = Notice::of(1);
    /// assert_eq!(*level.read(), 1);
    /// when((), { let level = level.clone(); move |()| level.post(2) });
    /// level.changed().join().unwrap();
    /// assert_eq!(*level.read(), 2);
    /// ```
    ///
    /// It fails with [`Cancelled`](crate::FailureKind::Cancelled) when the runtime is dropped, and with
    /// [`Abandoned`](crate::FailureKind::Abandoned) when the notice is.
    ///
    /// # Panics
    ///
    /// Inside of the closure of an [`update`](Notice::update). If the global runtime is the current one and cannot be set up.
    #[track_caller]
    pub fn changed(&self) -> Promise<()> {
        Updating::refuse("changed");
        let (key, place) = (self.key(), Location::caller());
        runtime::with_current(|core| core.noticeboard().changed(core, key, moment::seen(core, key), place))
    }

    #[inline]
    fn key(&self) -> &Arc<Key> {
        match self.key.get() {
            Some(key) => key,
            None => self.make_key(),
        }
    }

    #[cold]
    fn make_key(&self) -> &Arc<Key> {
        self.key.get_or_init(|| {
            let initial = self.initial.expect("a local notice is made with its key");
            Key::made_by(move || Value::new(initial()))
        })
    }
}

impl<T: Send + Sync + 'static> Clone for Notice<T> {
    fn clone(&self) -> Notice<T> {
        Notice { key: OnceLock::from(Arc::clone(self.key())), initial: None, _value: PhantomData }
    }
}

impl<T> fmt::Debug for Notice<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Notice").field("value", &std::any::type_name::<T>()).finish_non_exhaustive()
    }
}
