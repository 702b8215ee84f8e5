//! What the body of the attribute form mentions is moved into it, if it is no parameter.

use boc::prelude::*;

fn main() {
    let cown = Cown::new(1);
    let text = String::from("moved");
    #[boc::attr::when(cown)]
    fn step(cown: &mut usize) {
        *cown += text.len();
    }
    println!("{text}");
}
