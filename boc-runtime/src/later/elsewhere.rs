//! Owns: what a thread that waits inside of a wait, and so on, gives to another thread: its stack has an end.

use std::cell::RefCell;
use std::mem;
use std::sync::Arc;

use super::{Here, Item, LEVELS, List, Scope, put_off};
use crate::sched;
use crate::sync::{AtomicBool, Ordering, thread, thread_local};

/// How deep what is waited for is carried out inside of waits, on one thread.
const WAITS: usize = 4 * LEVELS;

/// What a helper thread is given.
struct Errand(Vec<Item>);

// SAFETY: what may be waited for is carried out by the thread on whose list it happens to be: bodies and captures are
// `Send`, wakers and hooks are `Send` and `Sync`, and a behavior that was given up is its owner's (`Given`).
#[expect(unsafe_code, reason = "an item has pointers to what its owner may end")]
unsafe impl Send for Errand {}

impl Errand {
    fn run(self) {
        let _scope = Scope::new();
        // The list is a stack that the end of the scope turns round: what was next stays next.
        self.0.into_iter().rev().for_each(put_off);
    }
}

/// Whether waits have nested so deep that the rest of the list is not for this thread.
pub(super) fn is_too_deep(here: &Here) -> bool {
    here.level.get() >= WAITS
}

/// Gives everything that may be waited for, of the rest of the list, to a thread of its own. The caller waits, or says
/// that what it was asked for is not there. `false`: there is nothing, or there is no such thread.
pub(super) fn hand_over(here: &Here, items: &List<Item>) -> bool {
    if !items.borrow().get(..here.searched.get()).is_some_and(|rest| rest.iter().any(Item::is_waited_for)) {
        return false;
    }
    // Before anything is taken: the system may refuse.
    let (sender, errand) = std::sync::mpsc::channel::<Errand>();
    let done = Arc::new(AtomicBool::new(false));
    let told = Arc::clone(&done);
    let run = move || {
        errand.into_iter().for_each(Errand::run);
        // Release: pairs with the Acquire of the look before the join, which orders more.
        told.store(true, Ordering::Release);
    };
    let Ok(helper) = thread::Builder::new().name("boc-destructors".to_owned()).spawn(run) else {
        return false;
    };
    let _ = HELPERS.try_with(|helpers| helpers.borrow_mut().push((done, helper)));
    let mut items = items.borrow_mut();
    // What is taken leaves its place, as in `carry_out_of_rest`.
    let meant = items[..here.searched.get()].iter_mut().filter(|item| item.is_waited_for());
    let taken: Vec<Item> = meant.map(|item| mem::replace(item, Item::Gone)).collect();
    drop(items);
    here.searched.set(0);
    here.waited_for.set(here.waited_for.get() - taken.len());
    // The thread is there, and waits for it.
    let _ = sender.send(Errand(taken));
    true
}

/// Whether it is done, and the thread.
type Helper = (Arc<AtomicBool>, thread::JoinHandle<()>);

thread_local! {
    /// Those of this thread that have not been waited for.
    static HELPERS: RefCell<Vec<Helper>> = const { RefCell::new(Vec::new()) };
}

/// At the end of the outermost: what was handed over has happened too, as if this thread had done it. But for a thread
/// that holds what it may wait for: that goes on.
#[inline]
pub(super) fn wait_for_helpers(here: &Here) {
    if here.level.get() == 0 && HELPERS.try_with(|helpers| !helpers.borrow().is_empty()).unwrap_or(false) {
        wait_for(HELPERS.with(|helpers| mem::take(&mut *helpers.borrow_mut())));
    }
}

#[cold]
#[inline(never)]
fn wait_for(helpers: Vec<Helper>) {
    if sched::look().is_ok() {
        for (done, helper) in helpers {
            // It may wait for what is pinned here.
            sched::pump_until(|| done.load(Ordering::Acquire), None);
            // Panics in it are contained.
            let _ = helper.join();
        }
    }
}
