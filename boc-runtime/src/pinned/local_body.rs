//! Owns: bodies that never leave their thread: those of `MainThread::when`. README.md, "Bodies that stay".

#![expect(unsafe_code, reason = "makes guards out of slots")]

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use crate::failure::Failure;
use crate::request::sealed::Sealed;
use crate::request::{Claims, Granted, Guards, Pinned, Request};

use super::home::{Dead, Home};
use super::local;

/// The bodies that wait on their thread for their behaviors to run.
#[derive(Default)]
pub(super) struct Bodies {
    bodies: RefCell<BTreeMap<u64, Box<dyn Any>>>,
    next: Cell<u64>,
}

impl fmt::Debug for Bodies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bodies").field("waiting", &self.bodies.borrow().len()).finish()
    }
}

impl Bodies {
    fn keep(&self, body: Box<dyn Any>) -> u64 {
        let key = self.next.replace(self.next.get() + 1);
        self.bodies.borrow_mut().insert(key, body);
        key
    }

    pub(super) fn take(&self, key: u64) -> Option<Box<dyn Any>> {
        self.bodies.borrow_mut().remove(&key)
    }

    /// The oldest of those that are left.
    pub(super) fn take_first(&self) -> Option<Box<dyn Any>> {
        self.bodies.borrow_mut().pop_first().map(|(_, body)| body)
    }
}

/// The part of such a body that travels with its behavior: the right to call it, or to have it dropped, at home.
#[derive(Debug)]
pub(crate) struct Ticket {
    home: Arc<Home>,
    key: Option<u64>,
}

impl Ticket {
    /// Keeps a body on this thread.
    pub(super) fn keep(home: &Arc<Home>, bodies: &Bodies, body: Box<dyn Any>) -> Ticket {
        Ticket { home: Arc::clone(home), key: Some(bodies.keep(body)) }
    }

    /// The body, at home, where its behavior runs.
    pub(crate) fn redeem<F: 'static>(mut self) -> F {
        let key = self.key.take().expect("redeemed once");
        let local = local::of_this_thread().expect("a pinned behavior runs at home");
        debug_assert!(Arc::ptr_eq(local.home(), &self.home));
        let body = local.bodies.take(key).expect("kept until its behavior runs");
        *body.downcast().expect("a key is of one type")
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        let Some(key) = self.key.take() else { return };
        match local::of_this_thread() {
            Some(local) if Arc::ptr_eq(local.home(), &self.home) => drop(local.bodies.take(key)),
            // A closed home drops what is left by itself.
            _ => drop(self.home.send_dead(Dead::Body(key))),
        }
    }
}

/// A request set whose behavior runs at a certain home, whatever it requests.
pub(crate) struct AtHome<Q> {
    pub(super) request: Q,
    pub(super) home: Arc<Home>,
}

impl<Q> Sealed for AtHome<Q> {}

impl<Q: Guards> Guards for AtHome<Q> {
    type Guard<'a> = Q::Guard<'a>;
}

impl<Q: Request> Request for AtHome<Q> {
    type Affinity = Pinned;
    type Plan = Q::Plan;

    const NAME: Option<&'static str> = Q::NAME;

    const SLOTS: Option<usize> = Q::SLOTS;

    fn slots(&self) -> usize {
        self.request.slots()
    }

    fn plan(&self, claims: &mut Claims<'_>) -> Q::Plan {
        claims.run_at(&self.home);
        self.request.plan(claims)
    }

    unsafe fn guard<'a>(plan: Q::Plan, granted: &mut Granted<'a>) -> Result<Q::Guard<'a>, Failure> {
        // SAFETY: the same duties.
        unsafe { Q::guard(plan, granted) }
    }
}
