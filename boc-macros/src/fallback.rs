//! What to emit beside an error: the message, and the user's own tokens, so that an editor's hints
//! stay alive.
//!
//! The guards and the promise get the compiler's error type, which silences every error that would
//! only follow.

use std::collections::HashSet;

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::{Error, Expr};

use crate::ast::{Capture, Let};
use crate::expand::{self, Guards};
use crate::names;
use crate::plan::{Bind, Plan, Request};

/// Beside a mistake in the block form: an expression of any type.
pub(crate) fn block(plan: &Plan, input: TokenStream, error: &Error) -> TokenStream {
    let guards = names::local("guards");
    let error = error.to_compile_error();
    let captures = plan.captures.iter().map(|capture| match capture {
        Capture::Clone { name, .. } => quote!(let #name = &#name;),
        Capture::Let(capture) => {
            let Let { value, .. } = &**capture;
            match value {
                Expr::Verbatim(_) => {
                    let name = &capture.name;
                    quote!(let _ = { #value }; let #name = #guards;)
                }
                _ => quote!(#capture;),
            }
        }
    });
    let target = plan.target.iter().map(|value| quote!(let _ = &(#value);));
    let values = plan.requests.iter().map(|request| &request.value);
    let mut seen = HashSet::new();
    let first = |request: &&Request| match &request.bind {
        Bind::Name(name) => seen.insert(name.unraw()),
        Bind::Param(..) => true,
    };
    let Guards { pattern, uses } = expand::guards(plan.requests.iter().filter(first));
    let body = expand::expression(&plan.body.written);
    // In a loop a `break` is no further mistake.
    let body = plan.body.leaves.iter().fold(body, |body, labels| {
        let inner = quote!({ loop { let _ = #body; break; } });
        labels.iter().fold(inner, |body, label| quote!({ #label: loop { #body } }))
    });
    let header = mention(&header(input));
    let asynchronous = plan.body.awaits.then(|| quote!(async move));
    quote_spanned! {Span::mixed_site()=> {
        let #guards = { #error };
        #(#target)*
        #(let _ = &(#values);)*
        let _ = move || { #(#captures)* let #pattern = #guards; #uses #asynchronous #body };
        #header
        #guards
    }}
}

/// Beside a mistake in the attribute form: the user's function, and a promise of any type.
pub(crate) fn function(
    plan: Option<&Plan>,
    args: TokenStream,
    item: TokenStream,
    error: Option<&Error>,
) -> TokenStream {
    let error = error.map(Error::to_compile_error);
    if plan.and_then(|plan| plan.function.as_ref()).is_some_and(|function| function.method) {
        return quote!(#error #[cfg_attr(any(), when(#args))] #item);
    }
    let args = mention(&args);
    match plan.and_then(|plan| plan.function.as_ref()) {
        Some(function) => {
            let name = function.name.to_token_stream();
            quote_spanned!(Span::mixed_site()=> #[allow(unused)] #item #args let #name = { #error }; let _ = &#name;)
        }
        None => quote!(#error #item #args),
    }
}

/// Keeps tokens of which some could not be read: they mean nothing here, but they are there.
pub(crate) fn mention(tokens: &TokenStream) -> TokenStream {
    quote_spanned!(Span::mixed_site()=> const _: &::core::primitive::str = ::core::stringify!(#tokens);)
}

/// What was written before the `=>`, or all of it; without the path of the library, which nobody
/// wrote.
fn header(input: TokenStream) -> TokenStream {
    let tokens: Vec<TokenTree> = input.into_iter().skip(1).collect();
    let is = |token: &TokenTree, char| matches!(token, TokenTree::Punct(punct) if punct.as_char() == char);
    let arrow = tokens.windows(2).position(|two| is(&two[0], '=') && is(&two[1], '>'));
    tokens.into_iter().take(arrow.unwrap_or(usize::MAX)).collect()
}
