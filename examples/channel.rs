//! A bounded channel, made of a cown and promises.
//!
//! `send` and `recv` return at once. The promise of a `send` is kept when there is room for the
//! item, the promise of a `recv` when there is an item; so a sender that requests the promise
//! before it goes on is never ahead of the receiver by more than the channel holds. The main thread
//! is at the edge, and may `join`.
//!
//! `cargo run --example channel`

use std::collections::VecDeque;
use std::time::Duration;

use boc::after;
use boc::prelude::*;

const ROOM: usize = 3;
const ITEMS: u32 = 12;

struct Channel<T> {
    items: VecDeque<T>,
    /// What did not fit in, and the promises to keep when it does.
    senders: VecDeque<(T, Resolver<()>)>,
    receivers: VecDeque<Resolver<T>>,
}

fn send<T: Send + 'static>(channel: &Cown<Channel<T>>, item: T) -> Promise<()> {
    let (sent, promise) = Promise::new();
    when!(channel => {
        channel.senders.push_back((item, sent));
        channel.settle();
    });
    promise
}

fn recv<T: Send + 'static>(channel: &Cown<Channel<T>>) -> Promise<T> {
    let (received, promise) = Promise::new();
    when!(channel => {
        channel.receivers.push_back(received);
        channel.settle();
    });
    promise
}

impl<T> Channel<T> {
    fn new() -> Self {
        let (items, senders, receivers) = Default::default();
        Channel { items, senders, receivers }
    }

    /// Lets items in as long as there is room, and hands them out as long as there are receivers.
    fn settle(&mut self) {
        loop {
            if self.items.len() < ROOM && !self.senders.is_empty() {
                let (item, sent) = self.senders.pop_front().expect("one is there");
                self.items.push_back(item);
                sent.resolve(());
            } else if !self.items.is_empty() && !self.receivers.is_empty() {
                let item = self.items.pop_front().expect("one is there");
                self.receivers.pop_front().expect("one is there").resolve(item);
            } else {
                return;
            }
        }
    }
}

/// Sends the rest of the numbers, each when there was room for the one before; counts in `sent`.
fn produce(channel: Cown<Channel<u32>>, next: u32, sent: Cown<u32>) {
    if next < ITEMS {
        let room = send(&channel, next);
        when!(room, clone sent => {
            when!(sent => *sent += 1);
            produce(channel, next + 1, sent);
        });
    }
}

#[boc::main]
fn main() -> Result<(), Failure> {
    let (channel, sent) = (Cown::new(Channel::new()), Cown::new(0));
    produce(channel.clone(), 0, sent.clone());
    for expected in 0..ITEMS {
        after(Duration::from_millis(2)).join()?; // a slow receiver
        let sent = when!(read sent => *sent).join()?;
        let item = recv(&channel).join()?;
        println!("received number {item:2}, when {sent:2} had been sent");
        assert_eq!(item, expected, "first in, first out");
        assert!(sent <= item + ROOM as u32, "the sender was ahead by more than there is room");
    }
    Ok(())
}

#[test]
fn the_sender_is_not_too_far_ahead() -> Result<(), Failure> {
    main()
}
