//! The dining philosophers: five of them at a round table, a fork between each two, and two forks to a meal.
//!
//! If each takes the left fork and waits for the right one, all of them starve: the textbook's deadlock. A behavior
//! requests both forks together and begins when it holds both, so nobody ever sits there with one fork in hand. There is
//! no waiter, no order of forks, and no philosopher who must be different from the others.
//!
//! `cargo run --example dining_philosophers`

use boc::prelude::*;

const NAMES: [&str; 5] = ["Hypatia", "Confucius", "Avicenna", "Spinoza", "Arendt"];
const MEALS: u32 = 1_000;

#[derive(Default)]
struct Fork {
    used: u32,
}

#[derive(Default)]
struct Philosopher {
    meals: u32,
}

#[boc::main]
fn main() -> Result<(), Failure> {
    let forks: Vec<Cown<Fork>> = NAMES.iter().map(|_| Cown::new(Fork::default())).collect();
    let table: Vec<Cown<Philosopher>> = NAMES.iter().map(|_| Cown::new(Philosopher::default())).collect();

    for _ in 0..MEALS {
        for seat in 0..NAMES.len() {
            let (left, right) = (&forks[seat], &forks[(seat + 1) % NAMES.len()]);
            let philosopher = &table[seat];
            // Returns at once. The meal begins when both forks are free, and two neighbours never eat together;
            // two who do not share a fork may.
            when!(philosopher, left, right => {
                left.used += 1;
                right.used += 1;
                philosopher.meals += 1;
            });
        }
    }

    // Scheduled after every meal, on the same cowns, so it runs after every meal.
    let done = when!(read forks, read table => {
        assert!(forks.iter().all(|fork| fork.used == 2 * MEALS));
        assert!(table.iter().all(|philosopher| philosopher.meals == MEALS));
        NAMES.iter().zip(table.iter()).map(|(name, it)| format!("{name}: {} meals", it.meals)).collect::<Vec<_>>()
    });
    println!("{}", done.join()?.join("\n"));
    Ok(())
}

#[test]
fn nobody_starves() -> Result<(), Failure> {
    main()
}
