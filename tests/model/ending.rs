//! Owns: what has to be true when a run is over: what every promise has come to, and that everything is dropped, once.

use std::collections::BTreeMap;

use super::events::Life;
use super::observed::{Dropped, Value};
use super::program::{Target, ThingId, What, When};
use super::world::World;

impl World<'_> {
    pub(super) fn over(&mut self) {
        for (thing, ending) in &self.observed.endings {
            let ending_value = self.things.get(thing).cloned();
            self.join(*thing, ending, "the end");
            // It was there when nothing was in flight any more: the promise was kept.
            let gone = self.observed.gone_at_rest.contains(thing);
            self.check("drops", ending_value.is_none() || !gone, || {
                format!("{thing} was dropped before its handle")
            });
        }
        for (id, seen) in self.observed.behaviors.iter().enumerate() {
            let scheduled = self.events.lives.contains_key(&id);
            let dropped = seen.captures_dropped;
            self.check("drops", dropped == usize::from(scheduled), || {
                format!("b{id}'s captures were dropped {dropped} times")
            });
            if let Some(Life { when: When { target: Target::Here(home), .. }, .. }) =
                self.events.lives.get(&id)
            {
                let at = seen.captures_at;
                self.check("home", at == Some(*home), || format!("b{id}'s captures were dropped at {at:?}"));
            }
        }
        self.rest();
        let values = std::mem::take(&mut self.things).into_iter().chain(std::mem::take(&mut self.taken));
        let mut expected: BTreeMap<ThingId, Value> = values.collect();
        for (thing, drops) in &self.observed.drops {
            let Some(value) = expected.remove(thing) else {
                self.wrong.push(format!("drops: {thing} was dropped, and never was"));
                continue;
            };
            self.check("drops", drops.len() == 1, || format!("{thing} was dropped {} times", drops.len()));
            for Dropped { value: last, at } in drops {
                self.check("value", *last == value, || {
                    format!("{thing} was {last:?} in the end, not {value:?}")
                });
                let home = thing.home();
                self.check("home", home.is_none() || *at == home, || {
                    format!("{thing} was dropped at {at:?}")
                });
            }
        }
        for thing in expected.keys() {
            self.wrong.push(format!("drops: {thing} was never dropped"));
        }
    }

    /// At rest, what no thread has a handle of is gone, and the rest is there.
    fn rest(&mut self) {
        let threads = self.program.threads.len();
        let forgotten = |thing: ThingId| {
            let by = self.program.threads.iter().filter(|steps| {
                steps.iter().any(|step| matches!(step.what, What::Forget(other) if other == thing))
            });
            by.count() == threads
        };
        let mut gone = BTreeMap::new();
        for thing in self.things.keys().chain(self.taken.keys()) {
            let is_gone = match *thing {
                ThingId::Cown(_) => forgotten(*thing),
                ThingId::Pinned(home, _) => forgotten(*thing) || self.events.closed.contains_key(&home),
                ThingId::Result(id) => {
                    self.events.lives[&id].when.detached
                        || !matches!(self.observed.endings.get(thing), Some(Ok(_)))
                }
                ThingId::Outside(_) => !matches!(self.observed.endings.get(thing), Some(Ok(_))),
            };
            gone.insert(*thing, is_gone);
        }
        for (thing, is_gone) in gone {
            let found = self.observed.gone_at_rest.contains(&thing);
            self.check("drops", found == is_gone, || {
                format!("at rest {thing} was dropped: {found}, not {is_gone}")
            });
        }
    }
}
