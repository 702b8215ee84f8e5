//! Chains of `let`, which only the newest edition has.

use boc::prelude::*;
use boc_tests::on_workers;

use super::patterns::{around, untouched};

#[test]
fn if_let_chains() {
    on_workers(2, || {
        let ((x, y), state) = (around(), Cown::new((Some(Cown::new(1)), Some(Cown::new(2)))));
        let sum = when!(state => {
            if let Some(x) = &state.0 && let Some(y) = &state.1 && x != y {
                when!(x, y => *x + *y)
            } else if let (Some(x), _) | (None, Some(x)) = &*state {
                when!(x => *x)
            } else {
                when!(x, y => *x * *y)
            }
        });
        assert_eq!(sum.join().unwrap().join().unwrap(), 3);
        when!(state => *state = (None, None)).join().unwrap();
        let product = when!(state => {
            if let Some(x) = &state.0 && let Some(y) = &state.1 { when!(x, y => *x + *y) } else { when!(x, y => *x * *y) }
        });
        assert_eq!(product.join().unwrap().join().unwrap(), 2);
        untouched(&x, &y);
    });
}

#[test]
fn while_let() {
    on_workers(2, || {
        let ((x, y), stack) = (around(), Cown::new(vec![Cown::new(1), Cown::new(2)]));
        let seen = when!(stack => {
            let mut seen = Vec::new();
            while let Some(x) = stack.pop() && let y = &x { seen.push(when!(y => *y)); }
            when!(seen => seen.iter().copied().collect::<Vec<_>>())
        });
        assert_eq!(seen.join().unwrap().join().unwrap(), [2, 1]);
        untouched(&x, &y);
    });
}
