use std::mem;

use boc_savina::Run;
use boc_savina::quicksort::{Parts, Quicksort, partition, sort_sequentially};
use verona_boc::{Cown, when};

use super::timed_value;

fn sort(values: Vec<u64>, threshold: usize) -> Cown<Vec<u64>> {
    if values.len() < threshold {
        let sorted = Cown::new(values);
        when(&sorted, |mut sorted| *sorted = sort_sequentially(mem::take(&mut *sorted)));
        return sorted;
    }
    let Parts { less, equal, greater } = partition(values);
    let (left, right) = (sort(less, threshold), sort(greater, threshold));
    when((&left, &right), move |(mut left, mut right)| {
        left.extend(equal);
        left.append(&mut right);
    });
    left
}

pub(super) fn run(program: Quicksort, workers: usize) -> Run<Vec<u64>> {
    timed_value(workers, move || sort(program.values(), program.threshold))
}
