//! A body as the function form, a thread or a task has it.

use boc::prelude::*;

fn main() {
    let a = Cown::new(vec![1]);
    when!(a => |a| a.push(2));
    when!(a => move || a.push(2));
    when!(a => move { a.push(2) });
}
