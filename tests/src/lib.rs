//! What the tests of boc share: deadlines that fail loudly, seeds that can be replayed, gates that make a
//! schedule happen on purpose, and values that notice overlapping access or count their drops.
//!
//! Nothing here looks inside the runtime: everything is built on the public API.

mod child;
mod deadline;
mod drops;
mod gate;
mod probe;
mod rng;
mod scope;
mod workers;

pub use child::{Finished, child, cpu_ticks, in_a_child, thread_count, voluntary_switches};
pub use deadline::{LIMIT, note, within};
pub use drops::{Bomb, Counted, Drops};
pub use gate::Gate;
pub use probe::{Held, Probe, Watch};
pub use rng::{Rng, repetitions, stress};
pub use scope::{Scope, scope};
pub use workers::{
    message_of, no_polling, on_at_least, on_exactly, on_home, on_workers, panic_message, settle,
};
