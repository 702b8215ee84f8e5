//! Names and headers: raw identifiers, words that are modifiers elsewhere, everything optional.

use boc::prelude::*;
use boc_tests::on_workers;

#[test]
fn raw_identifiers() {
    on_workers(2, || {
        let (r#type, r#match, start) = (Cown::new(1), Cown::new(2), Cown::new(3));
        let r#fn = 4;
        let sum = when!(r#type, read r#match => *r#type + *r#match + r#fn);
        assert_eq!(sum.join().unwrap(), 7);
        for _ in 0..2 {
            when!(start => { let _ = &start; when!(r#type => { *r#type += 1; when!(r#match => *r#match += 1); }); });
        }
        quiesce();
        assert_eq!(when!(r#type, r#match => (*r#type, *r#match)).join().unwrap(), (3, 4));
        #[boc::attr::when(r#type)]
        fn r#loop(r#type: &mut i32, r#fn: i32) -> i32 {
            *r#type * r#fn
        }
        assert_eq!(r#loop.join().unwrap(), 12);
    });
}

#[test]
fn a_name_written_raw_and_plain_is_one_name() {
    on_workers(1, || {
        let (cell, start) = (Cown::new(1), Cown::new(0));
        for _ in 0..2 {
            when!(start => { let _ = &start; when!(r#cell => *cell += 1); when!(cell => *r#cell += 1); });
        }
        quiesce();
        assert_eq!(when!(r#cell => *cell).join().unwrap(), 5);
    });
}

#[test]
fn words_that_are_modifiers_elsewhere() {
    on_workers(1, || {
        let (read, pinned, clone, when) = (Cown::new(1), Cown::new(2), Cown::new(3), Cown::new(4));
        assert_eq!(when!(read read, pinned, clone => *read + *pinned + *clone).join().unwrap(), 6);
        assert_eq!(when!(read, when, clone clone => { let _ = clone; *read + *when }).join().unwrap(), 5);
        assert_eq!(when!(clone = read, read = clone => *clone * 10 + *read).join().unwrap(), 13);
    });
}

#[test]
fn words_that_other_languages_reserve() {
    on_workers(1, || {
        let (union, auto, default, raw, dyn_, r#async) = (1, 2, 3, 4, 5, Cown::new(6));
        let r#await = Cown::new(7);
        let sum = when!(r#async, r#await => *r#async + *r#await + union + auto + default + raw + dyn_);
        assert_eq!(sum.join().unwrap(), 28);
    });
}

#[test]
fn async_looking_names() {
    on_workers(1, || {
        let (future, poll, waker) = (Cown::new(1), Cown::new(2), Cown::new(3));
        let awaited = when!(future, poll, let async_ = 4 => *future + *poll + async_);
        assert_eq!(when!(awaited, waker => *awaited + *waker).join().unwrap(), 10);
    });
}

#[test]
fn names_that_the_expansion_might_use() {
    on_workers(1, || {
        let (request, guards, guard_0, target, body) = (Cown::new(1), Cown::new(2), 3, 4, Cown::new(5));
        let marker = when!(request, guards => { let _ = &guards; when!(request, body => *request + *body + guard_0 + target) });
        assert_eq!(marker.join().unwrap().join().unwrap(), 13);
        #[boc::attr::when(request, guards)]
        fn named(request: &mut i32, guards: &mut i32, guard_0: i32, target: i32) -> i32 {
            *request + *guards + guard_0 + target
        }
        assert_eq!(named.join().unwrap(), 10);
    });
}

#[test]
#[expect(non_snake_case, reason = "the point")]
fn names_of_types_and_of_the_library() {
    on_workers(1, || {
        let (boc, core, std, Some_) = (Cown::new(1), Cown::new(2), Cown::new(3), Cown::new(4));
        let start = Cown::new(());
        let sum = when!(start => { let _ = &start; when!(boc, core, std, some = Some_ => *boc + *core + *std + *some) });
        assert_eq!(sum.join().unwrap().join().unwrap(), 10);
        when!(boc => *boc = 0);
        assert_eq!(when!(boc => *boc).join().unwrap(), 0);
    });
}

#[test]
fn names_in_other_scripts() {
    on_workers(1, || {
        let (größe, 数, start) = (Cown::new(1), Cown::new(2), Cown::new(3));
        let sum = when!(start => { let by = *start; when!(größe, read 数 => *größe + *数 + by) });
        assert_eq!(sum.join().unwrap().join().unwrap(), 6);
        assert_eq!(when!(größe => *größe).join().unwrap(), 1);
    });
}

#[test]
fn commas_and_line_breaks() {
    on_workers(1, || {
        let (a, b) = (Cown::new(1), Cown::new(2));
        let sum = when! {
            a,
            read b, // a comment
            let k = 3,
            => *a + *b + k
        };
        assert_eq!(sum.join().unwrap(), 6);
        assert_eq!(when![=> 1].join().unwrap(), 1);
    });
}

#[test]
fn more_requests_than_a_tuple_holds() {
    on_workers(1, || {
        let [a, b, c, d, e, f, g, h, i, j, k, l, m] = std::array::from_fn(Cown::new);
        let sum = when!(a, b, c, d, e, f, g, h, i, j, k, l, m => {
            *a = 100;
            *a + *b + *c + *d + *e + *f + *g + *h + *i + *j + *k + *l + *m
        });
        assert_eq!(sum.join().unwrap(), 100 + (1..=12).sum::<usize>());
    });
}

#[test]
fn types_of_captures_are_written_or_found() {
    on_workers(1, || {
        let a = Cown::new(1_u64);
        let sum = when!(a, let k: u64 = 2, let mut list: Vec<_> = Vec::new() => { list.push(*a); list.push(k); list });
        assert_eq!(sum.join().unwrap(), [1, 2]);
        let text = "parsed as a number";
        assert_eq!(when!(a, let n = text.len() as u64, let n2 = n * n => *a + n2).join().unwrap(), 325);
    });
}

#[test]
fn attributes_and_visibility_of_the_attribute_form() {
    on_workers(1, || {
        let a = Cown::new(1);
        /// Documentation does no harm.
        #[boc::attr::when(a)]
        #[cfg(not(any()))]
        fn kept(a: &mut i32, #[cfg(any())] missing: i32) -> i32 {
            *a + 1
        }
        assert_eq!(kept.join().unwrap(), 2);
    });
}
