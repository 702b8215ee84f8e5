//! Promise: the block, the attribute and the function form say the same thing, and the macros work under other
//! names: a renamed dependency, an alias, from inside another macro.

use boc::prelude::*;
use boc::when as boc_when;
use boc::{Group, attempt, read_attempt};
use boc_tests::on_workers;

extern crate boc as my_boc;

struct Account(u64);

impl Account {
    fn withdraw(&mut self, amount: u64) -> bool {
        let enough = self.0 >= amount;
        self.0 -= if enough { amount } else { 0 };
        enough
    }
}

fn balances(a: &Cown<Account>, b: &Cown<Account>) -> (u64, u64) {
    when!(read a, read b => (a.0, b.0)).join().unwrap()
}

#[test]
fn the_three_forms_agree() {
    on_workers(2, || {
        let (src, dst, amount) = (Cown::new(Account(100)), Cown::new(Account(0)), 40);

        let block = when!(src, dst => src.withdraw(amount) && { dst.0 += amount; true });

        #[boc::attr::when(src, dst)]
        fn attribute(src: &mut Account, dst: &mut Account, amount: u64) -> bool {
            src.withdraw(amount) && {
                dst.0 += amount;
                true
            }
        }

        let function = when((&src, &dst), move |(mut src, mut dst)| {
            src.withdraw(amount) && {
                dst.0 += amount;
                true
            }
        });

        let results = [block, attribute, function].map(|promise| promise.join().unwrap());
        assert_eq!(results, [true, true, false]);
        assert_eq!(balances(&src, &dst), (20, 80));
    });
}

#[test]
fn the_forms_agree_on_every_kind_of_request() {
    on_workers(2, || {
        let (cown, shared, group) = (Cown::new(1), Cown::new(2), vec![Cown::new(3), Cown::new(4)]);
        let by = String::from("12345");

        let block = when!(cown, read shared, group, clone by => {
            *cown += *shared + group[0] + group.len() + by.len();
            *cown
        });

        #[boc::attr::when(cown, read shared, group)]
        fn attribute(cown: &mut usize, shared: &usize, mut group: Group<'_, usize>, by: String) -> usize {
            group[1] += 0;
            *cown += *shared + group[0] + group.len() + by.len();
            *cown
        }

        let length = by.len();
        let function = when((&cown, read(&shared), &group), move |(mut cown, shared, group)| {
            *cown += *shared + group[0] + group.len() + length;
            *cown
        });

        let results = [block, attribute, function].map(|promise| promise.join().unwrap());
        assert_eq!(results, [13, 25, 37]);
    });
}

#[test]
fn try_has_a_function_form() {
    on_workers(2, || {
        for good in [true, false] {
            let promise = when!(=> { assert!(good, "as expected"); 20 });
            let shared = (
                when!(read try promise => promise.map_or(0, |value| *value)),
                when(read_attempt(&promise), |value: Result<&i32, Failure>| value.map_or(0, |value| *value)),
            );
            let exclusive = (
                when!(try promise => promise.map_or(0, |value| { *value += 1; *value })),
                when(attempt(&promise), |value: Result<&mut i32, Failure>| {
                    value.map_or(0, |value| {
                        *value += 1;
                        *value
                    })
                }),
            );
            let shared = (shared.0.join().unwrap(), shared.1.join().unwrap());
            let exclusive = (exclusive.0.join().unwrap(), exclusive.1.join().unwrap());
            assert_eq!((shared, exclusive), if good { ((20, 20), (21, 22)) } else { ((0, 0), (0, 0)) });
        }
    });
}

#[test]
fn an_attribute_parameter_may_be_the_guard_itself() {
    on_workers(2, || {
        let (state, config) = (Cown::new(1), Cown::new(10));
        #[boc::attr::when(state, read config)]
        fn step(mut state: Acquired<'_, i32>, config: AcquiredRead<'_, i32>) {
            *state += *config;
            when!(state, read config => *state *= *config);
        }
        step.join().unwrap();
        quiesce();
        assert_eq!(when!(state => *state).join().unwrap(), 110);
    });
}

#[test]
fn an_attribute_without_requests_or_result() {
    on_workers(1, || {
        let (done, cown) = (Cown::new(false), Cown::new(1));
        let flag = done.clone();
        #[boc::attr::when()]
        fn bare(flag: Cown<bool>) {
            when!(flag => *flag = true);
        }
        bare.join().unwrap();
        quiesce();
        assert!(when!(done => *done).join().unwrap());
        #[boc::attr::when(renamed = cown)]
        fn doubled(renamed: &mut i32) -> i32 {
            *renamed *= 2;
            *renamed
        }
        assert_eq!(doubled.join().unwrap(), 2);
    });
}

#[test]
fn an_attribute_name_is_the_promise_and_can_be_requested() {
    on_workers(2, || {
        let cown = Cown::new(20);
        #[boc::attr::when(cown)]
        fn first(cown: &mut i32) -> i32 {
            *cown + 1
        }
        #[boc::attr::when(read first)]
        fn second(first: &i32) -> i32 {
            *first * 2
        }
        assert_eq!(second.join().unwrap(), 42);
        assert_eq!(first.join().unwrap(), 21);
    });
}

#[test]
fn an_alias_and_a_full_path_work_like_the_name() {
    on_workers(2, || {
        let a = Cown::new(1);
        boc_when!(a => { boc_when!(a => *a += 1); *a += 1; });
        quiesce();
        assert_eq!(boc::when!(a => *a).join().unwrap(), 3);
    });
}

#[test]
#[expect(unused_qualifications, reason = "the other name is the point")]
fn an_extern_crate_under_another_name() {
    on_workers(2, || {
        let a = my_boc::Cown::new(1);
        my_boc::when!(a => *a += 1);
        #[my_boc::attr::when(crate = my_boc; a)]
        fn tripled(a: &mut i32) -> i32 {
            *a * 3
        }
        assert_eq!(tripled.join().unwrap(), 6);
    });
}

#[test]
fn a_dependency_that_has_only_another_name() {
    on_workers(2, || {
        let a = Cown::new(1);
        assert_eq!(boc_tests_renamed::block(&a, 4).join().unwrap(), 5);
        assert_eq!(boc_tests_renamed::attribute(&a, 5).join().unwrap(), 10);
        assert_eq!(boc_tests_renamed::nested(&a).join().unwrap().join().unwrap(), 20);
        assert_eq!(boc_tests_renamed::increment!(a, 7).join().unwrap(), 17);
    });
}

macro_rules! swap {
    ($a:ident, $b:ident) => {
        boc::when!($a, $b => std::mem::swap(&mut *$a, &mut *$b))
    };
}

macro_rules! add_one {
    ($cown:expr) => {{
        let by = 1;
        when!(target = $cown => *target += by)
    }};
}

#[test]
fn from_inside_other_macros_and_hygienically() {
    on_workers(2, || {
        let (x, y, by) = (Cown::new(1), Cown::new(2), 100);
        swap!(x, y);
        let both = [x.clone(), y.clone()];
        add_one!(x);
        add_one!(both[1]);
        assert_eq!(when!(x, y => (*x + by, *y + by)).join().unwrap(), (103, 102));
    });
}

#[test]
fn bodies_may_be_any_expression_and_lists_may_end_in_a_comma() {
    on_workers(1, || {
        let a = Cown::new(3);
        assert_eq!(when!(a, => *a).join().unwrap(), 3);
        assert_eq!(when!(a => if *a > 2 { "big" } else { "small" }).join().unwrap(), "big");
        assert_eq!(when!(a => match *a { 3 => 'c', _ => '?' }).join().unwrap(), 'c');
        assert_eq!(when!(a, let k = 2, => (*a, k)).join().unwrap(), (3, 2));
    });
}

#[test]
fn places_are_names_fields_and_expressions() {
    struct Inner {
        cown: Cown<i32>,
    }
    struct Outer {
        inner: Inner,
        pair: (Cown<i32>, Cown<i32>),
    }
    on_workers(1, || {
        let outer = Outer { inner: Inner { cown: Cown::new(1) }, pair: (Cown::new(2), Cown::new(3)) };
        let all = [Cown::new(4), Cown::new(5)];
        let pick = |at: usize| all[at].clone();
        let sum = when!(outer.inner.cown, second = outer.pair.1, read fourth = all[0], fifth = pick(1) => {
            *cown + *second + *fourth + *fifth
        });
        assert_eq!(sum.join().unwrap(), 13);
        when!(outer.inner.cown => *cown = 0); // still there
    });
}
