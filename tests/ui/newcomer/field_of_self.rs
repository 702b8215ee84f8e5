//! The most frequent mistake of all.

use boc::prelude::*;

struct World {
    hub: Cown<i32>,
    step: i32,
}

impl World {
    fn tick(&self) {
        when!(self.hub => *hub += self.step);
    }
}

fn main() {
    World { hub: Cown::new(1), step: 1 }.tick();
}
