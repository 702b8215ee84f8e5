//! Input tokens against output tokens; no compiler runs here.

mod capture;
mod errors;
mod expansion;
mod prefixes;
mod random;
mod readme;

use proc_macro2::TokenStream;
use quote::quote;

/// Tokens from text.
fn tokens(text: &str) -> TokenStream {
    text.parse().unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// The expansion of `when!(input)`.
fn block(input: &str) -> TokenStream {
    crate::block(tokens(&format!("[my] {input}")))
}

/// The expansion of `#[when(args)] item`.
fn function(args: &str, item: &str) -> TokenStream {
    crate::function(tokens(args), tokens(item))
}

/// The expansion of `#[main(args)] item`.
fn main(args: &str, item: &str) -> TokenStream {
    crate::main_attr::main(tokens(args), tokens(item))
}

/// An expression, an item or statements as a formatter prints them.
fn pretty(output: &TokenStream) -> String {
    let file = syn::parse2(quote!(fn main() { #output })).unwrap_or_else(|error| panic!("{error}: {output}"));
    let lines = prettyplease::unparse(&file);
    let inner = lines.lines().skip(1).map(|line| line.strip_prefix("    ").unwrap_or(line));
    let mut inner: Vec<&str> = inner.collect();
    inner.pop();
    inner.join("\n") + "\n"
}

/// The messages that an expansion reports, in order.
fn messages(output: TokenStream) -> Vec<String> {
    fn collect(tokens: TokenStream, messages: &mut Vec<String>) {
        let mut after_error = false;
        for token in tokens {
            if let proc_macro2::TokenTree::Group(group) = &token {
                match group.stream().into_iter().next() {
                    Some(proc_macro2::TokenTree::Literal(text)) if after_error => {
                        messages.extend(
                            syn::parse_str::<syn::LitStr>(&text.to_string()).map(|text| text.value()),
                        );
                    }
                    _ => collect(group.stream(), messages),
                }
            }
            let text = token.to_string();
            after_error = text == "compile_error" || after_error && text == "!";
        }
    }
    let mut messages = Vec::new();
    collect(output, &mut messages);
    messages
}
