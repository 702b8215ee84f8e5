//! Every rule that both forms share, and the block form's way from the tree to the plan.
//!
//! A plan is made in any case: the fallback shows the editor as much of it as there is.

use std::collections::HashMap;

use proc_macro2::Span;
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Attribute, Ident};

use crate::ast::{self, Block, Header};
use crate::capture::{self, Analysis};
use crate::diag::Diag;
use crate::escape;
use crate::hygiene::same;
use crate::leave;
use crate::names::Krate;
use crate::plan::{About, Bind, Body, Plan, Request, Spans};

/// Checks the block form.
pub(crate) fn block(krate: Krate, block: Block, diag: &mut Diag) -> Plan {
    let names = block.header.items.iter().map(|item| match item {
        ast::Item::Request(request) => &request.place.name,
        ast::Item::Capture(capture) => capture.name(),
    });
    bound_once(names.clone(), diag);
    let spans = spans(&block);
    let guards = block.header.requests().map(|request| &request.place.name);
    let leaves = leave::check(guards.clone(), &block.body, diag);
    escape::check(guards, &block.body, diag);
    let none: &[Attribute] = &[];
    let analysis = capture::of_expression(names.map(|name| (name, none)), block.body);
    no_await(&analysis, diag);

    let requests = block.header.requests().map(|request| plan_request(request, Bind::Name(name_of(request))));
    let requests = requests.collect();
    let mut plan = plan(krate, spans, block.header, requests, analysis);
    plan.body.leaves = leaves;
    plan
}

/// Without an arrow nothing is expanded in earnest.
fn spans(block: &Block) -> Spans {
    let here = Span::call_site();
    let arrow = block.arrow.map_or((here, here), |arrow| (arrow.spans[0], arrow.spans[1]));
    let start = block.header.items.first().map_or(arrow.0, Spanned::span);
    let end = block.body.clone().into_iter().last().map_or(arrow.1, |token| token.span());
    Spans { start, arrow, end }
}

/// The plan of a header, its requests and its body; what is special to the attribute form is added later.
pub(crate) fn plan(
    krate: Krate,
    spans: Spans,
    header: Header,
    requests: Vec<Request>,
    analysis: Analysis,
) -> Plan {
    let target = header.target.map(|target| target.value);
    let captures = header.items.into_iter().filter_map(|item| match item {
        ast::Item::Request(_) => None,
        ast::Item::Capture(capture) => Some(capture),
    });
    let captures = captures.collect();
    let awaits = !analysis.awaits.is_empty();
    let (span, written, tokens) = (analysis.body.span(), analysis.written, analysis.body);
    let body = Body { span, written, tokens, awaits, leaves: None };
    let Analysis { handles, mut hints, .. } = analysis;
    // A body that is scheduled on a scope may borrow.
    hints.retain(|hint| target.is_none() || hint.about != About::Owned);
    Plan {
        krate,
        spans,
        target,
        requests,
        captures,
        params: Vec::new(),
        handles,
        hints,
        body,
        function: None,
    }
}

pub(crate) fn plan_request(request: &ast::Request, bind: Bind) -> Request {
    Request { mode: request.mode, value: request.place.value.clone(), bind }
}

/// A name means one thing in the body.
pub(crate) fn bound_once<'a>(names: impl Iterator<Item = &'a Ident>, diag: &mut Diag) {
    let mut seen: HashMap<Ident, Vec<Span>> = HashMap::new();
    for name in names {
        let others = seen.entry(name.unraw()).or_default();
        let twice = others.iter().any(|other| same(*other, name.span()));
        others.push(name.span());
        if twice {
            let message =
                format!("`{name}` is bound twice; give one of the two another name: `other = {name}`");
            diag.on(name, message);
        }
    }
}

/// A body runs to its end: it holds cowns that others wait for.
pub(crate) fn no_await(analysis: &Analysis, diag: &mut Diag) {
    for token in &analysis.awaits {
        diag.on(
            token,
            "a body cannot await, it holds cowns; request the promise: `when!(name = promise => { .. })`",
        );
    }
}

fn name_of(request: &ast::Request) -> Ident {
    request.place.name.clone()
}
