//! A tuple that is too long, rather than nested.

use boc::prelude::*;

fn main() {
    when(((), (), (), (), (), (), (), (), (), (), (), (), ()), |_| ());
    when((((), (), (), (), (), ()), ((), (), (), (), (), (), ())), |_| ());
}
