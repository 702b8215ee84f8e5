//! Banking: a teller moves money between accounts, two at a time, and counts the transactions.

use boc::prelude::*;

use crate::random::SimpleRand;
use crate::{Bound, Program, Run, on_boc};

/// The program.
#[derive(Clone, Copy, Debug)]
pub struct Banking {
    /// How many accounts.
    pub accounts: usize,
    /// How many transactions.
    pub transactions: usize,
}

/// What an account holds at first.
pub const BALANCE: f64 = 10_000.0;

/// What the teller draws for one transaction.
#[derive(Clone, Copy, Debug)]
pub struct Transaction {
    /// The account that pays.
    pub source: usize,
    /// The account that gets it: another one.
    pub dest: usize,
    /// How much.
    pub amount: f64,
}

impl Transaction {
    /// Draws one, among so many accounts.
    pub fn draw(random: &mut SimpleRand, accounts: usize) -> Transaction {
        loop {
            let source = random.next_int((accounts / 10 * 8) as u32) as usize;
            let dest = random.next_int((accounts - source) as u32) as usize;
            if source != dest && source != dest.max(1) {
                return Transaction { source, dest: dest.max(1), amount: random.next_double() * 1000.0 };
            }
        }
    }
}

/// What the bank is like at the end.
#[derive(Clone, Copy, Debug, Default)]
pub struct Closing {
    /// How many transactions were counted.
    pub completed: usize,
    /// What all accounts hold together.
    pub total: f64,
}

impl Banking {
    /// What the teller draws from.
    pub fn random() -> SimpleRand {
        SimpleRand::new(123456)
    }
}

struct Account {
    balance: f64,
}

struct Teller {
    random: SimpleRand,
    accounts: Vec<Cown<Account>>,
    completed: usize,
}

fn spawn_transactions(teller: &Cown<Teller>, transactions: usize) {
    when!(teller => {
        for _ in 0..transactions {
            let accounts = teller.accounts.len();
            let Transaction { source, dest, amount } = Transaction::draw(&mut teller.random, accounts);
            when!(src = teller.accounts[source], dst = teller.accounts[dest] => {
                src.balance -= amount;
                dst.balance += amount;
                when!(teller => teller.completed += 1);
            });
        }
    });
}

impl Program for Banking {
    const NAME: &'static str = "banking";
    const TITLE: &'static str = "Banking";
    const BOUND: Bound = Bound::Overhead;
    const FULL: Banking = Banking { accounts: 1000, transactions: 50_000 };
    const SMALL: Banking = Banking { accounts: 20, transactions: 500 };

    type Outcome = Closing;

    fn expected(self) -> Closing {
        Closing { completed: self.transactions, total: self.accounts as f64 * BALANCE }
    }

    fn agrees(expected: &Closing, found: &Closing) -> bool {
        // The amounts are fractions, so the sums are rounded.
        expected.completed == found.completed && (expected.total - found.total).abs() <= 1e-9 * expected.total
    }

    fn run(self, workers: usize) -> Run<Closing> {
        let open = move || {
            let accounts = (0..self.accounts).map(|_| Cown::new(Account { balance: BALANCE })).collect();
            let teller = Cown::new(Teller { random: Banking::random(), accounts, completed: 0 });
            spawn_transactions(&teller, self.transactions);
            teller
        };
        on_boc(workers, open, |teller| {
            let Teller { accounts, completed, .. } = teller.try_into_inner().expect("the last handle");
            let balance = |account: Cown<Account>| account.try_into_inner().expect("the last handle").balance;
            Closing { completed, total: accounts.into_iter().map(balance).sum() }
        })
    }
}
