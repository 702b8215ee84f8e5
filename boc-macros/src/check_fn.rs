//! The rules of the attribute form: the signature is plain, and its parameters are the requests, then captures.

use proc_macro2::Span;
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::visit_mut::{self, VisitMut};
use syn::{Attribute, FnArg, Ident, Pat, PatType, ReturnType, Safety, Signature, Type, Visibility};

use crate::ast::{Function, Mode, Request};
use crate::capture;
use crate::check::{bound_once, no_await, plan, plan_request};
use crate::conditional::conditional;
use crate::diag::Diag;
use crate::escape;
use crate::hygiene::same;
use crate::leave;
use crate::names::Krate;
use crate::plan::{self, About, Bind, Borrow, Hint, Param, Plan, Spans};

/// Checks the attribute form.
pub(crate) fn function(function: Function, diag: &mut Diag) -> Plan {
    let Function { header, attrs, vis, sig, brace, body } = function;
    if !matches!(vis, Visibility::Inherited) {
        diag.on(vis, "a behavior is local to its block and has no visibility; remove this");
    }
    plain(&sig, diag);
    attributes(&attrs, diag);
    let method = sig.receiver().is_some();
    let mut params: Vec<Param> = sig.inputs.into_iter().filter_map(|arg| param(arg, diag)).collect();

    bound_once(header.requests().map(|request| &request.place.name), diag);
    let none: &[Attribute] = &[];
    let captured = header.captures().map(|capture| (capture.name(), none));
    let named = params.iter().filter_map(|Param { name, attrs, .. }| Some((name.as_ref()?, &attrs[..])));
    let names = named.chain(captured);
    bound_once(names.clone().filter(|(_, attrs)| !conditional(attrs)).map(|(name, _)| name), diag);
    let leaves = leave::check([].into_iter(), &body, diag);
    let guards = params.iter().take(header.requests().count()).filter_map(|param| param.name.as_ref());
    escape::check(guards, &body, diag);
    let analysis = capture::of_block(names, body);
    no_await(&analysis, diag);

    let all: Vec<&Request> = header.requests().collect();
    let mut requests = Vec::new();
    let mut given = params.drain(..all.len().min(params.len()));
    for (position, request) in all.iter().enumerate() {
        let Some(param) = given.next() else {
            let name = &request.place.name;
            let hint = if is_shared(request.mode) { "&T" } else { "&mut T" };
            let message = format!("no parameter for `{name}`; add `{name}: {hint}` to `fn {}`", sig.ident);
            diag.on(name, message);
            continue;
        };
        in_place(&param, position, &all, diag);
        let borrow = borrow(request, &param, diag);
        requests.push(plan_request(request, Bind::Param(Box::new(param), borrow)));
    }
    drop(given);
    for Param { name, ty, .. } in &params {
        if let (Some(name), Type::Reference(syn::TypeReference { mutability: Some(_), .. })) = (name, ty) {
            let message = format!(
                "`{name}` is not requested, and a capture is a clone; write `{name}` in `#[when(..)]`"
            );
            diag.on(ty, message);
        }
    }
    for param in params.iter().filter(|param| param.name.is_none()) {
        diag.on(
            &param.ty,
            "a parameter beyond the requests is captured by its name; write one instead of `_`",
        );
    }

    let krate =
        header.krate.as_ref().map(|krate| Krate::new(krate.path.to_token_stream())).unwrap_or_default();
    let first = header.items.first().map_or_else(Span::mixed_site, Spanned::span);
    let (start, name, end) = (sig.fn_token.span, sig.ident.span(), sig.paren_token.span.close());
    let mut plan = plan(krate, Spans { start, arrow: (start, name), end }, header, requests, analysis);
    plan.body.leaves = leaves;
    // A parameter that is a reference was meant for a request, perhaps.
    let borrowed = params.iter().filter(|param| matches!(written(&param.ty), Type::Reference(_)));
    plan.hints
        .extend(borrowed.filter_map(|param| Some(Hint { about: About::Value, name: param.name.clone()? })));
    plan.params = params;
    plan.body.span = brace.span.join();
    plan.function = Some(plan::Function { start: first, name: sig.ident, attrs, output: sig.output, method });
    plan
}

/// A behavior is a closure: what a closure cannot be is reported, each on its own token.
fn plain(sig: &Signature, diag: &mut Diag) {
    if let Some(token) = &sig.asyncness {
        diag.on(token, "a behavior never awaits; remove `async`, and request the promises that it needs");
    }
    if let Some(token) = &sig.constness {
        diag.on(token, "a behavior runs later, it cannot be `const`; remove `const`");
    }
    if let Safety::Unsafe(token) = &sig.safety {
        diag.on(token, "a behavior is called by the runtime, it cannot be `unsafe`; remove it, use a block");
    }
    if let Some(abi) = &sig.abi {
        diag.on(abi, "a behavior is called by the runtime, it has no ABI; remove this");
    }
    let only_lifetimes = sig.generics.params.len() == sig.generics.lifetimes().count();
    match sig.generics.lifetimes().next() {
        Some(first) if only_lifetimes => {
            let lifetime = &first.lifetime;
            let message = format!(
                "the guards end with the body, their lifetimes have no names; leave `{lifetime}` out"
            );
            diag.on(&sig.generics, message);
        }
        None if only_lifetimes => {}
        _ => diag.on(&sig.generics, "a behavior is scheduled once, it cannot be generic; write the types"),
    }
    if let Some(clause) = &sig.generics.where_clause {
        diag.on(clause, "a behavior cannot be generic; remove the `where` clause");
    }
    if let Some(variadic) = &sig.variadic {
        diag.on(variadic, "a behavior has a fixed number of parameters; remove `...`");
    }
    if let ReturnType::Type(_, ty) = &sig.output {
        no_impl_trait(ty, "a behavior's result has one type; write it instead of `impl Trait`", diag);
    }
}

/// The function becomes a `let`: an attribute of a function says nothing there.
fn attributes(attrs: &[Attribute], diag: &mut Diag) {
    const OF_A_LET: [&str; 10] =
        ["allow", "cfg", "cfg_attr", "clippy", "deny", "doc", "expect", "forbid", "rustfmt", "warn"];
    for attr in attrs {
        let path = attr.path();
        let is = |segment: Option<&syn::PathSegment>, names: &[&str]| {
            segment.is_some_and(|segment| names.iter().any(|name| segment.ident == name))
        };
        if is(path.segments.last(), &["instrument"]) {
            diag.on(
                attr,
                "a behavior is no function that can be instrumented; enter a span in its body: `let _span = \
                           tracing::info_span!(\"name\").entered();`",
            );
        } else if !is(path.segments.first(), &OF_A_LET) {
            diag.on(attr, "a behavior becomes a `let`, on which this attribute has no meaning; remove it");
        }
    }
}

/// `[mut] NAME: TYPE`
fn param(arg: FnArg, diag: &mut Diag) -> Option<Param> {
    let PatType { attrs, pat, ty, .. } = match arg {
        FnArg::Typed(typed) => typed,
        FnArg::Receiver(receiver) => {
            diag.on(
                receiver,
                "a behavior has no receiver, it is scheduled in the body of a method; request a field there: \
                 `#[when(self.field)] fn name(field: &mut T)`",
            );
            return None;
        }
    };
    no_impl_trait(&ty, "a behavior cannot be generic; write the type instead of `impl Trait`", diag);
    let (mutability, name) = match *pat {
        Pat::Wild(_) => (None, None),
        Pat::Ident(pat) if pat.by_ref.is_none() && pat.subpat.is_none() => (pat.mutability, Some(pat.ident)),
        pat => {
            diag.on(
                pat,
                "a parameter of a behavior is a plain name; take it apart in the body: `let (a, b) = name;`",
            );
            (None, None)
        }
    };
    Some(Param { attrs, mutability, name, ty: *ty })
}

/// A parameter at the place of one request must not have the name of another.
fn in_place(param: &Param, position: usize, requests: &[&Request], diag: &mut Diag) {
    let Some(name) = &param.name else { return };
    let same = |request: &&Request| {
        let other = &request.place.name;
        other.unraw() == name.unraw() && same(other.span(), name.span())
    };
    if requests.iter().position(same).is_some_and(|other| other != position) {
        let request = &requests[position].place.name;
        let message = format!(
            "`{name}` stands at the place of `{request}`; write the parameters in the order of the requests"
        );
        diag.on(name, message);
    }
}

/// How the guard of a request becomes the parameter.
fn borrow(request: &Request, param: &Param, diag: &mut Diag) -> Borrow {
    if matches!(request.mode, Mode::Attempt | Mode::ReadAttempt) {
        return Borrow::Guard;
    }
    if let Some(ty) = owned(&param.ty) {
        let hint = if is_shared(request.mode) { "&" } else { "&mut " };
        let name = &request.place.name;
        let message = format!("`{name}` lends its value; write `{hint}{ty}`, and `*{name}` for the value");
        diag.on(&param.ty, message);
    }
    match written(&param.ty) {
        Type::Reference(reference) if reference.mutability.is_none() => Borrow::Shared,
        Type::Reference(reference) => {
            if is_shared(request.mode) {
                let (name, ty) = (&request.place.name, text(&reference.elem));
                diag.on(&param.ty, format!("`{name}` is requested with `read`; write `&{ty}`"));
            }
            Borrow::Exclusive
        }
        _ => Borrow::Guard,
    }
}

/// A type that everybody knows is no guard.
fn owned(ty: &Type) -> Option<&Ident> {
    const OWNED: [&str; 17] = [
        "bool", "char", "f32", "f64", "i8", "i16", "i32", "i64", "i128", "isize", "u8", "u16", "u32", "u64",
        "u128", "usize", "String",
    ];
    match ty {
        Type::Path(path) if path.qself.is_none() => {
            path.path.get_ident().filter(|name| OWNED.iter().any(|ty| *name == ty))
        }
        _ => None,
    }
}

fn is_shared(mode: Mode) -> bool {
    matches!(mode, Mode::Read | Mode::ReadAttempt)
}

/// A type without what a `macro_rules!` puts around a type that it is given.
pub(crate) fn written(ty: &Type) -> &Type {
    match ty {
        Type::Group(group) => written(&group.elem),
        Type::Paren(paren) => written(&paren.elem),
        ty => ty,
    }
}

/// A type as the user would write it, if it is short enough to be quoted.
fn text(ty: &Type) -> String {
    match written(ty) {
        Type::Path(path) => match path.path.get_ident() {
            Some(name) => Ident::to_string(name),
            None => "T".to_owned(),
        },
        _ => "T".to_owned(),
    }
}

fn no_impl_trait(ty: &Type, message: &'static str, diag: &mut Diag) {
    struct Search<'a>(&'static str, &'a mut Diag);
    impl VisitMut for Search<'_> {
        fn visit_type_impl_trait_mut(&mut self, ty: &mut syn::TypeImplTrait) {
            self.1.at(ty.impl_token.span(), self.0);
            visit_mut::visit_type_impl_trait_mut(self, ty);
        }
    }
    Search(message, diag).visit_type_mut(&mut ty.clone());
}
