//! Idiom: a task owns its state and is sent messages; who wants an answer sends a oneshot channel along.

use boc_savina::Run;
use boc_savina::barber::Barber;
use boc_savina::chameneos::{Chameneos, Color};
use boc_savina::count::Count;
use boc_savina::fork_join_throughput::{ForkJoinThroughput, compute};
use boc_savina::logistic_map::{LogisticMap, next_term};
use boc_savina::sieve::{Numbers, Sieve};
use tokio::sync::mpsc::{UnboundedSender, channel, error::TrySendError, unbounded_channel};
use tokio::sync::oneshot;
use tokio::task::{JoinSet, yield_now};

use super::timed;

/// The waiting room is a bounded channel; a customer who finds it full lets others go first, and tries again.
pub(super) fn barber(program: Barber, workers: usize) -> Run<usize> {
    timed(workers, async move {
        let (room, mut waiting) = channel::<oneshot::Sender<()>>(program.room);
        tokio::spawn(async move {
            let mut random = Barber::random();
            while let Some(customer) = waiting.recv().await {
                random.busy_wait(program.cut);
                customer.send(()).expect("customers wait for their haircut");
            }
        });
        let mut customers = JoinSet::new();
        let mut random = Barber::random();
        for _ in 0..program.haircuts {
            let room = room.clone();
            customers.spawn(async move {
                let (mut customer, done) = oneshot::channel();
                while let Err(TrySendError::Full(back)) = room.try_send(customer) {
                    customer = back;
                    yield_now().await;
                }
                done.await.expect("the barber stays");
            });
            random.busy_wait(program.production);
        }
        let mut left = program.haircuts;
        while customers.join_next().await.is_some() {
            left -= 1;
        }
        left
    })
}

/// A computer answers each question of its worker's, which is asked for a term at a time.
pub(super) fn logistic_map(program: LogisticMap, workers: usize) -> Run<f64> {
    timed(workers, async move {
        let mut series = Vec::new();
        for j in 0..program.series {
            let (computer, mut questions) = unbounded_channel::<(f64, oneshot::Sender<f64>)>();
            tokio::spawn(async move {
                while let Some((term, answer)) = questions.recv().await {
                    answer.send(next_term(program.rate(j), term)).expect("workers wait for their term");
                }
            });
            let (worker, mut requests) = unbounded_channel::<()>();
            let last = tokio::spawn(async move {
                let mut term = program.first_term(j);
                while requests.recv().await.is_some() {
                    let (answer, next) = oneshot::channel();
                    computer.send((term, answer)).expect("the computer stays");
                    term = next.await.expect("the computer answers");
                }
                term
            });
            series.push((worker, last));
        }
        for _ in 0..program.terms {
            for (worker, _) in &series {
                worker.send(()).expect("the worker stays");
            }
        }
        let mut sum = 0.0;
        for (worker, last) in series {
            drop(worker); // no more requests
            sum += last.await.expect("no task panics");
        }
        sum
    })
}

/// Who arrives tells the mall its color and waits for the other's.
pub(super) fn chameneos(program: Chameneos, workers: usize) -> Run<usize> {
    timed(workers, async move {
        let (mall, mut arrivals) = unbounded_channel::<(Color, oneshot::Sender<Option<Color>>)>();
        let mut chameneos = JoinSet::new();
        for i in 0..program.chameneos {
            let mall = mall.clone();
            chameneos.spawn(async move {
                let (mut color, mut meetings) = (Color::of(i), 0);
                loop {
                    let (arriving, other) = oneshot::channel();
                    mall.send((color, arriving)).expect("the mall outlives its visitors");
                    match other.await.expect("the mall answers") {
                        Some(other) => color = color.complement(other),
                        None => return meetings,
                    }
                    meetings += 1;
                }
            });
        }
        drop(mall);
        tokio::spawn(async move {
            let (mut meetings_left, mut waiting) = (program.meetings, None);
            while let Some((color, arriving)) = arrivals.recv().await {
                if meetings_left == 0 {
                    arriving.send(None).expect("chameneos wait for an answer");
                    continue;
                }
                let Some((first_color, first)) = waiting.take() else {
                    waiting = Some((color, arriving));
                    continue;
                };
                meetings_left -= 1;
                let first: oneshot::Sender<_> = first;
                first.send(Some(color)).expect("chameneos wait for an answer");
                arriving.send(Some(first_color)).expect("chameneos wait for an answer");
            }
        });
        let mut sum = 0;
        while let Some(meetings) = chameneos.join_next().await {
            sum += meetings.expect("no task panics");
        }
        sum
    })
}

pub(super) fn count(program: Count, workers: usize) -> Run<usize> {
    enum Message {
        Increment,
        Retrieve(oneshot::Sender<usize>),
    }

    timed(workers, async move {
        let (counter, mut messages) = unbounded_channel();
        tokio::spawn(async move {
            let mut count = 0;
            while let Some(message) = messages.recv().await {
                match message {
                    Message::Increment => count += 1,
                    Message::Retrieve(answer) => answer.send(count).expect("the producer waits"),
                }
            }
        });
        for _ in 0..program.messages {
            counter.send(Message::Increment).expect("the counter stays");
        }
        let (answer, count) = oneshot::channel();
        counter.send(Message::Retrieve(answer)).expect("the counter stays");
        count.await.expect("the counter answers")
    })
}

pub(super) fn fork_join_throughput(program: ForkJoinThroughput, workers: usize) -> Run<usize> {
    timed(workers, async move {
        let create = |_| {
            let (worker, mut messages) = unbounded_channel::<()>();
            let worked = tokio::spawn(async move {
                let mut count = 0;
                while messages.recv().await.is_some() {
                    compute();
                    count += 1;
                }
                count
            });
            (worker, worked)
        };
        let tasks: Vec<_> = (0..program.cowns).map(create).collect();
        for _ in 0..program.messages {
            for (worker, _) in &tasks {
                worker.send(()).expect("the worker stays");
            }
        }
        let mut sum = 0;
        for (worker, worked) in tasks {
            drop(worker); // no more messages
            sum += worked.await.expect("no task panics");
        }
        sum
    })
}

/// A pipeline: what leaves a block goes down its channel.
pub(super) fn sieve(program: Sieve, workers: usize) -> Run<usize> {
    enum Step {
        Remove { number: usize, prime: usize },
        Iterate(usize),
    }

    async fn block(
        mut numbers: Numbers,
        mut steps: tokio::sync::mpsc::UnboundedReceiver<Step>,
        next: Option<UnboundedSender<Step>>,
    ) -> usize {
        let pass = |step| next.as_ref().is_none_or(|next| next.send(step).is_ok());
        while let Some(step) = steps.recv().await {
            match step {
                Step::Remove { number, prime } => {
                    let number = numbers.remove(number, prime);
                    pass(Step::Remove { number, prime });
                }
                Step::Iterate(mut number) => {
                    while let Some(&mut mark) = numbers.mark(number) {
                        if mark {
                            let removed = numbers.remove(number * number, number);
                            pass(Step::Remove { number: removed, prime: number });
                        }
                        number += 1;
                    }
                    pass(Step::Iterate(number));
                }
            }
        }
        numbers.primes()
    }

    timed(workers, async move {
        let (mut next, mut blocks) = (None, Vec::new());
        for numbers in program.blocks().rev() {
            let (sender, steps) = unbounded_channel();
            blocks.push(tokio::spawn(block(numbers, steps, next.take())));
            next = Some(sender);
        }
        let first = next.expect("at least one block");
        first.send(Step::Iterate(2)).expect("the first block stays");
        drop(first);
        let mut primes = 0;
        for block in blocks {
            primes += block.await.expect("no task panics");
        }
        primes
    })
}
