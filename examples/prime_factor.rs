//! A search that stops early: many behaviors look for a divisor, and the first to find one cancels
//! the others.
//!
//! Each behavior goes through a range of candidates, and is scheduled through one `Cancel`. Those
//! that have not begun are skipped; those that run ask `is_cancelled` now and then, and return.
//!
//! `cargo run --release --example prime_factor`

use boc::prelude::*;

/// How many candidates one behavior looks at.
const RANGE: u64 = 4_096;

/// A divisor of `n`, if it has one; and how many ranges were searched or skipped.
fn divisor(n: u64) -> Result<(Option<u64>, [usize; 2]), Failure> {
    let stop = Cancel::new();
    let last = n.isqrt();
    let ranges: Vec<Promise<Option<u64>>> = (2..=last)
        .step_by(RANGE as usize)
        .map(|from| {
            let others = stop.clone();
            when!(in stop; => {
                for candidate in from..=last.min(from + RANGE - 1) {
                    if n.is_multiple_of(candidate) {
                        others.cancel();
                        return Some(candidate);
                    }
                    if candidate % 256 == 0 && boc::is_cancelled() {
                        break;
                    }
                }
                None
            })
        })
        .collect();
    // `try`: that some were cancelled is no failure of the search.
    let report = when!(try ranges => {
        let searched: Vec<Option<u64>> = ranges.iter().flatten().map(|found| **found).collect();
        let skipped = ranges.len() - searched.len();
        (searched.iter().find_map(|found| *found), [searched.len(), skipped])
    });
    report.join()
}

/// The prime factors, in order.
fn factors(n: u64) -> Result<Vec<u64>, Failure> {
    let (found, [searched, skipped]) = divisor(n)?;
    let Some(divisor) = found else {
        println!("  {n} is prime (ranges searched: {searched})");
        return Ok(vec![n]);
    };
    println!("  {n} = {divisor} * {} (ranges searched: {searched}, skipped: {skipped})", n / divisor);
    let mut factors = [factors(divisor)?, factors(n / divisor)?].concat();
    factors.sort_unstable();
    Ok(factors)
}

#[boc::main]
fn main() -> Result<(), Failure> {
    let numbers: [(u64, &[u64]); 4] = [
        (97, &[97]),
        (1_001_001, &[3, 333_667]),
        (600_851_475_143, &[71, 839, 1_471, 6_857]),
        (1_000_036_000_099, &[1_000_003, 1_000_033]),
    ];
    for (number, expected) in numbers {
        println!("{number}:");
        assert_eq!(factors(number)?, expected);
    }
    Ok(())
}

#[test]
fn the_factors_are_found() -> Result<(), Failure> {
    main()
}
