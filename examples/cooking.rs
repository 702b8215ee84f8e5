//! The same meals, cooked twice: with threads and locks, and with behaviors.
//!
//! Each guest gets pasta with a sauce. The pasta needs a pot and the stove; the sauce needs a
//! knife, then a pan and the stove. With locks, each cook takes tools in the order of one list, or
//! the kitchen comes to a halt one day; and a thread waits for each dish. A behavior requests its
//! tools in any order, and the dishes that it is made of.
//!
//! `cargo run --example cooking`

use std::sync::{Arc, Mutex};
use std::thread;

use boc::prelude::*;

const GUESTS: [&str; 5] = ["Ada", "Alan", "Barbara", "Edsger", "Grace"];

/// Knife, pan, pot or stove; counts how often it was used.
#[derive(Debug, Default)]
struct Tool(usize);

fn use_all<const N: usize>(tools: [&mut Tool; N]) {
    tools.into_iter().for_each(|tool| tool.0 += 1);
}

fn serve(guest: &str, pasta: &str, sauce: &str) -> String {
    format!("{guest}: {pasta} with {sauce}")
}

type Meals = (Vec<String>, [usize; 4]);

/// The order of locks is: knife, pan, pot, stove. The compiler does not know that.
fn with_threads() -> Meals {
    let tools: Arc<[Mutex<Tool>; 4]> = Arc::default();
    let cook = |guest: &'static str| {
        let (for_pasta, for_sauce) = (Arc::clone(&tools), Arc::clone(&tools));
        thread::spawn(move || {
            let pasta = thread::spawn(move || {
                let [_, _, pot, stove] = &*for_pasta;
                use_all([&mut pot.lock().unwrap(), &mut stove.lock().unwrap()]);
                "pasta"
            });
            let sauce = thread::spawn(move || {
                let [knife, pan, _, stove] = &*for_sauce;
                use_all([&mut knife.lock().unwrap()]);
                use_all([&mut pan.lock().unwrap(), &mut stove.lock().unwrap()]);
                "tomato sauce"
            });
            serve(guest, pasta.join().unwrap(), sauce.join().unwrap())
        })
    };
    let cooks = GUESTS.map(cook);
    let meals = cooks.map(|cook| cook.join().unwrap()).into();
    (meals, [0, 1, 2, 3].map(|tool| tools[tool].lock().unwrap().0))
}

/// No thread waits, and there is no order to know.
fn with_behaviors() -> Result<Meals, Failure> {
    let tools: [Cown<Tool>; 4] = Default::default();
    let [knife, pan, pot, stove] = &tools;
    let meals = GUESTS.map(|guest| {
        let pasta = when!(stove, pot => { use_all([&mut stove, &mut pot]); "pasta" });
        let chopped = when!(knife => { use_all([&mut knife]); "tomato" });
        let sauce = when!(chopped => { // the stove is requested when there is something to put on it
            let vegetable = *chopped;
            when!(stove, pan => { use_all([&mut stove, &mut pan]); format!("{vegetable} sauce") })
        });
        let sauce = sauce.flatten();
        when!(pasta, sauce => serve(guest, &pasta, &sauce))
    });
    let meals = boc::all(meals).join()?;
    let used = when!(read tools => [0, 1, 2, 3].map(|tool| tools[tool].0)).join()?;
    Ok((meals, used))
}

#[boc::main]
fn main() -> Result<(), Failure> {
    let (meals, used) = with_behaviors()?;
    println!("{}", meals.join("\n"));
    println!("how often knife, pan, pot and stove were used: {used:?}");
    assert_eq!(meals[0], "Ada: pasta with tomato sauce");
    assert_eq!(used, [1, 1, 1, 2].map(|times| times * GUESTS.len()));
    assert_eq!((meals, used), with_threads(), "the same meals, with locks");
    Ok(())
}

#[test]
fn both_kitchens_serve_the_same() -> Result<(), Failure> {
    main()
}
