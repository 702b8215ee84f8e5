//! What each form becomes, as text. After a change: `UPDATE_EXPECT=1 cargo test -p boc-macros`, then read the difference.

use expect_test::{Expect, expect};

use super::{block, function, main, pretty};

fn in_block(input: &str, expected: Expect) {
    expected.assert_eq(&pretty(&block(input)));
}

fn in_function(args: &str, item: &str, expected: Expect) {
    expected.assert_eq(&pretty(&function(args, item)));
}

fn in_main(args: &str, item: &str, expected: Expect) {
    expected.assert_eq(&pretty(&main(args, item)));
}

#[test]
fn one_request() {
    in_block(
        "a => *a += 1",
        expect![[r#"
            {
                use my::__private as __boc;
                __boc::behavior(
                    __boc::Exclusive::ask(&a),
                    move |mut a| {
                        let _ = &mut a;
                        { *a += 1 }
                    },
                )
            }
        "#]],
    );
    in_block(
        "read a => { f(); *a }",
        expect![[r#"
            {
                use my::__private as __boc;
                __boc::behavior(
                    __boc::Shared::ask(&a),
                    move |a| {
                        let _ = &a;
                        {
                            f();
                            *a
                        }
                    },
                )
            }
        "#]],
    );
}

#[test]
fn every_kind_of_item() {
    in_block(
        "a, read b, pinned canvas, try p, read try q, x = cells[0], w.f.g, clone name, let k: u8 = 2 * n => { a; f(b) }",
        expect![[r#"
            {
                use my::__private as __boc;
                __boc::behavior(
                    (
                        __boc::Exclusive::ask(&a),
                        __boc::Shared::ask(&b),
                        __boc::Pinned::ask(&canvas),
                        __boc::Attempt::ask(&p),
                        __boc::ReadAttempt::ask(&q),
                        __boc::Exclusive::ask(&cells[0]),
                        __boc::Exclusive::ask(&w.f.g),
                    ),
                    {
                        use ::core::clone::Clone as _;
                        let name = name.clone();
                        let k: u8 = 2 * n;
                        move |(mut a, b, mut canvas, mut p, q, mut x, mut g)| {
                            let name = name;
                            let k = k;
                            let _ = (&mut a, &b, &mut canvas, &mut p, &q, &mut x, &mut g);
                            {
                                a;
                                f(b)
                            }
                        }
                    },
                )
            }
        "#]],
    );
}

#[test]
fn a_capture_that_changes() {
    in_block(
        "let mut n: u8 = 1 => n += 1",
        expect![[r#"
            {
                use my::__private as __boc;
                __boc::behavior(
                    (),
                    {
                        let mut n: u8 = 1;
                        let _ = &mut n;
                        move |()| {
                            let mut n = n;
                            { n += 1 }
                        }
                    },
                )
            }
        "#]],
    );
}

#[test]
fn nothing_is_requested() {
    in_block(
        "=> 5",
        expect![[r#"
            {
                use my::__private as __boc;
                __boc::behavior((), move |()| { { 5 } })
            }
        "#]],
    );
    in_block(
        "let k = f() => k",
        expect![[r#"
            {
                use my::__private as __boc;
                __boc::behavior(
                    (),
                    {
                        let k = f();
                        move |()| {
                            let k = k;
                            { k }
                        }
                    },
                )
            }
        "#]],
    );
}

#[test]
fn values_of_any_kind() {
    in_block(
        "a = f(x), b = x.y(), c = &x, d = { x }, e = if x { y } else { z }, f = *x, g = (x, y), h = [x], i = x?, j = m!(x) => 0",
        expect![[r#"
            {
                use my::__private as __boc;
                __boc::behavior(
                    (
                        __boc::Exclusive::ask(&f(x)),
                        __boc::Exclusive::ask(&x.y()),
                        __boc::Exclusive::ask(&(&x)),
                        __boc::Exclusive::ask(&({ x })),
                        __boc::Exclusive::ask(&(if x { y } else { z })),
                        __boc::Exclusive::ask(&(*x)),
                        __boc::Exclusive::ask(&(x, y)),
                        __boc::Exclusive::ask(&[x]),
                        __boc::Exclusive::ask(&(x?)),
                        __boc::Exclusive::ask(&m!(x)),
                    ),
                    move |
                        (mut a, mut b, mut c, mut d, mut e, mut f, mut g, mut h, mut i, mut j)|
                    {
                        let _ = (
                            &mut a,
                            &mut b,
                            &mut c,
                            &mut d,
                            &mut e,
                            &mut f,
                            &mut g,
                            &mut h,
                            &mut i,
                            &mut j,
                        );
                        { 0 }
                    },
                )
            }
        "#]],
    );
}

#[test]
fn a_target() {
    in_block(
        "in rt; a => 5",
        expect![[r#"
            {
                use my::__private as __boc;
                match &rt {
                    __boc_target => {
                        use __boc::Target as _;
                        __boc_target
                            .when(
                                __boc::Exclusive::ask(&a),
                                move |mut a| {
                                    let _ = &mut a;
                                    { 5 }
                                },
                            )
                    }
                }
            }
        "#]],
    );
    in_block(
        "in &self.rt; a, let k = 1 => 5",
        expect![[r#"
            {
                use my::__private as __boc;
                match &(&self.rt) {
                    __boc_target => {
                        use __boc::Target as _;
                        __boc_target
                            .when(
                                __boc::Exclusive::ask(&a),
                                {
                                    let k = 1;
                                    move |mut a| {
                                        let k = k;
                                        let _ = &mut a;
                                        { 5 }
                                    }
                                },
                            )
                    }
                }
            }
        "#]],
    );
}

#[test]
fn more_requests_than_a_tuple_holds() {
    let names: Vec<String> = (0..14).map(|i| format!("c{i}")).collect();
    in_block(
        &format!("{} => 0", names.join(", ")),
        expect![[r#"
            {
                use my::__private as __boc;
                __boc::behavior(
                    (
                        (
                            __boc::Exclusive::ask(&c0),
                            __boc::Exclusive::ask(&c1),
                            __boc::Exclusive::ask(&c2),
                            __boc::Exclusive::ask(&c3),
                            __boc::Exclusive::ask(&c4),
                            __boc::Exclusive::ask(&c5),
                            __boc::Exclusive::ask(&c6),
                            __boc::Exclusive::ask(&c7),
                            __boc::Exclusive::ask(&c8),
                            __boc::Exclusive::ask(&c9),
                            __boc::Exclusive::ask(&c10),
                            __boc::Exclusive::ask(&c11),
                        ),
                        (__boc::Exclusive::ask(&c12), __boc::Exclusive::ask(&c13)),
                    ),
                    move |
                        (
                            (
                                mut c0,
                                mut c1,
                                mut c2,
                                mut c3,
                                mut c4,
                                mut c5,
                                mut c6,
                                mut c7,
                                mut c8,
                                mut c9,
                                mut c10,
                                mut c11,
                            ),
                            (mut c12, mut c13),
                        )|
                    {
                        let _ = (
                            (
                                &mut c0,
                                &mut c1,
                                &mut c2,
                                &mut c3,
                                &mut c4,
                                &mut c5,
                                &mut c6,
                                &mut c7,
                                &mut c8,
                                &mut c9,
                                &mut c10,
                                &mut c11,
                            ),
                            (&mut c12, &mut c13),
                        );
                        { 0 }
                    },
                )
            }
        "#]],
    );
}

#[test]
fn a_body_that_would_be_two_statements() {
    in_block(
        "a => if b { 1 } else { 2 } + 3",
        expect![[r#"
            {
                use my::__private as __boc;
                __boc::behavior(
                    __boc::Exclusive::ask(&a),
                    move |mut a| {
                        let _ = &mut a;
                        { (if b { 1 } else { 2 } + 3) }
                    },
                )
            }
        "#]],
    );
    in_block(
        "a => match b { _ => 1 }",
        expect![[r#"
            {
                use my::__private as __boc;
                __boc::behavior(
                    __boc::Exclusive::ask(&a),
                    move |mut a| {
                        let _ = &mut a;
                        {
                            match b {
                                _ => 1,
                            }
                        }
                    },
                )
            }
        "#]],
    );
}

#[test]
fn a_handle_of_a_nested_header() {
    in_block(
        "a => { when!(log, a => log.push(*a)); }",
        expect![[r#"
            {
                use my::__private as __boc;
                __boc::behavior(
                    __boc::Exclusive::ask(&a),
                    {
                        let log = __boc::capture!(& log);
                        move |mut a| {
                            let log = log.__boc_open();
                            let _ = &mut a;
                            {
                                when!(log, a => log.push(* a));
                            }
                        }
                    },
                )
            }
        "#]],
    );
}

#[test]
fn a_field_of_a_nested_header() {
    in_block(
        "a => { when!(read self.hub, c = &w.cells[i] => 0) }",
        expect![[r#"
            {
                use my::__private as __boc;
                __boc::behavior(
                    __boc::Exclusive::ask(&a),
                    {
                        let __boc_self_hub = __boc::capture!(& self.hub);
                        let __boc0_w_cells = __boc::capture!(& w.cells; & w.cells[i]);
                        move |mut a| {
                            let __boc_self_hub = __boc_self_hub.__boc_open();
                            let _ = &mut a;
                            { when!(read hub = __boc_self_hub, c = & __boc0_w_cells[i] => 0) }
                        }
                    },
                )
            }
        "#]],
    );
}

#[test]
fn the_attribute_form() {
    in_function(
        "src, read dst, g, let k = 1",
        "#[allow(x)] /// doc
         fn transfer(src: &mut Account, mut d: &Account, g: Acquired<'_, u8>, mut amount: u64) -> bool { body }",
        expect![[r#"
            "a behavior is scheduled in a function; move `transfer` into one";
            #[allow(x)]
            let transfer = {
                use ::boc::__private as __boc;
                __boc::named_behavior(
                    __boc::name!("transfer"),
                    (
                        __boc::Exclusive::ask(&src),
                        __boc::Shared::ask(&dst),
                        __boc::Exclusive::ask(&g),
                    ),
                    {
                        use ::core::clone::Clone as _;
                        let k = 1;
                        let amount: u64 = amount.clone();
                        move |(mut src, d, g)| -> bool {
                            let k = k;
                            let mut amount = amount;
                            let src: &mut Account = &mut *src;
                            let mut d: &Account = &*d;
                            let mut g: Acquired<'_, u8> = g;
                            let _ = (&src, &d, &mut g);
                            { body }
                        }
                    },
                )
            };
            let _ = &transfer;
        "#]],
    );
}

#[test]
fn the_attribute_form_of_another_crate_and_target() {
    in_function(
        "crate = a::b; in &rt; x",
        "#[cfg(y)] fn f(_: &mut u8) {}",
        expect![[r#"
            "a behavior is scheduled in a function; move `f` into one";
            #[cfg(y)]
            let f = {
                use a::b::__private as __boc;
                match &(&rt) {
                    __boc_target => {
                        use __boc::Target as _;
                        __boc_target
                            .when(
                                __boc::Named::new(__boc::Exclusive::ask(&x), __boc::name!("f")),
                                move |_| -> () { {} },
                            )
                    }
                }
            };
            #[cfg(y)]
            let _ = &f;
        "#]],
    );
    assert_eq!(
        function("in &rt; crate = a::b; x", "fn f(_: &mut u8) {}").to_string(),
        function("crate = a::b; in &rt; x", "fn f(_: &mut u8) {}").to_string(),
    );
}

#[test]
fn the_entry() {
    in_main(
        "workers = 2 + 2",
        "#[x] pub fn main(m: MainThread) -> Result<(), E> { body }",
        expect![[r#"
            #[x]
            pub fn main() -> Result<(), E> {
                use ::boc::__private as __boc;
                fn __boc_main(m: MainThread) -> Result<(), E> {
                    body
                }
                __boc::run_main(
                        __boc::MainOptions::new().workers(2 + 2),
                        |token| __boc_main(token),
                    )
                    .end()
            }
        "#]],
    );
    in_main(
        "crate = bee",
        "fn main() { body }",
        expect![[r#"
        fn main() {
            use bee::__private as __boc;
            fn __boc_main() {
                body
            }
            __boc::run_main(__boc::MainOptions::new(), |_| __boc_main()).end()
        }
    "#]],
    );
}

#[test]
fn words_that_are_modifiers_only_before_a_name() {
    let output = block("read, read clone, pinned = x, clone pinned2 => 0").to_string();
    assert!(output.contains("(mut read , clone , mut pinned)"), "{output}");
}

/// A value that is a block was once taken for the body, and the `=>` reported as missing.
#[test]
fn a_block_is_a_value() {
    for program in ["a, let k = { 1 } => f(a)", "c = { cell() }, let k = if x { 1 } else { 2 } => f(c)"] {
        let output = block(program).to_string();
        assert!(output.contains("let k =") && !output.contains("compile_error"), "{output}");
    }
}

/// The invisible group of a `$e:expr`, with `2 * ` before it or nothing.
#[test]
fn groups_of_a_macro() {
    use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
    let group = |text: &str| TokenTree::Group(Group::new(Delimiter::None, super::tokens(text)));
    let kept = |before: &str, group: TokenTree, after: &str| {
        let mut all: TokenStream = super::tokens(before);
        all.extend([group]);
        all.extend(super::tokens(after));
        crate::fragment::kept(all).to_string().split_whitespace().collect::<String>()
    };
    let none = |text: &str| text.replace([' ', '\u{ab}', '\u{bb}'], "");
    for (before, inside, after) in [
        ("2 *", "1 + 2", ""),
        ("-", "1 + 2", ";"),
        ("", "1 + 2", ".abs()"),
        ("", "1 + 2", "as u8"),
        ("", "|x| x", "(1)"),
        ("", "&a", "[0]"),
        ("if", "S {} == s", "{}"),
        ("x ==", "1 | 2", ""),
        ("x +", "if a { 1 } else { 2 }", ""),
        ("", "match a {}", ".b"),
    ] {
        let expected = none(&format!("{before}({inside}){after}"));
        assert_eq!(none(&kept(before, group(inside), after)), expected, "{before} {inside} {after}");
    }
    for (before, inside, after) in [
        ("let k =", "1 + 2", ";"),
        ("x => ", "1 + 2", ", y"),
        ("x -> ", "&T", "= 1"),
        ("f", "a.b", "+ 1"),
        ("2 *", "a[0]", ""),
        ("2 *", "f(1 + 2)", ""),
        ("#", "doc = \"x\"", ""),
        ("", "if a {}", "*x"),
        ("", "let x = 1", ";"),
        ("-> ", "A", "{}"),
    ] {
        let expected = none(&format!("{before}{inside}{after}"));
        assert_eq!(none(&kept(before, group(inside), after)), expected, "{before} {inside} {after}");
    }
}
