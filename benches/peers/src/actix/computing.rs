//! Idiom: what only computes goes to actors of a `SyncArbiter`, threads that share a mailbox; futures put the answers
//! together, and nothing is computed on the thread that polls them.

use std::convert::Infallible;
use std::pin::Pin;
use std::time::Instant;

use actix::prelude::*;
use boc_savina::Run;
use boc_savina::quicksort::{Parts, Quicksort, partition, sort_sequentially};
use boc_savina::trapezoid::{Part, Trapezoid};
use tokio::sync::mpsc::unbounded_channel;

/// Takes whatever message is next.
struct Computer;

impl Actor for Computer {
    type Context = SyncContext<Self>;
}

#[derive(Message)]
#[rtype(result = "Parts")]
struct Partition(Vec<u64>);

#[derive(Message)]
#[rtype(result = "Vec<u64>")]
struct Sort(Vec<u64>);

#[derive(Message)]
#[rtype(result = "Vec<u64>")]
struct Append {
    left: Vec<u64>,
    equal: Vec<u64>,
    right: Vec<u64>,
}

#[derive(Message)]
#[rtype(result = "f64")]
struct Integrate(Part);

impl Handler<Partition> for Computer {
    type Result = MessageResult<Partition>;

    fn handle(&mut self, Partition(values): Partition, _: &mut SyncContext<Self>) -> Self::Result {
        MessageResult(partition(values))
    }
}

impl Handler<Sort> for Computer {
    type Result = Vec<u64>;

    fn handle(&mut self, Sort(values): Sort, _: &mut SyncContext<Self>) -> Vec<u64> {
        sort_sequentially(values)
    }
}

impl Handler<Append> for Computer {
    type Result = Vec<u64>;

    fn handle(&mut self, append: Append, _: &mut SyncContext<Self>) -> Vec<u64> {
        let Append { mut left, equal, mut right } = append;
        left.extend(equal);
        left.append(&mut right);
        left
    }
}

impl Handler<Integrate> for Computer {
    type Result = f64;

    fn handle(&mut self, Integrate(part): Integrate, _: &mut SyncContext<Self>) -> f64 {
        part.area()
    }
}

/// Times `main` with so many computers. Their threads cannot be joined; they are over when the last one has dropped what
/// it makes its actor with.
fn timed<T>(workers: usize, main: impl AsyncFnOnce(&Addr<Computer>) -> T) -> Run<T> {
    let started = Instant::now();
    let outcome = System::new().block_on(async {
        let (running, mut over) = unbounded_channel::<Infallible>();
        let computers = SyncArbiter::start(workers, move || {
            let _ = &running;
            Computer
        });
        let outcome = main(&computers).await;
        drop(computers);
        over.recv().await;
        outcome
    });
    Run { time: started.elapsed(), outcome }
}

pub(super) fn quicksort(program: Quicksort, workers: usize) -> Run<Vec<u64>> {
    fn sort(
        computers: Addr<Computer>,
        values: Vec<u64>,
        threshold: usize,
    ) -> Pin<Box<dyn Future<Output = Vec<u64>>>> {
        Box::pin(async move {
            if values.len() < threshold {
                return computers.send(Sort(values)).await.expect("computers answer");
            }
            let parts = computers.send(Partition(values)).await.expect("computers answer");
            let Parts { less, equal, greater } = parts;
            let left = actix::spawn(sort(computers.clone(), less, threshold));
            let right = sort(computers.clone(), greater, threshold).await;
            let left = left.await.expect("no task panics");
            computers.send(Append { left, equal, right }).await.expect("computers answer")
        })
    }
    timed(workers, async move |computers| sort(computers.clone(), program.values(), program.threshold).await)
}

pub(super) fn trapezoid(program: Trapezoid, workers: usize) -> Run<f64> {
    timed(workers, async move |computers| {
        // The mailbox has no limit, so these are under way before they are awaited.
        let integrate = |part| computers.send(Integrate(part));
        let areas: Vec<_> = program.parts().into_iter().map(integrate).collect();
        let mut sum = 0.0;
        for area in areas {
            sum += area.await.expect("computers answer");
        }
        sum
    })
}
