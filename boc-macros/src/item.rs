//! Syntax of one entry of a header: a request or a capture.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::spanned::Spanned;
use syn::{Attribute, BinOp, Expr, ExprLit, Ident, Lit, Member, Token, Type, UnOp};

use crate::ast::{Capture, Item, Let, Mode, Place, Request};
use crate::diag::Diag;
use crate::parse::{Form, cast_before_less, expr, no_value, path, rest_of_item, separated, word};

/// `REQUEST | CAPTURE`. None if nothing of it can be used; then its tokens are gone.
pub(crate) fn parse(input: ParseStream<'_>, form: Form, diag: &mut Diag) -> Option<Item> {
    let attrs = attributes(input, diag);
    let mut item = bare(input, form, diag)?;
    *item.attrs() = attrs;
    Some(item)
}

/// The `#[cfg(..)]`s before an item. Nothing else can stand there.
fn attributes(input: ParseStream<'_>, diag: &mut Diag) -> Vec<Attribute> {
    let attrs = input.call(Attribute::parse_outer).unwrap_or_default();
    let (cfgs, others): (Vec<_>, Vec<_>) = attrs.into_iter().partition(|attr| attr.path().is_ident("cfg"));
    for attr in others {
        let message = match attr.path().is_ident("doc") {
            true => "a request has no documentation; write a comment: `// ..`",
            false => "only `#[cfg(..)]` can stand before a request or a capture; remove this",
        };
        diag.on(attr, message);
    }
    cfgs
}

fn bare(input: ParseStream<'_>, form: Form, diag: &mut Diag) -> Option<Item> {
    if input.peek(Token![let]) {
        return binding(input, form, diag).map(|capture| Item::Capture(Capture::Let(Box::new(capture))));
    }
    if modifier_ahead(input, "clone") {
        return clone(input, form, diag).map(Item::Capture);
    }
    let modifiers = modifiers(input, form, diag);
    let mode = mode(&modifiers, diag);
    let place = place(input, form, &modifiers, diag)?;
    Some(Item::Request(Request { attrs: Vec::new(), modifiers, mode, place }))
}

/// `clone NAME`
fn clone(input: ParseStream<'_>, form: Form, diag: &mut Diag) -> Option<Capture> {
    let keyword = Ident::parse_any(input).ok()?;
    match input.parse::<Ident>() {
        Ok(name) if separated(input, form) => Some(Capture::Clone { attrs: Vec::new(), keyword, name }),
        name => {
            let place = rest_of_item(input);
            let name = name.ok().map(ToTokens::into_token_stream);
            diag.on(
                quote!(#keyword #name #place),
                "`clone` takes the name of a variable; for anything else write `let name = EXPR.clone()`",
            );
            None
        }
    }
}

/// `let [mut] NAME [: TYPE] = EXPR`
fn binding(input: ParseStream<'_>, form: Form, diag: &mut Diag) -> Option<Let> {
    let keyword: Token![let] = input.parse().ok()?;
    if separated(input, form) {
        diag.on(keyword, "this `let` is empty; write `let name = EXPR`");
        return None;
    }
    let mutability = input.parse().ok();
    if input.peek(Token![_]) {
        let stray = rest_of_item(input);
        diag.on(stray, "a capture has a name, used or not; write `let _name = EXPR`");
        return None;
    }
    let Ok(name) = input.parse::<Ident>() else {
        diag.on(rest_of_item(input), "a `let` in the header binds one name; write `let name = EXPR`");
        return None;
    };
    let ty = match input.parse::<Token![:]>() {
        Ok(colon) => Some((colon, input.parse().map_err(|error| diag.push(error)).ok()?)),
        Err(_) => None,
    };
    if !equals(input) {
        let rest = rest_of_item(input);
        let message = match rest.is_empty() {
            true => format!("this `let` has no value; write `let {name} = {name}` or `clone {name}`"),
            false => "a `let` in the header binds one name; write `let name = EXPR`".to_owned(),
        };
        diag.on(quote!(#keyword #mutability #name #rest), message);
        return None;
    }
    let eq = input.parse().ok()?;
    if no_value(input) {
        diag.on(eq, format!("the value of `{name}` is missing; write `let {name} = EXPR`"));
        return None;
    }
    if let Some(word) = misplaced(input) {
        let value = expr(input);
        let text = source(&value);
        let message = match word == "clone" {
            true => format!("a `let` takes an expression; write `let {name} = {text}.clone()`"),
            false => format!("a request is no `let`; write `{word} {name} = {text}`"),
        };
        diag.on(word, message);
        return Some(Let { attrs: Vec::new(), keyword, mutability, name, ty, eq, value });
    }
    let value = expr(input);
    cast_before_less(&value, diag);
    Some(Let { attrs: Vec::new(), keyword, mutability, name, ty, eq, value })
}

/// `name`, `path.to.field` or `name = EXPR`
fn place(input: ParseStream<'_>, form: Form, modifiers: &[Ident], diag: &mut Diag) -> Option<Place> {
    if separated(input, form) {
        let message = "the name of a cown is missing; write `read NAME`, `pinned NAME` or `try NAME`";
        diag.on(quote!(#(#modifiers)*), message);
        return None;
    }
    if let Some(message) = nameless(input) {
        let stray = rest_of_item(input);
        diag.on(stray, message);
        return None;
    }
    if input.peek(Ident) && equals_second(input) {
        let (name, eq) = (input.parse::<Ident>().ok()?, input.parse().ok()?);
        if no_value(input) {
            diag.on(eq, format!("the cown of `{name}` is missing; write `{name} = EXPR`"));
            return None;
        }
        let modifier = misplaced(input);
        let value = expr(input);
        if let Some(word) = modifier {
            let text = source(&value);
            let message = match word.to_string().as_str() {
                "clone" => {
                    format!("what is captured is bound by a `let`; write `let {name} = {text}.clone()`")
                }
                word => format!("a modifier comes before the name; write `{word} {name} = {text}`"),
            };
            diag.on(word, message);
        }
        return Some(Place { name, eq: Some(eq), value });
    }
    let value = path(input);
    let stray = match separated(input, form) {
        true => TokenStream::new(),
        false => rest_of_item(input),
    };
    match own_name(&value) {
        Some(name) if stray.is_empty() => return Some(Place { name: name.clone(), eq: None, value }),
        Some(name) if mistaken(name, modifiers, &stray).is_some() => {
            if let Some(message) = mistaken(name, modifiers, &stray) {
                diag.on(quote!(#value #stray), message);
            }
        }
        Some(name) if stray.to_string().starts_with(':') => {
            diag.on(stray, format!("a request has the type of its cown; write `{name}`"));
            return Some(Place { name: name.clone(), eq: None, value });
        }
        Some(_) if stray.to_string().starts_with("in ") => {
            let message = "`in` comes first; write `in TARGET; ITEM, ..` to schedule there, or the name of a group \
                           to request all of it";
            diag.on(stray, message);
        }
        _ if stray.to_string().starts_with("->") => {
            diag.on(stray, "the arrow before a body is another; write `=>`")
        }
        _ if !stray.is_empty() => {
            diag.on(stray, "unexpected tokens in a request; write a `,` between two items")
        }
        _ if renamed(&value).is_some() => return renamed_place(value, diag),
        _ if matches!(value, Expr::Closure(_)) => diag
            .on(value, "a body is no closure, its guards have the names of the requests; write `=> { .. }`"),
        _ if matches!(unborrowed(&value), Expr::Array(_)) => {
            diag.on(value, "requests stand side by side; write `a, b`, or `name = [a, b]` for a group")
        }
        _ if matches!(unborrowed(&value), Expr::Tuple(_)) => diag
            .on(value, "requests stand side by side; write `a, b`, or `name = (a, b)` for a tuple of guards"),
        _ if is_self(&value) => diag.on(value, "`self` cannot be the name of a guard; write `name = self`"),
        _ => match (&value, last_name(&value)) {
            (Expr::Lit(ExprLit { lit: Lit::Str(text), .. }), _) => {
                let text = text.value();
                let name = syn::parse_str::<Ident>(&text).map_or_else(|_| "name".to_owned(), |_| text);
                diag.on(&value, format!("a request is a name and no text; write `{name}`"));
                if let Ok(mut name) = syn::parse_str::<Ident>(&name) {
                    name.set_span(value.span());
                    return Some(Place { name, eq: Some(Default::default()), value });
                }
            }
            _ if reached(&value).is_some() => {
                if let Some((item, why)) = reached(&value) {
                    let item = format!("{}{item}", words(modifiers));
                    diag.on(&value, format!("{why}; write `{item}`"));
                }
            }
            (_, Some(name)) => {
                let text = source(&value);
                let message = format!(
                    "this request has no name in the body; write `{}{name} = {text}`",
                    words(modifiers)
                );
                diag.on(&value, message);
                return Some(Place { name: name.clone(), eq: Some(Default::default()), value });
            }
            _ if may_be_a_handle(handle(&value)) => {
                let text = source(handle(&value));
                let message = format!(
                    "this request has no name in the body; write `{}name = {text}`",
                    words(modifiers)
                );
                diag.on(value, message);
            }
            _ => diag.on(value, "this request has no name in the body; write `name = EXPR`"),
        },
    }
    None
}

/// What to write where a request begins with `_` or `for`.
fn nameless(input: ParseStream<'_>) -> Option<String> {
    let ahead = input.fork();
    if ahead.parse::<Token![for]>().is_ok() {
        const WHOLE: &str = "a group is requested as a whole; write its name, and the loop in the body";
        return Some(WHOLE.to_owned());
    }
    ahead.parse::<Token![_]>().ok()?;
    if !equals(&ahead) {
        return Some("a request names a cown; write its name".to_owned());
    }
    ahead.parse::<Token![=]>().ok()?;
    let value = expr(&ahead);
    let name = own_name(&value).map_or_else(|| "name".to_owned(), |name| name.unraw().to_string());
    Some(format!("a guard has a name, used or not; write `_{name} = {}`", source(&value)))
}

/// What was meant by a name and what follows it: `read: a`, `a: read`, `b := a`.
fn mistaken(name: &Ident, modifiers: &[Ident], stray: &TokenStream) -> Option<String> {
    let mut tokens = stray.clone().into_iter();
    if tokens.next()?.to_string() != ":" {
        return None;
    }
    let rest: TokenStream = tokens.collect();
    let text = rest.to_string();
    if let Some(value) = text.strip_prefix('=') {
        return Some(format!("a name is given by `=`; write `{name} = {}`", value.trim()));
    }
    let words = words(modifiers);
    let is_modifier = |word: &str| ["read", "pinned", "try"].contains(&word);
    let is_word = |word: &str| syn::parse_str::<Ident>(word).is_ok();
    let request = match name.to_string() {
        name if is_modifier(&name) && is_word(&text) => format!("{name} {text}"),
        name if is_modifier(&text) => format!("{text} {name}"),
        _ => return None,
    };
    Some(format!("a modifier stands before the name; write `{words}{request}`"))
}

/// The modifiers as they stand before a place.
fn words(modifiers: &[Ident]) -> String {
    modifiers.iter().map(|word| format!("{word} ")).collect()
}

/// What a request borrows, of an expression that borrows or clones it first.
fn handle(value: &Expr) -> &Expr {
    match value {
        Expr::Reference(expr) => handle(&expr.expr),
        Expr::MethodCall(call) if is_needless(&call.method) => handle(&call.receiver),
        value => value,
    }
}

/// Whether a method gives a handle that a request borrows by itself.
fn is_needless(method: &Ident) -> bool {
    ["clone", "borrow", "borrow_mut", "as_ref", "to_owned"].iter().any(|needless| method == needless)
}

fn unborrowed(value: &Expr) -> &Expr {
    match value {
        Expr::Reference(expr) => &expr.expr,
        value => value,
    }
}

/// Whether this can be what it was written for, if it gets a name.
fn may_be_a_handle(value: &Expr) -> bool {
    matches!(
        value,
        Expr::Await(_)
            | Expr::Call(_)
            | Expr::Field(_)
            | Expr::Index(_)
            | Expr::MethodCall(_)
            | Expr::Path(_)
            | Expr::Try(_)
    )
}

/// A modifier after the `=`, where there is none.
fn misplaced(input: ParseStream<'_>) -> Option<Ident> {
    let ahead = input.fork();
    let found = Ident::parse_any(&ahead).ok()?;
    let modifier = ["read", "pinned", "try", "clone"].iter().any(|word| found == word);
    if !modifier || !word(&ahead) || ahead.peek(Token![as]) {
        return None;
    }
    Ident::parse_any(input).ok()
}

/// A name for a request whose expression ends with one: `v[1].c`, `self.cell()`.
fn last_name(value: &Expr) -> Option<&Ident> {
    match value {
        Expr::Field(syn::ExprField { member: Member::Named(name), .. }) => Some(name),
        Expr::MethodCall(call) if call.args.is_empty() && !is_needless(&call.method) => Some(&call.method),
        _ => None,
    }
}

/// What was meant by a place that is reached as it would be without a request: the item as it is to be
/// written, and why.
fn reached(value: &Expr) -> Option<(String, &'static str)> {
    const BORROWED: &str = "a request borrows the handle by itself";
    let is_place = |expr: &Expr| own_name(expr).is_some();
    match value {
        Expr::Reference(expr) if is_place(&expr.expr) => Some((source(&expr.expr), BORROWED)),
        Expr::MethodCall(call) if call.args.is_empty() && is_place(&call.receiver) => {
            let place = source(&call.receiver);
            match call.method.to_string().as_str() {
                "clone" | "borrow" | "borrow_mut" | "as_ref" | "to_owned" => Some((place, BORROWED)),
                "lock" | "write" => Some((place, "a cown has no lock, the request is it")),
                "read" => Some((format!("read {place}"), "a cown has no lock, the request is it")),
                "iter" | "iter_mut" => Some((place, "a group is requested as a whole")),
                _ => None,
            }
        }
        Expr::Call(syn::ExprCall { func, args, .. })
            if args.len() > 1 && is_word(func, "clone") && args.iter().all(is_place) =>
        {
            let all: Vec<_> = args.iter().map(|name| format!("clone {}", source(name))).collect();
            Some((all.join(", "), "each capture stands by itself"))
        }
        Expr::Binary(syn::ExprBinary { left, op: BinOp::BitAnd(_), right, .. })
            if is_word(left, "clone") && is_place(right) =>
        {
            Some((format!("clone {}", source(right)), "`clone` takes the name of a variable"))
        }
        Expr::Binary(syn::ExprBinary { left, op: BinOp::Eq(_), right, .. }) if is_place(left) => {
            Some((format!("{} = {}", source(left), source(right)), "a name is given by `=`"))
        }
        Expr::Verbatim(tokens) => {
            let text = tokens.to_string();
            let (name, value) = text.split_once("<-")?;
            let name: Ident = syn::parse_str(name).ok()?;
            Some((format!("{name} = {}", value.trim()), "a name is given by `=`"))
        }
        Expr::Assign(syn::ExprAssign { left, right, .. }) => match &**left {
            Expr::Reference(expr) if is_place(&expr.expr) => {
                Some((format!("{} = {}", source(&expr.expr), source(right)), BORROWED))
            }
            _ => None,
        },
        Expr::Paren(expr) if is_place(&expr.expr) => {
            Some((source(&expr.expr), "a request stands without parentheses"))
        }
        Expr::Range(syn::ExprRange { start, end, .. }) => match (start, end) {
            (None, Some(group)) | (Some(group), None) if is_place(group) => {
                Some((source(group), "a group is requested as a whole"))
            }
            _ => None,
        },
        Expr::Call(syn::ExprCall { func, args, .. }) if args.len() == 1 => {
            let Expr::Path(path) = &**func else { return None };
            let modifier = path
                .path
                .get_ident()
                .filter(|name| ["read", "pinned", "clone"].iter().any(|word| *name == word))?;
            let place = match &args[0] {
                Expr::Reference(expr) => &expr.expr,
                place => place,
            };
            is_place(place)
                .then(|| (format!("{modifier} {}", source(place)), "a modifier stands before the name"))
        }
        Expr::Binary(syn::ExprBinary {
            left,
            op: BinOp::And(_) | BinOp::Add(_) | BinOp::BitAnd(_),
            right,
            ..
        }) if is_place(left) && is_place(right) => {
            Some((format!("{}, {}", source(left), source(right)), "requests are separated by `,`"))
        }
        _ => None,
    }
}

/// An expression as it was written, if it is short enough to be quoted.
fn source(value: &Expr) -> String {
    let text = value.to_token_stream().to_string();
    let text = [" . ", " :: ", " [", "[ ", " ]", " (", "( ", " )", "& ", "* ", " ?"]
        .iter()
        .fold(text, |text, spaced| text.replace(spaced, spaced.trim()));
    if text.len() <= 40 && !text.contains('|') { text } else { "EXPR".to_owned() }
}

/// The value and the name of `value as name`, and of `*name`.
fn renamed(place: &Expr) -> Option<(&Expr, &Ident)> {
    match place {
        Expr::Cast(cast) => match &*cast.ty {
            Type::Path(ty) if ty.qself.is_none() => Some((&cast.expr, ty.path.get_ident()?)),
            _ => None,
        },
        Expr::Unary(unary) if matches!(unary.op, UnOp::Deref(_)) => {
            Some((&unary.expr, own_name(&unary.expr)?))
        }
        _ => None,
    }
}

/// What was meant by these.
fn renamed_place(place: Expr, diag: &mut Diag) -> Option<Place> {
    let (value, name) = renamed(&place)?;
    let message = match &place {
        Expr::Cast(_) => format!("the name comes first; write `{name} = EXPR`"),
        _ => format!("a request borrows the handle by itself; write `{name}`"),
    };
    diag.on(&place, message);
    Some(Place { name: name.clone(), eq: Some(Default::default()), value: value.clone() })
}

/// The name that a place binds: its last field, or itself.
fn own_name(place: &Expr) -> Option<&Ident> {
    match place {
        Expr::Path(path) if path.attrs.is_empty() && path.qself.is_none() => {
            path.path.get_ident().filter(|name| *name != "self")
        }
        Expr::Field(field) => match &field.member {
            Member::Named(name) if is_path(&field.base) => Some(name),
            _ => None,
        },
        Expr::Group(group) => own_name(&group.expr),
        _ => None,
    }
}

/// `name`, `self`, or fields of these.
fn is_path(expr: &Expr) -> bool {
    match expr {
        Expr::Path(path) => path.path.get_ident().is_some(),
        Expr::Field(field) => is_path(&field.base),
        Expr::Group(group) => is_path(&group.expr),
        _ => false,
    }
}

fn is_word(expr: &Expr, word: &str) -> bool {
    matches!(expr, Expr::Path(path) if path.path.is_ident(word))
}

fn is_self(expr: &Expr) -> bool {
    matches!(expr, Expr::Path(path) if path.path.is_ident("self"))
}

/// The modifiers before a place; those that do not exist are reported and dropped.
fn modifiers(input: ParseStream<'_>, form: Form, diag: &mut Diag) -> Vec<Ident> {
    let mut modifiers = Vec::new();
    loop {
        if ["try", "read", "pinned"].iter().any(|word| modifier_ahead(input, word)) {
            modifiers.extend(Ident::parse_any(input));
        } else if let Some(unknown) = unknown_modifier(input, form) {
            let rest = input.fork();
            let place = rest_of_item(&rest).to_string();
            diag.on(&unknown, advice(&unknown.to_string(), &place));
        } else {
            return modifiers;
        }
    }
}

/// `mut a`, `&a`, `&mut a`, `write a` and the like.
fn unknown_modifier(input: ParseStream<'_>, form: Form) -> Option<TokenStream> {
    let second = input.fork();
    if let Ok(and) = second.parse::<Token![&]>() {
        let mutability: Option<Token![mut]> = second.parse().ok()?;
        let name: Ident = second.parse().ok()?;
        if !separated(&second, form) || name == "self" {
            return None;
        }
        input.parse::<Token![&]>().ok()?;
        input.parse::<Option<Token![mut]>>().ok()?;
        return Some(quote!(#and #mutability));
    }
    let first = Ident::parse_any(&second).ok()?;
    if ["for", "if", "match"].iter().any(|word| first == word) || !second.peek(Ident) {
        return None;
    }
    Ident::parse_any(input).ok()?;
    Some(first.into_token_stream())
}

/// What to write in place of a modifier that does not exist.
fn advice(unknown: &str, place: &str) -> String {
    match unknown {
        "mut" | "write" | "exclusive" | "lock" => {
            format!(
                "`{unknown}` is not a modifier, a request is exclusive unless it says `read`; write `{place}`"
            )
        }
        "ref" | "shared" => format!("`{unknown}` is not a modifier; write `read {place}`"),
        "copy" | "own" => {
            format!(
                "`{unknown}` is not a modifier, a body takes along what it mentions; write `let {place} = {place}`"
            )
        }
        "on" | "at" | "using" | "with" | "via" => {
            format!("`{unknown}` is not a modifier; write `in {place};` for a target")
        }
        _ if ["read", "pinned", "try"].contains(&place) => {
            format!("a modifier stands before the name; write `{place} {unknown}`")
        }
        "move" => {
            format!("`{unknown}` is not a modifier, a body is always `move`; write `let {place} = {place}`")
        }
        unknown if unknown.starts_with('&') => {
            format!("a request borrows the handle by itself; write `{place}`, or `read {place}` to share it")
        }
        _ => format!(
            "`{unknown}` is not a modifier; write `read`, `pinned`, `try` or `clone`, or a `,` between two names"
        ),
    }
}

/// The mode that the modifiers stand for.
fn mode(modifiers: &[Ident], diag: &mut Diag) -> Mode {
    let words: Vec<String> = modifiers.iter().map(ToString::to_string).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let all = quote!(#(#modifiers)*);
    match words[..] {
        [] => Mode::Exclusive,
        ["read"] => Mode::Read,
        ["pinned"] => Mode::Pinned,
        ["try"] => Mode::Attempt,
        ["read", "try"] => Mode::ReadAttempt,
        ["try", "read"] => {
            diag.on(all, "these modifiers are in the wrong order; write `read try`");
            Mode::ReadAttempt
        }
        [first, second] if first == second => {
            diag.on(&modifiers[1], format!("`{first}` is written twice; write it once"));
            Mode::Exclusive
        }
        _ if words.contains(&"pinned") && words.contains(&"read") => {
            diag.on(all, "a pinned cown cannot be shared, its thread is its only reader; write `pinned`");
            Mode::Pinned
        }
        _ if words.contains(&"pinned") => {
            diag.on(all, "a pinned cown cannot fail, so there is nothing to `try`; write `pinned`");
            Mode::Pinned
        }
        _ => {
            diag.on(all, "too many modifiers; write `read`, `pinned`, `try` or `read try`");
            Mode::Exclusive
        }
    }
}

/// Whether `word` stands here as a modifier: it does if another word follows.
fn modifier_ahead(input: ParseStream<'_>, modifier: &str) -> bool {
    let ahead = input.fork();
    let found = Ident::parse_any(&ahead).is_ok_and(|found| found == modifier);
    found && (modifier == "try" || word(&ahead))
}

/// Whether a lone `=` stands here.
fn equals(input: ParseStream<'_>) -> bool {
    input.peek(Token![=]) && !input.peek(Token![==]) && !input.peek(Token![=>])
}

/// Whether a lone `=` stands after the next token.
fn equals_second(input: ParseStream<'_>) -> bool {
    input.peek2(Token![=]) && !input.peek2(Token![==]) && !input.peek2(Token![=>])
}
