//! Join patterns: something happens when there is a message in each of several mailboxes.
//!
//! A mailbox is a cown, and a pattern is a behavior that requests all its mailboxes together; it
//! takes a message from each, or none at all. Here the messages are atoms, and there are two
//! patterns, which compete for hydrogen. Which molecules form depends on the order of events;
//! but no atom is lost, and at the end nothing is left that could react.
//!
//! `cargo run --example joins`

use std::collections::VecDeque;

use boc::prelude::*;

type Mailbox = Cown<VecDeque<String>>;

#[derive(Clone, Default)]
struct Flask {
    hydrogen: Mailbox,
    oxygen: Mailbox,
    chlorine: Mailbox,
    molecules: Cown<Vec<String>>,
}

impl Flask {
    /// Puts a message into a mailbox, and looks whether a pattern is complete now.
    fn add(&self, mailbox: &Mailbox, atom: String) {
        when!(mailbox => mailbox.push_back(atom));
        self.water();
        self.acid();
    }

    /// The pattern of two hydrogens and one oxygen.
    fn water(&self) {
        let molecules = &self.molecules;
        when!(self.hydrogen, self.oxygen, clone molecules => {
            if hydrogen.len() >= 2 && !oxygen.is_empty() {
                let atoms = hydrogen.drain(..2).chain(oxygen.pop_front());
                let water = atoms.collect::<Vec<_>>().join("-");
                when!(molecules => molecules.push(water));
            }
        });
    }

    /// The pattern of one hydrogen and one chlorine.
    fn acid(&self) {
        let molecules = &self.molecules;
        when!(self.hydrogen, self.chlorine, clone molecules => {
            if !hydrogen.is_empty() && !chlorine.is_empty() {
                let atoms = hydrogen.pop_front().into_iter().chain(chlorine.pop_front());
                let acid = atoms.collect::<Vec<_>>().join("-");
                when!(molecules => molecules.push(acid));
            }
        });
    }
}

/// Sends `count` atoms, one after the other.
fn send(flask: &Flask, mailbox: &Mailbox, symbol: &'static str, count: u32) {
    when!(clone flask, clone mailbox => if count > 0 {
        flask.add(&mailbox, format!("{symbol}{count}"));
        send(&flask, &mailbox, symbol, count - 1);
    });
}

#[boc::main]
fn main() -> Result<(), Failure> {
    let flask = Flask::default();
    // Three senders, which know nothing of each other.
    send(&flask, &flask.hydrogen, "H", 20);
    send(&flask, &flask.oxygen, "O", 8);
    send(&flask, &flask.chlorine, "Cl", 8);
    quiesce();

    let report = when!(flask.hydrogen, flask.oxygen, flask.chlorine, flask.molecules => {
        let left = [hydrogen.len(), oxygen.len(), chlorine.len()];
        (left, std::mem::take(&mut *molecules))
    });
    let ([hydrogen, oxygen, chlorine], molecules) = report.join()?;
    let water = molecules.iter().filter(|molecule| molecule.contains('O')).count();
    let acid = molecules.len() - water;
    println!("{}", molecules.join("  "));
    println!("{water} of water, {acid} of acid; left: {hydrogen} H, {oxygen} O, {chlorine} Cl");
    assert_eq!([hydrogen + 2 * water + acid, oxygen + water, chlorine + acid], [20, 8, 8], "no atom is lost");
    assert!(!(hydrogen >= 2 && oxygen >= 1 || hydrogen >= 1 && chlorine >= 1), "what can react has reacted");
    Ok(())
}

#[test]
fn all_that_can_react_reacts() -> Result<(), Failure> {
    main()
}
