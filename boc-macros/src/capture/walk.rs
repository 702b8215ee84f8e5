//! Follows a body scope by scope and looks into the headers of nested behaviors.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::parse::{ParseStream, Parser};
use syn::visit_mut::{self, VisitMut};
use syn::{
    Arm, Attribute, BinOp, Block, Expr, ExprAssign, ExprAsync, ExprAwait, ExprBinary, ExprClosure,
    ExprForLoop, ExprIf, ExprLet, ExprUnary, ExprUnsafe, ExprWhile, FieldValue, FnArg, Ident, Item, ItemFn,
    Local, Macro, Pat, PatGuard, Stmt, Token, UnOp, UseGlob,
};

use super::Analysis;
use super::behavior::{Behavior, is_behavior};
use super::foreign::{self, is_ours, is_when};
use super::handles::{Handles, is_constant};
use super::scope::{Free, Scopes};
use crate::ast::{Capture, Header, Item as HeaderItem, Target};
use crate::conditional::{self, Attributes};
use crate::parse;
use crate::plan::{About, Hint};

/// The state of the walk.
pub(super) struct Walk {
    pub(super) scopes: Scopes,
    pub(super) handles: Handles,
    awaits: Vec<Token![await]>,
    hints: Vec<Hint>,
    /// Whether something that cannot be looked into, an unknown macro or a glob import, may have
    /// bound any name.
    opaque: bool,
    /// How many `unsafe` blocks surround this point: what is a variable elsewhere may be a `static
    /// mut` there.
    unchecked: usize,
    /// Whether a header was rewritten since `changes` last looked.
    pub(super) changed: bool,
    /// Whether what is walked cannot be written back.
    pub(super) frozen: bool,
    /// How many nested bodies and async blocks surround this point: an `await` in them is not ours.
    apart: usize,
}

impl Walk {
    pub(super) fn new<'a>(own: impl Iterator<Item = (&'a Ident, &'a [Attribute])>, handles: Handles) -> Self {
        let mut scopes = Scopes::new();
        own.for_each(|(name, attrs)| scopes.under(attrs, |scopes| scopes.bind(name)));
        Self {
            scopes,
            handles,
            awaits: Vec::new(),
            hints: Vec::new(),
            opaque: false,
            unchecked: 0,
            changed: false,
            frozen: false,
            apart: 0,
        }
    }

    pub(super) fn finish(self, written: TokenStream, body: TokenStream) -> Analysis {
        Analysis { handles: self.handles.finish(), written, body, awaits: self.awaits, hints: self.hints }
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
        let parser = |input: ParseStream<'_>| {
            Ok((input.call(Attribute::parse_inner)?, input.call(Block::parse_within)?))
        };
        match parser.parse2(tokens.clone()) {
            Ok((attrs, stmts)) => {
                let mut block = Block { brace_token: Default::default(), stmts };
                if self.changes(|walk| walk.visit_block_mut(&mut block)) {
                    let stmts = block.stmts;
                    *tokens = quote!(#(#attrs)* #(#stmts)*);
                }
            }
            Err(_) => foreign::unparsed(self, tokens),
        }
    }

    /// The input of a nested `when!`. False if it is not one, or if it has mistakes, which it
    /// reports itself.
    pub(super) fn nested(&mut self, tokens: &mut TokenStream) -> bool {
        let Some(mut block) = parse::nested(tokens) else { return false };
        let changed = self.changes(|walk| {
            walk.apart += 1;
            walk.header(&mut block.header);
            walk.scopes.push();
            walk.captures(&mut block.header);
            walk.bind_requests(&block.header);
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
        let Some(mut behavior) = Behavior::of(item) else { return };
        let condition = behavior.condition();
        let frozen = self.frozen;
        self.frozen |= !behavior.ours;
        self.under(condition, |walk| {
            let header = walk.changes(|walk| walk.header(&mut behavior.header));
            walk.apart += 1;
            walk.scopes.push();
            if walk.changes(|walk| walk.captures(&mut behavior.header)) || header {
                behavior.write(item);
            }
            for param in &mut item.sig.inputs {
                if let FnArg::Typed(param) = param {
                    let attrs = std::mem::take(&mut param.attrs);
                    walk.scopes.under(&attrs, |scopes| scopes.bind_pattern(&mut param.pat));
                    param.attrs = attrs;
                }
            }
            walk.visit_block_mut(&mut item.block);
            walk.scopes.pop();
            walk.apart -= 1;
        });
        self.frozen = frozen;
    }

    /// The target and the requests, which are evaluated where the nested behavior is scheduled.
    fn header(&mut self, header: &mut Header) {
        if let Some(Target { value, .. }) = &mut header.target {
            self.visit_expr_mut(value);
        }
        for item in &mut header.items {
            if let HeaderItem::Request(request) = item {
                self.under(conditional::condition(&request.attrs), |walk| {
                    walk.request(&mut request.place);
                    walk.visit_expr_mut(&mut request.place.value);
                });
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

    fn bind_requests(&mut self, header: &Header) {
        for request in header.requests() {
            self.scopes.under(&request.attrs, |scopes| scopes.bind(&request.place.name));
        }
    }

    /// A word that an unknown macro was given, and may have bound.
    pub(super) fn bind_perhaps(&mut self, word: &Ident) {
        self.scopes.bind_item(word);
    }

    /// Asks for a word of the compiler about a variable from outside, once.
    fn hint(&mut self, about: About, expr: &Expr) {
        let Expr::Path(path) = expr else { return };
        let Some(name) = path.path.get_ident() else { return };
        let free = matches!(self.scopes.free(name), Free::Always) && self.scopes.condition().is_none();
        let known = self.hints.iter().any(|hint| hint.about == about && hint.name == *name);
        let certain = free && !self.opaque && self.unchecked == 0 && !is_constant(name);
        if self.apart == 0 && certain && !known {
            self.hints.push(Hint { about, name: name.clone() });
        }
    }

    /// Runs `walk` on what is there if a predicate holds.
    fn under(&mut self, condition: Option<TokenStream>, walk: impl FnOnce(&mut Self)) {
        match condition {
            None => walk(self),
            Some(condition) => {
                self.scopes.enter(condition);
                walk(self);
                self.scopes.leave();
            }
        }
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

    /// Runs `walk` on what is given to a macro, which may mean anything by it if `opaque`.
    pub(super) fn opaquely(&mut self, opaque: bool, walk: impl FnOnce(&mut Self)) {
        let before = self.opaque;
        self.opaque |= opaque;
        walk(self);
        self.opaque = before;
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
            walk.opaque |= block.stmts.iter().any(is_glob);
            block.stmts.iter_mut().for_each(|stmt| walk.visit_stmt_mut(stmt));
        });
    }

    fn visit_stmt_mut(&mut self, stmt: &mut Stmt) {
        self.under(conditional::condition(stmt.attributes()), |walk| match stmt {
            Stmt::Item(Item::Fn(item)) if item.attrs.iter().any(is_behavior) => {
                walk.nested_function(item);
                walk.scopes.bind(&item.sig.ident);
            }
            Stmt::Macro(stmt) => {
                walk.visit_macro_mut(&mut stmt.mac);
                foreign::bind(walk, &stmt.mac);
                walk.opaque |= !foreign::binds_nothing(&stmt.mac);
            }
            _ => visit_mut::visit_stmt_mut(walk, stmt),
        });
    }

    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        match expr {
            Expr::Unary(ExprUnary { op: UnOp::Deref(_), expr, .. }) => self.hint(About::Value, expr),
            Expr::Assign(ExprAssign { left, .. }) => self.hint(About::Changed, left),
            Expr::Binary(ExprBinary { left, op, .. }) if is_assignment(op) => self.hint(About::Changed, left),
            Expr::Path(path) if path.path.is_ident("self") => self.hint(About::Owned, expr),
            _ => {}
        }
        self.under(conditional::condition(expr.attributes()), |walk| visit_mut::visit_expr_mut(walk, expr));
    }

    fn visit_field_value_mut(&mut self, field: &mut FieldValue) {
        let condition = conditional::condition(field.attributes());
        self.under(condition, |walk| visit_mut::visit_field_value_mut(walk, field));
    }

    /// An item sees no variables, so it needs no handles; but a macro sees those around its
    /// definition.
    fn visit_item_mut(&mut self, item: &mut Item) {
        if let Item::Macro(item) = item {
            foreign::unparsed(self, &item.mac.tokens);
        }
    }

    fn visit_macro_mut(&mut self, mac: &mut Macro) {
        let nested = is_when(&mac.path)
            && match is_ours(&mac.path) {
                true => self.nested(&mut mac.tokens),
                // A macro of the user's gets what it was given, though it has such a name.
                false => self.frozen(|walk| walk.nested(&mut mac.tokens.clone())),
            };
        if !nested {
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
        self.under(conditional::condition(pat.attributes()), |walk| {
            walk.scopes.bind_pattern(pat);
            if let Pat::Guard(PatGuard { guard, .. }) = pat {
                walk.visit_expr_mut(guard);
            }
        });
    }

    fn visit_arm_mut(&mut self, arm: &mut Arm) {
        let condition = conditional::condition(arm.attributes());
        self.under(condition, |walk| walk.scoped(|walk| visit_mut::visit_arm_mut(walk, arm)));
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

    fn visit_expr_unsafe_mut(&mut self, expr: &mut ExprUnsafe) {
        self.unchecked += 1;
        visit_mut::visit_expr_unsafe_mut(self, expr);
        self.unchecked -= 1;
    }

    fn visit_expr_await_mut(&mut self, expr: &mut ExprAwait) {
        // One that may not be there is the compiler's.
        if self.apart == 0 && self.scopes.condition().is_none() {
            self.awaits.push(expr.await_token);
        }
        visit_mut::visit_expr_await_mut(self, expr);
    }

    // Attributes and types hold no variables.
    fn visit_attribute_mut(&mut self, _: &mut Attribute) {}
    fn visit_type_mut(&mut self, _: &mut syn::Type) {}
}

/// Whether it is `+=` or one of its kind.
fn is_assignment(op: &BinOp) -> bool {
    let text = op.to_token_stream().to_string();
    text.ends_with('=') && !["==", "!=", "<=", ">="].contains(&text.as_str())
}

/// Whether it imports what is not said.
fn is_glob(stmt: &Stmt) -> bool {
    struct Search(bool);
    impl VisitMut for Search {
        fn visit_use_glob_mut(&mut self, _: &mut UseGlob) {
            self.0 = true;
        }
    }
    let Stmt::Item(Item::Use(item)) = stmt else { return false };
    let mut search = Search(false);
    search.visit_item_use_mut(&mut item.clone());
    search.0
}
