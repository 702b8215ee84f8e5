//! Macros that are not ours: their input is read as expressions or statements where it can be, else word by word.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::visit_mut::VisitMut;
use syn::{Block, Expr, Ident, Macro, Path, Token};

use super::walk::Walk;

/// Macros whose input is expressions, and which bind nothing.
const TRANSPARENT: &[&str] = &[
    "assert",
    "assert_eq",
    "assert_ne",
    "dbg",
    "debug",
    "debug_assert",
    "debug_assert_eq",
    "debug_assert_ne",
    "eprint",
    "eprintln",
    "error",
    "event",
    "format",
    "format_args",
    "info",
    "panic",
    "print",
    "println",
    "span",
    "todo",
    "trace",
    "trace_span",
    "unimplemented",
    "unreachable",
    "vec",
    "warn",
    "write",
    "writeln",
];

/// Whether a path names one of our macros: `when`, or an alias of it like `boc_when`.
pub(super) fn is_when(path: &Path) -> bool {
    path.segments.last().is_some_and(|segment| is_when_word(&segment.ident))
}

fn is_when_word(word: &Ident) -> bool {
    let word = word.to_string();
    word.split('_').any(|part| part.trim_start_matches("r#") == "when")
}

/// Whether a macro can bind none of the words that it is given.
pub(crate) fn is_transparent(path: &Path) -> bool {
    is_when(path)
        || path.segments.last().is_some_and(|last| TRANSPARENT.iter().any(|name| last.ident == name))
}

/// Walks the input of another macro. If it is not known to bind nothing, each word in it outside of nested
/// behaviors might be a name that it binds.
pub(super) fn input(walk: &mut Walk, mac: &mut Macro) {
    if !mentions_when(&mac.tokens) {
        return;
    }
    walk.scopes.push();
    if !is_transparent(&mac.path) {
        walk.scopes.bind_words(&mac.tokens);
    }
    if let Ok(mut exprs) = Punctuated::<Expr, Token![,]>::parse_terminated.parse2(mac.tokens.clone()) {
        if walk.changes(|walk| exprs.iter_mut().for_each(|expr| walk.visit_expr_mut(expr))) {
            mac.tokens = exprs.into_token_stream();
        }
    } else if let Ok(stmts) = Block::parse_within.parse2(mac.tokens.clone()) {
        let mut block = Block { brace_token: Default::default(), stmts };
        if walk.changes(|walk| walk.visit_block_mut(&mut block)) {
            mac.tokens = block.stmts.iter().map(ToTokens::to_token_stream).collect();
        }
    } else {
        words_and_nested(walk, &mac.tokens);
    }
    walk.scopes.pop();
}

/// Tokens that do not parse: behaviors in them are found by their `when!(..)`, and all other words might be bound.
pub(super) fn unparsed(walk: &mut Walk, tokens: &TokenStream) {
    walk.scopes.push();
    walk.scopes.bind_words(tokens);
    words_and_nested(walk, tokens);
    walk.scopes.pop();
}

fn words_and_nested(walk: &mut Walk, tokens: &TokenStream) {
    pieces(tokens, &mut |piece| {
        if let Piece::Nested(tokens) = piece {
            walk.frozen(|walk| walk.nested(&mut tokens.clone()));
        }
    });
}

/// Calls `found` for each word outside of nested behaviors.
pub(super) fn words(tokens: &TokenStream, found: &mut dyn FnMut(&Ident)) {
    pieces(tokens, &mut |piece| {
        if let Piece::Word(word) = piece {
            found(word);
        }
    });
}

/// Whether there may be a nested behavior in these tokens.
pub(crate) fn mentions_when(tokens: &TokenStream) -> bool {
    let mut found = false;
    pieces(tokens, &mut |piece| found |= matches!(piece, Piece::Nested(_) | Piece::Attribute));
    found
}

enum Piece<'a> {
    Word(&'a Ident),
    /// The input of a nested `when!`.
    Nested(&'a TokenStream),
    /// The name of what may be the attribute form.
    Attribute,
}

fn pieces(tokens: &TokenStream, found: &mut dyn FnMut(Piece<'_>)) {
    let tokens: Vec<TokenTree> = tokens.clone().into_iter().collect();
    let mut rest = &tokens[..];
    while let [first, after @ ..] = rest {
        rest = after;
        match (first, after) {
            (TokenTree::Ident(word), [TokenTree::Punct(bang), TokenTree::Group(group), after @ ..])
                if bang.as_char() == '!' && is_when_word(word) =>
            {
                found(Piece::Nested(&group.stream()));
                rest = after;
            }
            (TokenTree::Ident(word), _) => {
                if is_when_word(word) {
                    found(Piece::Attribute);
                }
                found(Piece::Word(word));
            }
            (TokenTree::Group(group), _) => pieces(&group.stream(), found),
            _ => {}
        }
    }
}
