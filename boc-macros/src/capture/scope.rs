//! Names that are bound at a point of a body, innermost scope last.

use std::collections::HashMap;

use proc_macro2::{Span, TokenStream};
use syn::ext::IdentExt;
use syn::visit_mut::{self, VisitMut};
use syn::{Fields, Ident, Item, Pat, Stmt, UseTree};

use super::foreign::words;
use crate::hygiene::same;

/// A stack of scopes. In each, what binds a name: variables, by their place, or something that is seen by all macros.
pub(super) struct Scopes(Vec<HashMap<Ident, Vec<Option<Span>>>>);

impl Scopes {
    pub(super) fn new() -> Self {
        Self(vec![HashMap::new()])
    }

    pub(super) fn push(&mut self) {
        self.0.push(HashMap::new());
    }

    pub(super) fn pop(&mut self) {
        self.0.pop();
    }

    /// A variable.
    pub(super) fn bind(&mut self, name: &Ident) {
        self.insert(name, Some(name.span()));
    }

    /// An item, or what might be one.
    fn bind_item(&mut self, name: &Ident) {
        self.insert(name, None);
    }

    fn insert(&mut self, name: &Ident, by: Option<Span>) {
        if let Some(scope) = self.0.last_mut() {
            scope.entry(name.unraw()).or_default().push(by);
        }
    }

    /// Everything in these tokens might be bound.
    pub(super) fn bind_words(&mut self, tokens: &TokenStream) {
        words(tokens, &mut |word| self.bind_item(word));
    }

    /// What a pattern binds. A constant in it is bound too, which does no harm: nobody captures a constant.
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
            // An expression in a pattern is a constant, a type holds no names of variables.
            fn visit_expr_mut(&mut self, _: &mut syn::Expr) {}
            fn visit_type_mut(&mut self, _: &mut syn::Type) {}
        }
        Names(self).visit_pat_mut(pat);
    }

    /// The items of a block that are values: they are in scope in all of it, before their own line too.
    pub(super) fn bind_items(&mut self, stmts: &[Stmt], behavior: impl Fn(&syn::ItemFn) -> bool) {
        for stmt in stmts {
            match stmt {
                Stmt::Item(Item::Fn(item)) if !behavior(item) => self.bind_item(&item.sig.ident),
                Stmt::Item(Item::Const(item)) => self.bind_item(&item.ident),
                Stmt::Item(Item::Static(item)) => self.bind_item(&item.ident),
                Stmt::Item(Item::Struct(item)) if !matches!(item.fields, Fields::Named(_)) => {
                    self.bind_item(&item.ident);
                }
                Stmt::Item(Item::Use(item)) => self.bind_use(&item.tree),
                Stmt::Item(Item::Verbatim(tokens)) => self.bind_words(tokens),
                _ => {}
            }
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

    /// Whether a name comes from outside of the body. A name in capitals is a constant or a static: it is reached
    /// without a capture, and no `let` may have its name.
    pub(super) fn is_free(&self, name: &Ident) -> bool {
        let (name, here) = (name.unraw(), name.span());
        let text = name.to_string();
        let constant = text.chars().any(char::is_uppercase) && !text.chars().any(char::is_lowercase);
        let mut bound = self.0.iter().filter_map(|scope| scope.get(&name)).flatten();
        !constant && !bound.any(|by| by.is_none_or(|there| same(here, there)))
    }
}
