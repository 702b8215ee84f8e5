//! A few programs in the edition 2015, whose paths begin at the crate and which has no `async`.

extern crate boc;
extern crate boc_tests;

use boc::prelude::*;
use boc_tests::on_workers;

struct World {
    hub: Cown<i32>,
    cells: Vec<Cown<i32>>,
}

#[test]
fn both_forms_nested() {
    on_workers(2, || {
        let (a, world, by) = (Cown::new(1), World { hub: Cown::new(1), cells: vec![Cown::new(1)] }, 5);
        for _ in 0..2 {
            when!(a, let k = 2 * by => {
                *a += k;
                when!(world.hub, c = world.cells[0] => { *hub += 1; *c += 1; });
                #[boc::attr::when(a, read world.hub)]
                fn add(a: &mut i32, hub: &i32, by: i32) -> i32 {
                    *a += *hub * by;
                    *a
                }
                when!(add => assert!(*add > 0));
            });
        }
        quiesce();
        assert_eq!(when!(world.hub, read c = world.cells[0] => (*hub, *c)).join().unwrap(), (3, 3));
    });
}

#[test]
fn temporaries_do_not_outlive_the_call() {
    use std::sync::Mutex;
    on_workers(1, || {
        let shared = Mutex::new(vec![Cown::new(1)]);
        let sum =
            when!(c = shared.lock().unwrap()[0] => *c).join().unwrap() + shared.lock().unwrap().len() as i32;
        assert_eq!(sum, 2);
    });
}

#[boc::main]
#[test]
fn an_entry(main: MainThread) {
    let a = Cown::new(1);
    assert_eq!(when!(a => *a).join().unwrap(), 1);
    main.pump();
}
