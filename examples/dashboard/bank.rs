//! The workload: clerks who transfer money between accounts, as fast as the workers let them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use boc::prelude::*;
use rand_pcg::Pcg32;
use rand_pcg::rand_core::Rng;

/// What every account holds at first.
pub(crate) const DEPOSIT: u64 = 1_000;

#[derive(Clone, Copy, Debug)]
pub(crate) struct Account {
    pub(crate) balance: u64,
    /// How many transfers it took part in.
    pub(crate) transfers: u64,
}

/// The accounts, and the clerks at work.
#[derive(Debug)]
pub(crate) struct Bank {
    accounts: Vec<Cown<Account>>,
    closing: Arc<AtomicBool>,
    shifts: Vec<Promise<u64>>,
}

impl Bank {
    pub(crate) fn open(accounts: usize, clerks: u64) -> Self {
        let account = Account { balance: DEPOSIT, transfers: 0 };
        let accounts: Vec<_> = (0..accounts).map(|_| Cown::new(account)).collect();
        let closing = Arc::default();
        let shifts = (0..clerks).map(|seed| Clerk::hire(&accounts, &closing, seed)).collect();
        Self { accounts, closing, shifts }
    }

    /// The books at one moment: a behavior that requests all accounts never sees money on its way.
    pub(crate) fn books(&self) -> Promise<Vec<Account>> {
        let accounts = &self.accounts;
        when!(read accounts => accounts.iter().copied().collect())
    }

    /// Sends the clerks home, and says how many transfers they made. Fails if one has left before, which takes a panic.
    pub(crate) fn close(self) -> Result<u64, Failure> {
        self.closing.store(true, Ordering::Relaxed);
        self.shifts.into_iter().map(Promise::join).sum()
    }
}

/// Does one transfer after the other: each schedules the next.
struct Clerk {
    accounts: Vec<Cown<Account>>,
    closing: Arc<AtomicBool>,
    dice: Pcg32,
    made: u64,
    /// Filled at closing time; dropped, so that the promise fails, if a transfer panics.
    shift: Resolver<u64>,
}

impl Clerk {
    fn hire(accounts: &[Cown<Account>], closing: &Arc<AtomicBool>, seed: u64) -> Promise<u64> {
        let (shift, promise) = Promise::new();
        let (accounts, closing) = (accounts.to_vec(), Arc::clone(closing));
        Self { accounts, closing, dice: Pcg32::new(seed, seed), made: 0, shift }.work();
        promise
    }

    fn work(mut self) {
        if self.closing.load(Ordering::Relaxed) {
            return self.shift.resolve(self.made);
        }
        let (from, to) = self.customers();
        let amount = u64::from(self.dice.next_u32() % 100);
        let (src, dst) = (self.accounts[from].clone(), self.accounts[to].clone());
        when!(src, dst => {
            let amount = amount.min(src.balance);
            src.balance -= amount;
            dst.balance += amount;
            src.transfers += 1;
            dst.transfers += 1;
            self.made += 1;
            self.work();
        });
    }

    /// Two different accounts. Those in fashion have more to do than others, and the fashion moves on.
    fn customers(&mut self) -> (usize, usize) {
        let n = self.accounts.len();
        let fashion = (self.made >> 13) as usize;
        let mut pick = |from: usize| {
            let (a, b) = (self.dice.next_u32() as usize % from, self.dice.next_u32() as usize % from);
            a.min(b)
        };
        let (src, other) = (pick(n), pick(n - 1));
        let dst = if other < src { other } else { other + 1 };
        ((src + fashion) % n, (dst + fashion) % n)
    }
}
