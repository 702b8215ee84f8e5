//! Input tokens against output tokens; no compiler runs here.

mod capture;
mod errors;
mod expansion;
mod prefixes;

use proc_macro2::TokenStream;

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

/// Compares token by token, and shows text.
#[track_caller]
fn assert_output(output: TokenStream, expected: &str) {
    // What is between two tokens depends on where they come from.
    let words = |tokens: TokenStream| tokens.to_string().split_whitespace().collect::<String>();
    let made = output.to_string();
    assert_eq!(words(output), words(tokens(expected)), "made: {made}");
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
