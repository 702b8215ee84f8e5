//! A user whose lints are as strict as they get. That clippy has nothing to say of it, in `ci/lint.sh`, is the test: no
//! warning may come from what a macro writes.

#![forbid(unsafe_code, non_ascii_idents)]
#![deny(
    warnings,
    missing_docs,
    single_use_lifetimes,
    trivial_casts,
    unreachable_pub,
    unused,
    unused_lifetimes
)]
#![deny(
    unused_qualifications,
    unused_results,
    let_underscore_drop,
    variant_size_differences,
    elided_lifetimes_in_paths
)]
#![deny(clippy::all, clippy::pedantic, clippy::nursery)]
#![deny(clippy::allow_attributes, clippy::missing_docs_in_private_items, clippy::let_underscore_untyped)]

use std::collections::BTreeMap;

use boc::prelude::{Acquired, Cown, MainThread, PinnedCown, Promise, Runtime, pinned, quiesce, read, when};

/// Headers of nested behaviors, and what their names are captured as.
pub fn captured(
    a: &Cown<u32>,
    cells: &[Cown<u32>],
    by_name: &BTreeMap<&'static str, Cown<u32>>,
    factor: Box<u32>,
) {
    let own = cells.to_vec();
    drop(when!(a => {
        *a += *factor;
        drop(when!(c = cells[0], d = by_name["x"], first = own[0], second = own[1] => *c += *d + *first + *second));
        drop(when!(cells, #[cfg(any())] nowhere => cells[0] += 1));
        for i in [0, 1] {
            drop(when!(c = cells[i] => *c += 1));
        }
        *a
    }));
}

/// The block form: every kind of item, a body of every shape.
#[must_use]
pub fn blocks(a: &Cown<u32>, b: &Cown<u32>, name: &str, n: u32) -> Promise<u32> {
    let all = vec![a.clone(), b.clone()];
    let name = name.to_owned();
    drop(when!(a => *a += 1));
    drop(when!(a => ()));
    drop(when!(=> n));
    drop(when!(a => {}));
    drop(when!(a => if *a > n { *a -= n } else { *a += n }));
    drop(when!(read all, first = all[0] => *first + all.iter().sum::<u32>()));
    let promise = when!(a, read b, clone name, let k = 2 * n, let mut last = 0 => {
        last += k;
        let Ok(length) = u32::try_from(name.len()) else { return 0 };
        *a += *b + last + length;
        *a
    });
    drop(when!(try promise => promise.map_or(0, |value| *value)));
    when!(promise => *promise + 1)
}

/// A body in a body, and one that reschedules itself.
pub fn nested(a: &Cown<u32>, b: &Cown<u32>) {
    let inner = when!(a => {
        *a += 1;
        when!(a, b => *a += *b)
    });
    drop(inner);
    drop(when(a, countdown));
}

/// The function form, with a function.
fn countdown(mut left: Acquired<'_, u32>) {
    if *left > 0 {
        *left -= 1;
        drop(when(&left, countdown));
    }
}

/// The attribute form.
#[must_use]
pub fn attribute(src: &Cown<u32>, dst: &Cown<u32>, amount: u32) -> Promise<bool> {
    #[boc::attr::when(src, read dst)]
    fn transfer(src: &mut u32, dst: &u32, amount: u32) -> bool {
        *src += *dst * amount;
        *src > 10
    }
    #[boc::attr::when(transfer)]
    fn inverse(transfer: &mut bool) -> bool {
        !*transfer
    }
    inverse
}

/// Targets, and pinned cowns.
pub fn targets(runtime: &Runtime, main: &MainThread, a: &Cown<u32>) {
    let canvas = PinnedCown::new(main, 1_u32);
    drop(when!(in runtime; a => *a += 1));
    drop(when!(in main; a => *a += 1));
    drop(when!(pinned canvas, a => *canvas += *a));
    drop(when((pinned(&canvas), read(a)), |(mut canvas, a)| *canvas += *a));
    boc::scope(|s| drop(when!(in s; a => *a += 1)));
    boc::batch(|b| drop(when!(in b; a => *a += 1)));
    quiesce();
}
