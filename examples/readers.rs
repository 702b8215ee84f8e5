//! Readers and writers: a page that many read at the same time, and that one at a time may change.
//!
//! `read` in a header is all there is to it. Readers run side by side, a writer runs alone, and
//! both run in the order in which they were scheduled: no stream of readers keeps a writer out, and
//! a reader sees every change that was asked for before it and none that was asked for after it.
//!
//! `cargo run --example readers`

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::sleep;
use std::time::Duration;

use boc::prelude::*;

const VERSIONS: usize = 8;
const READERS: usize = 12;

#[derive(Default)]
struct Page {
    version: usize,
    lines: [usize; 16],
}

/// Counts those who are in the library now, to check what the runtime promises.
#[derive(Default)]
struct Library {
    readers: AtomicUsize,
    crowd: AtomicUsize,
}

impl Library {
    fn visit(&self, page: &Page) -> usize {
        let readers = 1 + self.readers.fetch_add(1, Ordering::SeqCst);
        self.crowd.fetch_max(readers, Ordering::SeqCst);
        sleep(Duration::from_micros(200)); // reads slowly
        assert!(page.lines.iter().all(|&line| line == page.version), "a page that is half written");
        self.readers.fetch_sub(1, Ordering::SeqCst);
        page.version
    }
}

#[boc::main]
fn main() -> Result<(), Failure> {
    let (page, library) = (Cown::new(Page::default()), Arc::new(Library::default()));
    let mut writers = Vec::new();
    let mut visits = Vec::new();
    for version in 1..=VERSIONS {
        writers.push(when!(page, clone library => {
            page.version = version;
            for line in &mut page.lines {
                assert_eq!(library.readers.load(Ordering::SeqCst), 0, "a writer is alone");
                *line = version;
            }
        }));
        for _ in 0..READERS {
            visits.push(when!(read page, clone library => library.visit(&page)));
        }
    }
    boc::all(writers).join()?;
    let seen = boc::all(visits).join()?;

    println!("what {READERS} readers saw after each of {VERSIONS} changes:");
    for (seen, version) in seen.chunks(READERS).zip(1..) {
        println!("  {}", seen.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "));
        assert!(seen.iter().all(|&it| it == version), "exactly the changes that were scheduled before");
    }
    println!("at most {} of them read at the same time", library.crowd.load(Ordering::SeqCst));
    Ok(())
}

#[test]
fn readers_see_the_changes_before_them() -> Result<(), Failure> {
    main()
}
