//! Programs that show boc at work. There is nothing to import here: each program is an example of this package.
//!
//! | Run | What it shows |
//! |---|---|
//! | `cargo run --example bank` | transfers between accounts: two cowns at once, no lock order to remember |
//! | `cargo run --example dining_philosophers` | the classic deadlock, which cannot happen |
//! | `cargo run --example fibonacci` | a graph of promises, each computed from two others |
//! | `cargo run --example late_answer` | a time-out whose money moves anyway, found in virtual time |
//! | `cargo run --example tokio_local` | tokio's event loop, with a task that pumps; a crawler |
//! | `cargo run --release --example dashboard` | a bank at work on all cores, shown by the thread that owns the terminal |
//! | `cargo run --release --example boids` | a flock on all cores, drawn by the thread that owns the window |
