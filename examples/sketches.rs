//! A sketchbook: three drawings that never leave the main thread, filled by workers, shown side by
//! side.
//!
//! Each drawing is a pinned cown; it shares its pen with the others by an `Rc`, which is not
//! `Send`. The workers compute the points; what puts them on paper requests a drawing with
//! `pinned`, and runs on the main thread when that pumps. The last behavior requests the whole
//! sketchbook as one group.
//!
//! `cargo run --example sketches`

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use boc::prelude::*;

const WIDTH: usize = 32;
const HEIGHT: usize = 16;

/// Paper, and a pen that all drawings share; it counts its dots.
struct Drawing {
    paper: [[char; WIDTH]; HEIGHT],
    pen: Rc<Cell<usize>>,
}

impl Drawing {
    fn dot(&mut self, x: usize, y: usize, ink: char) {
        self.paper[y][x] = ink;
        self.pen.set(self.pen.get() + 1);
    }
}

/// Whether there is a dot at `(x, y)`.
type Sketch = fn(usize, usize) -> bool;

const SKETCHES: [(char, Sketch); 3] = [('^', triangle), ('o', ring), ('~', wave)];

/// Sierpinski's triangle: where Pascal's triangle is odd.
fn triangle(x: usize, y: usize) -> bool {
    let x = (x + y + 1).wrapping_sub(HEIGHT);
    x.is_multiple_of(2) && x / 2 <= y && (x / 2) & (y - x / 2) == 0
}

fn ring(x: usize, y: usize) -> bool {
    let radius = (x as f64 / 2.0 - 7.75).hypot(y as f64 - 7.5);
    (5.0..7.5).contains(&radius)
}

fn wave(x: usize, y: usize) -> bool {
    ((x as f64 / 4.0).sin() * 6.0 + 7.5 - y as f64).abs() < 1.5
}

#[boc::main]
fn main(main: MainThread) {
    let pen = Rc::new(Cell::new(0));
    let drawings = SKETCHES
        .map(|_| PinnedCown::new(&main, Drawing { paper: [[' '; WIDTH]; HEIGHT], pen: Rc::clone(&pen) }));
    for (drawing, (ink, sketch)) in drawings.iter().zip(SKETCHES) {
        for y in 0..HEIGHT {
            // On a worker: one row of points. Here: put them on paper.
            let row = when!(=> (0..WIDTH).filter(|&x| sketch(x, y)).collect::<Vec<_>>());
            when!(pinned drawing, row => row.iter().for_each(|&x| drawing.dot(x, y, ink)));
        }
    }
    let shown = when!(pinned drawings => {
        for y in 0..HEIGHT {
            let row: Vec<String> = drawings.iter().map(|drawing| drawing.paper[y].iter().collect()).collect();
            println!("{}", row.join("  ").trim_end());
        }
        let dots = |drawing: &Drawing| drawing.paper.as_flattened().iter().filter(|&&dot| dot != ' ').count();
        drawings.iter().map(dots).collect::<Vec<_>>()
    });
    assert!(main.pump_until(|| shown.is_finished(), Duration::from_secs(60)), "the sketches are shown");
    let dots = shown.join().expect("nothing panics");
    println!("dots of each: {dots:?}, all by one pen");
    assert_eq!(dots.iter().sum::<usize>(), pen.get());
    assert_eq!(dots[0], 81, "a triangle is made of three of half its height, four times");
}

#[test]
fn one_pen_draws_all() {
    main();
}
