//! What each form becomes.

use super::{assert_output, block, function, main};

#[test]
fn one_request() {
    assert_output(
        block("a => *a += 1"),
        "{ use my::__private as __boc;
           match (__boc::exclusive(&(a)),) {
               request => {
                   __boc::when(request, move |guards| {
                       let (mut a,) = guards;
                       let _ = (&mut a,);
                       *a += 1
                   })
               }
           } }",
    );
}

#[test]
fn every_kind_of_item() {
    assert_output(
        block(
            "a, read b, pinned canvas, try p, read try q, x = cells[0], w.f.g, clone name, let k: u8 = 2 * n => { a; b }",
        ),
        "{ use my::__private as __boc;
           match (
               __boc::exclusive(&(a)), __boc::read(&(b)), __boc::pinned(&(canvas)), __boc::attempt(&(p)),
               __boc::read_attempt(&(q)), __boc::exclusive(&(cells[0])), __boc::exclusive(&(w.f.g)),
           ) {
               request => {
                   let name = { use ::core::clone::Clone as _; name.clone() };
                   let k: u8 = 2 * n;
                   __boc::when(request, move |guards| {
                       let name = name;
                       let k = k;
                       let (mut a, b, mut canvas, mut p, q, mut x, mut g,) = guards;
                       let _ = (&mut a, &b, &mut canvas, &mut p, &q, &mut x, &mut g,);
                       { a; b }
                   })
               }
           } }",
    );
}

/// A value that is a block was once taken for the body, and the `=>` reported as missing.
#[test]
fn a_block_is_a_value() {
    for program in ["a, let k = { 1 } => a", "c = { cell() }, let k = if x { 1 } else { 2 } => c"] {
        let output = block(program).to_string();
        assert!(output.contains("let k =") && !output.contains("compile_error"), "{output}");
    }
}

#[test]
fn a_capture_that_changes() {
    assert_output(
        block("let mut n: u8 = 1 => n += 1"),
        "{ use my::__private as __boc;
           match () {
               request => {
                   let mut n: u8 = 1;
                   let _ = &mut n;
                   __boc::when(request, move |guards| { let mut n = n; let () = guards; n += 1 })
               }
           } }",
    );
}

#[test]
fn nothing_is_requested() {
    assert_output(
        block("=> 5"),
        "{ use my::__private as __boc;
           match () { request => { __boc::when(request, move |guards| { let () = guards; 5 }) } } }",
    );
}

#[test]
fn a_target() {
    assert_output(
        block("in &rt; a => 5"),
        "{ use my::__private as __boc;
           match (&(&rt), (__boc::exclusive(&(a)),)) {
               (target, request) => {
                   target.when(request, move |guards| { let (mut a,) = guards; let _ = (&mut a,); 5 })
               }
           } }",
    );
}

#[test]
fn words_that_are_modifiers_only_before_a_name() {
    let output = block("read, read clone, pinned = x, clone pinned2 => 0").to_string();
    assert!(output.contains("let (mut read , clone , mut pinned ,) = guards"), "{output}");
}

#[test]
fn more_requests_than_a_tuple_holds() {
    let names: Vec<String> = (0..14).map(|i| format!("c{i}")).collect();
    let output = block(&format!("{} => 0", names.join(", "))).to_string();
    let (first, second) = names.split_at(12);
    let pattern =
        |names: &[String]| names.iter().map(|name| format!("mut {name} ,")).collect::<Vec<_>>().join(" ");
    assert!(
        output.contains(&format!("let (({}) , ({}) ,) = guards", pattern(first), pattern(second))),
        "{output}"
    );
}

#[test]
fn a_body_that_would_be_two_statements() {
    let output = block("a => if b { 1 } else { 2 } + 3").to_string();
    assert!(output.contains("(if b { 1 } else { 2 } + 3)"), "{output}");
    let output = block("a => match b { _ => 1 }").to_string();
    assert!(output.contains("; match b { _ => 1 }"), "{output}");
}

#[test]
fn a_handle_of_a_nested_header() {
    assert_output(
        block("a => { when!(log, a => log.push(*a)); }"),
        "{ use my::__private as __boc;
           match (__boc::exclusive(&(a)),) {
               request => {
                   let log = __boc::capture(&log);
                   __boc::when(request, move |guards| {
                       let (mut a,) = guards;
                       let _ = (&mut a,);
                       { when!(log, a => log.push(*a)); }
                   })
               }
           } }",
    );
}

#[test]
fn a_field_of_a_nested_header() {
    assert_output(
        block("a => { when!(read self.hub, c = &w.cells[i] => 0) }"),
        "{ use my::__private as __boc;
           match (__boc::exclusive(&(a)),) {
               request => {
                   let __boc_self_hub = __boc::capture(&self.hub);
                   let __boc_w_cells = __boc::capture(&w.cells);
                   __boc::when(request, move |guards| {
                       let (mut a,) = guards;
                       let _ = (&mut a,);
                       { when!(read hub = __boc_self_hub, c = &__boc_w_cells[i] => 0) }
                   })
               }
           } }",
    );
}

#[test]
fn the_attribute_form() {
    assert_output(
        function(
            "src, read dst, g, let k = 1",
            "#[allow(x)] /// doc
             fn transfer(src: &mut Account, mut d: &Account, g: Acquired<'_, u8>, mut amount: u64) -> bool { body }",
        ),
        "#[allow(x)]
         let transfer = match (
             ::boc::__private::exclusive(&(src)), ::boc::__private::read(&(dst)), ::boc::__private::exclusive(&(g)),
         ) {
             request => {
                 let request = {
                     struct Marker;
                     impl ::boc::__private::Name for Marker {
                         const NAME: &'static ::core::primitive::str = \"transfer\";
                     }
                     ::boc::__private::named::<Marker, _>(request)
                 };
                 let k = 1;
                 let amount: u64 = ::core::clone::Clone::clone(&amount);
                 ::boc::__private::when(request, move |guards| -> bool {
                     let k = k;
                     let mut amount = amount;
                     let (mut guard_0, guard_1, guard_2,) = guards;
                     let src: &mut Account = &mut *guard_0;
                     let mut d: &Account = &*guard_1;
                     let mut g: Acquired<'_, u8> = guard_2;
                     let _ = (&src, &d, &mut g,);
                     { body }
                 })
             }
         };
         let _ = &transfer;",
    );
}

#[test]
fn the_attribute_form_of_another_crate_and_target() {
    for args in ["crate = a::b; in &rt; x", "in &rt; crate = a::b; x"] {
        assert_output(
            function(args, "fn f(_: &mut u8) {}"),
            "let f = match (&(&rt), (a::b::__private::exclusive(&(x)),)) {
                 (target, request) => {
                     let request = {
                         struct Marker;
                         impl a::b::__private::Name for Marker {
                             const NAME: &'static ::core::primitive::str = \"f\";
                         }
                         a::b::__private::named::<Marker, _>(request)
                     };
                     target.when(request, move |guards| -> () { let (_,) = guards; {} })
                 }
             };
             let _ = &f;",
        );
    }
}

#[test]
fn the_entry() {
    assert_output(
        main("workers = 2 + 2", "#[x] pub fn main(m: MainThread) -> Result<(), E> { body }"),
        "#[x] pub fn main() -> Result<(), E> {
             fn __boc_main(m: MainThread) -> Result<(), E> { body }
             ::boc::__private::run_main(::boc::__private::MainOptions::new().workers(2 + 2), |token| __boc_main(token)).end()
         }",
    );
    assert_output(
        main("crate = bee", "fn main() { body }"),
        "fn main() {
             fn __boc_main() { body }
             bee::__private::run_main(bee::__private::MainOptions::new(), |_| __boc_main()).end()
         }",
    );
}
