//! What to emit beside an error: the message, and the user's own tokens, so that an editor's hints stay alive.
//!
//! The guards and the promise get the compiler's error type, which silences every error that would only follow.

use std::collections::HashSet;

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::{Error, Expr};

use crate::ast::{Capture, Let};
use crate::expand::{self, Guards};
use crate::names;
use crate::plan::{Bind, Plan, Request};

/// Beside a mistake in the block form: an expression of any type.
pub(crate) fn block(plan: &Plan, error: &Error) -> TokenStream {
    let guards = names::local("guards");
    let error = error.to_compile_error();
    let captures = plan.captures.iter().map(|capture| match capture {
        Capture::Clone { name, .. } => quote!(let #name = &#name;),
        Capture::Let(capture) => {
            let Let { value, .. } = &**capture;
            match value {
                Expr::Verbatim(_) => quote!(let _ = { #value };),
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
    let body = expand::expression(&plan.body.tokens);
    let asynchronous = plan.body.awaits.then(|| quote!(async move));
    quote_spanned! {Span::mixed_site()=> {
        let #guards = { #error };
        #(#target)*
        #(let _ = &(#values);)*
        let _ = move || { #(#captures)* let #pattern = #guards; #uses #asynchronous #body };
        #guards
    }}
}

/// Beside a mistake in the attribute form: the user's function, and a promise of any type.
pub(crate) fn function(plan: Option<&Plan>, item: TokenStream, error: Option<&Error>) -> TokenStream {
    let error = error.map(Error::to_compile_error);
    match plan.and_then(|plan| plan.function.as_ref()) {
        Some(function) => {
            let name = function.name.to_token_stream();
            quote_spanned!(Span::mixed_site()=> #[allow(unused)] #item let #name = { #error }; let _ = &#name;)
        }
        None => quote!(#error #item),
    }
}
