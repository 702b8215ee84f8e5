//! Owns: what a program of the model is: plain data, with names for everything. Prints as something to read.

use std::fmt;
use std::sync::Arc;

/// Names a behavior: the place of its `when` in the program. There are no loops, so each is scheduled once at most.
pub(crate) type BehaviorId = usize;

/// Names a step of a thread or of a body.
pub(crate) type StepId = usize;

/// A value that lies behind a queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum ThingId {
    /// In a cown.
    Cown(usize),
    /// In a pinned cown of a home.
    Pinned(usize, usize),
    /// The result of a behavior, in its promise.
    Result(BehaviorId),
    /// In a promise that is filled from outside.
    Outside(usize),
}

impl ThingId {
    /// Whether it lies in a promise.
    pub(crate) fn is_promise(self) -> bool {
        matches!(self, ThingId::Result(_) | ThingId::Outside(_))
    }

    /// Where it lives, if it is pinned.
    pub(crate) fn home(self) -> Option<usize> {
        if let ThingId::Pinned(home, _) = self { Some(home) } else { None }
    }
}

/// A whole program. Thread `h` is the home `h` for as many homes as there are; the others claim nothing.
#[derive(Clone)]
pub(crate) struct Program {
    pub(crate) cowns: usize,
    /// How many pinned cowns each home has.
    pub(crate) homes: Vec<usize>,
    /// How many promises are filled from outside.
    pub(crate) outside: usize,
    pub(crate) threads: Vec<Vec<Step>>,
    /// Filled by a thread that does nothing else, so that they are filled in any case.
    pub(crate) late: Vec<Step>,
    /// How many behaviors there are.
    pub(crate) behaviors: usize,
}

#[derive(Clone)]
pub(crate) struct Step {
    pub(crate) id: StepId,
    pub(crate) what: What,
}

/// What a thread or a body does.
#[derive(Clone)]
pub(crate) enum What {
    When(Arc<When>),
    Batch(Vec<Arc<When>>),
    /// Fills a promise from outside.
    Fill(usize, Filling),
    /// Drops the thread's, or the body's, handle.
    Forget(ThingId),
    /// Asks whether a promise is finished.
    Ask(ThingId),

    // For threads only.
    Scope(Vec<Step>),
    Join(ThingId),
    Quiesce,
    /// Ends the second runtime.
    EndExtra,

    // For homes only.
    Pump {
        most: Option<usize>,
        deadline: bool,
    },
    /// Direct access to a pinned value.
    With(ThingId),
    /// Drops the `MainThread`.
    Close,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Filling {
    Resolve,
    Fail,
    Drop,
}

#[derive(Clone)]
pub(crate) struct When {
    pub(crate) id: BehaviorId,
    pub(crate) target: Target,
    /// In the order of [`Kind`].
    pub(crate) requests: Vec<Request>,
    pub(crate) body: Vec<Step>,
    pub(crate) panics: bool,
    pub(crate) linger: u64,
    /// Nobody keeps the promise.
    pub(crate) detached: bool,
}

/// What a behavior is scheduled through.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Target {
    Current,
    /// The second runtime.
    Extra,
    /// The scope around.
    Scope,
    /// The `MainThread` of the home that schedules.
    Here(usize),
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Request {
    pub(crate) kind: Kind,
    pub(crate) thing: ThingId,
}

/// How a thing is requested.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    WriteCown,
    WritePromise,
    /// Through the guard of the body that schedules, which holds it exclusively.
    Again,
    ReadCown,
    ReadPromise,
    /// At most one in a set.
    Try,
    Pinned,
}

impl Kind {
    pub(crate) fn is_read(self) -> bool {
        matches!(self, Kind::ReadCown | Kind::ReadPromise)
    }
}

impl When {
    /// The thread that the behavior has to run on.
    pub(crate) fn home(&self) -> Option<usize> {
        match self.target {
            Target::Here(home) => Some(home),
            _ => self.requests.iter().find_map(|request| request.thing.home()),
        }
    }

    /// Whether the request set cannot be: something is requested twice and not only read, or of two homes.
    pub(crate) fn is_refused(&self) -> bool {
        let twice = |(at, one): (usize, &Request)| {
            let same = self.requests[..at].iter().filter(|other| other.thing == one.thing);
            same.into_iter().any(|other| !(other.kind.is_read() && one.kind.is_read()))
        };
        let home = self.home();
        let elsewhere = |request: &Request| request.thing.home().is_some_and(|there| Some(there) != home);
        self.requests.iter().enumerate().any(twice) || self.requests.iter().any(elsewhere)
    }

    /// Calls `visit` with this behavior and all that it may schedule.
    pub(crate) fn each<'w>(&'w self, visit: &mut impl FnMut(&'w When)) {
        visit(self);
        each_when(&self.body, visit);
    }

    /// What it fills, or those that it schedules do.
    pub(crate) fn fills(&self) -> Vec<usize> {
        let mut all = Vec::new();
        self.each(&mut |when| all.extend(own_fills(&when.body)));
        all
    }
}

/// Calls `visit` with every behavior that `steps` may schedule.
pub(crate) fn each_when<'s>(steps: &'s [Step], visit: &mut impl FnMut(&'s When)) {
    for step in steps {
        match &step.what {
            What::When(when) => when.each(visit),
            What::Batch(all) => all.iter().for_each(|when| when.each(visit)),
            What::Scope(steps) => each_when(steps, visit),
            _ => {}
        }
    }
}

/// What `steps` fill themselves.
pub(crate) fn own_fills(steps: &[Step]) -> impl Iterator<Item = usize> {
    steps.iter().filter_map(|step| if let What::Fill(outside, _) = step.what { Some(outside) } else { None })
}

impl fmt::Debug for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} cowns, {} promises from outside", self.cowns, self.outside)?;
        for (at, steps) in self.threads.iter().enumerate() {
            match self.homes.get(at) {
                Some(pinned) => writeln!(f, "home {at} ({pinned} pinned cowns) {{")?,
                None => writeln!(f, "thread {at} {{")?,
            }
            print(f, steps, 1)?;
            writeln!(f, "}}")?;
        }
        if !self.late.is_empty() {
            writeln!(f, "a thread that fills {{")?;
            print(f, &self.late, 1)?;
            writeln!(f, "}}")?;
        }
        Ok(())
    }
}

fn print(f: &mut fmt::Formatter<'_>, steps: &[Step], depth: usize) -> fmt::Result {
    let indent = "    ".repeat(depth);
    for step in steps {
        write!(f, "{indent}")?;
        match &step.what {
            What::When(when) => print_when(f, when, depth)?,
            What::Batch(all) => {
                writeln!(f, "batch {{")?;
                for when in all {
                    write!(f, "{indent}    ")?;
                    print_when(f, when, depth + 1)?;
                }
                writeln!(f, "{indent}}}")?;
            }
            What::Scope(steps) => {
                writeln!(f, "scope {{")?;
                print(f, steps, depth + 1)?;
                writeln!(f, "{indent}}}")?;
            }
            What::Fill(outside, Filling::Resolve) => writeln!(f, "resolve o{outside}")?,
            What::Fill(outside, Filling::Fail) => writeln!(f, "fail o{outside}")?,
            What::Fill(outside, Filling::Drop) => writeln!(f, "drop resolver of o{outside}")?,
            What::Forget(thing) => writeln!(f, "drop handle {thing}")?,
            What::Ask(thing) => writeln!(f, "{thing}.is_finished()")?,
            What::Join(thing) => writeln!(f, "join {thing}   [step {}]", step.id)?,
            What::Quiesce => writeln!(f, "quiesce   [step {}]", step.id)?,
            What::EndExtra => writeln!(f, "drop extra runtime")?,
            What::Pump { most, deadline } => {
                writeln!(f, "pump most={most:?} deadline={deadline}   [step {}]", step.id)?;
            }
            What::With(thing) => writeln!(f, "with {thing}")?,
            What::Close => writeln!(f, "drop MainThread")?,
        }
    }
    Ok(())
}

fn print_when(f: &mut fmt::Formatter<'_>, when: &When, depth: usize) -> fmt::Result {
    let set: Vec<String> = when.requests.iter().map(ToString::to_string).collect();
    let target = match when.target {
        Target::Current => "",
        Target::Extra => "in extra; ",
        Target::Scope => "in scope; ",
        Target::Here(_) => "in main; ",
    };
    let name = if when.detached { "_" } else { "" };
    write!(f, "let {name}b{} = when({target}{})", when.id, set.join(", "))?;
    let end = if when.panics { "panic" } else { "" };
    if when.body.is_empty() {
        return writeln!(f, " {{ {end} }}");
    }
    writeln!(f, " {{")?;
    print(f, &when.body, depth + 1)?;
    let indent = "    ".repeat(depth);
    if when.panics {
        writeln!(f, "{indent}    {end}")?;
    }
    writeln!(f, "{indent}}}")
}

impl fmt::Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let thing = self.thing;
        match self.kind {
            Kind::WriteCown | Kind::WritePromise => write!(f, "{thing}"),
            Kind::Again => write!(f, "guard {thing}"),
            Kind::ReadCown | Kind::ReadPromise => write!(f, "read {thing}"),
            Kind::Try => write!(f, "try {thing}"),
            Kind::Pinned => write!(f, "pinned {thing}"),
        }
    }
}

impl fmt::Display for ThingId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ThingId::Cown(at) => write!(f, "c{at}"),
            ThingId::Pinned(home, at) => write!(f, "p{home}.{at}"),
            ThingId::Result(behavior) => write!(f, "b{behavior}"),
            ThingId::Outside(at) => write!(f, "o{at}"),
        }
    }
}

/// What bodies do to the numbers they find: every exclusive holder leaves `mix(number, its own id)`, and a result is
/// made of all the numbers that its behavior has found. Who misses a holder, or sees one twice, has another number.
pub(crate) fn mix(number: u64, with: usize) -> u64 {
    number.wrapping_mul(31).wrapping_add(with as u64 + 1)
}
