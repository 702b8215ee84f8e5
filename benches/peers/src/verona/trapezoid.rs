use boc_savina::Run;
use boc_savina::trapezoid::{Part, Trapezoid};
use verona_boc::{Cown, when};

use super::timed_value;

pub(super) fn run(program: Trapezoid, workers: usize) -> Run<f64> {
    timed_value(workers, move || {
        let integrate = |part: Part| {
            let area = Cown::new(0.0);
            when(&area, move |mut area| *area = part.area());
            area
        };
        let areas: Vec<_> = program.parts().into_iter().map(integrate).collect();
        for area in &areas[1..] {
            when((&areas[0], area), |(mut sum, area)| *sum += *area);
        }
        areas[0].clone()
    })
}
