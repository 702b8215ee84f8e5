//! What a `macro_rules!` was given as one expression stays one.
//!
//! It passes `$e:expr` on in an invisible group. The compiler forgets such a group once a procedural
//! macro has written it again, and then `2 * $e` of `1 + 2` is 4. So the groups that their neighbours
//! would take apart become parentheses.

use proc_macro2::{Delimiter, Group, Spacing, TokenStream, TokenTree};
use syn::Expr;

use crate::names::hidden;

/// The same tokens; an invisible group beside an operator is in parentheses.
pub(crate) fn kept(tokens: TokenStream) -> TokenStream {
    if !has_fragments(&tokens) {
        return tokens;
    }
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let rewritten = tokens.iter().enumerate().map(|(position, token)| match token {
        TokenTree::Group(group) => {
            TokenTree::Group(group_kept(group, &tokens[..position], &tokens[position + 1..]))
        }
        token => token.clone(),
    });
    rewritten.collect()
}

fn has_fragments(tokens: &TokenStream) -> bool {
    tokens.clone().into_iter().any(|token| match token {
        TokenTree::Group(group) => group.delimiter() == Delimiter::None || has_fragments(&group.stream()),
        _ => false,
    })
}

fn group_kept(group: &Group, before: &[TokenTree], after: &[TokenTree]) -> Group {
    if group.delimiter() != Delimiter::None && !has_fragments(&group.stream()) {
        return group.clone();
    }
    let stream = kept(group.stream());
    let loose = group.delimiter() == Delimiter::None && is_loose(&stream, before, after);
    let (delimiter, span) = match loose {
        true => (Delimiter::Parenthesis, hidden(group.span())),
        false => (group.delimiter(), group.span()),
    };
    let mut kept = Group::new(delimiter, stream);
    kept.set_span(span);
    kept
}

/// Whether what stands beside these tokens would take a part of them. They may be a type or a pattern
/// too, which mean the same in parentheses, or a statement, which does not.
fn is_loose(tokens: &TokenStream, before: &[TokenTree], after: &[TokenTree]) -> bool {
    let Ok(expr) = syn::parse2::<Expr>(tokens.clone()) else { return false };
    match written(&expr) {
        Expr::Assign(_)
        | Expr::Binary(_)
        | Expr::Break(_)
        | Expr::Cast(_)
        | Expr::Closure(_)
        | Expr::Range(_)
        | Expr::RawAddr(_)
        | Expr::Reference(_)
        | Expr::Return(_)
        | Expr::Struct(_)
        | Expr::Unary(_)
        | Expr::Yield(_) => follows_operator(before) || is_continued(after),
        expr if matches!(expr, Expr::Async(_)) || is_block_like(expr) => {
            follows_operator(before)
                || matches!(after.first(), Some(TokenTree::Punct(next)) if ".?".contains(next.as_char()))
        }
        _ => false,
    }
}

/// An expression without what a `macro_rules!` puts around one that it is given.
pub(crate) fn written(expr: &Expr) -> &Expr {
    match expr {
        Expr::Group(group) => written(&group.expr),
        expr => expr,
    }
}

/// Whether it ends with a brace, and a statement that begins with it ends there.
pub(crate) fn is_block_like(expr: &Expr) -> bool {
    matches!(
        expr,
        Expr::Block(_)
            | Expr::Const(_)
            | Expr::ForLoop(_)
            | Expr::If(_)
            | Expr::Loop(_)
            | Expr::Match(_)
            | Expr::TryBlock(_)
            | Expr::Unsafe(_)
            | Expr::While(_)
    )
}

/// Whether an operator comes before, and no arrow or assignment.
fn follows_operator(before: &[TokenTree]) -> bool {
    let Some((TokenTree::Punct(last), before)) = before.split_last() else { return false };
    let joined = match before.last() {
        Some(TokenTree::Punct(punct)) if punct.spacing() == Spacing::Joint => punct.as_char(),
        _ => ' ',
    };
    match last.as_char() {
        '=' => "=!<>".contains(joined),
        '>' => !"-=".contains(joined),
        last => "-!*&+/%^|<".contains(last),
    }
}

/// Whether what follows goes on with the expression.
fn is_continued(after: &[TokenTree]) -> bool {
    match after {
        [TokenTree::Punct(next), TokenTree::Punct(second), ..] if "=!".contains(next.as_char()) => {
            next.spacing() == Spacing::Joint && second.as_char() == '='
        }
        [TokenTree::Punct(next), ..] => ".?+-*/%^&|<>".contains(next.as_char()),
        [TokenTree::Ident(next), ..] => next == "as",
        [TokenTree::Group(next), ..] => next.delimiter() != Delimiter::None,
        _ => false,
    }
}
