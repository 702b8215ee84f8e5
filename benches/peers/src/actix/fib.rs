use actix::prelude::*;
use boc_savina::Run;
use boc_savina::fib::Fib;
use tokio::sync::oneshot;

use super::timed;

/// Waits for two numbers and passes their sum on.
struct Sum {
    first: Option<u64>,
    parent: Parent,
}

enum Parent {
    Sum(Addr<Sum>),
    Caller(Option<oneshot::Sender<u64>>),
}

impl Actor for Sum {
    type Context = Context<Self>;
}

#[derive(Message)]
#[rtype(result = "()")]
struct Number(u64);

impl Handler<Number> for Sum {
    type Result = ();

    fn handle(&mut self, Number(second): Number, context: &mut Context<Self>) {
        let Some(first) = self.first.replace(second) else { return };
        match &mut self.parent {
            Parent::Sum(parent) => parent.do_send(Number(first + second)),
            Parent::Caller(caller) => {
                let caller = caller.take().expect("there are two numbers");
                caller.send(first + second).expect("the caller waits");
            }
        }
        context.stop();
    }
}

pub(super) fn run(program: Fib, workers: usize) -> Run<u64> {
    timed(workers, async move |pool| {
        // From the root down: who adds has to be there before what it adds.
        let (caller, result) = oneshot::channel();
        let root = pool.start(Sum { first: None, parent: Parent::Caller(Some(caller)) });
        let mut open = vec![(root.clone(), program.index - 1), (root, program.index - 2)];
        while let Some((parent, n)) = open.pop() {
            if n <= 2 {
                parent.do_send(Number(1));
                continue;
            }
            let sum = pool.start(Sum { first: None, parent: Parent::Sum(parent) });
            open.extend([(sum.clone(), n - 1), (sum, n - 2)]);
        }
        result.await.expect("the root answers")
    })
}
