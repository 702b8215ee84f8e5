//! The macros of boc.
//!
//! Both forms of a behavior go the same straight way; only reading and checking can fail:
//! tokens → `fragment` → `parse`, `item`, `attr` → `ast` → `check`, `check_fn`, `capture` → `plan` → `expand`, and
//! beside a mistake `fallback`.
//!
#![doc = include_str!("grammar.md")]
//!
#![doc = include_str!("expansion.md")]
//!
#![doc = include_str!("cost.md")]
#![forbid(unsafe_code)]

mod ast;
mod attr;
mod capture;
mod check;
mod check_fn;
mod conditional;
mod diag;
mod escape;
mod expand;
mod fallback;
mod fragment;
mod hygiene;
mod item;
mod leave;
mod main_attr;
mod names;
mod parse;
mod plan;
#[cfg(test)]
mod tests;
mod variants;

use proc_macro::TokenStream;
use proc_macro2::TokenStream as Tokens;

use diag::Diag;

/// What `boc::when!` calls: the path of the library in brackets, then the user's tokens.
///
#[doc = include_str!("grammar.md")]
#[proc_macro]
pub fn when_impl(input: TokenStream) -> TokenStream {
    block(input.into()).into()
}

/// Makes a nested function a behavior, and its name the variable that holds the promise.
///
#[doc = include_str!("grammar.md")]
///
#[doc = include_str!("expansion.md")]
#[proc_macro_attribute]
pub fn when(args: TokenStream, item: TokenStream) -> TokenStream {
    function(args.into(), item.into()).into()
}

/// Claims the thread that runs `main` as a [`MainThread`](../boc/struct.MainThread.html), runs it, and waits (pumping) for
/// everything that was scheduled.
///
/// The parameter is optional, and so is a result (`!` too: such an entry ends the process by itself). If it is an `Err`, or if `main` panics, the program is given up instead
/// of waited for: behaviors that run are waited for, what has not started is cancelled, and then the error is printed and
/// the process fails, as it does without boc.
///
/// Options: `workers = COUNT` (an expression; rather than `BOC_WORKERS`, or as many as the machine has cores) and
/// `crate = PATH` (where boc is, if not at `::boc`). A number of workers that makes no sense, or a thread that cannot be
/// started, ends the process with a message and exit code 2.
#[proc_macro_attribute]
pub fn main(args: TokenStream, item: TokenStream) -> TokenStream {
    main_attr::main(args.into(), item.into()).into()
}

fn block(input: Tokens) -> Tokens {
    let input = fragment::kept(input);
    let mut diag = Diag::default();
    let (krate, block) = parse::entry(input.clone(), &mut diag);
    variants::block(&krate, block, &mut diag, &mut |block, diag| {
        let plan = check::block(krate.clone(), block, diag);
        match std::mem::take(diag).finish() {
            Ok(()) => expand::block(&plan),
            Err(error) => fallback::block(&plan, input.clone(), &error),
        }
    })
}

fn function(args: Tokens, item: Tokens) -> Tokens {
    let (args, item) = (fragment::kept(args), fragment::kept(item));
    let mut diag = Diag::default();
    let Some(function) = attr::entry(args.clone(), item.clone(), &mut diag) else {
        return fallback::function(None, args, item, diag.finish().err().as_ref());
    };
    variants::function(function, &mut diag, &mut |function, diag| {
        let plan = check_fn::function(function, diag);
        match std::mem::take(diag).finish() {
            Ok(()) => expand::function(&plan),
            Err(error) => fallback::function(Some(&plan), args.clone(), item.clone(), Some(&error)),
        }
    })
}
