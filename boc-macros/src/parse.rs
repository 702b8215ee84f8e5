//! Syntax of the block form. A mistake is reported and skipped, so that all of them are found, and what is well
//! formed is known to the fallback.

use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::parse::discouraged::Speculative;
use syn::parse::{Parse, ParseStream, Parser};
use syn::{Expr, Ident, Token, token};

use crate::ast::{self, Block, Capture, Header, Item, Target};
use crate::diag::Diag;
use crate::names::Krate;
use crate::{attr, item};

/// Which form a header belongs to: the two end differently.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Block,
    Attribute,
}

/// `[$crate] HEADER => BODY`: the input of the macro behind `when!`.
pub(crate) fn entry(tokens: TokenStream, diag: &mut Diag) -> (Krate, Block) {
    let mut tokens = tokens.into_iter();
    let krate = match tokens.next() {
        Some(TokenTree::Group(group)) => Krate::new(group.stream()),
        _ => Krate::default(),
    };
    (krate, block(tokens.collect(), diag))
}

/// `HEADER => BODY`
pub(crate) fn block(tokens: TokenStream, diag: &mut Diag) -> Block {
    all(tokens, |input| {
        if input.peek(Token![crate]) && input.peek2(Token![=]) {
            let krate =
                attr::krate(input, diag).map(|ast::Krate { keyword, eq, path }| quote!(#keyword #eq #path));
            diag.on(krate, "`when!` finds the library by its own path; remove `crate = ..;`");
        }
        let mut header = Header { krate: None, target: target(input, diag), items: Vec::new() };
        header.items = items(input, Form::Block, diag);
        let arrow = arrow(input, &header, diag);
        let mut body = rest(input);
        if let Some(arrow) = arrow.as_ref().filter(|_| body.is_empty()) {
            diag.on(arrow, "the body is missing; write `=> { .. }`");
        }
        if arrow.is_some() {
            moved(&mut body, diag);
            one_expression(&mut body, diag);
        }
        Block { header, arrow, body }
    })
}

/// A nested `when!`, as capture analysis sees it: its own expansion reports what is wrong with it.
pub(crate) fn nested(tokens: &TokenStream) -> Option<Block> {
    let mut diag = Diag::default();
    let block = block(tokens.clone(), &mut diag);
    diag.finish().is_ok().then_some(block)
}

/// `[in TARGET ;]`
pub(crate) fn target(input: ParseStream<'_>, diag: &mut Diag) -> Option<Target> {
    let keyword: Token![in] = input.parse().ok()?;
    if input.peek(Token![:]) || input.peek(Token![=]) && !input.peek(Token![=>]) {
        let stray = input.parse::<TokenTree>().ok();
        diag.on(stray, "the target stands behind `in` by itself; write `in TARGET;`");
    }
    if no_value(input) {
        diag.on(keyword, "`in` needs a target; write `in &runtime;`");
        rest_of_item(input);
        input.parse::<Token![;]>().ok();
        return None;
    }
    let value = expr(input);
    if input.parse::<Token![;]>().is_err() {
        diag.on(&value, "the target of `in` ends with a `;`; write `in TARGET; ITEM, .. => BODY`");
        input.parse::<Token![,]>().ok();
    }
    Some(Target { keyword, value })
}

/// `[ITEM {, ITEM} [,]]`
pub(crate) fn items(input: ParseStream<'_>, form: Form, diag: &mut Diag) -> Vec<Item> {
    let mut items = Vec::new();
    while !ends(input, form) {
        if form == Form::Attribute && input.peek(Token![=>]) {
            let body = rest(input);
            diag.on(body, "the attribute form has no `=>`, its body is the function's block; remove this");
            break;
        }
        if input.peek(Token![,]) || input.peek(Token![;]) {
            let stray = input.parse::<TokenTree>().ok();
            diag.on(stray, "a request or a capture is missing before this; remove it, or write one");
            continue;
        }
        if input.peek(Token![in]) {
            diag.on(rest_of_item(input), "the target comes first; write `in TARGET; ITEM, ..`");
            input.parse::<Token![;]>().ok();
            continue;
        }
        let before = input.cursor();
        let item = item::parse(input, form, diag);
        debug_assert!(input.cursor() != before, "an item takes a token at least");
        // As elsewhere in the language; and the compiler suggests it, where a value was moved.
        let ended = matches!(item, Some(Item::Capture(Capture::Let(_)))) && input.peek(Token![;]);
        let target = items.is_empty().then_some(&item).and_then(Option::as_ref).and_then(maybe_target);
        items.extend(item);
        if !separated(input, form) {
            let stray = rest_of_item(input);
            diag.on(stray, "unexpected tokens after an item; write a `,` between two items");
        }
        if ended {
            input.parse::<Token![;]>().ok();
        } else if let Ok(semi) = input.parse::<Token![;]>() {
            match target {
                None => diag.on(semi, "items are separated by `,`; write a `,` here"),
                Some(name) => diag.on(
                    semi,
                    format!(
                        "items are separated by `,`; write a `,` here, or `in {name};` to schedule there"
                    ),
                ),
            }
        } else {
            input.parse::<Token![,]>().ok();
        }
    }
    items
}

/// The name of a first item that may have been meant for a target: `when!(s; a => ..)`.
fn maybe_target(item: &Item) -> Option<String> {
    match item {
        Item::Request(request) if request.modifiers.is_empty() && request.place.eq.is_none() => {
            Some(request.place.name.to_string())
        }
        _ => None,
    }
}

/// `=>`, or the report that it is missing.
fn arrow(input: ParseStream<'_>, header: &Header, diag: &mut Diag) -> Option<Token![=>]> {
    if let Ok(arrow) = input.parse() {
        return Some(arrow);
    }
    const MISSING: &str = "the `=>` before the body is missing; write `when!(a, b => { .. })`";
    if !input.is_empty() {
        diag.at(input.span(), MISSING);
    } else if !diag.is_empty() {
        // What was taken for an item may have been meant for the body.
    } else if let Some(item) = header.items.last() {
        diag.on(item, "the body is missing; write `when!(a, b => { .. })`");
    } else {
        diag.at(Span::call_site(), "nothing to schedule; write `when!(a, b => { .. })`");
    }
    None
}

/// Reports `move` before a block, as a thread's body or a task's has it.
fn moved(body: &mut TokenStream, diag: &mut Diag) {
    let tokens: Vec<TokenTree> = body.clone().into_iter().collect();
    if let [TokenTree::Ident(keyword), TokenTree::Group(block)] = &tokens[..] {
        if keyword == "move" && block.delimiter() == Delimiter::Brace {
            diag.on(keyword, "a body is always `move`; remove this");
            *body = block.to_token_stream();
        }
    }
}

/// Reports what follows a complete expression. A body that does not parse at all is left to the compiler, which
/// may know newer syntax than we do, and to the editor, which completes it.
fn one_expression(body: &mut TokenStream, diag: &mut Diag) {
    let split = |input: ParseStream<'_>| {
        let expr = input.parse::<Expr>()?;
        Ok((expr.into_token_stream(), input.parse::<Option<Token![,]>>()?, rest(input)))
    };
    let statement = |input: ParseStream<'_>| {
        let keyword: Token![let] = input.parse()?;
        rest(input);
        Ok(keyword)
    };
    if let Ok(keyword) = statement.parse2(body.clone()) {
        diag.on(
            keyword,
            "a `let` is a statement, a body is an expression; put braces around it: `=> { let .. }`",
        );
        *body = quote!({ #body; });
        return;
    }
    let Ok((expr, comma, more)) = split.parse2(body.clone()) else { return };
    if comma.is_some() {
        diag.on(quote!(#comma #more), "the body ends the macro; remove this `,` and what follows");
        *body = quote!(#expr; #more);
    } else if more.to_string() == ";" {
        diag.on(more, "the body is an expression and ends the macro; remove this `;`");
        *body = expr;
    } else if is_arrow(&more) {
        diag.on(more, "a behavior has one `=>`; separate its requests by `,`: `when!(a, b => { .. })`");
        *body = expr;
    } else if !more.is_empty() {
        diag.on(more, "the body is one expression; put braces around several statements: `=> { .. }`");
    }
}

fn is_arrow(tokens: &TokenStream) -> bool {
    let starts = |input: ParseStream<'_>| Ok((input.parse::<Token![=>]>()?, rest(input)));
    starts.parse2(tokens.clone()).is_ok()
}

/// An expression, or the tokens that should have been one, which the compiler then reports.
pub(crate) fn expr(input: ParseStream<'_>) -> Expr {
    or_verbatim(input, Expr::parse)
}

/// Likewise, but a brace is not a struct literal: it is the body, and a `=>` is missing.
pub(crate) fn path(input: ParseStream<'_>) -> Expr {
    or_verbatim(input, Expr::parse_without_eager_brace)
}

fn or_verbatim(input: ParseStream<'_>, parser: fn(ParseStream<'_>) -> syn::Result<Expr>) -> Expr {
    let ahead = input.fork();
    match parser(&ahead) {
        Ok(expr) => {
            input.advance_to(&ahead);
            expr
        }
        Err(_) => Expr::Verbatim(rest_of_item(input)),
    }
}

/// Reports a cast before a `<`, which begins generic arguments there.
pub(crate) fn cast_before_less(value: &Expr, diag: &mut Diag) {
    let Expr::Verbatim(tokens) = value else { return };
    let tokens: Vec<TokenTree> = tokens.clone().into_iter().collect();
    for four in tokens.windows(4) {
        let [before, TokenTree::Ident(cast), TokenTree::Ident(ty), TokenTree::Punct(less)] = four else {
            continue;
        };
        if cast == "as" && less.as_char() == '<' {
            let message = format!(
                "a `<` behind a type begins its arguments; put the cast in parentheses: `({before} as {ty}) < ..`"
            );
            diag.on(less, message);
        }
    }
}

/// Whether the header ends here: a missing `=>` is seen by the brace of the body.
fn ends(input: ParseStream<'_>, form: Form) -> bool {
    input.is_empty() || form == Form::Block && (input.peek(Token![=>]) || input.peek(token::Brace))
}

/// Whether the item that was just read is complete.
pub(crate) fn separated(input: ParseStream<'_>, form: Form) -> bool {
    ends(input, form) || input.peek(Token![=>]) || input.peek(Token![,]) || input.peek(Token![;])
}

/// Whether a value is missing here, after an `=`. A brace is a value: a block.
pub(crate) fn no_value(input: ParseStream<'_>) -> bool {
    input.is_empty() || input.peek(Token![=>]) || input.peek(Token![,]) || input.peek(Token![;])
}

/// Takes the tokens up to the next `,`, `;` or `=>`.
pub(crate) fn rest_of_item(input: ParseStream<'_>) -> TokenStream {
    let mut tokens = TokenStream::new();
    while !(input.is_empty() || input.peek(Token![,]) || input.peek(Token![;]) || input.peek(Token![=>])) {
        tokens.extend(input.parse::<TokenTree>());
    }
    tokens
}

fn rest(input: ParseStream<'_>) -> TokenStream {
    input.parse().unwrap_or_default()
}

/// Whether a name may start here: `read` in `read a` is a modifier, in `read, a` it is a name.
pub(crate) fn word(input: ParseStream<'_>) -> bool {
    input.peek(Ident::peek_any)
}

/// Runs a parser that takes all tokens and reports by itself.
pub(crate) fn all<T>(tokens: TokenStream, parser: impl FnOnce(ParseStream<'_>) -> T) -> T {
    let mut result = None;
    let run = |input: ParseStream<'_>| {
        result = Some(parser(input));
        Ok(rest(input))
    };
    run.parse2(tokens).ok();
    result.expect("the parser runs once on any tokens")
}
