//! Locals, and a module, of the names that an expansion might use.

use ::boc::prelude::{Cown, Runtime, when};

mod boc {}

#[allow(non_snake_case, reason = "hostile on purpose")]
fn main() {
    let cown = Cown::new(1);
    let (boc, core, std, request, target, guards, Marker) = (1, 2, 3, 4, 5, 6, 7);
    let runtime = Runtime::builder().workers(1).build().unwrap();
    let sum = when!(in &runtime; cown, let token = 8 => {
        *cown += boc + core + std + request + target + guards + Marker + token;
        *cown
    });
    #[::boc::attr::when(sum)]
    fn Named(sum: &mut i32, Marker: i32, boc: i32, core: i32) -> i32 {
        *sum + Marker + boc + core
    }
    assert_eq!(Named.join().unwrap(), 47);
}
