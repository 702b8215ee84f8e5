//! The programs of the Savina-BoC suite on other runtimes, as their users would write them.

mod verona;

use boc_savina::Contender;

/// The peers of a program.
pub fn peers(program: &str) -> Vec<Contender> {
    [verona::contender(program)].into_iter().flatten().collect()
}
