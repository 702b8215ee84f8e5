//! Macros that are not ours: their input is read as expressions or statements where it can be, else
//! word by word.

use proc_macro2::{Literal, TokenStream, TokenTree};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::visit_mut::VisitMut;
use syn::{Block, Expr, Ident, Macro, Path, Token};

use super::binders::binders;
use super::walk::Walk;

/// Macros of the standard library whose input is expressions, and which bind nothing.
const STANDARD: &[&str] = &[
    "assert",
    "assert_eq",
    "assert_ne",
    "dbg",
    "debug_assert",
    "debug_assert_eq",
    "debug_assert_ne",
    "eprint",
    "eprintln",
    "format",
    "format_args",
    "panic",
    "print",
    "println",
    "todo",
    "unimplemented",
    "unreachable",
    "vec",
    "write",
    "writeln",
];

/// Macros of `tracing` and `log`, whose names others have too: they are given a text, or called by
/// their path.
const LOGGING: &[&str] = &[
    "debug",
    "debug_span",
    "error",
    "error_span",
    "event",
    "info",
    "info_span",
    "log",
    "span",
    "trace",
    "trace_span",
    "warn",
    "warn_span",
];

/// Macros whose input is never run.
const QUOTING: &[&str] =
    &["cfg", "compile_error", "concat", "parse_quote", "quote", "quote_spanned", "stringify"];

/// Whether a path names one of our macros, or may: `when`, or an alias of it like `boc_when`.
pub(super) fn is_when(path: &Path) -> bool {
    path.segments.last().is_some_and(|segment| is_when_word(&segment.ident))
}

fn is_when_word(word: &Ident) -> bool {
    word.unraw().to_string().split('_').any(|part| part == "when")
}

/// Whether a path names one of our macros for all that can be known. What has another name, and
/// `when` in it, may be a macro of the user's, which is given its tokens as they are.
pub(crate) fn is_ours(path: &Path) -> bool {
    path.segments.last().is_some_and(|segment| {
        let word = segment.ident.unraw().to_string();
        word == "when" || is_when_word(&segment.ident) && word.split('_').any(|part| part == "boc")
    })
}

/// Whether a macro binds none of the words that it is given, for certain.
pub(crate) fn binds_nothing(mac: &Macro) -> bool {
    let Some(last) = mac.path.segments.last() else { return false };
    let is = |names: &[&str]| names.iter().any(|name| last.ident == name);
    let library = mac.path.segments.len() > 1
        && mac
            .path
            .segments
            .first()
            .is_some_and(|first| ["tracing", "log"].iter().any(|name| first.ident == name));
    is_ours(&mac.path) || is(STANDARD) || is(QUOTING) || is(LOGGING) && (library || has_text(&mac.tokens))
}

/// Whether one of the arguments is a text.
fn has_text(tokens: &TokenStream) -> bool {
    tokens.clone().into_iter().any(|token| matches!(token, TokenTree::Literal(text) if is_text(&text)))
}

fn is_text(literal: &Literal) -> bool {
    let text = literal.to_string();
    text.starts_with('"') || text.starts_with("r\"") || text.starts_with("r#")
}

/// What another macro may bind of the words that it is given, here and after it.
pub(super) fn bind(walk: &mut Walk, mac: &Macro) {
    // Whose first argument is a text takes the others as values, as `println!` does.
    let first = mac.tokens.clone().into_iter().next();
    let text = matches!(first, Some(TokenTree::Literal(literal)) if is_text(&literal));
    if !(text || binds_nothing(mac)) {
        binders(&mac.tokens, &mut |word| walk.bind_perhaps(word));
    }
}

/// Walks the input of another macro. What it might bind is bound in the behaviors that it is given.
pub(super) fn input(walk: &mut Walk, mac: &mut Macro) {
    if !mentions_when(&mac.tokens) || mac.path.segments.last().is_some_and(|last| is_quoting(&last.ident)) {
        return;
    }
    walk.scopes.push();
    bind(walk, mac);
    let certain = binds_nothing(mac);
    walk.opaquely(!certain, |walk| arguments(walk, mac));
    walk.scopes.pop();
}

fn arguments(walk: &mut Walk, mac: &mut Macro) {
    if let Ok(mut exprs) = Punctuated::<Expr, Token![,]>::parse_terminated.parse2(mac.tokens.clone()) {
        let walk_all = |walk: &mut Walk| {
            exprs.iter_mut().for_each(|expr| match expr {
                // `println!("{name}", name = EXPR)`
                Expr::Assign(named) => walk.visit_expr_mut(&mut named.right),
                expr => walk.visit_expr_mut(expr),
            });
        };
        if walk.changes(walk_all) {
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
}

fn is_quoting(name: &Ident) -> bool {
    QUOTING.iter().any(|quoting| name == quoting)
}

/// Tokens that do not parse: behaviors in them are found by their `when!(..)`, and all other words
/// might be bound.
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
pub(crate) fn words(tokens: &TokenStream, found: &mut dyn FnMut(&Ident)) {
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
            (TokenTree::Ident(word), [TokenTree::Punct(bang), TokenTree::Group(_), after @ ..])
                if bang.as_char() == '!' && is_quoting(word) =>
            {
                rest = after;
            }
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
