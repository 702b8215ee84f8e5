//! `#[boc::main]` with its token: what it leaves behind is pumped and waited for before the process ends.

use std::rc::Rc;

use boc::prelude::*;

#[boc::main]
fn main(main: MainThread) {
    let home = std::thread::current().id();
    let canvas = PinnedCown::new(&main, Rc::new(0));
    assert!(MainThread::claim().is_err(), "claimed already");
    for i in 1..=10 {
        let part = when!(=> i * i);
        when!(pinned canvas, part => {
            assert_eq!(std::thread::current().id(), home);
            *canvas = Rc::new(**canvas + *part);
            println!("drawn {}", **canvas);
        });
    }
    when!(=> {
        when!(pinned canvas => println!("last {}", **canvas >= 1));
    });
    println!("main is over");
}
