//! Each mistake has its own message, and all that are in one macro are reported.

use super::{block, function, main, messages};

#[track_caller]
fn in_block(input: &str, expected: &[&str]) {
    assert_eq!(messages(block(input)), expected, "{input}");
}

#[track_caller]
fn in_function(args: &str, item: &str, expected: &[&str]) {
    assert_eq!(messages(function(args, item)), expected, "#[when({args})] {item}");
}

#[track_caller]
fn in_main(args: &str, item: &str, expected: &[&str]) {
    assert_eq!(messages(main(args, item)), expected, "#[main({args})] {item}");
}

#[test]
fn names() {
    const TWICE: &str = "`a` is bound twice; give one of the two another name: `other = a`";
    in_block("a, a => 0", &[TWICE]);
    in_block("a, clone a, let a = 1 => 0", &[TWICE, TWICE]);
    in_block("a, r#a => 0", &["`r#a` is bound twice; give one of the two another name: `other = r#a`"]);
    const NONE: &str = "this request has no name in the body; write `name = EXPR`";
    in_block("if x { a } else { b } => 0", &[NONE]);
    for place in ["cells[0]", "f(x)", "pair.0", "m::STATIC", "p.await", "find(2)?", "Cown::new(1)"] {
        let message = format!("this request has no name in the body; write `name = {place}`");
        in_block(&format!("{place} => 0"), &[&message]);
    }
    in_block("self => 0", &["`self` cannot be the name of a guard; write `name = self`"]);
    in_block(
        "a as b, a[0] as c => 0",
        &["the name comes first; write `b = EXPR`", "the name comes first; write `c = EXPR`"],
    );
    in_block("*a => 0", &["a request borrows the handle by itself; write `a`"]);
    in_block("a: T, b => 0", &["a request has the type of its cown; write `a`"]);
}

#[test]
fn modifiers() {
    for word in ["mut", "write", "exclusive"] {
        let message =
            format!("`{word}` is not a modifier, a request is exclusive unless it says `read`; write `a`");
        in_block(&format!("{word} a => 0"), &[&message]);
    }
    in_block("shared a => 0", &["`shared` is not a modifier; write `read a`"]);
    in_block("ref a => 0", &["`ref` is not a modifier; write `read a`"]);
    in_block("move a => 0", &["`move` is not a modifier, a body is always `move`; write `let a = a`"]);
    in_block("&a => 0", &["a request borrows the handle by itself; write `a`, or `read a` to share it"]);
    in_block("&mut a => 0", &["a request borrows the handle by itself; write `a`, or `read a` to share it"]);
    in_block(
        "a b => 0",
        &["`a` is not a modifier; write `read`, `pinned`, `try` or `clone`, or a `,` between two names"],
    );
    const SHARED: &str = "a pinned cown cannot be shared, its thread is its only reader; write `pinned`";
    in_block("pinned read a, read pinned b => 0", &[SHARED, SHARED]);
    in_block("try read a => 0", &["these modifiers are in the wrong order; write `read try`"]);
    in_block("read read a => 0", &["`read` is written twice; write it once"]);
    in_block(
        "try pinned a => 0",
        &["a pinned cown cannot fail, so there is nothing to `try`; write `pinned`"],
    );
    in_block("try => 0", &["the name of a cown is missing; write `read NAME`, `pinned NAME` or `try NAME`"]);
}

#[test]
fn captures() {
    in_block("let => 0", &["this `let` is empty; write `let name = EXPR`"]);
    in_block("let k => 0", &["this `let` has no value; write `let k = k` or `clone k`"]);
    in_block("let k = => 0", &["the value of `k` is missing; write `let k = EXPR`"]);
    in_block("let (x, y) = z => 0", &["a `let` in the header binds one name; write `let name = EXPR`"]);
    in_block(
        "clone a.b => 0",
        &["`clone` takes the name of a variable; for anything else write `let name = EXPR.clone()`"],
    );
    in_block("c = => 0", &["the cown of `c` is missing; write `c = EXPR`"]);
}

#[test]
fn punctuation() {
    in_block("", &["nothing to schedule; write `when!(a, b => { .. })`"]);
    in_block("a, b", &["the body is missing; write `when!(a, b => { .. })`"]);
    in_block("a =>", &["the body is missing; write `=> { .. }`"]);
    in_block("a { 0 }", &["the `=>` before the body is missing; write `when!(a, b => { .. })`"]);
    in_block("a,, b => 0", &["a request or a capture is missing before this; remove it, or write one"]);
    in_block("a; b => 0", &["items are separated by `,`; write a `,` here, or `in a;` to schedule there"]);
    in_block("a, b; c => 0", &["items are separated by `,`; write a `,` here"]);
    in_block("read a; b => 0", &["items are separated by `,`; write a `,` here"]);
    in_block("a + b c => 0", &["unexpected tokens in a request; write a `,` between two items"]);
    in_block("a => 0,", &["the body ends the macro; remove this `,` and what follows"]);
    in_block(
        "a => x(); y()",
        &["the body is one expression; put braces around several statements: `=> { .. }`"],
    );
    in_block("a => x();", &["the body is an expression and ends the macro; remove this `;`"]);
    in_block("in; a => 0", &["`in` needs a target; write `in &runtime;`"]);
    in_block("in rt, a => 0", &["the target of `in` ends with a `;`; write `in TARGET; ITEM, .. => BODY`"]);
    in_block("a, in rt; b => 0", &["the target comes first; write `in TARGET; ITEM, ..`"]);
    in_block("a => match x { 1 => 2, _ => 3 }", &[]);
}

#[test]
fn awaiting() {
    const AWAIT: &str =
        "a body cannot await, it holds cowns; request the promise: `when!(name = promise => { .. })`";
    in_block("a => b.await", &[AWAIT]);
    in_block("a => { f(c.await); async { d.await }; async || e.await; when!(b => x.await); }", &[AWAIT]);
    in_function("a", "fn f(a: &mut u8) { b.await; }", &[AWAIT]);
}

#[test]
fn several_at_once() {
    assert_eq!(messages(block("mut a, let, pinned read b, c[0] =>")).len(), 5);
}

#[test]
fn signatures() {
    let one = |item: &str, message: &str| in_function("a", item, &[message]);
    one(
        "async fn f(a: &mut T) {}",
        "a behavior never awaits; remove `async`, and request the promises that it needs",
    );
    one("const fn f(a: &mut T) {}", "a behavior runs later, it cannot be `const`; remove `const`");
    one(
        "unsafe fn f(a: &mut T) {}",
        "a behavior is called by the runtime, it cannot be `unsafe`; remove it, use a block",
    );
    one("extern \"C\" fn f(a: &mut T) {}", "a behavior is called by the runtime, it has no ABI; remove this");
    one("fn f<T>(a: &mut T) {}", "a behavior is scheduled once, it cannot be generic; write the types");
    one("fn f(a: &mut T) where T: X {}", "a behavior cannot be generic; remove the `where` clause");
    one(
        "fn f(self, a: &mut T) {}",
        "a behavior has no receiver, it is scheduled in the body of a method; request a field there: \
              `#[when(self.field)] fn name(field: &mut T)`",
    );
    one("fn f(a: &mut T, ...) {}", "a behavior has a fixed number of parameters; remove `...`");
    one(
        "fn f((a, b): &mut T) {}",
        "a parameter of a behavior is a plain name; take it apart in the body: `let (a, b) = name;`",
    );
    one("fn f(a: &mut impl X) {}", "a behavior cannot be generic; write the type instead of `impl Trait`");
    one("fn f(a: &mut T) -> impl X {}", "a behavior's result has one type; write it instead of `impl Trait`");
    one("pub fn f(a: &mut T) {}", "a behavior is local to its block and has no visibility; remove this");
    const NOT_A_FUNCTION: &str =
        "`#[when]` schedules a function with a body; write `#[when(a)] fn name(a: &mut T) { .. }`";
    one("struct S;", NOT_A_FUNCTION);
    one("#[x] fn f(a: &mut T);", NOT_A_FUNCTION);
}

#[test]
fn parameters() {
    in_function("a", "fn f(a) {}", &["`a` has no type; write `a: &mut T`"]);
    in_function("read a", "fn f(mut a, b: T) {}", &["`a` has no type; write `a: &T`"]);
    in_function("a", "fn f(a: &mut T<A, B>, b) -> R {}", &["`b` has no type; write `b: T`"]);
    in_function("try a", "fn f(a) {}", &["`a` has no type; write `a: Result<&mut T, Failure>`"]);
    in_function(
        "a, read b",
        "fn f() {}",
        &["no parameter for `a`; add `a: &mut T` to `fn f`", "no parameter for `b`; add `b: &T` to `fn f`"],
    );
    in_function(
        "a, b",
        "fn f(b: &mut T, x: &mut T) {}",
        &["`b` stands at the place of `a`; write the parameters in the order of the requests"],
    );
    in_function("read a", "fn f(a: &mut Account) {}", &["`a` is requested with `read`; write `&Account`"]);
    in_function(
        "a",
        "fn f(x: &mut T, x: u8) {}",
        &["`x` is bound twice; give one of the two another name: `other = x`"],
    );
    in_function(
        "a",
        "fn f(a: &mut T, _: u8) {}",
        &["a parameter beyond the requests is captured by its name; write one instead of `_`"],
    );
    in_function(
        "crate = ; a",
        "fn f(a: &mut T) {}",
        &["`crate` needs the path of the library; write `crate = my_boc;`"],
    );
}

#[test]
fn arrows_in_an_attribute() {
    const ARROW: &str = "the attribute form has no `=>`, its body is the function's block; remove this";
    for args in ["a =>", "a => *a += 1", "a, => 0"] {
        in_function(args, "fn f(a: &mut T) {}", &[ARROW]);
    }
    in_function("in =>", "fn f() {}", &["`in` needs a target; write `in &runtime;`", ARROW]);
    in_main("=>", "fn main() {}", &["unknown option; write `workers = COUNT` or `crate = PATH`"]);
    in_main(
        "workers = 2 =>",
        "fn main() {}",
        &["unexpected tokens after an option; write a `,` between two options"],
    );
    in_main(", workers = 2", "fn main() {}", &["an option is missing before this; remove it, or write one"]);
}

#[test]
fn entry() {
    in_main("", "async fn main() {}", &["boc needs no async; remove `async`"]);
    in_main("", "fn main<T>() {}", &["the program's entry cannot be generic; remove the parameters"]);
    in_main(
        "",
        "fn main(a: A, b: B) {}",
        &["`#[main]` takes at most one parameter, the `MainThread`; remove this one"],
    );
    in_main("", "struct S;", &["`#[main]` goes on a function; write `fn main() { .. }`"]);
    in_main("threads = 4", "fn main() {}", &["unknown option; write `workers = COUNT` or `crate = PATH`"]);
    in_main("workers", "fn main() {}", &["`workers` has no value; write `workers = COUNT`"]);
    in_main("workers =", "fn main() {}", &["`workers` has no value; write `workers = COUNT`"]);
    in_main("workers = 1, workers = 2", "fn main() {}", &["`workers` is written twice; write it once"]);
    const ZERO: &str = "without a worker nothing would run; write a number from 1, or leave `workers` out";
    for zero in ["0", "0x00", "0_usize"] {
        in_main(&format!("workers = {zero}"), "fn main() {}", &[ZERO]);
    }
    in_main("crate", "fn main() {}", &["`crate` has no value; write `crate = PATH`"]);
    in_main("crate = a, crate = b", "fn main() {}", &["`crate` is written twice; write it once"]);
    in_main(
        "4",
        "const unsafe fn main(self, ...) where {}",
        &[
            "unknown option; write `workers = COUNT` or `crate = PATH`",
            "the program's entry cannot be `const`; remove `const`",
            "the program's entry cannot be `unsafe`; remove `unsafe`",
            "the program's entry cannot be generic; remove the `where` clause",
            "`#[main]` takes at most one parameter; remove `...`",
            "`#[main]` has no receiver; write `main: MainThread`",
        ],
    );
}

#[test]
fn what_leaves_a_body() {
    const LOOP: &str = "a body runs later, when the loop around it is over; write `return` to end the body";
    in_block("a => break", &[LOOP]);
    in_block("a => { if x { continue; } loop { break; } }", &[LOOP]);
    in_function("a", "fn f(a: &mut T) { for x in y { break; } break; }", &[LOOP]);
    const OUTER: &str =
        "a body runs later, when the loop `'o` around it is over; write `return` to end the body";
    in_block("a => { break 'o; }", &[OUTER]);
    in_block("a => { 'o: { break 'o; } 'o: for x in y { continue 'o; } || loop { break }; }", &[]);
    const GUARD: &str =
        "the guard `a` cannot leave its body; return a value: `*a` copies it, `a.clone()` clones it";
    in_block("a => a", &[GUARD]);
    in_block("a => { if x { return a; } match y { _ => (a) } }", &[GUARD, GUARD]);
    in_block("a => { let a = a.clone(); a }", &[]);
    in_block("a => { a; }", &[]);
    in_block("a => { let f = || a; f() }", &[]);
    in_block(
        "a => &mut a.b[0]",
        &["a borrow of `a` cannot leave the body; return a value, a clone of it say"],
    );
    in_block("a => &*a", &["a borrow of `a` cannot leave the body; return a value, a clone of it say"]);
    // What is certain only to the compiler is the compiler's.
    for right in [
        "a => &b",
        "a => &a.name[..1]",
        "a => &**a",
        "a, b => { *a } & *b",
        "a, b => if x { *a } else { 0 } & *b",
        "a => { fn a() -> u8 { 1 } a }",
        "a => { const a: u8 = 1; a }",
        "a => { use x::a; a }",
        "a => { use x::*; a }",
        "a => { bind!(a, *a + 1); a }",
        "a => { info!(a, *a + 1); a }",
        "a => { #[cfg(x)] let a = 1; a }",
        "a => { #[cfg(x)] break; #[cfg(x)] { continue } #[cfg(x)] return a; }",
        "a => { match x { #[cfg(x)] 1 => break, _ => 0 } }",
        "a => { *a += 1; #[cfg(x)] a }",
        "a => { #[cfg(x)] f(b.await); }",
        "a => { when!(b => { #[cfg(x)] f(a); #[cfg(x)] let a = 1; f(a) }) }",
        "a => { when!(b => match *b { #[cfg(x)] 1 => f(a), _ => 1 }) }",
        "a => when!(b => event!(a, a + 1))",
    ] {
        in_block(right, &[]);
    }
    in_block("a => { println!(\"{}\", *a); a }", &[GUARD]);
    in_block("a => { tracing::info!(n = *a); info!(\"{a}\"); a }", &[GUARD]);
}

#[test]
fn what_a_nested_behavior_takes_along() {
    const GUARD: &str = "the guard `a` ends with its own body; request it in the nested behavior too: `when!(a, ..)`, or take \
                         the value along: `when!(let value = *a, ..)`";
    in_block("a => { when!(b => *b += *a); }", &[GUARD]);
    in_block("a => { when!(b => { *b += *a; f(a.x, &a) }); }", &[GUARD]);
    in_block("a => when!(=> when!(b => assert!(*b == *a, \"{a}\", a = 1)))", &[GUARD]);
    in_block("a => for c in cells { when!(c => { || a.0 }); }", &[GUARD]);
    in_function("a", "fn f(a: &mut T, b: U) { #[when(b)] fn g(b: &mut U) { b.f(a) } }", &[GUARD]);
    for right in [
        "a => { when!(a => *a += 1); when!(b => when!(a => *a)); }",
        "a => { when!(b, let a = *a => *b += a); when!(clone a => a); }",
        "a => { let a = a.clone(); when!(b => *b += a); }",
        "a => when!(b => { let a = 1; *b += a; })",
        "a => when!(b => { fn a() {} a() })",
        "a => when!(b => b.a(S { a: 1 }).a)",
        "a => when!(in b; c => *a)",
        "a => when!(b => let_it!(a, 1, *b += a))",
        "a => other!(b => a)",
        "a => when!(f(&a))",
    ] {
        in_block(right, &[]);
    }
    in_function("a", "fn f(a: &mut T, b: U) { #[when(b)] fn g(b: &mut U, a: T) { b.f(a) } }", &[]);
    in_function("a", "fn f(a: &mut T, b: U) { when!(x = b => *x); b.f(a); }", &[]);
    const ASYNC: &str = "a body cannot be `async`, it holds cowns; await before it is scheduled, or let it request a promise \
                         that the task resolves: `Promise::new()`";
    in_block("a => async move { *a += f().await }", &[ASYNC]);
    in_block("a => { let b = *a; async move { b + 1 } }", &[]);
    in_block("a => block_on(async { *a += 1 })", &[]);
}

#[test]
fn other_ways_to_say_it() {
    in_block("a -> 0", &["the arrow before a body is another; write `=>`"]);
    in_block(
        "a, |a| *a += 1",
        &["a body is no closure, its guards have the names of the requests; write `=> { .. }`"],
    );
    in_block(
        "(a, b) => 0",
        &["requests stand side by side; write `a, b`, or `name = (a, b)` for a tuple of guards"],
    );
    in_block("let k = 1; a => k", &[]);
    in_function("a", "fn f(a: u8) {}", &["`a` lends its value; write `&mut u8`, and `*a` for the value"]);
    in_function("read a", "fn f(a: u8) {}", &["`a` lends its value; write `&u8`, and `*a` for the value"]);
    in_function(
        "",
        "fn f(a: &mut u8) {}",
        &["`a` is not requested, and a capture is a clone; write `a` in `#[when(..)]`"],
    );
}

#[test]
fn what_says_too_much() {
    const BORROWED: &str = "a request borrows the handle by itself; write";
    for (request, message) in [
        ("&self.hub", format!("{BORROWED} `self.hub`")),
        ("&mut w.a", format!("{BORROWED} `w.a`")),
        ("a.clone()", format!("{BORROWED} `a`")),
        ("w.a.borrow_mut()", format!("{BORROWED} `w.a`")),
        ("a.lock()", "a cown has no lock, the request is it; write `a`".to_owned()),
        ("a.read()", "a cown has no lock, the request is it; write `read a`".to_owned()),
        ("cells.iter()", "a group is requested as a whole; write `cells`".to_owned()),
        ("read(&a)", "a modifier stands before the name; write `read a`".to_owned()),
        ("pinned(canvas)", "a modifier stands before the name; write `pinned canvas`".to_owned()),
        ("a && b", "requests are separated by `,`; write `a, b`".to_owned()),
        ("v[1].c", "this request has no name in the body; write `c = v[1].c`".to_owned()),
        ("w.cell()", "this request has no name in the body; write `cell = w.cell()`".to_owned()),
    ] {
        in_block(&format!("{request} => 0"), &[&message]);
    }
    in_function("a.clone()", "fn f() {}", &["a request borrows the handle by itself; write `a`"]);
}

#[test]
fn words_at_the_wrong_place() {
    in_block("c = read cells[0] => 0", &["a modifier comes before the name; write `read c = cells[0]`"]);
    in_block("c = pinned w.a => 0", &["a modifier comes before the name; write `pinned c = w.a`"]);
    in_block("let y = clone x => 0", &["a `let` takes an expression; write `let y = x.clone()`"]);
    in_block("y = clone x => 0", &["what is captured is bound by a `let`; write `let y = x.clone()`"]);
    in_block("let y = read => 0", &[]);
    in_block("y = clone, z = read.x, k = try_it => 0", &[]);
    in_block("crate = boc; a => 0", &["`when!` finds the library by its own path; remove `crate = ..;`"]);
    in_block(
        "a => let x = *a",
        &["a `let` is a statement, a body is an expression; put braces around it: `=> { let .. }`"],
    );
    in_block("\"a\" => 0", &["a request is a name and no text; write `a`"]);
    in_block(
        "#[doc = \"x\"] a, #[allow(x)] b, #[cfg(x)] c => 0",
        &[
            "a request has no documentation; write a comment: `// ..`",
            "only `#[cfg(..)]` can stand before a request or a capture; remove this",
        ],
    );
    in_block(
        "let k = i as usize < n => k",
        &["a `<` behind a type begins its arguments; put the cast in parentheses: `(i as usize) < ..`"],
    );
    in_function(
        "a",
        "fn f<'a>(a: &'a mut T) {}",
        &["the guards end with the body, their lifetimes have no names; leave `'a` out"],
    );
    in_function(
        "a",
        "#[inline] #[allow(x)] #[cfg(x)] #[rustfmt::skip] #[clippy::y] fn f(a: &mut T) {}",
        &["a behavior becomes a `let`, on which this attribute has no meaning; remove it"],
    );
    in_main(
        "",
        "#[tokio::main] async fn main() {}",
        &["a program has one entry; remove this, and in `fn main()` run what is async by \
           `tokio::runtime::Runtime::new()?.block_on(..)`, say"],
    );
}

/// Each variant of a header under conditions reports its own mistakes.
#[test]
fn mistakes_under_a_condition() {
    in_block(
        "a, #[cfg(x)] a, #[cfg(not(x))] b => 0",
        &[
            "`a` is bound twice; give one of the two another name: `other = a`",
            "`a` is bound twice; give one of the two another name: `other = a`",
        ],
    );
    in_block(
        "#[cfg(x)] c = a, #[cfg(not(x))] c = b => 0",
        &["`c` is bound twice; give one of the two another name: `other = c`"],
    );
}

/// As other languages and other libraries have it.
#[test]
fn names_and_modifiers_as_elsewhere() {
    for (item, message) in [
        ("_ = a", "a guard has a name, used or not; write `_a = a`"),
        ("_ = w.cells[1]", "a guard has a name, used or not; write `_name = w.cells[1]`"),
        ("_", "a request names a cown; write its name"),
        ("let _ = x", "a capture has a name, used or not; write `let _name = EXPR`"),
        ("b := a", "a name is given by `=`; write `b = a`"),
        ("b == a", "a name is given by `=`; write `b = a`"),
        ("b <- a", "a name is given by `=`; write `b = a`"),
        ("&mut b = a", "a request borrows the handle by itself; write `b = a`"),
        ("read: a", "a modifier stands before the name; write `read a`"),
        ("a: pinned", "a modifier stands before the name; write `pinned a`"),
        ("a read", "a modifier stands before the name; write `read a`"),
        ("try(a)", "a request stands without parentheses; write `try a`"),
        ("(a)", "a request stands without parentheses; write `a`"),
        ("clone(x)", "a modifier stands before the name; write `clone x`"),
        ("clone (x, y)", "each capture stands by itself; write `clone x, clone y`"),
        ("clone &x", "`clone` takes the name of a variable; write `clone x`"),
        ("copy x", "`copy` is not a modifier, a body takes along what it mentions; write `let x = x`"),
        ("&v[0]", "this request has no name in the body; write `name = v[0]`"),
        ("read v[0].clone()", "this request has no name in the body; write `read name = v[0]`"),
        ("v.iter().map(|c| c)", "this request has no name in the body; write `name = EXPR`"),
        ("..cells", "a group is requested as a whole; write `cells`"),
        ("cells..", "a group is requested as a whole; write `cells`"),
        ("for c in cells", "a group is requested as a whole; write its name, and the loop in the body"),
        ("[a, b]", "requests stand side by side; write `a, b`, or `name = [a, b]` for a group"),
        ("&[a, b]", "requests stand side by side; write `a, b`, or `name = [a, b]` for a group"),
        ("&(a, b)", "requests stand side by side; write `a, b`, or `name = (a, b)` for a tuple of guards"),
        (
            "a in rt",
            "`in` comes first; write `in TARGET; ITEM, ..` to schedule there, or the name of a group to request all \
             of it",
        ),
        ("in: rt; a", "the target stands behind `in` by itself; write `in TARGET;`"),
        ("in = rt; a", "the target stands behind `in` by itself; write `in TARGET;`"),
    ] {
        in_block(&format!("{item} => 0"), &[message]);
    }
}

#[test]
fn bodies_as_elsewhere() {
    in_block("a => move { 0 }", &["a body is always `move`; remove this"]);
    in_block(
        "a => b => 0",
        &["a behavior has one `=>`; separate its requests by `,`: `when!(a, b => { .. })`"],
    );
    const CLOSURE: &str =
        "a body is no closure, its guards have the names of the requests; write `=> { .. }`";
    for body in ["|a| *a += 1", "|mut a, b| { let x = 1; a.push(x) }", "{ move |a| { *a } }"] {
        in_block(&format!("a, read b => {body}"), &[CLOSURE]);
    }
    const LEAVES: &str = "a guard cannot leave its body in a closure; run the code in the body: `=> { .. }`";
    for body in ["|| *a += 1", "move || { a.push(1); }", "{ let x = 1; move |y| a[x] + y }"] {
        in_block(&format!("a => {body}"), &[LEAVES]);
    }
    for body in ["|a: i32| a + 1", "|a| f(a)", "|x| 2 * x", "{ let a = 1; move || a }", "|x: usize, a| x * a"]
    {
        in_block(&format!("a => {body}"), &[]);
    }
    in_block("a => if x { \"none\" } else { &*a }", &[]);
    in_block("a => { if x { return \"none\"; } &a }", &[]);
    const BORROW: &str = "a borrow of `a` cannot leave the body; return a value, a clone of it say";
    in_block("a => if x { panic!() } else { &*a }", &[BORROW]);
    in_block("a => if x { &a } else { \"none\" }", &[BORROW]);
}

#[test]
fn functions_that_cannot_be_read() {
    const PARAMETERS: &str = "these parameters cannot be read; write each as `name: &mut T`";
    for item in ["fn f(a: mut T) {}", "fn f(a: &mut) {}", "fn f(a &mut T) -> u8 {}"] {
        in_function("a", item, &[PARAMETERS]);
    }
    in_main(
        "",
        "fn main(main) {}",
        &["this function cannot be read; write `fn main() { .. }` or `fn main(main: MainThread) { .. }`"],
    );
}
