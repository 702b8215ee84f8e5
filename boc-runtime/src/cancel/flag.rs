//! Owns: what a `Cancel` and its behaviors share: README.md, "Flags".

use std::fmt;
use std::sync::{Arc, Weak};

use crate::sync::{AtomicBool, AtomicU64, Mutex, Ordering, global};

global!(static NEXT: AtomicU64 = AtomicU64::new(0));

/// Names a flag. No two flags of a process have the same, gone ones included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Id(u64);

/// Raised once, and never lowered.
pub(crate) struct Flag {
    id: Id,
    raised: AtomicBool,
    /// Keeps the way from a flag to those below it.
    parent: Option<Arc<Flag>>,
    children: Mutex<Vec<Weak<Flag>>>,
}

impl Flag {
    pub(crate) fn new() -> Arc<Flag> {
        Flag::below(None, false)
    }

    fn below(parent: Option<Arc<Flag>>, raised: bool) -> Arc<Flag> {
        // Relaxed: only that each number is given once.
        let id = Id(NEXT.fetch_add(1, Ordering::Relaxed));
        Arc::new(Flag { id, raised: AtomicBool::new(raised), parent, children: Mutex::default() })
    }

    /// A flag that is raised with this one.
    pub(crate) fn child(self: &Arc<Flag>) -> Arc<Flag> {
        let mut children = self.children.lock();
        // Under the lock: who raises this one does so before it locks the children to raise them.
        let child = Flag::below(Some(Arc::clone(self)), self.is_raised());
        if children.len() == children.capacity() {
            // Before it grows: those that are gone make room.
            children.retain(|child| child.strong_count() != 0);
        }
        children.push(Arc::downgrade(&child));
        child
    }

    pub(crate) fn id(&self) -> Id {
        self.id
    }

    pub(crate) fn is_raised(&self) -> bool {
        // Acquire: pairs with the Release in `raise`: what came before the cancel is seen after it.
        self.raised.load(Ordering::Acquire)
    }

    /// Raises it and those below. Gives the ids of those that were raised by this call.
    pub(crate) fn raise(self: &Arc<Flag>) -> Vec<Id> {
        let (mut raised, mut left) = (Vec::new(), vec![Arc::clone(self)]);
        while let Some(flag) = left.pop() {
            // AcqRel: see `is_raised`. One that is raised has raised its children, or is doing so.
            if !flag.raised.swap(true, Ordering::AcqRel) {
                raised.push(flag.id);
                left.extend(flag.children.lock().iter().filter_map(Weak::upgrade));
            }
        }
        raised.sort_unstable();
        raised
    }
}

impl Drop for Flag {
    /// A long line of parents goes in a loop: their drops do not nest.
    fn drop(&mut self) {
        let mut parent = self.parent.take();
        while let Some(mut flag) = parent.and_then(Arc::into_inner) {
            parent = flag.parent.take();
        }
    }
}

impl fmt::Debug for Flag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Flag").field("id", &self.id.0).field("raised", &self.is_raised()).finish()
    }
}

#[cfg(all(test, not(any(loom, shuttle))))]
mod tests {
    use super::*;

    #[test]
    fn a_flag_raises_those_below_it_and_no_others() {
        let root = Flag::new();
        let (left, right) = (root.child(), root.child());
        let below = left.child();
        assert_eq!(left.raise(), [left.id(), below.id()]);
        assert!(!root.is_raised() && !right.is_raised() && below.is_raised());
        assert!(left.child().is_raised(), "a child of one that is raised");
        drop((left, below));
        assert_eq!(root.raise(), [root.id(), right.id()]);
        assert!(root.raise().is_empty(), "once");
    }

    #[test]
    fn the_way_to_a_grandchild_stays_when_the_child_is_dropped() {
        let root = Flag::new();
        let grandchild = root.child().child();
        root.raise();
        assert!(grandchild.is_raised());
    }

    #[test]
    fn children_that_are_gone_make_room() {
        let root = Flag::new();
        let kept = root.child();
        (0..10_000).for_each(|_| drop(root.child()));
        assert!(root.children.lock().capacity() < 100);
        assert_eq!(root.raise().len(), 2);
        assert!(kept.is_raised());
    }

    #[test]
    fn a_line_of_a_million_is_dropped_and_raised_in_constant_stack() {
        let root = Flag::new();
        let mut last = root.child();
        for _ in 0..1_000_000 {
            last = last.child();
        }
        assert_eq!(root.raise().len(), 1_000_002);
        drop(root);
        assert!(last.is_raised());
    }
}
