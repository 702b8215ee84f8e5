//! `#[cfg]` in bodies and headers: what is not there asks for nothing, and what is there is as if
//! nothing stood before it.

use boc::prelude::*;
use boc_tests::on_workers;

struct World {
    cell: Cown<i32>,
    #[cfg(any())]
    log: Cown<i32>,
}

#[test]
fn nested_behaviors_that_are_not_there() {
    on_workers(2, || {
        let (a, world, cell) = (Cown::new(1), World { cell: Cown::new(1) }, Cown::new(1));
        for _ in 0..2 {
            when!(a => {
                *a += 1;
                #[cfg(any())]
                when!(log => log.push(1));
                #[cfg(any())]
                when!(world.log => *log += 1);
                #[cfg(any())]
                {
                    when!(nowhere => *nowhere += 1);
                }
                #[cfg(any())]
                #[boc::attr::when(nowhere)]
                fn never(nowhere: &mut i32) {}
                match *a {
                    #[cfg(any())]
                    1 => drop(when!(nowhere => *nowhere += 1)),
                    _ => drop(when!(world.cell => *cell += 1)),
                }
                #[cfg(not(any()))]
                when!(cell => *cell += 1);
                #[cfg(any())]
                when!(cell => *cell += 100);
            });
        }
        quiesce();
        assert_eq!(when!(world.cell, plain = cell => (*cell, *plain)).join().unwrap(), (3, 3));
    });
}

#[test]
fn names_that_are_bound_under_a_condition() {
    on_workers(2, || {
        let (a, cell) = (Cown::new(1), Cown::new(2));
        for _ in 0..2 {
            when!(a => {
                *a += 1;
                #[cfg(any())]
                let cell = Cown::new(100);
                when!(cell => *cell += 1);
            });
        }
        let inner = when!(a => {
            *a += 1;
            #[cfg(not(any()))]
            let cell = Cown::new(100);
            when!(cell => *cell)
        });
        assert_eq!(inner.join().unwrap().join().unwrap(), 100);
        quiesce();
        assert_eq!(when!(cell => *cell).join().unwrap(), 4);
        #[boc::attr::when(a)]
        fn captures(a: &mut i32, #[cfg(any())] cell: Cown<i32>) {
            *a += 1;
            when!(cell => *cell += 1);
        }
        captures.join().unwrap();
        quiesce();
        assert_eq!(when!(cell => *cell).join().unwrap(), 5);
    });
}

#[test]
fn what_would_leave_the_body_and_is_not_there() {
    on_workers(1, || {
        let a = Cown::new(1);
        for _ in 0..2 {
            when!(a => {
                #[cfg(any())]
                break;
                #[cfg(any())]
                {
                    continue
                }
                #[cfg(any())]
                return a;
                #[cfg(any())]
                soon().await;
                *a += 1;
            });
        }
        let result = when!(a => {
            #[cfg(any())]
            {
                a
            }
            #[cfg(not(any()))]
            {
                *a
            }
        });
        assert_eq!(result.join().unwrap(), 3);
    });
}

#[test]
fn requests_and_captures_under_a_condition() {
    on_workers(1, || {
        let (a, log) = (Cown::new(1), Cown::new(vec![0]));
        when!(a, #[cfg(not(any()))] log, #[cfg(any())] read nowhere => log.push(*a));
        when!(#[cfg(any())] nowhere, a => *a += 1);
        when!(#[cfg(any())] nowhere => ());
        let sum = when!(
            #[cfg(any())] c = nowhere,
            #[cfg(not(any()))] c = a,
            #[cfg(not(any()))] let k = 5,
            #[cfg(any())] let k = 6,
            => *c + k
        );
        assert_eq!(sum.join().unwrap(), 7);
        #[boc::attr::when(a, #[cfg(not(any()))] log, #[cfg(any())] nowhere)]
        fn both(a: &mut i32, #[cfg(not(any()))] log: &mut Vec<i32>, #[cfg(any())] nowhere: &mut i32) -> i32 {
            *a + log.len() as i32
        }
        assert_eq!(both.join().unwrap(), 4);
        let nested = when!(a => {
            *a += 1;
            when!(log, #[cfg(any())] world.nowhere => log.len())
        });
        assert_eq!(nested.join().unwrap().join().unwrap(), when!(log => log.len()).join().unwrap());
    });
}

#[test]
fn the_attribute_behind_a_condition() {
    on_workers(2, || {
        let (a, world) = (Cown::new(1), World { cell: Cown::new(1) });
        for _ in 0..2 {
            when!(a => {
                #[cfg_attr(not(any()), boc::attr::when(world.cell))]
                fn bump(cell: &mut i32) {
                    *cell += 1;
                }
                #[cfg_attr(any(), boc::attr::when(nowhere))]
                fn plain(a: &mut i32) {
                    *a += 1;
                }
                plain(&mut a);
            });
        }
        quiesce();
        assert_eq!(when!(world.cell, a => *cell + *a).join().unwrap(), 6);
    });
}

/// Of many conditions only what is there is expanded: the compiler would not end otherwise.
#[test]
fn many_conditions_in_a_header() {
    on_workers(1, || {
        let [a, b, c, d, e, f, g, h, i, j] = std::array::from_fn(|_| Cown::new(1));
        let sum = when!(
            #[cfg(test)] a, #[cfg(test)] b, #[cfg(not(test))] none, #[cfg(test)] read c, #[cfg(test)] d,
            #[cfg(test)] e, #[cfg(test)] f, #[cfg(test)] g, #[cfg(test)] h, #[cfg(test)] i, #[cfg(test)] j,
            #[cfg(test)] let k = 1, #[cfg(test)] let l = 1, #[cfg(not(test))] let m = none, #[cfg(test)] let n = 1,
            #[cfg(test)] let o = 1, #[cfg(test)] let p = 1, #[cfg(test)] let q = 1, #[cfg(test)] let r = 1
            => *a + *b + *c + *d + *e + *f + *g + *h + *i + *j + k + l + n + o + p + q + r
        );
        assert_eq!(sum.join().unwrap(), 17);
        #[boc::attr::when(
            #[cfg(test)] a, #[cfg(test)] b, #[cfg(not(test))] none, #[cfg(test)] read c, #[cfg(test)] d,
            #[cfg(test)] e, #[cfg(test)] f, #[cfg(test)] g, #[cfg(test)] h, #[cfg(test)] let k = 1,
            #[cfg(test)] let l = 1, #[cfg(test)] let m = 1, #[cfg(test)] let n = 1, #[cfg(test)] let o = 1,
            #[cfg(test)] let p = 1, #[cfg(test)] let q = 1, #[cfg(test)] let r = 1, #[cfg(test)] let s = 1
        )]
        #[allow(clippy::too_many_arguments, reason = "one for each condition")]
        fn sums(
            a: &mut i32,
            b: &mut i32,
            none: &mut i32,
            c: &i32,
            d: &mut i32,
            e: &mut i32,
            f: &mut i32,
            g: &mut i32,
            h: &mut i32,
        ) -> i32 {
            *a + *b + *c + *d + *e + *f + *g + *h + k + l + m + n + o + p + q + r + s
        }
        assert_eq!(sums.join().unwrap(), 17);
    });
}
