//! Cowns are compared by identity: nothing is asked of the value.

use std::collections::HashSet;

use boc::prelude::*;

struct Opaque;

fn main() {
    let (a, b) = (Cown::new(Opaque), Cown::new(Opaque));
    assert!(a == a.clone() && a != b && (a < b) != (b < a));
    let all: HashSet<_> = [a.clone(), b.clone(), a.clone()].into();
    assert_eq!(all.len(), 2);
    assert!(!format!("{a:?}").is_empty());
}
