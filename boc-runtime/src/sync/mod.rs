//! Owns: the one door to atomics, cells, locks and thread-locals. Everything that a model checker has to see comes
//! from here: `std` in programs, `model` (loom's) in the models, which `ci/loom.sh` runs.

#[cfg(all(test, loom))]
mod model;
#[cfg(not(all(test, loom)))]
mod std;

#[cfg(all(test, loom))]
pub(crate) use self::model::*;
#[cfg(not(all(test, loom)))]
pub(crate) use self::std::*;
