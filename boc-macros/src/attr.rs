//! Syntax of the attribute form: the arguments are a header, the function is kept as it is, its body unread.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, Error, Ident, Signature, Token, Type, Visibility, braced, token};

use crate::ast::{Function, Header, Krate, Mode};
use crate::diag::Diag;
use crate::parse::{Form, all, items, rest_of_item, target};

/// `#[when(ARGS)] ITEM`. None if the item is not a function with a body.
pub(crate) fn entry(args: TokenStream, item: TokenStream, diag: &mut Diag) -> Option<Function> {
    let header = header(args, diag);
    match (|input: ParseStream<'_>| function(input, header)).parse2(item) {
        Ok(function) => Some(function),
        Err(error) => {
            diag.push(error);
            None
        }
    }
}

/// `[crate = PATH ;] [in TARGET ;] [ITEMS]`, the first two in any order.
pub(crate) fn header(args: TokenStream, diag: &mut Diag) -> Header {
    all(args, |input| {
        let mut header = Header::default();
        while input.peek(Token![crate]) && input.peek2(Token![=]) || input.peek(Token![in]) {
            if input.peek(Token![in]) {
                header.target = target(input, diag).or(header.target);
            } else {
                header.krate = krate(input, diag).or(header.krate);
            }
        }
        header.items = items(input, Form::Attribute, diag);
        header
    })
}

/// A nested attribute form, as capture analysis sees it.
pub(crate) fn nested(args: &TokenStream) -> Option<Header> {
    let mut diag = Diag::default();
    let header = header(args.clone(), &mut diag);
    diag.finish().is_ok().then_some(header)
}

/// `crate = PATH ;`
pub(crate) fn krate(input: ParseStream<'_>, diag: &mut Diag) -> Option<Krate> {
    let keyword: Token![crate] = input.parse().ok()?;
    let eq: Token![=] = input.parse().ok()?;
    let Ok(path) = input.call(syn::Path::parse_mod_style) else {
        rest_of_item(input);
        input.parse::<Token![;]>().ok();
        diag.on(eq, "`crate` needs the path of the library; write `crate = my_boc;`");
        return None;
    };
    if input.parse::<Token![;]>().is_err() && !input.is_empty() {
        diag.on(&path, "the path of the library ends with a `;`; write `crate = my_boc;`");
        rest_of_item(input);
        input.parse::<Token![,]>().ok();
    }
    Some(Krate { keyword, eq, path })
}

/// A function whose block is left as tokens: it may hold syntax that we do not know, or half a line.
fn function(input: ParseStream<'_>, header: Header) -> syn::Result<Function> {
    let attrs = input.call(Attribute::parse_outer)?;
    let start = input.span();
    let ahead = input.fork();
    let Ok((vis, sig)) = signature(input) else {
        input.parse::<TokenStream>()?;
        return Err(untyped(&ahead, &header).or_else(|| unreadable(&ahead)).unwrap_or_else(|| {
            Error::new(
                start,
                "`#[when]` schedules a function with a body; write `#[when(a)] fn name(a: &mut T) { .. }`",
            )
        }));
    };
    let content;
    let brace = braced!(content in input);
    Ok(Function { header, attrs, vis, sig, brace, body: content.parse()? })
}

/// What to write if it is a function and its parameters have mistakes of another kind.
fn unreadable(input: ParseStream<'_>) -> Option<Error> {
    let tokens: Vec<TokenTree> = input.fork().parse::<TokenStream>().ok()?.into_iter().collect();
    let three = tokens.windows(3).find_map(|three| match three {
        [TokenTree::Ident(word), TokenTree::Ident(_), TokenTree::Group(params)] => {
            (word == "fn" && params.delimiter() == Delimiter::Parenthesis).then_some(params)
        }
        _ => None,
    });
    let block = matches!(tokens.last(), Some(TokenTree::Group(last)) if last.delimiter() == Delimiter::Brace);
    let params = three.filter(|_| block)?;
    Some(Error::new(params.span(), "these parameters cannot be read; write each as `name: &mut T`"))
}

/// What to write for the first parameter that has no type, if that is why there is no signature.
fn untyped(input: ParseStream<'_>, header: &Header) -> Option<Error> {
    let input = input.fork();
    let params = loop {
        match input.parse().ok()? {
            TokenTree::Group(group) if group.delimiter() == Delimiter::Parenthesis => break group.stream(),
            _ => {}
        }
    };
    let param = |input: ParseStream<'_>| {
        input.call(Attribute::parse_outer)?;
        input.parse::<Option<Token![mut]>>()?;
        let name: Ident = input.parse()?;
        let typed = input.parse::<Option<Token![:]>>()?.is_some();
        if typed {
            input.parse::<Type>()?;
        }
        Ok((name, typed))
    };
    let params = (|input: ParseStream<'_>| input.parse_terminated(param, Token![,])).parse2(params).ok()?;
    let (position, (name, _)) = params.into_iter().enumerate().find(|(_, (_, typed))| !typed)?;
    let ty = match header.requests().nth(position).map(|request| request.mode) {
        None => "T",
        Some(Mode::Read) => "&T",
        Some(Mode::Exclusive | Mode::Pinned) => "&mut T",
        Some(Mode::Attempt) => "Result<&mut T, Failure>",
        Some(Mode::ReadAttempt) => "Result<&T, Failure>",
    };
    Some(Error::new(name.span(), format!("`{name}` has no type; write `{name}: {ty}`")))
}

/// The head of a function, if a block follows it.
pub(crate) fn signature(input: ParseStream<'_>) -> syn::Result<(Visibility, Signature)> {
    let head = (input.parse()?, input.parse()?);
    if input.peek(token::Brace) { Ok(head) } else { Err(input.error("expected a block")) }
}
