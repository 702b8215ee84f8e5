//! Names that are bound at a point of a body, innermost scope last.

use std::collections::HashMap;

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::ext::IdentExt;
use syn::visit_mut::{self, VisitMut};
use syn::{Attribute, Fields, Ident, Item, Pat, Stmt, UseTree};

use super::foreign::words;
use crate::conditional::{self, Attributes};
use crate::hygiene::same;

/// A stack of scopes, and the `#[cfg]`s around this point.
pub(super) struct Scopes {
    scopes: Vec<HashMap<Ident, Vec<Binding>>>,
    conditions: Vec<TokenStream>,
}

/// What binds a name.
struct Binding {
    /// Where, if it is a variable; what is seen by all macros has no place.
    by: Option<Span>,
    /// The predicate under which it is there.
    condition: Option<TokenStream>,
}

/// Whether a name comes from outside of the body.
pub(super) enum Free {
    No,
    Always,
    /// If this predicate holds.
    If(TokenStream),
}

impl Scopes {
    pub(super) fn new() -> Self {
        Self { scopes: vec![HashMap::new()], conditions: Vec::new() }
    }

    pub(super) fn push(&mut self) {
        self.scopes.push(HashMap::new());
    }

    pub(super) fn pop(&mut self) {
        self.scopes.pop();
    }

    /// What is bound and looked up meanwhile is there if the predicate holds.
    pub(super) fn enter(&mut self, condition: TokenStream) {
        self.conditions.push(condition);
    }

    pub(super) fn leave(&mut self) {
        self.conditions.pop();
    }

    /// The predicate under which this point is there.
    pub(super) fn condition(&self) -> Option<TokenStream> {
        (!self.conditions.is_empty()).then(|| conditional::all(&self.conditions))
    }

    pub(super) fn under(&mut self, attrs: &[Attribute], bind: impl FnOnce(&mut Self)) {
        match conditional::condition(attrs) {
            None => bind(self),
            Some(condition) => {
                self.enter(condition);
                bind(self);
                self.leave();
            }
        }
    }

    /// A variable.
    pub(super) fn bind(&mut self, name: &Ident) {
        self.insert(name, Some(name.span()));
    }

    /// An item, or what might be one.
    pub(super) fn bind_item(&mut self, name: &Ident) {
        self.insert(name, None);
    }

    fn insert(&mut self, name: &Ident, by: Option<Span>) {
        let condition = self.condition();
        if let Some(scope) = self.scopes.last_mut() {
            scope.entry(name.unraw()).or_default().push(Binding { by, condition });
        }
    }

    /// Everything in these tokens might be bound.
    pub(super) fn bind_words(&mut self, tokens: &TokenStream) {
        words(tokens, &mut |word| self.bind_item(word));
    }

    /// What a pattern binds. A constant in it is bound too, which does no harm: nobody captures a
    /// constant.
    pub(super) fn bind_pattern(&mut self, pat: &mut Pat) {
        struct Names<'a>(&'a mut Scopes);
        impl VisitMut for Names<'_> {
            fn visit_pat_ident_mut(&mut self, pat: &mut syn::PatIdent) {
                self.0.bind(&pat.ident);
                visit_mut::visit_pat_ident_mut(self, pat);
            }
            fn visit_pat_mut(&mut self, pat: &mut Pat) {
                match pat {
                    Pat::Macro(pat) => self.0.bind_words(&pat.mac.tokens),
                    Pat::Verbatim(tokens) => self.0.bind_words(tokens),
                    _ => visit_mut::visit_pat_mut(self, pat),
                }
            }
            fn visit_field_pat_mut(&mut self, field: &mut syn::FieldPat) {
                let attrs = field.attrs.clone();
                self.0.under(&attrs, |scopes| Names(scopes).visit_pat_mut(&mut field.pat));
            }
            // An expression in a pattern is a constant, a type holds no names of variables.
            fn visit_expr_mut(&mut self, _: &mut syn::Expr) {}
            fn visit_type_mut(&mut self, _: &mut syn::Type) {}
        }
        Names(self).visit_pat_mut(pat);
    }

    /// The items of a block that are values: they are in scope in all of it, before their own line
    /// too.
    pub(super) fn bind_items(&mut self, stmts: &[Stmt], behavior: impl Fn(&syn::ItemFn) -> bool) {
        for stmt in stmts {
            let Stmt::Item(item) = stmt else { continue };
            self.under(item.attributes(), |scopes| match item {
                Item::Fn(item) if !behavior(item) => scopes.bind_item(&item.sig.ident),
                Item::Const(item) => scopes.bind_item(&item.ident),
                Item::Static(item) => scopes.bind_item(&item.ident),
                Item::Struct(item) if !matches!(item.fields, Fields::Named(_)) => {
                    scopes.bind_item(&item.ident);
                }
                Item::Use(item) => scopes.bind_use(&item.tree),
                Item::Verbatim(tokens) => scopes.bind_words(tokens),
                _ => {}
            });
        }
    }

    fn bind_use(&mut self, tree: &UseTree) {
        match tree {
            UseTree::Path(path) => self.bind_use(&path.tree),
            UseTree::Name(name) => self.bind_item(&name.ident),
            UseTree::Rename(rename) => self.bind_item(&rename.rename),
            UseTree::Group(group) => group.items.iter().for_each(|tree| self.bind_use(tree)),
            UseTree::Glob(_) => {}
        }
    }

    /// Whether a name comes from outside of the body.
    pub(super) fn free(&self, name: &Ident) -> Free {
        let (name, here) = (name.unraw(), name.span());
        let bound = self.scopes.iter().filter_map(|scope| scope.get(&name)).flatten();
        let mut sometimes = Vec::new();
        for Binding { condition, .. } in bound.filter(|one| one.by.is_none_or(|there| same(here, there))) {
            match condition {
                None => return Free::No,
                Some(condition) => sometimes.push(condition),
            }
        }
        match sometimes.is_empty() {
            true => Free::Always,
            false => Free::If(quote!(not(any(#(#sometimes),*)))),
        }
    }
}
