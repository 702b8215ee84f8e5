//! What is in the prelude: each of it by name.

use boc::prelude::{
    Acquired, AcquiredRead, Cown, Failure, FailureKind, MainThread, Notice, PinnedCown, Promise, PumpLimits, PumpResult,
    Resolver, Runtime, Starvation, Watchdog, WeakCown, pinned, quiesce, read, when,
};

type Types = (
    Acquired<'static, u8>,
    AcquiredRead<'static, u8>,
    Cown<u8>,
    WeakCown<u8>,
    Failure,
    FailureKind,
    MainThread,
    Notice<u8>,
    PinnedCown<u8>,
    Promise<u8>,
    Resolver<u8>,
    PumpLimits,
    PumpResult,
    Runtime,
    Starvation,
    Watchdog,
);

fn main() {
    let main = MainThread::claim().unwrap();
    let (cown, canvas) = (Cown::new(1), PinnedCown::new(&main, 2));
    let function = when((read(&cown), pinned(&canvas)), |(cown, canvas)| *cown + *canvas);
    let block = when!(read cown, pinned canvas => *cown + *canvas);
    quiesce();
    assert_eq!((function.join().unwrap(), block.join().unwrap()), (3, 3));
    let _ = std::mem::size_of::<Types>();
}
