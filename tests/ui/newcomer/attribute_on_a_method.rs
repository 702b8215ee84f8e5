//! A behavior is scheduled by a method, and is none.

use boc::prelude::*;

struct Account {
    balance: Cown<u64>,
}

impl Account {
    #[boc::attr::when(self.balance)]
    fn deposit(&self, balance: &mut u64, amount: u64) {
        *balance += amount;
    }
}

fn main() {
    drop(Account { balance: Cown::new(0) });
}
