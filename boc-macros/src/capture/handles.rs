//! What is captured, once for each place, and what takes the place of it in the header that names
//! it.
//!
//! A variable is captured under its own name, so that all of the body sees the clone. A field would
//! be moved out of its owner, and a name in capitals may be a static, which no `let` may be called
//! like: a variable of ours takes their place in the header. So does it for a container that a body
//! only indexes, `map["x"]`: by its type either the container is captured or the elements that are
//! asked for.

use std::collections::HashMap;

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote};
use syn::ext::IdentExt;
use syn::{Expr, ExprIndex, ExprPath};

use super::place::{self, Site, handles};
use super::scope::Free;
use super::walk::Walk;
use crate::ast::Place;
use crate::hygiene::same;
use crate::names;
use crate::plan::Handle;

/// What is captured so far.
#[derive(Default)]
pub(super) struct Handles {
    /// With the place where the variable is written.
    captured: Vec<(Span, Handle)>,
    /// How often each variable is asked for an element, at an index that can be computed outside.
    indexed: HashMap<String, usize>,
    /// The variables that have no other use in the body.
    only_indexed: Vec<String>,
}

impl Handles {
    /// What a second walk of the same body begins with. None if it would find nothing new.
    pub(super) fn again(&self, body: &TokenStream) -> Option<Self> {
        let only = self.indexed.iter().filter(|(name, times)| mentions(body, name) == **times);
        let only_indexed: Vec<String> = only.map(|(name, _)| name.clone()).collect();
        (!only_indexed.is_empty()).then(|| Self { only_indexed, ..Self::default() })
    }

    pub(super) fn finish(self) -> Vec<Handle> {
        self.captured.into_iter().map(|(_, handle)| handle).collect()
    }

    /// Captures a place once, and gives the handle, with the name that it has in the body.
    fn capture(
        &mut self,
        variable: &Ident,
        mut bind: Ident,
        place: TokenStream,
        condition: Option<TokenStream>,
    ) -> &mut Handle {
        let root = variable.span();
        let known = loop {
            let named = |(_, handle): &(Span, Handle)| handle.bind.unraw() == bind.unraw();
            let known = self.captured.iter().position(|one| named(one) && same(one.0, root));
            if known.is_some() || bind == *variable || !self.captured.iter().any(named) {
                break known; // two variables of one text may be two, which the compiler keeps apart
            }
            bind = format_ident!("{bind}_");
        };
        match (known, condition) {
            (None, condition) => {
                let handle =
                    Handle { bind, place, elements: Vec::new(), conditions: condition.into_iter().collect() };
                self.captured.push((root, handle));
                let last = self.captured.len() - 1;
                &mut self.captured[last].1
            }
            (Some(known), condition) => {
                let handle = &mut self.captured[known].1;
                match condition {
                    None => handle.conditions.clear(),
                    Some(condition) if !handle.conditions.is_empty() => handle.conditions.push(condition),
                    Some(_) => {}
                }
                handle
            }
        }
    }
}

impl Walk {
    /// Captures the handles of a request. Where a variable of ours takes a place, the header is
    /// rewritten.
    pub(super) fn request(&mut self, place: &mut Place) {
        let mut renamed = false;
        handles(&mut place.value, &mut |place::Handle { variable, fields, mut site }| {
            let condition = match self.scopes.free(&variable) {
                Free::No => return,
                Free::Always => self.scopes.condition(),
                Free::If(free) => match self.scopes.condition() {
                    None => Some(free),
                    Some(here) => Some(quote!(all(#here, #free))),
                },
            };
            let (capitals, plain) = (is_constant(&variable), fields.is_empty() && variable != "self");
            // A static is reached without a capture.
            if capitals && (!plain || self.frozen || matches!(site, Site::Element(_))) {
                return;
            }
            let text = variable.unraw().to_string();
            let may_index = !self.frozen && condition.is_none();
            match &mut site {
                Site::Element(expr) if may_index && self.is_outside(&expr.index) => {
                    if plain {
                        *self.handles.indexed.entry(text.clone()).or_default() += 1;
                    }
                    if !plain || self.handles.only_indexed.contains(&text) {
                        self.element(&variable, &fields, expr);
                        renamed = true;
                        return;
                    }
                }
                _ => {}
            }
            if plain && !capitals {
                let place = variable.to_token_stream();
                self.handles.capture(&variable.clone(), variable, place, condition);
            } else if !self.frozen {
                let expr = site.place();
                let bind = names::handle(&text, &fields);
                let handle = self.handles.capture(&variable, bind, expr.to_token_stream(), condition);
                *expr = variable_of_ours(&handle.bind);
                renamed = true;
            }
        });
        if renamed {
            place.eq.get_or_insert_default();
            self.changed = true;
        }
    }

    /// `base[index]` becomes `ours[index]`.
    fn element(&mut self, variable: &Ident, fields: &[String], expr: &mut ExprIndex) {
        let name = |position| names::element(&variable.unraw().to_string(), fields, position);
        let (place, element) = (expr.expr.to_token_stream(), expr.to_token_stream());
        let handle = self.handles.capture(variable, name(0), place, None);
        let text = element.to_string();
        let known = handle.elements.iter().find(|(_, other)| other.to_string() == text);
        let ours = known.map(|(ours, _)| ours.clone()).unwrap_or_else(|| {
            let ours = name(handle.elements.len());
            handle.elements.push((ours.clone(), element));
            ours
        });
        *expr.expr = variable_of_ours(&ours);
    }

    /// Whether nothing in the body binds a word of this.
    fn is_outside(&self, expr: &Expr) -> bool {
        let mut outside = true;
        super::foreign::words(&expr.to_token_stream(), &mut |word| {
            outside &= matches!(self.scopes.free(word), Free::Always);
        });
        outside
    }
}

fn variable_of_ours(name: &Ident) -> Expr {
    Expr::Path(ExprPath { attrs: Vec::new(), qself: None, path: name.clone().into() })
}

/// Whether a name is written in capitals, as a constant or a static is.
pub(super) fn is_constant(name: &Ident) -> bool {
    let text = name.unraw().to_string();
    text.chars().any(char::is_uppercase) && !text.chars().any(char::is_lowercase)
}

/// How often a name stands in these tokens; in a text it counts as many.
fn mentions(tokens: &TokenStream, name: &str) -> usize {
    let count = |token: TokenTree| match token {
        TokenTree::Ident(word) => usize::from(word.unraw() == name),
        TokenTree::Literal(text) if text.to_string().contains(&format!("{{{name}")) => usize::MAX / 2,
        TokenTree::Group(group) => mentions(&group.stream(), name),
        _ => 0,
    };
    tokens.clone().into_iter().map(count).fold(0, usize::saturating_add)
}
