//! A calculator that is used by messages: clients send requests through a channel, and get their
//! answers through promises.
//!
//! A tag says what a message asks for, and a `Resolver` in it is where the answer goes. The thread
//! at the edge, which owns the channel's receiver, only schedules: the memory is a cown, and what
//! does not need it is computed beside it. The messages that need the memory are carried out in the
//! order in which they were received.
//!
//! `cargo run --example calculator`

use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use boc::prelude::*;

enum Message {
    /// Adds to the total.
    Add(f64),
    /// The total so far.
    Total(Resolver<f64>),
    /// Needs no memory.
    Power { base: f64, exponent: i32, answer: Resolver<f64> },
    /// Fails for a negative number.
    Root(f64, Resolver<f64>),
}

/// Receives until all clients have gone.
fn serve(messages: Receiver<Message>) {
    let total = Cown::new(0.0);
    for message in messages {
        match message {
            Message::Add(number) => drop(when!(total => *total += number)),
            Message::Total(answer) => drop(when!(read total => answer.resolve(*total))),
            Message::Power { base, exponent, answer } => {
                when!(=> answer.resolve(base.powi(exponent)));
            }
            Message::Root(number, answer) => {
                // A resolver that is dropped makes its promise fail.
                when!(=> if number >= 0.0 { answer.resolve(number.sqrt()) });
            }
        }
    }
}

/// Sends a message with a resolver, and gives the promise.
fn ask(calculator: &Sender<Message>, message: impl FnOnce(Resolver<f64>) -> Message) -> Promise<f64> {
    let (answer, promise) = Promise::new();
    calculator.send(message(answer)).expect("it receives as long as there are clients");
    promise
}

/// Adds the numbers from 1 to 100, and gives the total that it sees then.
fn client(calculator: Sender<Message>) -> Result<f64, Failure> {
    for number in 1..=100 {
        calculator.send(Message::Add(number.into())).expect("it receives as long as there are clients");
    }
    ask(&calculator, Message::Total).join()
}

#[boc::main]
fn main() -> Result<(), Failure> {
    let (calculator, messages) = channel();
    let clients: [_; 3] = std::array::from_fn(|_| {
        let calculator = calculator.clone();
        thread::spawn(move || client(calculator))
    });
    let power = ask(&calculator, |answer| Message::Power { base: 2.0, exponent: 10, answer });
    let root = ask(&calculator, |answer| Message::Root(-1.0, answer));
    let both = when!(power, try root => (*power, root.err().map(|failure| failure.kind())));
    drop(calculator);
    serve(messages);

    for client in clients {
        let total = client.join().expect("a client does not panic")?;
        println!("a client has added 1 to 100, and sees a total of {total}");
        assert!((5050.0..=15150.0).contains(&total), "at least its own numbers are there");
    }
    let (power, failed) = both.join()?;
    println!("2 to the 10th is {power}; the root of -1: {failed:?}");
    assert_eq!((power, failed), (1024.0, Some(FailureKind::Abandoned)));
    Ok(())
}

#[test]
fn the_answers_are_right() -> Result<(), Failure> {
    main()
}
