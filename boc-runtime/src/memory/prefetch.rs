//! Owns: the hint that memory will be needed soon.

#![expect(unsafe_code, reason = "an instruction of the processor")]

/// A hint, good for any address; nothing where the processor's is not known.
#[inline]
pub(crate) fn prefetch(address: *mut u8) {
    #[cfg(all(target_arch = "x86_64", target_feature = "sse", not(miri)))]
    {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: the instruction reads nothing that a program could see, and faults at no address.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(address.cast()) };
    }
    #[cfg(not(all(target_arch = "x86_64", target_feature = "sse", not(miri))))]
    let _ = address;
}
