//! What the macros' expansions call. No part of the interface: may change at any time.
//!
//! A request in a header becomes the function `ask` of its mode.

pub use crate::request::{Attempt, Capture, Exclusive, Name, Named, Pinned, ReadAttempt, Shared, Variable};
pub use crate::runtime::Target;
pub use crate::{__capture as capture, __name as name};
// Under names that no user imports them by: the lint `unused_qualifications` would notice.
pub use crate::runtime::{MainOptions, run_main, when as behavior, when_named as named_behavior};

/// The ways in which `capture!` captures.
pub mod ways {
    pub use crate::request::{
        OfClone, OfCloneReference, OfHandle, OfOther, OfOtherReference, OfReference, OfSlice, Variable,
    };
}

/// What the compiler may have to say of a variable.
pub mod hints {
    pub use crate::request::hints::{
        OfBorrowed as _, OfCopied as _, OfHandleItself as _, OfMoved as _, OfOwned as _, OfValue as _,
    };
}

/// The handle that an outer body captures for a nested `when!`.
pub fn capture<P: Capture + ?Sized>(place: &P) -> P::Captured {
    place.capture()
}
