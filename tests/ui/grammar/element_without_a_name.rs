//! The name is known.

use boc::prelude::*;

struct Room {
    cell: Cown<i32>,
}

impl Room {
    fn door(&self) -> &Cown<i32> {
        &self.cell
    }
}

fn main() {
    let rooms = [Room { cell: Cown::new(1) }];
    when!(rooms[0].cell => *cell += 1);
    when!(rooms[0].door() => *door += 1);
}
