//! The handles in the expression of a request: `name`, `path.to.field`, and these behind `&`,
//! `[index]`, `as`, or in a tuple or an array. Any other expression is left to the closure, which
//! moves what it mentions.

use proc_macro2::Ident;
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::{BinOp, Expr, ExprIndex, ExprUnary, Member, UnOp};

/// A variable or a field path in the expression of a request.
pub(super) struct Handle<'e> {
    pub(super) variable: Ident,
    pub(super) fields: Vec<String>,
    pub(super) site: Site<'e>,
}

/// Where it stands.
pub(super) enum Site<'e> {
    /// It is asked for itself.
    Whole(&'e mut Expr),
    /// One element of it is, at an index that is a value wherever its names are known.
    Element(&'e mut ExprIndex),
}

impl Site<'_> {
    /// The variable or the field path itself.
    pub(super) fn place(&mut self) -> &mut Expr {
        match self {
            Site::Whole(expr) => expr,
            Site::Element(expr) => &mut expr.expr,
        }
    }
}

/// Calls `found` for each handle in `expr`.
pub(super) fn handles(expr: &mut Expr, found: &mut dyn FnMut(Handle<'_>)) {
    match expr {
        Expr::Cast(expr) => handles(&mut expr.expr, found),
        Expr::Group(expr) => handles(&mut expr.expr, found),
        Expr::Paren(expr) => handles(&mut expr.expr, found),
        Expr::Reference(expr) => handles(&mut expr.expr, found),
        Expr::Tuple(expr) => expr.elems.iter_mut().for_each(|expr| handles(expr, found)),
        Expr::Array(expr) => expr.elems.iter_mut().for_each(|expr| handles(expr, found)),
        Expr::Index(expr) if path(&expr.expr).is_some() && is_value(&expr.index) => {
            if let Some((variable, fields)) = path(&expr.expr) {
                found(Handle { variable, fields, site: Site::Element(expr) });
            }
        }
        Expr::Index(expr) if matches!(*expr.expr, Expr::Index(_)) || path(&expr.expr).is_some() => {
            handles(&mut expr.expr, found);
        }
        Expr::Path(_) | Expr::Field(_) => {
            if let Some((variable, fields)) = path(expr) {
                found(Handle { variable, fields, site: Site::Whole(expr) });
            }
        }
        _ => {}
    }
}

/// Whether an index is made of names, literals and what is computed from these: no call, no block,
/// no range.
fn is_value(index: &Expr) -> bool {
    match index {
        Expr::Binary(expr) => {
            let op = expr.op.to_token_stream().to_string();
            let assigns = op.ends_with('=') && op != "==";
            !assigns
                && !matches!(expr.op, BinOp::And(_) | BinOp::Or(_))
                && is_value(&expr.left)
                && is_value(&expr.right)
        }
        Expr::Cast(expr) => is_value(&expr.expr),
        Expr::Field(expr) => is_value(&expr.base),
        Expr::Group(expr) => is_value(&expr.expr),
        Expr::Lit(_) => true,
        Expr::Paren(expr) => is_value(&expr.expr),
        Expr::Path(_) => true,
        Expr::Reference(expr) => expr.mutability.is_none() && is_value(&expr.expr),
        Expr::Tuple(expr) => expr.elems.iter().all(is_value),
        Expr::Unary(ExprUnary { op: UnOp::Deref(_) | UnOp::Not(_) | UnOp::Neg(_), expr, .. }) => {
            is_value(expr)
        }
        _ => false,
    }
}

/// `name` or `name.field.0.field`
fn path(expr: &Expr) -> Option<(Ident, Vec<String>)> {
    match expr {
        Expr::Path(expr) => Some((expr.path.get_ident()?.clone(), Vec::new())),
        Expr::Field(expr) => {
            let (variable, mut fields) = path(&expr.base)?;
            fields.push(match &expr.member {
                Member::Named(name) => name.unraw().to_string(),
                Member::Unnamed(index) => index.index.to_string(),
            });
            Some((variable, fields))
        }
        Expr::Group(expr) => path(&expr.expr),
        _ => None,
    }
}
