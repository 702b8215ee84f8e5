//! `attempt` without the `&`, and of what is no promise and no group of promises.

use boc::attempt;
use boc::prelude::*;

fn main() {
    let promise = when!(=> 1);
    when(attempt(promise), |_| ());
    when(attempt(&(when!(=> 1), when!(=> 2))), |_| ());
}
