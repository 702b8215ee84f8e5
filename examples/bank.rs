//! A bank: ten thousand transfers, each of which changes two accounts at once.
//!
//! With locks, every transfer would lock two accounts, and somebody would have to make sure that all of them lock in the
//! same order. Here a transfer *requests* both accounts: it runs when it holds the two of them, and nobody ever sees
//! money that has left one account and not yet reached the other. Transfers between other accounts run at the same time.
//!
//! `cargo run --example bank`

use boc::prelude::*;

const ACCOUNTS: usize = 10;
const TRANSFERS: usize = 10_000;

struct Account {
    balance: u64,
}

impl Account {
    /// Takes the amount if it is there, and says whether it was.
    fn withdraw(&mut self, amount: u64) -> bool {
        let covered = amount <= self.balance;
        if covered {
            self.balance -= amount;
        }
        covered
    }
}

#[boc::main]
fn main() -> Result<(), Failure> {
    let accounts: Vec<Cown<Account>> = (0..ACCOUNTS).map(|_| Cown::new(Account { balance: 1_000 })).collect();

    let mut transfers: Vec<Promise<bool>> = Vec::new();
    for i in 0..TRANSFERS {
        let from = i % ACCOUNTS;
        let to = (from + 1 + i % (ACCOUNTS - 1)) % ACCOUNTS;
        let (src, dst) = (&accounts[from], &accounts[to]);
        let amount = (i % 700) as u64;

        // A function with `#[when]` is a behavior: it runs as soon as it holds what it requests, and `transfer` is the
        // promise of what it returns. `amount` is no request, so it comes from the scope around it.
        #[boc::attr::when(src, dst)]
        fn transfer(src: &mut Account, dst: &mut Account, amount: u64) -> bool {
            let covered = src.withdraw(amount);
            if covered {
                dst.balance += amount;
            }
            covered
        }
        transfers.push(transfer);
    }

    // A behavior can request promises too, and any number of things at once. It runs after all transfers: they were
    // scheduled before it, and it has an account in common with each of them.
    let report = when!(read accounts, read transfers => {
        let made = transfers.iter().filter(|&&made| made).count();
        let total: u64 = accounts.iter().map(|account| account.balance).sum();
        (made, total)
    });

    let (made, total) = report.join()?;
    println!("{made} of {TRANSFERS} transfers were covered; the bank holds {total}, as it did before");
    assert!(0 < made && made < TRANSFERS);
    assert_eq!(total, 1_000 * ACCOUNTS as u64);
    Ok(())
}

#[test]
fn the_money_stays_in_the_bank() -> Result<(), Failure> {
    main()
}
