//! Half-typed input: nothing panics, and what the user has typed stays in the output.

use std::collections::HashMap;

use proc_macro2::{Group, TokenStream, TokenTree};

use super::tokens;

const BLOCKS: &[&str] = &[
    "in &rt; a, read b, pinned self.canvas, try p, read try q, x = cells[i + 1], clone name, let k = 2 * n => {
         *a += b.len(); if let Some(y) = x { when!(y, w.z => y.push(*z)); } match q { Ok(v) => v, Err(_) => return } }",
    "a => { #[when(a, c = w.c)] fn f(a: &mut u8, c: &mut u8, d: u8) -> u8 { *a += d; d } println!(\"{a}\"); f.join() }",
    "mut a, &b, let (x, y) = z, write c, f(d) => a.await",
    "read, pinned, clone => if a {} else {} + 1, 2",
];

const FUNCTIONS: &[(&str, &str)] = &[
    (
        "crate = my::boc; in &rt; src, read dst, let k = 1",
        "#[x] fn t(src: &mut A, dst: &B, n: u64) -> bool { src.f(n) }",
    ),
    ("a, b,", "pub async unsafe extern \"C\" fn t<T>(self, (a, b): X, ...) where T: X { when!(w.a => 0); }"),
];

/// Every prefix, inside of groups too.
fn prefixes(stream: TokenStream) -> Vec<TokenStream> {
    let mut all = vec![TokenStream::new()];
    let mut before = TokenStream::new();
    for token in stream {
        if let TokenTree::Group(group) = &token {
            for inner in prefixes(group.stream()) {
                let mut prefix = before.clone();
                prefix.extend([TokenTree::Group(Group::new(group.delimiter(), inner))]);
                all.push(prefix);
            }
        }
        before.extend([token]);
        all.push(before.clone());
    }
    all
}

/// How often each name and literal occurs.
fn words(stream: TokenStream, counts: &mut HashMap<String, usize>) {
    for token in stream {
        match token {
            TokenTree::Group(group) => words(group.stream(), counts),
            TokenTree::Punct(_) => {}
            word => *counts.entry(word.to_string()).or_default() += 1,
        }
    }
}

/// Each name of a body is in the output. (Of a header, what could not be read is left out.)
fn assert_kept(body: TokenStream, output: &TokenStream) {
    let (mut typed, mut kept) = (HashMap::new(), HashMap::new());
    words(body.clone(), &mut typed);
    words(output.clone(), &mut kept);
    for (word, count) in typed {
        assert!(
            kept.get(&word).is_some_and(|kept| *kept >= count),
            "`{word}` of `{body}` is lost in `{output}`"
        );
    }
}

#[test]
fn of_blocks() {
    for program in BLOCKS {
        for prefix in prefixes(tokens(program)) {
            let mut input = tokens("[my]");
            input.extend(prefix.clone());
            let output = crate::block(input);
            let all: Vec<TokenTree> = prefix.into_iter().collect();
            let arrow = all.windows(2).position(|two| two[0].to_string() == "=" && two[1].to_string() == ">");
            if let Some(arrow) = arrow {
                assert_kept(all[arrow + 2..].iter().cloned().collect(), &output);
            }
            assert!(!output.is_empty());
        }
    }
}

#[test]
fn of_functions() {
    for (args, item) in FUNCTIONS {
        for args in prefixes(tokens(args)) {
            assert!(!crate::function(args, tokens(item)).is_empty());
        }
        for item in prefixes(tokens(item)) {
            let output = crate::function(tokens(args), item.clone());
            let body = item.into_iter().last().filter(|last| matches!(last, TokenTree::Group(_)));
            assert_kept(body.into_iter().collect(), &output);
            assert!(!output.is_empty());
        }
    }
}

#[test]
fn of_entries() {
    for args in prefixes(tokens("workers = 2 + 2, crate = a::b, threads")) {
        for item in prefixes(tokens("#[x] pub async fn main<T>(a: A, b: B) -> R where T: X { body }")) {
            assert!(!crate::main_attr::main(args.clone(), item).is_empty());
        }
    }
}

#[test]
fn without_the_crate() {
    assert!(!crate::block(TokenStream::new()).is_empty());
}
