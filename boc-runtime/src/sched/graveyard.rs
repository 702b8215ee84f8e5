//! Owns: cores whose `Runtime` is gone while behaviors of theirs still wait for cowns that others hold.

use std::mem;
use std::sync::Arc;

use crate::sync::{Mutex, global};

use super::core::Core;

global!(static GRAVEYARD: Mutex<Vec<Arc<Core>>> = Mutex::new(Vec::new()));

/// Lets a cancelled core go, or keeps it until nothing of it is in flight; lets go of those kept before that can.
pub(crate) fn bury(core: Arc<Core>) {
    let mut kept = GRAVEYARD.lock();
    // Whoever finishes the last behavior of a core holds it with a count of its own while doing so.
    let (done, waiting): (Vec<_>, Vec<_>) =
        mem::take(&mut *kept).into_iter().partition(|core| core.is_quiescent());
    *kept = waiting;
    if !core.is_quiescent() {
        kept.push(core);
    }
    drop(kept);
    drop(done);
}
