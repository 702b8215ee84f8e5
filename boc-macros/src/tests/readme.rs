//! The behaviors of the README, expanded: each fits on a screen. `expansion.md`, in the documentation, has one of them.
//! After a change: `UPDATE_EXPECT=1 cargo test -p boc-macros`, then read the difference.

use expect_test::expect_file;
use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::visit::{self, Visit};
use syn::{ItemFn, Macro, Meta};

use super::{pretty, tokens};

/// Lines, of 80 columns or so.
const SCREEN: usize = 24;

const README: &str = include_str!("../../README.md");

/// What the README has, and what it becomes.
#[derive(Default)]
struct Behaviors(Vec<(String, TokenStream)>);

impl<'ast> Visit<'ast> for Behaviors {
    fn visit_macro(&mut self, mac: &'ast Macro) {
        if mac.path.is_ident("when") {
            let mut input = tokens("[boc]");
            input.extend(mac.tokens.clone());
            self.0.push((mac.to_token_stream().to_string(), crate::block(input)));
        }
    }

    fn visit_item_fn(&mut self, item: &'ast ItemFn) {
        let ours =
            |attr: &&syn::Attribute| attr.path().segments.last().is_some_and(|last| last.ident == "when");
        if let Some(Meta::List(args)) = item.attrs.iter().find(ours).map(|attr| &attr.meta) {
            let mut bare = item.clone();
            bare.attrs.clear();
            let name = item.sig.ident.to_string();
            self.0.push((name, crate::function(args.tokens.clone(), bare.into_token_stream())));
        }
        visit::visit_item_fn(self, item);
    }
}

fn behaviors() -> Behaviors {
    let mut behaviors = Behaviors::default();
    for program in README.split("```rust\n").skip(1) {
        let (program, _) = program.split_once("```").unwrap();
        behaviors.visit_file(&syn::parse_file(program).unwrap());
    }
    behaviors
}

#[test]
fn each_fits_on_a_screen() {
    let Behaviors(all) = behaviors();
    assert!(all.len() >= 12, "only {} found", all.len());
    for (input, output) in all {
        let output = pretty(&output);
        assert!(output.lines().count() <= SCREEN, "{input}\nbecomes\n{output}");
    }
}

#[test]
fn one_is_in_the_documentation() {
    const INPUT: &str = "when!(total, read cells => {
    *total = cells.iter().sum();
    when!(total => *total *= 2); // later, on the same cown
});";
    assert!(README.replace("\n    ", "\n").contains(INPUT), "the README has another example");
    let Behaviors(all) = behaviors();
    let of_block = all.iter().find(|(input, _)| input.contains("cells . iter () . sum ()")).unwrap();
    let of_function = all.iter().find(|(input, _)| input == "transfer").unwrap();
    let page = format!(
        "# What a behavior becomes\n\n\
         A call into the library: the requests, then what the body captures and the body itself. This one\n\n\
         ```text\n{INPUT}\n```\n\n\
         becomes\n\n\
         ```text\n{}```\n\n\
         and the function `transfer` of the README, with its parameters, becomes\n\n\
         ```text\n{}```\n\n\
         `let _ = ..` is for the compiler: a guard that a body does not mention, or does not change, is no mistake.\n\
         The text in front of a function is what it shows outside of one, where no statement can stand.\n",
        pretty(&of_block.1),
        pretty(&of_function.1),
    );
    expect_file!["../expansion.md"].assert_eq(&page);
}
