//! Bodies: any expression, with any result.

use std::num::ParseIntError;

use boc::prelude::*;
use boc_tests::on_workers;

#[test]
fn unit() {
    on_workers(1, || {
        let a = Cown::new(1);
        let () = when!(a => *a += 1).join().unwrap();
        let () = when!(a => { *a += 1; }).join().unwrap();
        let () = when!(a => {}).join().unwrap();
        let () = when!(a => ()).join().unwrap();
        assert_eq!(when!(a => *a).join().unwrap(), 3);
    });
}

#[test]
fn never() {
    on_workers(1, || {
        let a = Cown::new(1);
        let refused: Promise<i32> = when!(a => if *a == 0 { 1 } else { panic!("on purpose: {}", *a) });
        assert_eq!(refused.join().unwrap_err().message(), "on purpose: 1");
        let early: Promise<i32> = when!(a => { return *a + 1; });
        assert_eq!(early.join().unwrap(), 2);
        let never: Promise<()> = when!(a => unreachable!("on purpose: {}", *a));
        assert!(never.join().is_err());
    });
}

#[test]
fn question_marks() {
    on_workers(1, || {
        let text = Cown::new("12".to_owned());
        let number: Promise<Result<i32, ParseIntError>> = when!(text => Ok(text.parse::<i32>()? + 1));
        assert_eq!(number.join().unwrap(), Ok(13));
        let first: Promise<Option<char>> = when!(read text => { let c = text.chars().nth(1)?; Some(c) });
        assert_eq!(first.join().unwrap(), Some('2'));
        #[boc::attr::when(text)]
        fn parsed(text: &mut String) -> Result<u8, ParseIntError> {
            text.push('x');
            Ok(text.parse::<u8>()?)
        }
        assert!(parsed.join().unwrap().is_err());
    });
}

#[test]
fn a_question_mark_in_the_header_leaves_the_function() {
    fn find(cells: &[Cown<i32>], at: usize) -> Option<Promise<i32>> {
        Some(when!(cell = cells.get(at)? => *cell))
    }
    on_workers(1, || {
        let cells = [Cown::new(7)];
        assert_eq!(find(&cells, 0).unwrap().join().unwrap(), 7);
        assert!(find(&cells, 1).is_none());
    });
}

#[test]
fn expressions_that_look_like_statements() {
    on_workers(1, || {
        let a = Cown::new(3);
        assert_eq!(when!(a => if *a > 2 { 1 } else { 2 } + 3).join().unwrap(), 4);
        assert_eq!(when!(a => match *a { 3 => 1, _ => 2 } * 10).join().unwrap(), 10);
        assert_eq!(when!(a => { *a } + 1).join().unwrap(), 4);
        assert!(when!(a => { *a } == 3 && true).join().unwrap());
        assert_eq!(when!(a => match *a { _ => "text" }.len()).join().unwrap(), 4);
        assert_eq!(when!(a => -*a).join().unwrap(), -3);
        assert_eq!(when!(a => [*a; 2]).join().unwrap(), [3, 3]);
        assert_eq!(when!(a => 0..*a).join().unwrap(), 0..3);
        assert_eq!(when!(a => *a as u8 as char).join().unwrap(), '\u{3}');
        assert_eq!(when!(a => (|x: i32| x + 1)(*a)).join().unwrap(), 4);
    });
}

#[test]
fn blocks_of_every_kind() {
    on_workers(1, || {
        let a = Cown::new(3);
        assert_eq!(when!(a => 'out: { if *a == 3 { break 'out 1; } 2 }).join().unwrap(), 1);
        assert_eq!(when!(a => const { 1 + 1 } + *a).join().unwrap(), 5);
        assert_eq!(when!(a => { let b = { *a }; { b + 1 } }).join().unwrap(), 4);
        assert_eq!(when!(a => { let _ = &a; drop(async move { 5 }); 6 }).join().unwrap(), 6);
    });
}

#[test]
fn impl_trait_values() {
    fn numbers(to: i32) -> impl Iterator<Item = i32> + Send + 'static {
        1..=to
    }
    fn adder(by: i32) -> impl Fn(i32) -> i32 + Send + Clone {
        move |x| x + by
    }
    on_workers(1, || {
        let (a, iter, add) = (Cown::new(0), Cown::new(numbers(4)), adder(2));
        assert_eq!(when!(iter, clone add => iter.by_ref().take(2).map(&add).sum::<i32>()).join().unwrap(), 7);
        let rest = when!(iter, a => { *a = 1; numbers(iter.by_ref().count() as i32) });
        assert_eq!(rest.join().unwrap().sum::<i32>() + add(0), 5);
        let schedule = |cown: &Cown<i32>| -> Promise<Box<dyn Fn(i32) -> i32 + Send>> {
            when!(read cown => { let by = *cown; Box::new(move |x| x * by) as Box<dyn Fn(i32) -> i32 + Send> })
        };
        assert_eq!(schedule(&Cown::new(3)).join().unwrap()(5), 15);
    });
}

#[test]
fn generic_functions() {
    fn replace<T: Send + Sync + Clone + 'static>(cown: &Cown<T>, value: T) -> Promise<T> {
        when!(cown => std::mem::replace(&mut *cown, value))
    }
    fn both<A, B>(a: &Cown<A>, b: &Cown<B>) -> Promise<(A, B)>
    where
        A: Clone + Send + Sync + 'static,
        B: Default + Send + Sync + 'static,
    {
        let later = when!(a, read b => { let _ = (&a, &b); when!(read a, b => (a.clone(), std::mem::take(&mut *b))) });
        when!(later => { let inner = &*later; when!(inner => inner.0.clone()); });
        when!(read a, b => (a.clone(), std::mem::take(&mut *b)))
    }
    fn sum<const N: usize>(cells: &[Cown<i32>; N]) -> Promise<i32> {
        #[boc::attr::when(read cells)]
        fn sum(cells: boc::ReadGroup<'_, i32>) -> i32 {
            cells.iter().sum()
        }
        sum
    }
    on_workers(2, || {
        let (a, b) = (Cown::new("old"), Cown::new(5));
        assert_eq!(replace(&a, "new").join().unwrap(), "old");
        assert_eq!(both(&a, &b).join().unwrap().0, "new");
        assert_eq!(sum(&[1, 2, 3].map(Cown::new)).join().unwrap(), 6);
        quiesce();
    });
}

#[test]
fn methods_of_generic_types() {
    struct Store<T> {
        cell: Cown<T>,
    }
    impl<T: Send + Clone + 'static> Store<T> {
        fn get(&self) -> Promise<T> {
            when!(self.cell => cell.clone())
        }
        fn put(self, value: T) -> Self {
            when!(self.cell => *cell = value);
            self
        }
    }
    on_workers(1, || {
        let store = Store { cell: Cown::new(1) }.put(2);
        assert_eq!(store.get().join().unwrap(), 2);
    });
}

#[test]
fn format_strings() {
    on_workers(1, || {
        let (x, y, width) = (Cown::new(7), Cown::new("y"), 4);
        let text = when!(x, read y => format!("{x}{y}{x:>width$}{0}{z}{{x}}", *x, z = *y));
        assert_eq!(text.join().unwrap(), "7y   77y{x}");
        let (seen, wide) = (Cown::new(String::new()), 3);
        let nested = when!(x => {
            let line = format!("{x:0wide$}");
            when!(seen => { seen.push_str(&line); assert!(seen.len() == wide, "{} {}", *seen, wide); format!("{seen}!") })
        });
        assert_eq!(nested.join().unwrap().join().unwrap(), "007!");
    });
}

#[test]
fn results_are_what_the_next_one_needs() {
    on_workers(2, || {
        let a = Cown::new(2);
        let values = when!(a => vec![*a; 3]);
        let total = when!(read values => values.iter().sum::<i32>());
        let text = when!(total, read values => format!("{total} of {}", values.len()));
        assert_eq!(text.join().unwrap(), "6 of 3");
    });
}

struct Person {
    name: &'static str,
    table: &'static [i32],
}

/// What is borrowed behind a `&'static` may leave a body.
#[test]
fn borrows_that_outlive_the_guard() {
    static NUMBER: Half = Half { number: 5 };
    struct Half {
        number: i32,
    }
    on_workers(1, || {
        let (person, word) = (Cown::new(Person { name: "hello", table: &[1, 2, 3] }), Cown::new("word"));
        assert_eq!(when!(person => &person.name[..1]).join().unwrap(), "h");
        assert_eq!(
            when!(person => { if person.name.is_empty() { return &0; } &person.table[1] }).join().unwrap(),
            &2
        );
        assert_eq!(when!(read word => &**word).join().unwrap(), "word");
        let half = Cown::new(&NUMBER);
        assert_eq!(when!(half => &half.number).join().unwrap(), &5);
        #[boc::attr::when(read person)]
        fn start(person: &Person) -> &'static str {
            &person.name[..2]
        }
        assert_eq!(start.join().unwrap(), "he");
    });
}

/// Where the type of the result is known, a borrow becomes it.
#[test]
fn borrows_beside_a_value_of_a_known_type() {
    on_workers(1, || {
        let word = Cown::new("word");
        assert_eq!(when!(word => if word.is_empty() { "none" } else { &*word }).join().unwrap(), "word");
        assert_eq!(when!(read word => match word.len() { 0 => "none", _ => &word }).join().unwrap(), "word");
        let early = when!(word => { if word.is_empty() { return "none"; } &*word });
        assert_eq!(early.join().unwrap(), "word");
    });
}

/// A closure may leave, if it has nothing of a guard.
#[test]
fn closures_as_results() {
    on_workers(1, || {
        let a = Cown::new(1);
        let add = when!(a => { let by = *a; move |x: i32| x + by }).join().unwrap();
        assert_eq!(add(1), 2);
        let other = when!(a => |a: i32| a + 1).join().unwrap();
        assert_eq!(other(1), 2);
    });
}

/// A binary `&` behind a block is no borrow.
#[test]
fn ands_behind_blocks() {
    on_workers(1, || {
        let (a, mask) = (Cown::new(7), Cown::new(3));
        assert_eq!(when!(a, mask => { *a } & *mask).join().unwrap(), 3);
        assert_eq!(when!(a, mask => if *a > 1 { 6 } else { 0 } & *mask).join().unwrap(), 2);
        assert_eq!(when!(a, mask => match *a { 7 => 5, _ => 0 } & *mask).join().unwrap(), 1);
    });
}

#[test]
fn attributes_in_a_body() {
    on_workers(2, || {
        let (a, person) = (Cown::new(1), (Cown::new(1), ()));
        for _ in 0..2 {
            #[boc::attr::when(a)]
            fn first(a: &mut i32) {
                #![allow(unused_variables, reason = "the point")]
                let x = *a;
                when!(cell = person.0 => *cell += 1);
            }
            when!(a => {
                #![allow(unused_variables, reason = "the point")]
                let x = *a;
                when!(cell = person.0 => *cell += 1);
            });
        }
        quiesce();
        assert_eq!(when!(cell = person.0 => *cell).join().unwrap(), 5);
    });
}
