//! Owns: one behavior in the shape that its request set has, through whatever it is scheduled with.

use std::panic::{AssertUnwindSafe, catch_unwind};

use boc::prelude::*;
use boc::{Aliased, Batch, Request, Scope, try_when};
use boc_tests::message_of;

use crate::drive::Body;
use crate::things::{Local, Thing};

/// Why a set was refused.
pub(crate) struct Refused(pub(crate) String);

/// What a behavior is scheduled with.
pub(crate) trait Target {
    fn when<Q, F>(&self, request: Q, body: F) -> Result<Promise<Thing>, Refused>
    where
        Q: Request,
        F: for<'a> FnOnce(Q::Guard<'a>) -> Thing + Send + 'static;
}

pub(crate) struct Current;

impl Target for Current {
    fn when<Q, F>(&self, request: Q, body: F) -> Result<Promise<Thing>, Refused>
    where
        Q: Request,
        F: for<'a> FnOnce(Q::Guard<'a>) -> Thing + Send + 'static,
    {
        try_when(request, body).map_err(|aliased: Aliased| Refused(aliased.to_string()))
    }
}

/// For what panics when it refuses a set.
macro_rules! panicking_target {
    ($($target:ident($of:ty);)*) => {$(
        pub(crate) struct $target<'t>(pub(crate) $of);

        impl<'t> Target for $target<'t> {
            fn when<Q, F>(&self, request: Q, body: F) -> Result<Promise<Thing>, Refused>
            where
                Q: Request,
                F: for<'a> FnOnce(Q::Guard<'a>) -> Thing + Send + 'static,
            {
                catch_unwind(AssertUnwindSafe(|| self.0.when(request, body)))
                    .map_err(|payload| Refused(message_of(&*payload)))
            }
        }
    )*};
}

panicking_target! {
    On(&'t Runtime);
    Here(&'t MainThread);
    InBatch(&'t Batch);
}

pub(crate) struct InScope<'s, 'e>(pub(crate) &'s Scope<'s, 'e>);

impl Target for InScope<'_, '_> {
    fn when<Q, F>(&self, request: Q, body: F) -> Result<Promise<Thing>, Refused>
    where
        Q: Request,
        F: for<'a> FnOnce(Q::Guard<'a>) -> Thing + Send + 'static,
    {
        catch_unwind(AssertUnwindSafe(|| self.0.when(request, body)))
            .map_err(|payload| Refused(message_of(&*payload)))
    }
}

/// A request set, sorted by kind: see [`Kind`](crate::model::program::Kind).
#[derive(Default)]
pub(crate) struct Sets<'s> {
    pub(crate) write: Vec<&'s Cown<Thing>>,
    pub(crate) owed: Vec<&'s Promise<Thing>>,
    pub(crate) again: Vec<&'s Acquired<'s, Thing>>,
    pub(crate) look: Vec<&'s Cown<Thing>>,
    pub(crate) results: Vec<&'s Promise<Thing>>,
    pub(crate) tried: Option<&'s Promise<Thing>>,
    pub(crate) pinned: Vec<&'s PinnedCown<Local>>,
}

/// Schedules `body` with this set: small sets as users write them, the others as groups.
pub(crate) fn schedule(target: &impl Target, sets: Sets<'_>, body: Body) -> Result<Promise<Thing>, Refused> {
    let Sets { write, owed, again, look, results, tried, pinned } = sets;
    if let Some(tried) = tried {
        return with_try(
            target,
            Sets { write, owed, again, look, results, pinned, tried: None },
            tried,
            body,
        );
    }
    match (&write[..], &owed[..], &again[..], &look[..], &results[..], &pinned[..]) {
        ([], [], [], [], [], []) => when!(in target; let body = body => body.begin(|_| ()).finish(&[])),
        ([one], [], [], [], [], []) => when!(in target; one, let body = body => {
            body.begin(|running| running.write(&mut one)).finish(&[&one])
        }),
        ([], [one], [], [], [], []) => when!(in target; one, let body = body => {
            body.begin(|running| running.write(&mut one)).finish(&[&one])
        }),
        ([], [], [one], [], [], []) => when!(in target; one, let body = body => {
            body.begin(|running| running.write(&mut one)).finish(&[&one])
        }),
        ([], [], [], [one], [], []) => when!(in target; read one, let body = body => {
            body.begin(|running| running.read(&one)).finish(&[])
        }),
        ([], [], [], [], [one], []) => when!(in target; read one, let body = body => {
            body.begin(|running| running.read(&one)).finish(&[])
        }),
        ([], [], [], [], [], [one]) => when!(in target; pinned one, let body = body => {
            body.begin(|running| running.write(&mut one.thing)).finish(&[])
        }),
        ([one, other], [], [], [], [], []) => when!(in target; one, other, let body = body => {
            let body = body.begin(|running| {
                running.write(&mut one);
                running.write(&mut other);
            });
            body.finish(&[&one, &other])
        }),
        ([one], [], [], [other], [], []) => when!(in target; one, read other, let body = body => {
            let body = body.begin(|running| {
                running.write(&mut one);
                running.read(&other);
            });
            body.finish(&[&one])
        }),
        (.., []) => when!(in target; write, owed, again, read look, read results, let body = body => {
            let body = body.begin(|running| {
                write.iter_mut().for_each(|thing| running.write(thing));
                owed.iter_mut().for_each(|thing| running.write(thing));
                again.iter_mut().for_each(|thing| running.write(thing));
                look.iter().for_each(|thing| running.read(thing));
                results.iter().for_each(|thing| running.read(thing));
            });
            let held = [&write, &owed, &again].into_iter().flat_map(|group| (0..group.len()).map(|at| group.guard(at)));
            body.finish(&held.collect::<Vec<_>>())
        }),
        _ => {
            when!(in target; write, owed, again, read look, read results, pinned pinned, let body = body => {
                let body = body.begin(|running| {
                    write.iter_mut().for_each(|thing| running.write(thing));
                    owed.iter_mut().for_each(|thing| running.write(thing));
                    again.iter_mut().for_each(|thing| running.write(thing));
                    look.iter().for_each(|thing| running.read(thing));
                    results.iter().for_each(|thing| running.read(thing));
                    pinned.iter_mut().for_each(|local| running.write(&mut local.thing));
                });
                let held = [&write, &owed, &again].into_iter().flat_map(|group| (0..group.len()).map(|at| group.guard(at)));
                body.finish(&held.collect::<Vec<_>>())
            })
        }
    }
}

fn with_try(
    target: &impl Target,
    sets: Sets<'_>,
    tried: &Promise<Thing>,
    body: Body,
) -> Result<Promise<Thing>, Refused> {
    let Sets { write, owed, again, look, results, pinned, .. } = sets;
    if !pinned.is_empty() {
        return when!(in target; write, owed, again, read look, read results, try tried, pinned pinned, let body = body => {
            let body = body.begin(|running| {
                write.iter_mut().for_each(|thing| running.write(thing));
                owed.iter_mut().for_each(|thing| running.write(thing));
                again.iter_mut().for_each(|thing| running.write(thing));
                look.iter().for_each(|thing| running.read(thing));
                results.iter().for_each(|thing| running.read(thing));
                running.attempt(tried);
                pinned.iter_mut().for_each(|local| running.write(&mut local.thing));
            });
            let held = [&write, &owed, &again].into_iter().flat_map(|group| (0..group.len()).map(|at| group.guard(at)));
            body.finish(&held.collect::<Vec<_>>())
        });
    }
    when!(in target; write, owed, again, read look, read results, try tried, let body = body => {
        let body = body.begin(|running| {
            write.iter_mut().for_each(|thing| running.write(thing));
            owed.iter_mut().for_each(|thing| running.write(thing));
            again.iter_mut().for_each(|thing| running.write(thing));
            look.iter().for_each(|thing| running.read(thing));
            results.iter().for_each(|thing| running.read(thing));
            running.attempt(tried);
        });
        let held = [&write, &owed, &again].into_iter().flat_map(|group| (0..group.len()).map(|at| group.guard(at)));
        body.finish(&held.collect::<Vec<_>>())
    })
}
