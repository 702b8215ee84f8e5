//! Owns: [`Weak`], a counted reference that keeps the memory of a block and not its value.

#![expect(unsafe_code, reason = "counts a block whose value may be gone")]

use std::ptr::NonNull;

use super::header::{Header, HeaderRef, release_weak};

/// Keeps the memory of a block, so that its address names no other block meanwhile.
///
/// The only way to a weak count, and it asks the table: a behavior's promise has none
/// (`Table::weak`). So what ends such a promise alone looks at its strong count only
/// (`header::end_alone`, `behavior::run_on`).
#[derive(Debug)]
pub(crate) struct Weak(NonNull<Header>);

// SAFETY: the counts are atomic, and what frees a block (`Table::free`) may do so on any thread.
unsafe impl Send for Weak {}
// SAFETY: by reference it counts, and takes strong counts, which is up to the handle that they
// become.
unsafe impl Sync for Weak {}

impl Weak {
    /// A weak count of a block. `None`: the blocks of its kind end without looking at weak counts.
    pub(crate) fn of(block: HeaderRef<'_>) -> Option<Weak> {
        let header = block.get();
        header.table().weak.then(|| {
            header.retain_weak();
            Weak(block.as_ptr())
        })
    }

    /// Takes over a weak count, of a block that has no strong handle yet (`new_cyclic`).
    ///
    /// # Safety
    /// The caller owns the count, and gives it away. The block may have weak handles
    /// (`Table::weak`).
    pub(crate) unsafe fn adopt(block: NonNull<Header>) -> Weak {
        Weak(block)
    }

    /// Gives the count out: the caller owns it.
    pub(crate) fn into_count(self) {
        std::mem::forget(self);
    }

    /// Which block it is. Its value may be gone.
    pub(crate) fn as_ptr(&self) -> NonNull<Header> {
        self.0
    }

    /// What a weak handle is compared by: the address of its block, or of something that is no
    /// block.
    pub(crate) fn identity(weak: Option<&Weak>) -> NonNull<()> {
        static NO_BLOCK: u8 = 0;
        weak.map_or(NonNull::from(&NO_BLOCK).cast(), |weak| weak.0.cast())
    }

    /// Takes a strong count, if the value is still there. The caller owns it.
    #[must_use = "it owns a count, and does not give it back"]
    pub(crate) fn try_retain(&self) -> bool {
        self.header().try_retain()
    }

    fn header(&self) -> &Header {
        // SAFETY: this weak count keeps the memory; a header needs no drop.
        unsafe { self.0.as_ref() }
    }
}

impl Clone for Weak {
    fn clone(&self) -> Weak {
        self.header().retain_weak();
        Weak(self.0)
    }
}

impl Drop for Weak {
    fn drop(&mut self) {
        // SAFETY: it owns one weak count.
        unsafe { release_weak(self.0) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cown::Cown;
    use crate::promise::Promise;
    use crate::runtime::Runtime;

    #[test]
    fn a_cown_and_a_resolvers_promise_have_weak_counts_and_a_behaviors_promise_has_none() {
        let (cown, (resolver, owed)) = (Cown::new(1), Promise::<u8>::new());
        let runtime = Runtime::simulated(1);
        let promise = runtime.when((), |()| 1);
        let weak = [cown.header(), owed.header(), promise.header()].map(|header| {
            // SAFETY: the handles are alive.
            Weak::of(unsafe { HeaderRef::new(header) })
        });
        assert_eq!(weak.each_ref().map(Option::is_some), [true, true, false]);
        let [Some(weak), ..] = weak else { unreachable!("just seen") };
        drop((cown, resolver));
        assert!(!weak.try_retain(), "the value is gone, and the memory is not");
    }
}
