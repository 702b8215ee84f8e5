//! Which names a body captures for the headers nested in it, where `own` is the body's own request.

use super::tokens;
use crate::capture::of_expression;

#[track_caller]
fn captured(body: &str, expected: &str) {
    let own = [syn::parse_str::<syn::Ident>("own").unwrap()];
    let analysis = of_expression(own.iter().map(|name| (name, &[][..])), tokens(body));
    let names: Vec<String> = analysis.handles.iter().map(|handle| handle.bind.to_string()).collect();
    assert_eq!(names.join(" "), expected, "{body}");
}

#[test]
fn requests_of_any_kind() {
    captured("when!(a, read b, pinned c, try d, read try e => 0)", "a b c d e");
    captured("{ when!(a => 0); when!(b, a => 0); }", "a b");
    captured("when!(own, a => 0)", "a");
    captured("when!(x = a, y = &b, z = cells[i..], w = (&c, [&d]) => 0)", "a b cells c d");
    captured("when!(x = f(a), y = b.clone(), z = cells[i].field => 0)", "");
    captured("when!(clone a, let b = c => 0)", "");
    captured("when!(r#type, r#own => 0)", "r#type");
    captured("boc::when!(a => boc_when!(b => my::when_all!(c => 0)))", "a b c");
    captured("whenever!(a => 0)", "");
}

#[test]
fn fields() {
    captured("when!(w.a, self.b, x = w.a, y = self => 0)", "__boc_w_a __boc_self_b __boc_self");
    captured("when!(own.child => 0)", "");
    captured("{ let w = world(); when!(w.a => 0) }", "");
    captured("when!(x => when!(w.a => 0))", "x __boc_w_a");
}

#[test]
fn deeper_headers() {
    captured("when!(x => when!(own, y => when!(x, y, z => 0)))", "x y z");
    captured("when!(clone x, let y = 1 => when!(x, y, z => 0))", "z");
    captured("when!(x = y => { when!(y => 0) })", "y");
}

#[test]
fn names_that_patterns_bind() {
    for body in [
        "{ let a = 1; when!(a => 0) }",
        "{ let (a, ..) = p; when!(a => 0) }",
        "{ let Some(a) = x else { return }; when!(a => 0) }",
        "{ let S { a, .. } = x; when!(a => 0) }",
        "{ let S { b: a } = x; when!(a => 0) }",
        "{ let [first, a @ ..] = x; when!(a => 0) }",
        "{ let &(ref a, mut b) = x; when!(a, b => 0) }",
        "if let Some(a) = x { when!(a => 0) }",
        "if let Some(a) = x && when!(a => 0).ok() { when!(a => 0) }",
        "while let Some(a) = x { when!(a => 0) }",
        "while let Some(b) = x && let Some(a) = b { when!(a, b => 0) }",
        "for a in x { when!(a => 0) }",
        "for (i, a) in x { when!(a => 0) }",
        "match x { Some(a) | Other { a } => when!(a => 0), _ => 0 }",
        "match x { Some(a) if when!(a => 0).ok() => 0, _ => 0 }",
        "match x { Some(y) if let Some(a) = y => when!(a, y => 0), _ => 0 }",
        "match x { a @ 1..=2 => when!(a => 0) }",
        "|a| when!(a => 0)",
        "move |(a, b): (A, B)| { when!(a, b => 0) }",
        "async move |a| when!(a => 0)",
        "{ fn f(a: &Cown) { when!(a, b => 0); } }",
        "{ impl T { fn f(&self) { when!(self.a => 0); } } }",
        "{ when!(a => 0); static a: A = A; }",
        "{ use x::{y::a, z as b}; when!(a, b => 0) }",
        "{ const C: A = A; when!(C => 0) }",
        "when!(c = *COUNTER, LOG.all, l = LIST[0] => 0)",
        "{ let_it!(a); when!(a => 0) }",
        "{ #[when(own)] fn a(own: &mut T) {} when!(a => 0) }",
        "{ let m!(a) = x; when!(a => 0) }",
    ] {
        captured(body, "");
    }
}

#[test]
fn names_that_patterns_bind_elsewhere() {
    captured("{ when!(a => 0); let a = 1; }", "a");
    captured("{ { let a = 1; } when!(a => 0) }", "a");
    captured("{ let a = when!(a => 0); }", "a");
    captured("{ let Some(a) = x else { when!(a => 0); return }; }", "a");
    captured("if let Some(a) = when!(a => 0) { 1 } else { when!(b => 0) }", "a b");
    captured("if let Some(a) = x { 1 } else { when!(a => 0) }", "a");
    captured("{ if let Some(a) = x {} when!(a => 0) }", "a");
    captured("{ for a in x {} when!(a => 0); }", "a");
    captured("for a in when!(a => 0) {}", "a");
    captured("match x { Some(a) => 0, None => when!(a => 0) }", "a");
    captured("{ |a| 0; when!(a => 0) }", "a");
    captured("{ 'a: loop { when!(a => 0); break 'a; } }", "a");
    captured("{ println!(\"{a}\"); when!(a => 0) }", "a");
}

#[test]
fn the_attribute_form() {
    captured(
        "{ #[when(a, read w.b)] fn f(a: &mut A, b: &B, c: C) { when!(a, b, c, d => 0); } }",
        "a __boc_w_b d",
    );
    captured("{ #[boc::attr::when(a)] fn f(x: &mut A) { when!(a => 0); } when!(f => 0) }", "a");
    captured("{ #[when(crate = b; in &rt; a, let k = 1)] fn f(x: &mut A) { when!(k => 0); } }", "a");
}

#[test]
fn other_macros() {
    captured("vec![when!(a => 0), when!(b => 0)]", "a b");
    captured("vec![when!(a => 0); n]", "a");
    captured("assert!(when!(a => *a).join().is_ok(), \"{a}\")", "a");
    captured("spawn!(pool, when!(a => 0))", "a");
    captured("spawn!(Some(a), when!(a => 0))", "");
    captured("if_chain! { if let Some(a) = x; then { when!(a, b => 0) } }", "b");
    captured("m! { x -> a; when!(b => when!(a => 0)) }", "b");
}

#[test]
fn a_body_that_does_not_parse() {
    captured("{ let a = ; when!(a, b => 0); }", "b");
    captured("{ when!(a => 0); own. }", "a");
}

#[test]
fn a_rewritten_header_is_printed_in_full() {
    let body =
        "{ vec![when!(in &rt; pinned w.a, clone n, let k: u8 = 1, b => { when!(read try w.a => 0) })]; }";
    let analysis = of_expression([].into_iter(), tokens(body));
    let expected = "{ vec![when!(in &rt; pinned a = __boc_w_a, clone n, let k: u8 = 1, b => \
                    { when!(read try a = __boc_w_a => 0) })]; }";
    assert_eq!(analysis.body.to_string(), tokens(expected).to_string());
}
