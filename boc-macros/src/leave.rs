//! What would leave a body and cannot: a guard as its result, and a `break` or `continue` of a loop
//! around it.
//!
//! The compiler would speak of closures and lifetimes, which the user has not written. Only what is
//! certain is reported: not what stands under a `#[cfg]`, not a name that something in the body
//! binds or might bind, and of borrows only those of a guard or of the value itself, and `&mut` of
//! its parts. A part of the value that is only read may live longer than the guard, behind a
//! `&'static`: the compiler knows.

use std::collections::HashSet;

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::spanned::Spanned;
use syn::visit_mut::{self, VisitMut};
use syn::{Attribute, Block, Expr, Ident, Item, Label, Lifetime, PatIdent, Stmt, UseGlob};

use crate::capture;
use crate::conditional::{Attributes, conditional};
use crate::diag::Diag;
use crate::escape;
use crate::hygiene::same;

/// Reports what leaves a body whose guards have these names. The labels that it names and does not
/// have, if it leaves a loop.
pub(crate) fn check<'a>(
    guards: impl Iterator<Item = &'a Ident>,
    body: &TokenStream,
    diag: &mut Diag,
) -> Option<HashSet<Lifetime>> {
    let mut block = statements(body)?;
    let mut found = Found::default();
    found.visit_block_mut(&mut block);
    for (token, label) in &found.jumps {
        let word = label.as_ref().map(|label| format!(" `{label}`")).unwrap_or_default();
        let message = format!(
            "a body runs later, when the loop{word} around it is over; write `return` to end the body"
        );
        diag.at(*token, message);
    }
    if !found.glob {
        let guards: Vec<&Ident> = guards.filter(|name| !found.bound.contains(&name.unraw())).collect();
        found.results.extend(value(&block).cloned());
        let mut known = false;
        for result in &found.results {
            results(result, &mut |result| {
                guard(result, &guards, known, diag);
                known |= has_type(result);
            });
        }
    }
    let left = !found.jumps.is_empty();
    left.then(|| found.jumps.into_iter().filter_map(|(_, label)| label).collect())
}

/// A body as statements. If it is an expression then it is one: `{ a } & b` is no statement and a
/// borrow.
fn statements(body: &TokenStream) -> Option<Block> {
    let stmts = |input: ParseStream<'_>| {
        input.call(Attribute::parse_inner)?;
        input.call(Block::parse_within)
    };
    let stmts = match syn::parse2::<Expr>(body.clone()) {
        Ok(expr) => vec![Stmt::Expr(expr, None)],
        Err(_) => stmts.parse2(body.clone()).ok()?,
    };
    Some(Block { brace_token: Default::default(), stmts })
}

/// What is found on the way through a body, closures and items in it left out.
#[derive(Default)]
struct Found {
    jumps: Vec<(Span, Option<Lifetime>)>,
    /// The operands of `return`.
    results: Vec<Expr>,
    /// Every name that a pattern, an item or a macro binds, or might bind.
    bound: HashSet<Ident>,
    /// Whether a glob import may bind any name.
    glob: bool,
    loops: usize,
    labels: Vec<Lifetime>,
}

impl Found {
    fn jump(&mut self, token: Span, label: Option<&Lifetime>) {
        let inside = match label {
            Some(label) => self.labels.contains(label),
            None => self.loops > 0,
        };
        if !inside {
            self.jumps.push((token, label.cloned()));
        }
    }

    fn labelled(&mut self, label: Option<&Label>, walk: impl FnOnce(&mut Self)) {
        self.labels.extend(label.map(|label| label.name.clone()));
        walk(self);
        if label.is_some() {
            self.labels.pop();
        }
    }

    /// What may not be there, or might be anything, may bind any word in it.
    fn binds_perhaps(&mut self, tokens: &impl ToTokens) {
        capture::words(&tokens.to_token_stream(), &mut |word| _ = self.bound.insert(word.unraw()));
    }

    fn in_loop(&mut self, label: Option<Label>, walk: impl FnOnce(&mut Self)) {
        self.loops += 1;
        self.labelled(label.as_ref(), walk);
        self.loops -= 1;
    }
}

impl VisitMut for Found {
    fn visit_stmt_mut(&mut self, stmt: &mut Stmt) {
        if conditional(stmt.attributes()) {
            self.binds_perhaps(stmt);
        } else {
            visit_mut::visit_stmt_mut(self, stmt);
        }
    }

    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        if conditional(expr.attributes()) {
            self.binds_perhaps(expr);
        } else {
            visit_mut::visit_expr_mut(self, expr);
        }
    }

    fn visit_arm_mut(&mut self, arm: &mut syn::Arm) {
        if conditional(arm.attributes()) {
            self.binds_perhaps(arm);
        } else {
            visit_mut::visit_arm_mut(self, arm);
        }
    }

    fn visit_macro_mut(&mut self, mac: &mut syn::Macro) {
        if !capture::binds_nothing(mac) {
            self.binds_perhaps(&mac.tokens);
        }
    }

    fn visit_expr_break_mut(&mut self, expr: &mut syn::ExprBreak) {
        self.jump(expr.break_token.span(), expr.label.as_ref());
        visit_mut::visit_expr_break_mut(self, expr);
    }

    fn visit_expr_continue_mut(&mut self, expr: &mut syn::ExprContinue) {
        self.jump(expr.continue_token.span(), expr.label.as_ref());
    }

    fn visit_expr_loop_mut(&mut self, expr: &mut syn::ExprLoop) {
        self.in_loop(expr.label.clone(), |found| visit_mut::visit_expr_loop_mut(found, expr));
    }

    fn visit_expr_while_mut(&mut self, expr: &mut syn::ExprWhile) {
        self.in_loop(expr.label.clone(), |found| visit_mut::visit_expr_while_mut(found, expr));
    }

    fn visit_expr_for_loop_mut(&mut self, expr: &mut syn::ExprForLoop) {
        self.in_loop(expr.label.clone(), |found| visit_mut::visit_expr_for_loop_mut(found, expr));
    }

    fn visit_expr_block_mut(&mut self, expr: &mut syn::ExprBlock) {
        self.labelled(expr.label.clone().as_ref(), |found| visit_mut::visit_expr_block_mut(found, expr));
    }

    fn visit_expr_return_mut(&mut self, expr: &mut syn::ExprReturn) {
        self.results.extend(expr.expr.as_deref().cloned());
        visit_mut::visit_expr_return_mut(self, expr);
    }

    fn visit_pat_ident_mut(&mut self, pat: &mut PatIdent) {
        self.bound.insert(pat.ident.unraw());
        visit_mut::visit_pat_ident_mut(self, pat);
    }

    // Of these the compiler speaks as the user does.
    fn visit_expr_closure_mut(&mut self, _: &mut syn::ExprClosure) {}
    fn visit_expr_async_mut(&mut self, _: &mut syn::ExprAsync) {}
    fn visit_expr_const_mut(&mut self, _: &mut syn::ExprConst) {}
    fn visit_expr_try_block_mut(&mut self, _: &mut syn::ExprTryBlock) {}

    fn visit_item_mut(&mut self, item: &mut Item) {
        if let Item::Use(item) = item {
            visit_mut::visit_item_use_mut(self, item);
        }
        self.binds_perhaps(item);
    }

    fn visit_use_glob_mut(&mut self, _: &mut UseGlob) {
        self.glob = true;
    }
}

/// Reports a closure as a result if it was meant for the body: it uses a guard, or calls its parameter like
/// one and needs to know its type.
fn closure_of(closure: &syn::ExprClosure, guards: &[&Ident], diag: &mut Diag) {
    let body = closure.body.to_token_stream();
    let untyped = |pat: &syn::Pat| match pat {
        syn::Pat::Ident(pat) if pat.by_ref.is_none() && pat.subpat.is_none() => Some(pat.ident.clone()),
        _ => None,
    };
    let stands_for_a_guard = |name: Ident| {
        let guard =
            guards.iter().any(|guard| guard.unraw() == name.unraw() && same(guard.span(), name.span()));
        guard && first_use_needs_a_type(&name, body.clone()) == Some(true)
    };
    if closure.inputs.iter().filter_map(untyped).any(stands_for_a_guard) {
        let message = "a body is no closure, its guards have the names of the requests; write `=> { .. }`";
        diag.on(&closure.inputs, message);
    } else if escape::uses(&Expr::Closure(closure.clone()), guards) {
        let message = "a guard cannot leave its body in a closure; run the code in the body: `=> { .. }`";
        diag.on(closure, message);
    }
}

/// Whether a name is dereferenced, or has a field or a method, where it is mentioned first.
fn first_use_needs_a_type(name: &Ident, tokens: TokenStream) -> Option<bool> {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let is = |token: Option<&TokenTree>, char| matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == char);
    tokens.iter().enumerate().find_map(|(position, token)| match token {
        TokenTree::Ident(word) if word.unraw() == name.unraw() => {
            let before = position.checked_sub(1).and_then(|before| tokens.get(before));
            let (next, second) = (tokens.get(position + 1), tokens.get(position + 2));
            let operand = position.checked_sub(2).and_then(|before| tokens.get(before));
            let unary = matches!(operand, None | Some(TokenTree::Punct(_)));
            Some(is(before, '*') && unary || is(next, '.') && !is(second, '.'))
        }
        TokenTree::Group(group) => first_use_needs_a_type(name, group.stream()),
        _ => None,
    })
}

/// The value of a block. None if there is none for certain: what may not be there says nothing.
fn value(block: &Block) -> Option<&Expr> {
    match block.stmts.last()? {
        Stmt::Expr(expr, None) if !conditional(expr.attributes()) => Some(expr),
        _ => None,
    }
}

/// The expressions that a value may come to.
fn results(expr: &Expr, found: &mut impl FnMut(&Expr)) {
    let of_block = |block: &Block, found: &mut _| {
        if let Some(expr) = value(block) {
            results(expr, found);
        }
    };
    match expr {
        Expr::Paren(expr) => results(&expr.expr, found),
        Expr::Block(expr) if expr.label.is_none() => of_block(&expr.block, found),
        Expr::If(expr) => {
            of_block(&expr.then_branch, found);
            if let Some((_, branch)) = &expr.else_branch {
                results(branch, found);
            }
        }
        Expr::Match(expr) => {
            let arms = expr.arms.iter().filter(|arm| !conditional(arm.attributes()));
            arms.for_each(|arm| results(&arm.body, found));
        }
        _ => found(expr),
    }
}

/// Whether an expression may say what type the results have: those that come after it may become that.
fn has_type(result: &Expr) -> bool {
    match result {
        Expr::Break(_) | Expr::Continue(_) | Expr::Reference(_) | Expr::Return(_) => false,
        Expr::Macro(expr) => {
            !["panic", "todo", "unimplemented", "unreachable"].iter().any(|name| expr.mac.path.is_ident(name))
        }
        _ => true,
    }
}

/// Reports a guard, or a borrow of one, as a result. Where the type of the result is `known` a borrow may
/// become another: of a `&'static str` behind the guard, say, the `&'static str`.
fn guard(result: &Expr, guards: &[&Ident], known: bool, diag: &mut Diag) {
    let is = |guard: &Ident, name: &Ident| guard.unraw() == name.unraw() && same(guard.span(), name.span());
    let asynchronous = match result {
        Expr::Async(block) if escape::uses(result, guards) => Some(block.async_token),
        _ => None,
    };
    let named = |expr: &Expr| match expr {
        Expr::Path(path) => {
            path.path.get_ident().filter(|name| guards.iter().any(|guard| is(guard, name))).cloned()
        }
        _ => None,
    };
    if let Some(name) = named(result) {
        let message = format!(
            "the guard `{name}` cannot leave its body; return a value: `*{name}` copies it, `{name}.clone()` clones it"
        );
        diag.on(result, message);
    } else if let Some(token) = asynchronous {
        const MESSAGE: &str = "a body cannot be `async`, it holds cowns; await before it is scheduled, or let it request a promise \
                               that the task resolves: `Promise::new()`";
        diag.on(token, MESSAGE);
    } else if let Expr::Closure(closure) = result {
        closure_of(closure, guards, diag);
    } else if let (Expr::Reference(borrow), false) = (result, known) {
        // What is borrowed to be changed is reached through the guard, whatever is in between.
        let mut place = &*borrow.expr;
        loop {
            place = match place {
                Expr::Paren(expr) => &expr.expr,
                Expr::Field(expr) if borrow.mutability.is_some() => &expr.base,
                Expr::Index(expr) if borrow.mutability.is_some() => &expr.expr,
                _ => break,
            };
        }
        if let Expr::Unary(syn::ExprUnary { op: syn::UnOp::Deref(_), expr, .. }) = place {
            place = expr;
        }
        if let Some(name) = named(place) {
            let message =
                format!("a borrow of `{name}` cannot leave the body; return a value, a clone of it say");
            diag.on(result, message);
        }
    }
}
