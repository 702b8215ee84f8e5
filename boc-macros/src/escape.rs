//! What a nested behavior would take along and cannot: a guard of the body around it.
//!
//! The compiler would speak of borrowed data that escapes from a closure. Only what can be nothing
//! else is reported: a name that anything in the body binds, or might bind, is left to the
//! compiler.

use std::collections::HashSet;

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::visit_mut::{self, VisitMut};
use syn::{Block, Expr, FnArg, Item, ItemFn, Macro, Pat, PatIdent, Stmt, Token};

use crate::ast::{Header, Item as HeaderItem};
use crate::capture::{Behavior, binds_nothing, is_behavior, is_ours, mentions_when};
use crate::conditional::{Attributes, conditional};
use crate::diag::Diag;
use crate::hygiene::same;
use crate::parse;

/// Reports each guard that a behavior nested in the body uses and does not request.
pub(crate) fn check<'a>(guards: impl Iterator<Item = &'a Ident>, body: &TokenStream, diag: &mut Diag) {
    if !mentions_when(body) {
        return;
    }
    let Ok(stmts) = Block::parse_within.parse2(quote!({ #body })) else { return };
    let mut uses = Uses::of(guards);
    uses.visit_block_mut(&mut Block { brace_token: Default::default(), stmts });
    let mut reported = HashSet::new();
    for name in uses.found {
        if !uses.bound.contains(&name.unraw()) && reported.insert(name.unraw()) {
            let message = format!(
                "the guard `{name}` ends with its own body; request it in the nested behavior too: `when!({name}, ..)`, or \
                 take the value along: `when!(let value = *{name}, ..)`"
            );
            diag.on(name, message);
        }
    }
}

/// Whether an expression uses one of these guards, for certain.
pub(crate) fn uses(expr: &Expr, guards: &[&Ident]) -> bool {
    let mut uses = Uses::of(guards.iter().copied());
    uses.nested = true;
    uses.visit_expr_mut(&mut expr.clone());
    uses.found.iter().any(|name| !uses.bound.contains(&name.unraw()))
}

struct Uses<'a> {
    /// The guards whose names mean them here.
    guards: Vec<&'a Ident>,
    /// Whether a nested behavior is around this point.
    nested: bool,
    found: Vec<Ident>,
    /// What is bound somewhere.
    bound: HashSet<Ident>,
}

impl<'a> Uses<'a> {
    fn of(guards: impl Iterator<Item = &'a Ident>) -> Self {
        Uses { guards: guards.collect(), nested: false, found: Vec::new(), bound: HashSet::new() }
    }

    /// Walks the body of a nested behavior. One with a target might be no behavior: the target may
    /// be anything.
    fn inside(&mut self, header: &Header, params: &[Ident], walk: impl FnOnce(&mut Self)) {
        if header.target.is_some() {
            return;
        }
        let names = header.items.iter().map(|item| match item {
            HeaderItem::Request(request) => &request.place.name,
            HeaderItem::Capture(capture) => capture.name(),
        });
        let own: HashSet<Ident> = names.chain(params).map(IdentExt::unraw).collect();
        let guards = self.guards.iter().copied().filter(|guard| !own.contains(&guard.unraw())).collect();
        let before = (std::mem::replace(&mut self.guards, guards), std::mem::replace(&mut self.nested, true));
        walk(self);
        (self.guards, self.nested) = before;
    }

    fn function(&mut self, item: &mut ItemFn) {
        self.bound.insert(item.sig.ident.unraw());
        let Some(behavior) =
            Behavior::of(item).filter(|behavior| behavior.ours && behavior.conditions.is_empty())
        else {
            self.bind_words(item.to_token_stream());
            return;
        };
        let params = item.sig.inputs.iter().filter_map(|arg| match arg {
            FnArg::Typed(param) => match &*param.pat {
                Pat::Ident(pat) => Some(pat.ident.clone()),
                _ => None,
            },
            FnArg::Receiver(_) => None,
        });
        let params: Vec<Ident> = params.collect();
        self.inside(&behavior.header, &params, |uses| uses.visit_block_mut(&mut item.block));
    }

    fn bind_words(&mut self, tokens: TokenStream) {
        for token in tokens {
            match token {
                TokenTree::Ident(word) => _ = self.bound.insert(word.unraw()),
                TokenTree::Group(group) => self.bind_words(group.stream()),
                _ => {}
            }
        }
    }
}

impl VisitMut for Uses<'_> {
    fn visit_stmt_mut(&mut self, stmt: &mut Stmt) {
        match conditional(stmt.attributes()) {
            true => self.bind_words(stmt.to_token_stream()),
            false => visit_mut::visit_stmt_mut(self, stmt),
        }
    }

    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        match conditional(expr.attributes()) {
            true => self.bind_words(expr.to_token_stream()),
            false => visit_mut::visit_expr_mut(self, expr),
        }
    }

    fn visit_arm_mut(&mut self, arm: &mut syn::Arm) {
        match conditional(arm.attributes()) {
            true => self.bind_words(arm.to_token_stream()),
            false => visit_mut::visit_arm_mut(self, arm),
        }
    }

    fn visit_expr_path_mut(&mut self, expr: &mut syn::ExprPath) {
        let Some(name) = expr.path.get_ident().filter(|_| self.nested) else { return };
        let is = |guard: &&&Ident| guard.unraw() == name.unraw() && same(guard.span(), name.span());
        if self.guards.iter().any(|guard| is(&guard)) {
            self.found.push(name.clone());
        }
    }

    fn visit_pat_ident_mut(&mut self, pat: &mut PatIdent) {
        self.bound.insert(pat.ident.unraw());
        visit_mut::visit_pat_ident_mut(self, pat);
    }

    fn visit_item_mut(&mut self, item: &mut Item) {
        match item {
            Item::Fn(item) if item.attrs.iter().any(is_behavior) => self.function(item),
            item => self.bind_words(item.to_token_stream()),
        }
    }

    fn visit_macro_mut(&mut self, mac: &mut Macro) {
        let ours = is_ours(&mac.path).then(|| parse::nested(&mac.tokens)).flatten();
        if let Some(block) = ours {
            if let Ok(mut body) = syn::parse2::<Expr>(block.body) {
                self.inside(&block.header, &[], |uses| uses.visit_expr_mut(&mut body));
            }
        } else if !binds_nothing(mac) {
            self.bind_words(mac.tokens.clone());
        } else if let Ok(exprs) = Punctuated::<Expr, Token![,]>::parse_terminated.parse2(mac.tokens.clone()) {
            for mut expr in exprs {
                match &mut expr {
                    // `println!("{name}", name = EXPR)`
                    Expr::Assign(named) => self.visit_expr_mut(&mut named.right),
                    expr => self.visit_expr_mut(expr),
                }
            }
        }
    }

    fn visit_attribute_mut(&mut self, _: &mut syn::Attribute) {}
    fn visit_type_mut(&mut self, _: &mut syn::Type) {}
}
