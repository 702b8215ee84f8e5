//! Generated code is safe: it passes under `forbid`, and under lints that are often denied.

#![forbid(unsafe_code)]
#![deny(warnings, unused_qualifications, unused_mut, unused_variables, non_snake_case, unused_results)]

use boc::prelude::*;

fn main() {
    let (a, b, n) = (Cown::new(1), Cown::new(2), 3);
    let first = when!(a, read b, let k = n + 1, clone n => {
        *a += *b + k + n;
        *a
    });
    #[boc::attr::when(first, read b)]
    fn second(first: &mut i32, b: &i32, n: i32) -> i32 {
        *first + *b + n
    }
    assert_eq!(second.join().unwrap(), 15);
}
