//! The programs of the Savina-BoC suite on other runtimes, as their users would write them. Each module says which idiom
//! it follows. What does not depend on the runtime comes from `boc-savina`, so the work is the same.

mod actix;
mod fork_join;
mod locks;
mod tokio;
mod verona;

use boc_savina::Contender;

/// The peers of a program.
pub fn peers(program: &str) -> Vec<Contender> {
    let mut peers = Vec::new();
    peers.extend(verona::contender(program));
    peers.extend(tokio::contender(program));
    peers.extend(actix::contender(program));
    peers.extend(fork_join::contender(program));
    peers.extend(locks::contenders(program));
    peers
}
