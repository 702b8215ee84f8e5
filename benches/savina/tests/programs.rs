//! Every program of the suite, small: the check holds, and it notices what is wrong.

use boc_savina::{Contender, Program, Run, programs, sieve::Sieve};
use boc_tests::{LIMIT, within};

#[test]
fn every_program_comes_to_the_expected_result() {
    within(LIMIT, || {
        let programs = programs(true);
        assert_eq!(programs.len(), 13);
        for program in programs {
            for workers in [1, 2] {
                program.boc.repeat(workers).unwrap_or_else(|wrong| panic!("{wrong}"));
            }
        }
    });
}

#[test]
fn a_wrong_result_is_an_error() {
    fn one_too_many(sieve: Sieve, workers: usize) -> Run<usize> {
        let Run { time, outcome } = sieve.run(workers);
        Run { time, outcome: outcome + 1 }
    }
    within(LIMIT, || {
        let wrong = Contender::new("a bad runtime", Sieve::SMALL, one_too_many).repeat(1).unwrap_err();
        let message =
            "the result of `sieve` on a bad runtime with 1 worker(s) is wrong: expected 168, found 169";
        assert_eq!(wrong.to_string(), message);
    });
}
