use actix::prelude::*;
use boc_savina::Run;
use boc_savina::banking::{BALANCE, Banking, Closing, Transaction};
use tokio::sync::oneshot;

use super::{ask_all, timed};

struct Teller {
    accounts: Vec<Addr<Account>>,
    transactions: usize,
    completed: usize,
    done: Option<oneshot::Sender<usize>>,
}

impl Actor for Teller {
    type Context = Context<Self>;

    fn started(&mut self, context: &mut Context<Self>) {
        let mut random = Banking::random();
        for _ in 0..self.transactions {
            let Transaction { source, dest, amount } = Transaction::draw(&mut random, self.accounts.len());
            let (dest, teller) = (self.accounts[dest].clone(), context.address());
            self.accounts[source].do_send(Debit { amount, dest, teller });
        }
    }
}

#[derive(Message)]
#[rtype(result = "()")]
struct Completed;

impl Handler<Completed> for Teller {
    type Result = ();

    fn handle(&mut self, _: Completed, _: &mut Context<Self>) {
        self.completed += 1;
        if self.completed == self.transactions {
            let done = self.done.take().expect("this happens once");
            done.send(self.completed).expect("somebody waits for the bank to close");
        }
    }
}

/// An actor cannot hold two accounts: the money is under way between the debit and the credit.
struct Account(f64);

impl Actor for Account {
    type Context = Context<Self>;
}

#[derive(Message)]
#[rtype(result = "()")]
struct Debit {
    amount: f64,
    dest: Addr<Account>,
    teller: Addr<Teller>,
}

#[derive(Message)]
#[rtype(result = "()")]
struct Credit {
    amount: f64,
    teller: Addr<Teller>,
}

#[derive(Message)]
#[rtype(result = "f64")]
struct Balance;

impl Handler<Debit> for Account {
    type Result = ();

    fn handle(&mut self, Debit { amount, dest, teller }: Debit, _: &mut Context<Self>) {
        self.0 -= amount;
        dest.do_send(Credit { amount, teller });
    }
}

impl Handler<Credit> for Account {
    type Result = ();

    fn handle(&mut self, Credit { amount, teller }: Credit, _: &mut Context<Self>) {
        self.0 += amount;
        teller.do_send(Completed);
    }
}

impl Handler<Balance> for Account {
    type Result = f64;

    fn handle(&mut self, _: Balance, _: &mut Context<Self>) -> f64 {
        self.0
    }
}

pub(super) fn banking(program: Banking, workers: usize) -> Run<Closing> {
    timed(workers, async move |pool| {
        let accounts: Vec<_> = (0..program.accounts).map(|_| pool.start(Account(BALANCE))).collect();
        let (done, closed) = oneshot::channel();
        let (accounts_of_teller, transactions) = (accounts.clone(), program.transactions);
        pool.start(Teller { accounts: accounts_of_teller, transactions, completed: 0, done: Some(done) });
        let completed = closed.await.expect("the teller finishes");
        let total = ask_all(&accounts, || Balance).await.iter().sum();
        Closing { completed, total }
    })
}
