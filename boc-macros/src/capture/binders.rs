//! Which of the words that an unknown macro is given it might bind: those that stand where a
//! pattern does. `bind!(a, f(b))` may bind `a`, and neither `f` nor `b`; of `note!(writing to log)`
//! it binds nothing.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{BinOp, Expr};

use super::foreign::words;

/// Calls `found` for each word that might be bound.
pub(super) fn binders(tokens: &TokenStream, found: &mut dyn FnMut(&Ident)) {
    let tokens: Vec<TokenTree> = tokens.clone().into_iter().collect();
    let separator =
        |token: &TokenTree| matches!(token, TokenTree::Punct(punct) if ",;".contains(punct.as_char()));
    for argument in tokens.split(separator) {
        match syn::parse2::<Expr>(argument.iter().cloned().collect()) {
            Ok(expr) => in_expression(&expr, found),
            Err(_) => in_words(argument, found),
        }
    }
}

/// An expression that could be a pattern.
fn in_expression(expr: &Expr, found: &mut dyn FnMut(&Ident)) {
    match expr {
        Expr::Path(path) => path.path.get_ident().into_iter().for_each(found),
        Expr::Group(expr) => in_expression(&expr.expr, found),
        Expr::Paren(expr) => in_expression(&expr.expr, found),
        Expr::Assign(expr) => in_expression(&expr.left, found),
        Expr::Tuple(expr) => expr.elems.iter().for_each(|expr| in_expression(expr, found)),
        Expr::Array(expr) => expr.elems.iter().for_each(|expr| in_expression(expr, found)),
        Expr::Struct(expr) => expr.fields.iter().for_each(|field| in_expression(&field.expr, found)),
        Expr::Call(expr) if is_type(&expr.func) => {
            expr.args.iter().for_each(|expr| in_expression(expr, found))
        }
        Expr::Binary(expr) if matches!(expr.op, BinOp::BitOr(_)) => {
            in_expression(&expr.left, found);
            in_expression(&expr.right, found);
        }
        Expr::Let(expr) => words(&expr.pat.to_token_stream(), found),
        // What is declared in a block is given to the macro too.
        Expr::Block(expr) => words_after_let(&expr.block.to_token_stream(), found),
        _ => {}
    }
}

/// Whether a path ends with a name as types and variants have them.
fn is_type(path: &Expr) -> bool {
    match path {
        Expr::Path(path) => path
            .path
            .segments
            .last()
            .is_some_and(|last| last.ident.to_string().starts_with(char::is_uppercase)),
        _ => false,
    }
}

/// Words beside what stands beside a binding: `let a`, `mut a`, `a = x`, `a: T`, `a in x`, `a <-
/// x`, `x -> a`, `|a|`.
fn in_words(argument: &[TokenTree], found: &mut dyn FnMut(&Ident)) {
    let punct = |token: Option<&TokenTree>, chars: &str| match token {
        Some(TokenTree::Punct(punct)) => chars.contains(punct.as_char()),
        _ => false,
    };
    let word = |token: Option<&TokenTree>, among: &[&str]| match token {
        Some(TokenTree::Ident(word)) => among.iter().any(|other| word == other),
        _ => false,
    };
    for (position, token) in argument.iter().enumerate() {
        let before = position.checked_sub(1).and_then(|before| argument.get(before));
        let (next, second) = (argument.get(position + 1), argument.get(position + 2));
        let introduced = punct(before, "|@>") || word(before, &["let", "mut", "ref", "as", "for", "move"]);
        let comparison = punct(next, "=") && punct(second, "=");
        let path = punct(next, ":") && punct(second, ":");
        let followed = punct(next, "=:<|@") && !comparison && !path || word(next, &["in"]);
        match token {
            TokenTree::Ident(word) if introduced || followed || argument.len() == 1 => found(word),
            TokenTree::Group(group) if introduced || followed => words(&group.stream(), found),
            TokenTree::Group(group) => {
                words_after_let(&group.stream(), found);
                binders(&group.stream(), found);
            }
            _ => {}
        }
    }
    words_after_let(&argument.iter().cloned().collect(), found);
}

/// Whatever stands between `let` and `=`, or between `for` and `in`.
fn words_after_let(tokens: &TokenStream, found: &mut dyn FnMut(&Ident)) {
    let mut pattern = false;
    for token in tokens.clone() {
        match &token {
            TokenTree::Ident(word) if word == "let" || word == "for" => pattern = true,
            TokenTree::Ident(word) if word == "in" => pattern = false,
            TokenTree::Punct(punct) if "=;".contains(punct.as_char()) => pattern = false,
            TokenTree::Group(group) if !pattern => words_after_let(&group.stream(), found),
            _ if pattern => words(&token.to_token_stream(), found),
            _ => {}
        }
    }
}
