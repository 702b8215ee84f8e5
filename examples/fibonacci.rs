//! Fibonacci numbers as a graph of promises: each number is a behavior that requests the two before it.
//!
//! Nobody waits here but `main`, at the very end. The whole graph is scheduled first; a behavior runs as soon as the
//! promises that it requests hold their values.
//!
//! `cargo run --example fibonacci`

use boc::prelude::*;

/// The numbers up to the `n`th, one behavior each. Every promise is read by the two numbers after it.
fn sequence(n: usize) -> Vec<Promise<u64>> {
    let mut numbers = vec![when!(=> 0), when!(=> 1)];
    for i in 2..=n {
        let (a, b) = (&numbers[i - 2], &numbers[i - 1]);
        let next = when!(read a, read b => *a + *b);
        numbers.push(next);
    }
    numbers
}

/// The `n`th number the hard way: a tree that asks for the same numbers again and again, all branches at once.
fn tree(n: u64) -> Promise<u64> {
    if n < 2 {
        return when!(=> n);
    }
    let (a, b) = (tree(n - 1), tree(n - 2));
    when!(a, b => *a + *b)
}

#[boc::main]
fn main() -> Result<(), Failure> {
    let numbers = sequence(90);
    let ninetieth = numbers[90].clone().join()?;
    println!("fibonacci(90) = {ninetieth}, from 91 behaviors in a row");
    assert_eq!(ninetieth, 2_880_067_194_370_816_120);

    let twentieth = tree(20).join()?;
    println!("fibonacci(20) = {twentieth}, from 21,891 behaviors in a tree");
    assert_eq!(twentieth, 6_765);
    Ok(())
}

#[test]
fn the_numbers_are_right() -> Result<(), Failure> {
    main()
}
