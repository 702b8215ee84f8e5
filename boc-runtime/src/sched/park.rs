//! Owns: putting one thread to sleep and waking it.

use std::cell::OnceCell;
use std::sync::{Arc, Weak};

use crate::sync::{Condvar, Instant, Mutex, ThreadMark, global, this_thread, thread_local};

/// A token that one thread waits for and any thread gives.
///
/// Not `std::thread::park`, whose token is shared with everything else that the thread does.
#[derive(Debug, Default)]
pub(crate) struct Parker {
    token: Mutex<bool>,
    given: Condvar,
}

thread_local! {
    static CURRENT: Current = const { Current(OnceCell::new()) };
}

global!(
    /// The parkers of threads whose `CURRENT` is gone, as long as something has them.
    static LATE: Mutex<Vec<(ThreadMark, Weak<Parker>)>> = Mutex::new(Vec::new())
);

/// A thread's own.
struct Current(OnceCell<Arc<Parker>>);

impl Drop for Current {
    /// The thread's destructors that are still to run may wait: with this one, where its home has
    /// it.
    fn drop(&mut self) {
        let Some(parker) = self.0.take() else { return };
        if Arc::strong_count(&parker) > 1 && !cfg!(all(test, loom)) {
            LATE.lock().push((this_thread(), Arc::downgrade(&parker)));
        }
    }
}

impl Parker {
    pub(crate) fn new() -> Parker {
        Parker::default()
    }

    /// The calling thread's own. While something has it, it is the same at every call: what gives
    /// the token and what sleeps have to agree.
    pub(crate) fn current() -> Arc<Parker> {
        CURRENT
            .try_with(|current| Arc::clone(current.0.get_or_init(Default::default)))
            .unwrap_or_else(|_| Parker::late())
    }

    /// In a destructor of a thread-local the thread's own may be gone.
    #[cold]
    fn late() -> Arc<Parker> {
        let mut late = LATE.lock();
        late.retain(|(_, parker)| parker.strong_count() != 0);
        let known = late.iter().find(|(thread, _)| *thread == this_thread());
        known.and_then(|(_, parker)| parker.upgrade()).unwrap_or_else(|| {
            let parker = Arc::default();
            late.push((this_thread(), Arc::downgrade(&parker)));
            parker
        })
    }

    /// Sleeps until the token is there, and takes it.
    pub(crate) fn park(&self) {
        let mut token = self.token.lock();
        while !std::mem::take(&mut *token) {
            self.given.wait(&mut token);
        }
    }

    /// Sleeps until the token is there or the time is over; `None`: it never is.
    pub(crate) fn park_until(&self, deadline: Option<Instant>) {
        let Some(deadline) = deadline else { return self.park() };
        let mut token = self.token.lock();
        while !std::mem::take(&mut *token) {
            if self.given.wait_until(&mut token, deadline).timed_out() {
                *token = false;
                return;
            }
        }
    }

    /// Gives the token. The lock orders what the giver did before what the taker does after.
    pub(crate) fn unpark(&self) {
        *self.token.lock() = true;
        self.given.notify_one();
    }
}

#[cfg(all(test, not(any(loom, shuttle))))]
mod tests {
    use super::*;
    use crate::sync::thread;
    use std::cell::RefCell;
    use std::sync::mpsc::{Sender, channel};

    /// Sends what it finds when the thread-locals of its thread are dropped.
    struct AtEnd(RefCell<Option<Sender<[Arc<Parker>; 2]>>>);

    impl Drop for AtEnd {
        fn drop(&mut self) {
            if let Some(sender) = self.0.take() {
                let _ = sender.send([Parker::current(), Parker::current()]);
            }
        }
    }

    thread_local! {
        static EARLY: AtEnd = const { AtEnd(RefCell::new(None)) };
        static LATE: AtEnd = const { AtEnd(RefCell::new(None)) };
    }

    #[test]
    fn a_thread_has_one_parker_to_its_very_end() {
        let (sender, ends) = channel();
        let held = thread::spawn(move || {
            // One of them is dropped before the parker, the other one after it.
            EARLY.with(|end| end.0.replace(Some(sender.clone())));
            let held = Parker::current();
            LATE.with(|end| end.0.replace(Some(sender)));
            held
        });
        let held = held.join().expect("no panic");
        let found: Vec<_> = ends.iter().flatten().collect();
        assert_eq!(found.len(), 4);
        assert!(found.iter().all(|parker| Arc::ptr_eq(parker, &held)));
    }

    #[test]
    fn one_that_is_made_at_the_end_is_the_same_while_it_is_held() {
        let (sender, ends) = channel();
        thread::spawn(move || {
            EARLY.with(|end| end.0.replace(Some(sender)));
            drop(Parker::current());
        })
        .join()
        .expect("no panic");
        let [one, other] = ends.recv().expect("sent");
        assert!(Arc::ptr_eq(&one, &other));
    }
}
