//! Idiom: `tokio::spawn` for what runs concurrently, `Arc<Mutex>` for what is shared, the join handle for the result.

use std::collections::HashMap;
use std::hint::black_box;
use std::pin::Pin;
use std::sync::Arc;

use boc_savina::Run;
use boc_savina::banking::{BALANCE, Banking, Closing, Transaction};
use boc_savina::dictionary::Dictionary;
use boc_savina::fib::Fib;
use boc_savina::fork_join_create::{ForkJoinCreate, compute};
use boc_savina::philosophers::Philosophers;
use boc_savina::quicksort::{Parts, Quicksort, partition, sort_sequentially};
use boc_savina::trapezoid::Trapezoid;
use tokio::sync::{Mutex, RwLock};
use tokio::task::JoinSet;

use super::timed;

type Task<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// A task for each transaction. It locks the account with the lower number first, as everybody has to.
pub(super) fn banking(program: Banking, workers: usize) -> Run<Closing> {
    timed(workers, async move {
        let accounts: Arc<[_]> = (0..program.accounts).map(|_| Mutex::new(BALANCE)).collect();
        let mut random = Banking::random();
        let mut transactions = JoinSet::new();
        for _ in 0..program.transactions {
            let Transaction { source, dest, amount } = Transaction::draw(&mut random, program.accounts);
            let accounts = Arc::clone(&accounts);
            transactions.spawn(async move {
                let (low, high) = (source.min(dest), source.max(dest));
                let (mut low, mut high) = (accounts[low].lock().await, accounts[high].lock().await);
                let amount = if source < dest { amount } else { -amount };
                *low -= amount;
                *high += amount;
            });
        }
        let mut completed = 0;
        while transactions.join_next().await.is_some() {
            completed += 1;
        }
        let mut total = 0.0;
        for account in &*accounts {
            total += *account.lock().await;
        }
        Closing { completed, total }
    })
}

/// A task for each worker; readers share.
pub(super) fn dictionary(program: Dictionary, workers: usize) -> Run<usize> {
    timed(workers, async move {
        let dictionary = Arc::new(RwLock::new(HashMap::new()));
        let mut left = program.workers;
        let mut tasks = JoinSet::new();
        for i in 0..program.workers {
            let (dictionary, mut random) = (Arc::clone(&dictionary), program.random(i));
            tasks.spawn(async move {
                for _ in 0..program.messages {
                    let key = random.next_int(100);
                    if key < program.writes {
                        dictionary.write().await.insert(key, key);
                    } else {
                        black_box(dictionary.read().await.get(&key));
                    }
                }
            });
        }
        while tasks.join_next().await.is_some() {
            left -= 1;
        }
        left
    })
}

/// A task for each philosopher; the fork with the lower number first.
pub(super) fn philosophers(program: Philosophers, workers: usize) -> Run<usize> {
    timed(workers, async move {
        let forks: Arc<[_]> = (0..program.philosophers).map(|_| Mutex::new(())).collect();
        let mut table = JoinSet::new();
        for i in 0..program.philosophers {
            let forks = Arc::clone(&forks);
            let next = (i + 1) % program.philosophers;
            table.spawn(async move {
                for _ in 1..program.rounds {
                    let _low = forks[i.min(next)].lock().await;
                    let _high = forks[i.max(next)].lock().await;
                }
            });
        }
        let mut sitting = program.philosophers;
        while table.join_next().await.is_some() {
            sitting -= 1;
        }
        sitting
    })
}

/// One half is spawned, the other awaited here.
pub(super) fn fib(program: Fib, workers: usize) -> Run<u64> {
    fn fib(n: u32) -> Task<u64> {
        Box::pin(async move {
            if n <= 2 {
                return 1;
            }
            let f1 = tokio::spawn(fib(n - 1));
            let f2 = fib(n - 2).await;
            f1.await.expect("no task panics") + f2
        })
    }
    timed(workers, fib(program.index))
}

pub(super) fn fork_join_create(program: ForkJoinCreate, workers: usize) -> Run<usize> {
    timed(workers, async move {
        let mut tasks = JoinSet::new();
        for _ in 0..program.workers {
            tasks.spawn(async { compute() });
        }
        let mut left = program.workers;
        while tasks.join_next().await.is_some() {
            left -= 1;
        }
        left
    })
}

/// The left part is a task, the right one goes on here.
pub(super) fn quicksort(program: Quicksort, workers: usize) -> Run<Vec<u64>> {
    fn sort(values: Vec<u64>, threshold: usize) -> Task<Vec<u64>> {
        Box::pin(async move {
            if values.len() < threshold {
                return sort_sequentially(values);
            }
            let Parts { less, equal, greater } = partition(values);
            let left = tokio::spawn(sort(less, threshold));
            let right = sort(greater, threshold).await;
            let mut sorted = left.await.expect("no task panics");
            sorted.extend(equal);
            sorted.extend(right);
            sorted
        })
    }
    timed(workers, async move { sort(program.values(), program.threshold).await })
}

pub(super) fn trapezoid(program: Trapezoid, workers: usize) -> Run<f64> {
    timed(workers, async move {
        let spawn = |part: boc_savina::trapezoid::Part| tokio::spawn(async move { part.area() });
        let areas: Vec<_> = program.parts().into_iter().map(spawn).collect();
        let mut sum = 0.0;
        for area in areas {
            sum += area.await.expect("no task panics");
        }
        sum
    })
}
