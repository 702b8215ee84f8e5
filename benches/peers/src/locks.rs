//! Threads and locks, where that is the textbook's solution: banking and philosophers. With std's `Mutex` the lock with the
//! lower number is taken first, always; with HappyLock a collection takes both.
//!
//! There are as many threads as workers. A thread draws the next transaction under the teller's lock; a philosopher eats
//! a round when it is its turn on its thread.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Instant;

use boc_savina::banking::{BALANCE, Banking, Closing, Transaction};
use boc_savina::philosophers::Philosophers;
use boc_savina::random::SimpleRand;
use boc_savina::{Contender, Program, Run};
use happylock::ThreadKey;
use happylock::collection::RefLockCollection;

/// The programs of this name with locks.
pub(crate) fn contenders(program: &str) -> Vec<Contender> {
    match program {
        "banking" => vec![
            Contender::new("happylock", Banking::FULL, happylock_banking),
            Contender::new("std", Banking::FULL, std_banking),
        ],
        "philosophers" => vec![
            Contender::new("happylock", Philosophers::FULL, happylock_philosophers),
            Contender::new("std", Philosophers::FULL, std_philosophers),
        ],
        _ => Vec::new(),
    }
}

/// Runs `work` on so many threads, with their numbers, and waits for them.
fn on_threads(workers: usize, work: impl Fn(usize) + Sync) {
    thread::scope(|scope| {
        for worker in 0..workers {
            let work = &work;
            scope.spawn(move || work(worker));
        }
    });
}

/// What the threads have in common, beside the accounts.
struct Teller {
    random: SimpleRand,
    left: usize,
}

impl Teller {
    fn new(program: Banking) -> Mutex<Teller> {
        Mutex::new(Teller { random: Banking::random(), left: program.transactions })
    }

    fn next(&mut self, accounts: usize) -> Option<Transaction> {
        self.left = self.left.checked_sub(1)?;
        Some(Transaction::draw(&mut self.random, accounts))
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn std_banking(program: Banking, workers: usize) -> Run<Closing> {
    let started = Instant::now();
    let accounts: Vec<_> = (0..program.accounts).map(|_| Mutex::new(BALANCE)).collect();
    let (teller, completed) = (Teller::new(program), AtomicUsize::new(0));
    on_threads(workers, |_| {
        let next = || lock(&teller).next(program.accounts);
        while let Some(Transaction { source, dest, amount }) = next() {
            let (mut low, mut high) = (lock(&accounts[source.min(dest)]), lock(&accounts[source.max(dest)]));
            let amount = if source < dest { amount } else { -amount };
            *low -= amount;
            *high += amount;
            completed.fetch_add(1, Ordering::Relaxed);
        }
    });
    let time = started.elapsed();
    let total = accounts.iter().map(|account| *lock(account)).sum();
    Run { time, outcome: Closing { completed: completed.into_inner(), total } }
}

fn happylock_banking(program: Banking, workers: usize) -> Run<Closing> {
    let started = Instant::now();
    let accounts: Vec<_> = (0..program.accounts).map(|_| happylock::Mutex::new(BALANCE)).collect();
    let (teller, completed) = (Teller::new(program), AtomicUsize::new(0));
    on_threads(workers, |_| {
        let mut key = ThreadKey::get().expect("a fresh thread has its key");
        let next = || lock(&teller).next(program.accounts);
        while let Some(Transaction { source, dest, amount }) = next() {
            let pair = (&accounts[source], &accounts[dest]);
            let both = RefLockCollection::try_new(&pair).expect("two accounts");
            both.scoped_lock(&mut key, |(src, dst)| {
                *src -= amount;
                *dst += amount;
            });
            completed.fetch_add(1, Ordering::Relaxed);
        }
    });
    let time = started.elapsed();
    let total = accounts.into_iter().map(happylock::Mutex::into_inner).sum();
    Run { time, outcome: Closing { completed: completed.into_inner(), total } }
}

/// Lets the philosophers of one thread take turns until all their rounds are over; says how many these are.
fn take_turns(
    program: Philosophers,
    worker: usize,
    workers: usize,
    mut eat: impl FnMut(usize, usize),
) -> usize {
    let mine = (worker..program.philosophers).step_by(workers);
    for _ in 1..program.rounds {
        mine.clone().for_each(|i| eat(i, (i + 1) % program.philosophers));
    }
    mine.count()
}

fn std_philosophers(program: Philosophers, workers: usize) -> Run<usize> {
    let started = Instant::now();
    let forks: Vec<_> = (0..program.philosophers).map(|_| Mutex::new(())).collect();
    let table = Mutex::new(program.philosophers);
    on_threads(workers, |worker| {
        let done = take_turns(program, worker, workers, |left, right| {
            let _low = lock(&forks[left.min(right)]);
            let _high = lock(&forks[left.max(right)]);
        });
        *lock(&table) -= done;
    });
    let time = started.elapsed();
    Run { time, outcome: table.into_inner().unwrap_or_else(PoisonError::into_inner) }
}

fn happylock_philosophers(program: Philosophers, workers: usize) -> Run<usize> {
    let started = Instant::now();
    let forks: Vec<_> = (0..program.philosophers).map(|_| happylock::Mutex::new(())).collect();
    let table = Mutex::new(program.philosophers);
    on_threads(workers, |worker| {
        let mut key = ThreadKey::get().expect("a fresh thread has its key");
        let done = take_turns(program, worker, workers, |left, right| {
            let pair = (&forks[left], &forks[right]);
            RefLockCollection::try_new(&pair).expect("two forks").scoped_lock(&mut key, |_| {});
        });
        *lock(&table) -= done;
    });
    let time = started.elapsed();
    Run { time, outcome: table.into_inner().unwrap_or_else(PoisonError::into_inner) }
}
