//! Promise: a builder sets a runtime up as it was told to, or says why it cannot.

use std::io::ErrorKind;
use std::thread;

use boc::prelude::*;
use boc_tests::{LIMIT, within};

fn names(runtime: &Runtime) -> String {
    let name = runtime.when((), |()| thread::current().name().unwrap_or_default().to_owned());
    name.join().expect("runs")
}

#[test]
fn workers_have_the_name_they_are_given() {
    within(LIMIT, || {
        let one = || Runtime::builder().workers(1);
        assert_eq!(names(&one().build().expect("a runtime")), "boc-worker-0");
        assert_eq!(names(&one().thread_name("physics").build().expect("a runtime")), "physics-0");
        assert_eq!(names(&one().thread_name("owned".to_owned()).build().expect("a runtime")), "owned-0");
        let numbered = one().thread_name(|worker| format!("<{worker}>")).build().expect("a runtime");
        assert_eq!(names(&numbered), "<0>");
    });
}

/// Two threads of the same shallow depth: one has room for what the other has not.
#[test]
fn workers_have_the_stack_they_are_given() {
    fn deep(left: u32) -> u64 {
        let room = std::hint::black_box([u64::from(left); 512]);
        if left == 0 { 0 } else { room[left as usize % 512] / u64::from(left) + deep(left - 1) }
    }
    within(LIMIT, || {
        let runtime = Runtime::builder().workers(1).stack_size(256 << 20).build().expect("a runtime");
        assert_eq!(runtime.when((), |()| deep(10_000)).join().expect("it has the room"), 10_000); // 40 MB and more
    });
}

#[test]
fn a_number_of_workers_that_makes_no_sense_is_an_error() {
    for workers in [0, 1 << 20] {
        let error = Runtime::builder().workers(workers).build().expect_err("no such runtime");
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        assert!(error.to_string().contains(&workers.to_string()), "{error}");
    }
}
