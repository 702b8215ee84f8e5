//! Random programs against a model. Each body that publishes appends its number to a notice of its own, by an update, so the
//! order of the publications is known afterwards, and how many of them a body's moment has. From that the model computes
//! what each body must have read.

use std::sync::Arc;

use boc::prelude::*;
use boc_tests::{LIMIT, note, within};
use parking_lot::Mutex;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

const NOTICES: usize = 3;

#[derive(Clone, Copy, Debug)]
enum Op {
    Read(usize),
    Post(usize, u64),
    /// Three times the value, and this.
    Update(usize, u64),
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum End {
    Returns,
    Panics,
    /// By an update, when the body has returned.
    UpdatePanics,
}

#[derive(Clone, Debug)]
struct Body {
    /// Which of two cowns it requests.
    cowns: [bool; 2],
    ops: Vec<Op>,
    end: End,
    /// Scheduled after `ops`.
    child: Option<Box<Body>>,
}

fn op() -> impl Strategy<Value = Op> {
    let (notice, value) = (0..NOTICES, 0..100_u64);
    prop_oneof![
        3 => notice.clone().prop_map(Op::Read),
        2 => (notice.clone(), value.clone()).prop_map(|(notice, value)| Op::Post(notice, value)),
        2 => (notice, value).prop_map(|(notice, value)| Op::Update(notice, value)),
    ]
}

fn leaf() -> impl Strategy<Value = Body> {
    let end = prop_oneof![8 => Just(End::Returns), 1 => Just(End::Panics), 1 => Just(End::UpdatePanics)];
    (any::<[bool; 2]>(), prop::collection::vec(op(), 0..6), end).prop_map(|(cowns, ops, end)| Body {
        cowns,
        ops,
        end,
        child: None,
    })
}

fn body() -> impl Strategy<Value = Body> {
    (leaf(), prop::option::weighted(0.4, leaf())).prop_map(|(mut body, child)| {
        body.child = child.map(Box::new);
        body
    })
}

/// What a body has seen.
#[derive(Clone, Debug)]
struct Seen {
    body: Body,
    /// Scheduled by the test itself.
    root: bool,
    /// Of the body that has scheduled it after having posted.
    parent: Option<usize>,
    /// Of bodies that were scheduled before it on a common cown; on a simulated runtime, which knows nothing of the lock
    /// here, by the test itself.
    before: Vec<usize>,
    /// How many publications its moment has.
    moment: Option<usize>,
    reads: Vec<u64>,
}

#[derive(Clone)]
struct World {
    notices: [Notice<u64>; NOTICES],
    log: Notice<Vec<usize>>,
    cowns: [Cown<()>; 2],
    seen: Arc<Mutex<Vec<Seen>>>,
    simulated: bool,
}

impl World {
    /// Number and order are given under one lock with the scheduling.
    fn schedule(&self, body: &Body, root: bool, parent: Option<usize>) {
        let world = self.clone();
        let mut seen = self.seen.lock();
        let number = seen.len();
        let common = |other: &Seen| {
            let ordered = !self.simulated || (root && other.root);
            ordered && (0..2).any(|cown| other.body.cowns[cown] && body.cowns[cown])
        };
        let before = (0..number).filter(|&other| common(&seen[other])).collect();
        seen.push(Seen { body: body.clone(), root, parent, before, moment: None, reads: Vec::new() });
        let requests: Vec<&Cown<()>> =
            (0..2).filter(|&cown| body.cowns[cown]).map(|cown| &self.cowns[cown]).collect();
        let body = body.clone();
        drop(when(&requests, move |_| world.run(number, &body)));
    }

    fn run(&self, number: usize, body: &Body) {
        let mut reads = Vec::new();
        // The first read, or not.
        let mut moment = None;
        let mut posts = false;
        for op in &body.ops {
            match *op {
                Op::Read(notice) => {
                    reads.push(*self.notices[notice].read());
                    moment.get_or_insert_with(|| self.log.read().len());
                }
                Op::Post(notice, value) => self.notices[notice].post(value),
                Op::Update(notice, value) => self.notices[notice].update(move |old| next(*old, value)),
            }
            if !matches!(op, Op::Read(_)) && !std::mem::replace(&mut posts, true) {
                self.log.update(move |log| log.iter().copied().chain([number]).collect());
            }
        }
        if let Some(child) = &body.child {
            self.schedule(child, false, (posts && body.end == End::Returns).then_some(number));
        }
        let mut seen = self.seen.lock();
        (seen[number].moment, seen[number].reads) = (moment, reads);
        drop(seen);
        match body.end {
            End::Returns => {}
            End::Panics => std::panic::resume_unwind(Box::new("expected")),
            End::UpdatePanics => {
                self.notices[0].update(|_| std::panic::resume_unwind(Box::new("expected")));
            }
        }
    }
}

fn next(old: u64, value: u64) -> u64 {
    old.wrapping_mul(3).wrapping_add(value)
}

/// Runs the bodies on the current runtime, and compares.
fn check(program: &[Body], simulated: bool) {
    let world = World {
        notices: std::array::from_fn(|n| Notice::of(n as u64)),
        log: Notice::of(Vec::new()),
        cowns: std::array::from_fn(|_| Cown::new(())),
        seen: Arc::default(),
        simulated,
    };
    program.iter().for_each(|body| world.schedule(body, true, None));
    quiesce();
    let (seen, log) = (world.seen.lock().clone(), world.log.read());

    let publishes = |seen: &Seen| {
        seen.body.end == End::Returns && seen.body.ops.iter().any(|op| !matches!(op, Op::Read(_)))
    };
    let mut published = log.to_vec();
    published.sort_unstable();
    let expected: Vec<usize> = (0..seen.len()).filter(|&number| publishes(&seen[number])).collect();
    assert_eq!(published, expected, "who publishes does so once");

    // The values after so many publications.
    let mut states = vec![std::array::from_fn::<u64, NOTICES, _>(|n| n as u64)];
    for &number in log.iter() {
        let mut state = *states.last().unwrap();
        for op in &seen[number].body.ops {
            match *op {
                Op::Read(_) => {}
                Op::Post(notice, value) => state[notice] = value,
                Op::Update(notice, value) => state[notice] = next(state[notice], value),
            }
        }
        states.push(state);
    }
    assert_eq!(states.last().unwrap(), &world.notices.each_ref().map(|notice| *notice.read()));

    let place = |number: usize| log.iter().position(|&other| other == number);
    for (number, this) in seen.iter().enumerate() {
        let Some(moment) = this.moment else { continue };
        let mut own = [None; NOTICES];
        let mut reads = this.reads.iter();
        for op in &this.body.ops {
            match *op {
                Op::Read(notice) => {
                    let expected = own[notice].unwrap_or(states[moment][notice]);
                    assert_eq!(reads.next(), Some(&expected), "body {number} reads notice {notice}");
                }
                Op::Post(notice, value) => own[notice] = Some(value),
                Op::Update(..) => {}
            }
        }
        for &earlier in this.before.iter().chain(&this.parent) {
            if let Some(at) = place(earlier) {
                assert!(at < moment, "body {number} comes after body {earlier}, and does not see its posts");
            }
        }
        if let Some(at) = place(number) {
            assert!(moment <= at, "body {number} has published before it has read");
        }
    }
}

fn programs(cases: u32, test: impl Fn(&[Body])) {
    let cases = Config { cases, failure_persistence: None, ..Config::default() };
    TestRunner::new(cases)
        .run(&prop::collection::vec(body(), 1..8), |program| {
            note(format!("{program:?}"));
            test(&program);
            Ok(())
        })
        .unwrap_or_else(|failed| panic!("{failed}"));
}

#[test]
fn programs_on_two_workers() {
    within(LIMIT, || {
        let runtime = Runtime::builder().workers(2).build().unwrap();
        programs(400, |program| runtime.enter(|| (0..3).for_each(|_| check(program, false))));
        runtime.shutdown();
    });
}

#[test]
fn programs_on_one_worker() {
    within(LIMIT, || {
        let runtime = Runtime::builder().workers(1).build().unwrap();
        programs(200, |program| runtime.enter(|| check(program, false)));
        runtime.shutdown();
    });
}

#[test]
fn programs_on_simulated_runtimes() {
    within(LIMIT, || {
        programs(200, |program| {
            for seed in 0..8 {
                let runtime = Runtime::simulated(seed);
                runtime.enter(|| check(program, true));
            }
        });
    });
}
