//! A crawler on tokio: one thread that waits for everything, and workers that do the work.
//!
//! The thread runs tokio's current-thread runtime, and it is also the home of pinned cowns: it is `pump` below that makes
//! the two one event loop. The wake hook notifies it when a pinned behavior is ready; it pumps for a few milliseconds at
//! most, and tasks and timers have their turn again. Nobody polls, and nobody blocks. Besides, there are three ways across:
//!
//! - a behavior asks a task: it sends a `Resolver` along, and schedules what is to be done with the promise;
//! - a task asks the behaviors: it schedules one, and awaits the promise;
//! - a task waits until there is nothing left to do: `quiesce` on a thread that may block, as with anything that does.
//!
//! `cargo run --example tokio_local`

use std::cell::Cell;
use std::collections::BTreeSet;
use std::error::Error;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use boc::prelude::*;
use tokio::sync::Notify;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::{LocalSet, spawn_blocking, spawn_local, yield_now};
use tokio::time::{interval, sleep};

const PAGES: u64 = 500;

/// The recipe: a task that pumps when it is woken, a slice at a time.
async fn pump(main: MainThread) {
    let ready = Arc::new(Notify::new());
    let waker = Arc::clone(&ready);
    main.set_wake_hook(move || waker.notify_one()); // keeps a notification that nobody waits for yet
    loop {
        ready.notified().await;
        while main.pump_with(PumpLimits::new().deadline(Duration::from_millis(4))).deadline_reached {
            yield_now().await; // more is ready; the others first
        }
    }
}

/// A page that is wanted, and what takes it.
type Request = (u64, Resolver<String>);

/// The task that behaviors ask for pages. It fetches any number of them at a time.
async fn fetch_all(mut requests: UnboundedReceiver<Request>) {
    while let Some((page, reply)) = requests.recv().await {
        spawn_local(async move {
            sleep(Duration::from_millis(page % 7)).await; // stands for a socket
            let links = [2 * page + 1, 2 * page + 2, page / 2].map(|link| format!("/{}", link % PAGES));
            reply.resolve(format!("This is page {page}, and there is more: {}", links.join(" ")));
        });
    }
}

/// What the crawl consists of: handles, which every behavior may have a copy of.
#[derive(Clone)]
struct Crawl {
    requests: UnboundedSender<Request>,
    /// The pages that were found so far.
    index: Cown<BTreeSet<u64>>,
    /// Lives on tokio's thread, like everybody who looks at it.
    visited: PinnedCown<Rc<Cell<u64>>>,
}

impl Crawl {
    /// Fetches a page, then those it links to that nobody has seen. Returns at once, and can be called anywhere.
    fn visit(&self, page: u64) {
        let (reply, text) = Promise::new();
        // If the task has ended, the resolver is dropped, and its promise fails: nobody waits for ever.
        let _ = self.requests.send((page, reply));

        // Any number of pages at a time. The index and the counter are requested inside: a behavior
        // that waited for its page with a place in their queues would hold up those whose pages are
        // there.
        when!(read text, let crawl = self.clone() => {
            let links = links_of(&text);
            when!(crawl.index, clone crawl => {
                for link in links {
                    if index.insert(link) {
                        crawl.visit(link);
                    }
                }
            });
            when!(pinned crawl.visited => visited.set(visited.get() + 1)); // in `pump`
        });
    }
}

/// What there is to compute.
fn links_of(text: &str) -> Vec<u64> {
    text.split_whitespace().filter_map(|word| word.strip_prefix('/')?.parse().ok()).collect()
}

async fn crawl(main: MainThread) -> Result<(), Box<dyn Error>> {
    let (requests, wanted) = unbounded_channel();
    let visited = Rc::new(Cell::new(0));
    let index = Cown::new(BTreeSet::from([0]));
    let crawl =
        Crawl { requests, index: index.clone(), visited: PinnedCown::new(&main, Rc::clone(&visited)) };

    spawn_local(pump(main));
    spawn_local(fetch_all(wanted));
    let progress = Rc::clone(&visited);
    let ticker = spawn_local(async move {
        let mut ticks = interval(Duration::from_millis(10));
        loop {
            ticks.tick().await;
            println!("{:>4} pages", progress.get());
        }
    });

    crawl.visit(0);
    // A behavior is in flight until its page is there and it has run, so this is the end of the crawl.
    spawn_blocking(|| boc::quiesce_timeout(Duration::from_secs(60))).await??;
    ticker.abort();

    let found = when!(read index => index.len() as u64).await?;
    println!("{found} pages found, {} of them visited", visited.get());
    assert_eq!((found, visited.get()), (PAGES, PAGES));
    Ok(())
}

#[boc::main]
fn main(main: MainThread) -> Result<(), Box<dyn Error>> {
    let tokio = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
    LocalSet::new().block_on(&tokio, crawl(main))
}

#[test]
fn every_page_is_visited_once() -> Result<(), Box<dyn Error>> {
    main()
}
