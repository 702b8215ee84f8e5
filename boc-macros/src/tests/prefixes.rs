//! Half-typed input: nothing panics, and what the user has typed stays in the output.

use std::collections::HashMap;

use proc_macro2::{Group, TokenStream, TokenTree};

use super::tokens;

/// What is typed into `when!(..)`.
const BLOCKS: &[&str] = &[
    "a => *a += 1",
    "alice, bob => { *alice -= 30; *bob += 30; }",
    "read cells, total, clone name, let k = 10 * n => { *total = cells.iter().sum::<u64>() * k; format!(\"{name}: {total}\") }",
    "in &rt; a, read b, pinned self.canvas, try p, read try q, x = cells[i + 1], clone name, let k = 2 * n => {
         *a += b.len(); if let Some(y) = x { when!(y, w.z => y.push(*z)); } match q { Ok(v) => v, Err(_) => return } }",
    "in s; longest => *longest = word.len().max(*longest)",
    "a => { #[when(a, c = w.c)] fn f(a: &mut u8, c: &mut u8, d: u8) -> u8 { *a += d; d } println!(\"{a}\"); f.join() }",
    "state => { let Some(x) = state.take() else { return None }; when!(x => { when!(state, x, log => log.push(*x)); }); Some(x) }",
    "a, let mut list: Vec<u8> = vec![1, 2], let first = list[0] => 'outer: loop { for i in 0..first { if i > *a { break 'outer } } }",
    "c = if x { pair().0 } else { y?.1 }, d = { let z = 1; cells[z] } => |e: &str| -> usize { c.len() + d.len() + e.len() }",
    "=> async move { unsafe { f(1.5, 'c', b\"bytes\") } }",
    // And some with mistakes in them.
    "mut a, &b, let (x, y) = z, write c, f(d) => a.await",
    "read, pinned, clone => if a {} else {} + 1, 2",
    "a, a, pinned read b, cells[0] => a..; b",
];

/// What is typed into `#[when(..)] fn .. { .. }`.
const FUNCTIONS: &[(&str, &str)] = &[
    ("a", "fn f(a: &mut u8) { *a += 1 }"),
    (
        "src, dst",
        "fn transfer(src: &mut Account, dst: &mut Account, amount: u64) -> bool { src.balance -= amount; true }",
    ),
    (
        "crate = my::boc; in &rt; src, read dst, let k = 1",
        "#[x] fn t(src: &mut A, dst: &B, n: u64) -> bool { src.f(n) }",
    ),
    (
        "state, read config",
        "fn step(mut state: Acquired<'_, i32>, _: &u8) { when!(state => { *state += 1; when!(log => 0); }); }",
    ),
    (
        "c = self.cells[0], try p",
        "fn g(c: &mut [u8; 4], p: Result<&mut u8, Failure>) -> Option<u8> { let Ok(p) = p else { return None }; Some(c[0]) }",
    ),
    (
        "",
        "/// Documentation.\n fn h() { match 1 { 0 | 1 => {} x @ 2..=3 if x > 2 => h(), _ => unreachable!(\"{}\", 1) } }",
    ),
    // And one with mistakes in it.
    ("a, b,", "pub async unsafe extern \"C\" fn t<T>(self, (a, b): X, ...) where T: X { when!(w.a => 0); }"),
];

#[test]
fn there_are_twenty() {
    assert!(BLOCKS.len() + FUNCTIONS.len() >= 20);
}

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

/// How often each name and literal occurs; of what is only kept as text if `all`.
fn words(stream: TokenStream, all: bool, counts: &mut HashMap<String, usize>) {
    let mut text = false;
    for token in stream {
        match token {
            TokenTree::Group(group) if all || !text => words(group.stream(), all, counts),
            TokenTree::Group(_) => {}
            TokenTree::Punct(_) => continue,
            word => {
                text = word.to_string() == "stringify";
                *counts.entry(word.to_string()).or_default() += 1;
            }
        }
    }
}

fn is_error(output: &TokenStream) -> bool {
    let mut counts = HashMap::new();
    words(output.clone(), true, &mut counts);
    counts.contains_key("compile_error")
}

/// Each word that was typed is in the output: those of a body as code, those of a header, if there is a mistake in it, at
/// least as text. What is expanded in earnest has other words for a few of the grammar's.
#[track_caller]
fn assert_kept(typed: TokenStream, as_code: bool, output: &TokenStream) {
    let (mut before, mut after) = (HashMap::new(), HashMap::new());
    words(typed.clone(), true, &mut before);
    words(output.clone(), !as_code, &mut after);
    let replaced: &[&str] =
        if as_code || is_error(output) { &[] } else { &["in", "read", "pinned", "try", "crate"] };
    for (word, count) in before {
        let kept = after.get(&word).is_some_and(|kept| *kept >= count);
        assert!(kept || replaced.contains(&&*word), "`{word}` of `{typed}` is lost in `{output}`");
    }
}

#[test]
fn of_blocks() {
    for program in BLOCKS {
        for prefix in prefixes(tokens(program)) {
            let mut input = tokens("[my]");
            input.extend(prefix.clone());
            let output = crate::block(input);
            let all: Vec<TokenTree> = prefix.clone().into_iter().collect();
            let arrow = all.windows(2).position(|two| two[0].to_string() == "=" && two[1].to_string() == ">");
            if let Some(arrow) = arrow {
                assert_kept(all[arrow + 2..].iter().cloned().collect(), true, &output);
            }
            assert_kept(prefix, false, &output);
            assert!(!output.is_empty());
        }
    }
}

#[test]
fn of_functions() {
    for (args, item) in FUNCTIONS {
        for args in prefixes(tokens(args)) {
            let output = crate::function(args.clone(), tokens(item));
            assert_kept(args, false, &output);
            assert!(!output.is_empty());
        }
        for item in prefixes(tokens(item)) {
            let output = crate::function(tokens(args), item.clone());
            let body = item.clone().into_iter().last().filter(|last| matches!(last, TokenTree::Group(_)));
            assert_kept(body.into_iter().collect(), true, &output);
            if is_error(&output) {
                assert_kept(item, true, &output);
            }
            assert!(!output.is_empty());
        }
    }
}

/// Each loop over a header takes a token or stops, whatever stands there. It did not at a `=>`, and the
/// compiler hung.
#[test]
fn arrows_and_other_strays_in_headers() {
    for stray in [
        "=>", "->", "=", ";", ",", "in", "crate", "crate =", "let", "clone", "read", "|", "{ }", "#[x]", "'a",
    ] {
        for args in [
            "a, b",
            "crate = my::boc; in &rt; src, read dst, let k = 1",
            "in rt; try p",
            "workers = 2, crate = a",
        ] {
            let args: Vec<TokenTree> = tokens(args).into_iter().collect();
            for position in 0..=args.len() {
                for tail in [args[position..].to_vec(), Vec::new()] {
                    let mut header: TokenStream = args[..position].iter().cloned().collect();
                    header.extend(tokens(stray));
                    header.extend(tail);
                    let nested = format!(
                        "a => {{ #[when({header})] fn f(a: &mut T) {{}} boc_when!({header} => 1); }}"
                    );
                    assert!(!crate::block(tokens(&format!("[my] {nested}"))).is_empty());
                    let item = tokens("fn f(a: &mut T) {}");
                    let entry = crate::main_attr::main(header.clone(), tokens("fn main() {}"));
                    for output in [crate::function(header.clone(), item), entry] {
                        if is_error(&output) {
                            assert_kept(header.clone(), false, &output);
                        }
                    }
                }
            }
        }
    }
}

/// Anything at all in a header, many times: every expansion ends.
#[test]
fn random_headers() {
    const WORDS: &[&str] = &[
        "=>",
        "->",
        "=",
        "==",
        ":=",
        ";",
        ",",
        "in",
        "crate",
        "let",
        "clone",
        "read",
        "pinned",
        "try",
        "mut",
        "ref",
        "move",
        "for",
        "_",
        "a",
        "b",
        "rt",
        "w.a",
        "c[0]",
        ":",
        "::",
        ".",
        "..",
        "&",
        "*",
        "|",
        "#",
        "#[cfg(x)]",
        "'a",
        "1",
        "\"t\"",
        "{}",
        "{ a }",
        "(a, b)",
        "[a]",
        "()",
        "self",
        "as",
        "<",
        ">",
        "!",
        "?",
        "fn",
        "if",
        "when!(a => 1)",
        "workers",
    ];
    const HEADERS: usize = 3_000;
    let (done, ended) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let mut state = 1_u64;
        let mut next = |bound: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as usize % bound
        };
        for _ in 0..HEADERS {
            let text: Vec<&str> = (0..next(9)).map(|_| WORDS[next(WORDS.len())]).collect();
            let header = tokens(&text.join(" "));
            let item = tokens("fn f(a: &mut T, b: &T) { when!(a => 1); }");
            assert!(!crate::block(tokens(&format!("[my] {header}"))).is_empty());
            assert!(
                !crate::block(tokens(&format!("[my] {header} => {{ when!({header} => 1) }}"))).is_empty()
            );
            assert!(!crate::function(header.clone(), item).is_empty());
            assert!(!crate::main_attr::main(header, tokens("fn main() {}")).is_empty());
        }
        done.send(()).ok();
    });
    let limit = std::time::Duration::from_secs(120);
    assert!(ended.recv_timeout(limit).is_ok(), "an expansion panicked, or did not end in {limit:?}");
}

#[test]
fn of_entries() {
    for args in prefixes(tokens("workers = 2 + 2, crate = a::b, threads")) {
        for item in prefixes(tokens("#[x] pub async fn main<T>(a: A, b: B) -> R where T: X { body }")) {
            let output = crate::main_attr::main(args.clone(), item.clone());
            assert!(!output.is_empty());
            assert_kept(item, true, &output);
            assert_kept(args.clone(), false, &output);
        }
    }
}

#[test]
fn without_the_crate() {
    assert!(!crate::block(TokenStream::new()).is_empty());
}
