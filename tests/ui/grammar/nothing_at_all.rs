//! Nothing to schedule.

use boc::prelude::*;

fn main() {
    when!();
}
