//! What the macros' expansions call. No part of the interface: may change at any time.

pub use crate::__named as named;
pub use crate::request::{Capture, Name, Named, attempt, pinned, read, read_attempt};

pub use crate::runtime::{MainOptions, run_main, when};

use crate::request::{Exclusive, Place};

/// An exclusive request: `NAME` in a macro's header.
pub fn exclusive<P: Place<Exclusive> + ?Sized>(place: &P) -> &P {
    place
}

/// The handle that an outer body captures for a nested `when!`.
pub fn capture<P: Capture + ?Sized>(place: &P) -> P::Captured {
    place.capture()
}
