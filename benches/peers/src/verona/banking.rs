use boc_savina::Run;
use boc_savina::banking::{BALANCE, Banking, Closing, Transaction};
use boc_savina::random::SimpleRand;
use verona_boc::{Cown, when};

use super::{Outbox, timed};

struct Account {
    balance: f64,
}

struct Teller {
    random: SimpleRand,
    accounts: Vec<Cown<Account>>,
    completed: usize,
}

fn spawn_transactions(teller: &Cown<Teller>, transactions: usize) {
    let tag = teller.clone();
    when(teller, move |mut teller| {
        for _ in 0..transactions {
            let accounts = teller.accounts.len();
            let Transaction { source, dest, amount } = Transaction::draw(&mut teller.random, accounts);
            let tag = tag.clone();
            when((&teller.accounts[source], &teller.accounts[dest]), move |(mut src, mut dst)| {
                src.balance -= amount;
                dst.balance += amount;
                when(&tag, |mut teller| teller.completed += 1);
            });
        }
    });
}

pub(super) fn run(program: Banking, workers: usize) -> Run<Closing> {
    let open = move || {
        let accounts = (0..program.accounts).map(|_| Cown::new(Account { balance: BALANCE })).collect();
        let teller = Cown::new(Teller { random: Banking::random(), accounts, completed: 0 });
        spawn_transactions(&teller, program.transactions);
        teller
    };
    timed(workers, open, |teller, outbox: Outbox<Closing>| {
        when(&teller, move |teller| {
            outbox.update(|closing| closing.completed = teller.completed);
            for account in &teller.accounts {
                let outbox = outbox.clone();
                when(account, move |account| outbox.update(|closing| closing.total += account.balance));
            }
        });
    })
}
