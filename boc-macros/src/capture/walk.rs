//! Follows a body scope by scope and looks into the headers of nested behaviors.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, format_ident};
use syn::ext::IdentExt;
use syn::parse::Parser;
use syn::visit_mut::{self, VisitMut};
use syn::{
    Arm, Attribute, Block, Expr, ExprAsync, ExprAwait, ExprClosure, ExprForLoop, ExprIf, ExprLet, ExprWhile,
    FnArg, Ident, Item, ItemFn, Local, Macro, Meta, Pat, PatGuard, Stmt, Token,
};

use super::Analysis;
use super::foreign::{self, is_transparent, is_when};
use super::place::{self, handles};
use super::scope::Scopes;
use crate::ast::{Capture, Header, Item as HeaderItem, Place, Target};
use crate::hygiene::same;
use crate::plan::Handle;
use crate::{attr, names, parse};

/// The state of the walk.
pub(super) struct Walk {
    pub(super) scopes: Scopes,
    /// What is captured, and where its variable is written.
    handles: Vec<(Span, Handle)>,
    awaits: Vec<Token![await]>,
    /// Whether a header was rewritten since `changes` last looked.
    changed: bool,
    /// Whether what is walked cannot be written back.
    frozen: bool,
    /// How many nested bodies and async blocks surround this point: an `await` in them is not ours.
    apart: usize,
}

impl Walk {
    pub(super) fn new<'a>(own: impl Iterator<Item = &'a Ident>) -> Self {
        let mut scopes = Scopes::new();
        own.for_each(|name| scopes.bind(name));
        Self { scopes, handles: Vec::new(), awaits: Vec::new(), changed: false, frozen: false, apart: 0 }
    }

    pub(super) fn finish(self, body: TokenStream) -> Analysis {
        let handles = self.handles.into_iter().map(|(_, handle)| handle).collect();
        Analysis { handles, body, awaits: self.awaits }
    }

    pub(super) fn expression(&mut self, tokens: &mut TokenStream) {
        match syn::parse2::<Expr>(tokens.clone()) {
            Ok(mut expr) => {
                if self.changes(|walk| walk.visit_expr_mut(&mut expr)) {
                    *tokens = expr.into_token_stream();
                }
            }
            Err(_) => foreign::unparsed(self, tokens),
        }
    }

    pub(super) fn statements(&mut self, tokens: &mut TokenStream) {
        match Block::parse_within.parse2(tokens.clone()) {
            Ok(stmts) => {
                let mut block = Block { brace_token: Default::default(), stmts };
                if self.changes(|walk| walk.visit_block_mut(&mut block)) {
                    *tokens = block.stmts.iter().map(ToTokens::to_token_stream).collect();
                }
            }
            Err(_) => foreign::unparsed(self, tokens),
        }
    }

    /// The input of a nested `when!`. False if it is not one, or if it has mistakes, which it reports itself.
    pub(super) fn nested(&mut self, tokens: &mut TokenStream) -> bool {
        let Some(mut block) = parse::nested(tokens) else { return false };
        let changed = self.changes(|walk| {
            walk.apart += 1;
            walk.header(&mut block.header);
            walk.scopes.push();
            walk.captures(&mut block.header);
            block.header.requests().for_each(|request| walk.scopes.bind(&request.place.name));
            walk.expression(&mut block.body);
            walk.scopes.pop();
            walk.apart -= 1;
        });
        if changed {
            *tokens = block.into_token_stream();
        }
        true
    }

    /// A nested function with our attribute, which stands for a `let`.
    fn nested_function(&mut self, item: &mut ItemFn) {
        let Some(attr) = item.attrs.iter_mut().find(|attr| is_behavior(attr)) else { return };
        let mut none = TokenStream::new();
        let args = match &mut attr.meta {
            Meta::List(list) => &mut list.tokens,
            _ => &mut none,
        };
        let Some(mut header) = attr::nested(args) else { return };
        if self.changes(|walk| walk.header(&mut header)) {
            *args = header.to_token_stream();
        }
        self.apart += 1;
        self.scopes.push();
        if self.changes(|walk| walk.captures(&mut header)) {
            *args = header.into_token_stream();
        }
        for param in &mut item.sig.inputs {
            if let FnArg::Typed(param) = param {
                self.scopes.bind_pattern(&mut param.pat);
            }
        }
        self.visit_block_mut(&mut item.block);
        self.scopes.pop();
        self.apart -= 1;
    }

    /// The target and the requests, which are evaluated where the nested behavior is scheduled.
    fn header(&mut self, header: &mut Header) {
        if let Some(Target { value, .. }) = &mut header.target {
            self.visit_expr_mut(value);
        }
        for item in &mut header.items {
            if let HeaderItem::Request(request) = item {
                self.request(&mut request.place);
                self.visit_expr_mut(&mut request.place.value);
            }
        }
    }

    /// The captures, each of which is in scope in the next.
    fn captures(&mut self, header: &mut Header) {
        for item in &mut header.items {
            if let HeaderItem::Capture(capture) = item {
                if let Capture::Let(capture) = capture {
                    self.visit_expr_mut(&mut capture.value);
                }
                self.scopes.bind(capture.name());
            }
        }
    }

    /// Captures the handles of a request. A field would be moved out of its owner: a variable takes its place.
    fn request(&mut self, place: &mut Place) {
        let mut renamed = false;
        handles(&mut place.value, &mut |place::Handle { variable, fields, expr }| {
            if !self.scopes.is_free(&variable) {
                return;
            }
            if fields.is_empty() && variable != "self" {
                let place = variable.to_token_stream();
                self.capture(&variable.clone(), variable, place);
            } else if !self.frozen {
                let name = names::handle(&variable.unraw().to_string(), &fields);
                let handle = self.capture(&variable, name, expr.to_token_stream());
                *expr = Expr::Path(syn::ExprPath { attrs: Vec::new(), qself: None, path: handle.into() });
                renamed = true;
            }
        });
        if renamed {
            place.eq.get_or_insert_default();
            self.changed = true;
        }
    }

    /// Captures a place once, and gives the name that it has in the body.
    fn capture(&mut self, variable: &Ident, mut bind: Ident, place: TokenStream) -> Ident {
        let root = variable.span();
        loop {
            let mut others =
                self.handles.iter().filter(|(_, handle)| handle.bind.unraw() == bind.unraw()).peekable();
            if others.peek().is_none() {
                break;
            }
            if others.any(|(other, _)| same(*other, root)) {
                return bind;
            }
            if bind == *variable {
                break; // two variables of one text, which the compiler keeps apart
            }
            bind = format_ident!("{bind}_");
        }
        self.handles.push((root, Handle { bind: bind.clone(), place }));
        bind
    }

    /// Runs `walk` and says whether it rewrote anything.
    pub(super) fn changes(&mut self, walk: impl FnOnce(&mut Self)) -> bool {
        let before = std::mem::take(&mut self.changed);
        walk(self);
        let changed = self.changed;
        self.changed |= before;
        changed
    }

    /// Runs `walk` on what cannot be written back.
    pub(super) fn frozen<R>(&mut self, walk: impl FnOnce(&mut Self) -> R) -> R {
        let before = std::mem::replace(&mut self.frozen, true);
        let result = walk(self);
        self.frozen = before;
        result
    }

    fn scoped(&mut self, walk: impl FnOnce(&mut Self)) {
        self.scopes.push();
        walk(self);
        self.scopes.pop();
    }
}

impl VisitMut for Walk {
    fn visit_block_mut(&mut self, block: &mut Block) {
        self.scoped(|walk| {
            walk.scopes.bind_items(&block.stmts, |item| item.attrs.iter().any(is_behavior));
            block.stmts.iter_mut().for_each(|stmt| walk.visit_stmt_mut(stmt));
        });
    }

    fn visit_stmt_mut(&mut self, stmt: &mut Stmt) {
        match stmt {
            Stmt::Item(Item::Fn(item)) if item.attrs.iter().any(is_behavior) => {
                self.nested_function(item);
                self.scopes.bind(&item.sig.ident);
            }
            Stmt::Macro(stmt) => {
                self.visit_macro_mut(&mut stmt.mac);
                if !is_transparent(&stmt.mac.path) {
                    self.scopes.bind_words(&stmt.mac.tokens);
                }
            }
            _ => visit_mut::visit_stmt_mut(self, stmt),
        }
    }

    /// An item sees no variables, so it needs no handles; but a macro sees those around its definition.
    fn visit_item_mut(&mut self, item: &mut Item) {
        if let Item::Macro(item) = item {
            foreign::unparsed(self, &item.mac.tokens);
        }
    }

    fn visit_macro_mut(&mut self, mac: &mut Macro) {
        if !(is_when(&mac.path) && self.nested(&mut mac.tokens)) {
            foreign::input(self, mac);
        }
    }

    fn visit_local_mut(&mut self, local: &mut Local) {
        if let Some(init) = &mut local.init {
            self.visit_local_init_mut(init);
        }
        self.visit_pat_mut(&mut local.pat);
    }

    /// A pattern binds in the scope around it, then its guard is evaluated.
    fn visit_pat_mut(&mut self, pat: &mut Pat) {
        self.scopes.bind_pattern(pat);
        if let Pat::Guard(PatGuard { guard, .. }) = pat {
            self.visit_expr_mut(guard);
        }
    }

    fn visit_arm_mut(&mut self, arm: &mut Arm) {
        self.scoped(|walk| visit_mut::visit_arm_mut(walk, arm));
    }

    fn visit_expr_let_mut(&mut self, expr: &mut ExprLet) {
        self.visit_expr_mut(&mut expr.expr);
        self.visit_pat_mut(&mut expr.pat);
    }

    fn visit_expr_if_mut(&mut self, expr: &mut ExprIf) {
        self.scoped(|walk| {
            walk.visit_expr_mut(&mut expr.cond);
            walk.visit_block_mut(&mut expr.then_branch);
        });
        if let Some((_, branch)) = &mut expr.else_branch {
            self.visit_expr_mut(branch);
        }
    }

    fn visit_expr_while_mut(&mut self, expr: &mut ExprWhile) {
        self.scoped(|walk| visit_mut::visit_expr_while_mut(walk, expr));
    }

    fn visit_expr_for_loop_mut(&mut self, expr: &mut ExprForLoop) {
        self.visit_expr_mut(&mut expr.expr);
        self.scoped(|walk| {
            walk.visit_pat_mut(&mut expr.pat);
            walk.visit_block_mut(&mut expr.body);
        });
    }

    fn visit_expr_closure_mut(&mut self, expr: &mut ExprClosure) {
        self.apart += usize::from(expr.asyncness.is_some());
        self.scoped(|walk| {
            expr.inputs.iter_mut().for_each(|pat| walk.visit_pat_mut(pat));
            walk.visit_expr_mut(&mut expr.body);
        });
        self.apart -= usize::from(expr.asyncness.is_some());
    }

    fn visit_expr_async_mut(&mut self, expr: &mut ExprAsync) {
        self.apart += 1;
        visit_mut::visit_expr_async_mut(self, expr);
        self.apart -= 1;
    }

    fn visit_expr_await_mut(&mut self, expr: &mut ExprAwait) {
        if self.apart == 0 {
            self.awaits.push(expr.await_token);
        }
        visit_mut::visit_expr_await_mut(self, expr);
    }

    // Attributes and types hold no variables.
    fn visit_attribute_mut(&mut self, _: &mut Attribute) {}
    fn visit_type_mut(&mut self, _: &mut syn::Type) {}
}

/// Whether an attribute is ours: `#[when(..)]`, `#[boc::attr::when(..)]`, or an alias.
pub(crate) fn is_behavior(attr: &Attribute) -> bool {
    is_when(attr.path())
}
