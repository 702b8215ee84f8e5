//! The handles in the expression of a request: `name`, `path.to.field`, and these behind `&`, `[index]`, or in a
//! tuple or an array. Any other expression is left to the closure, which moves what it mentions.

use proc_macro2::Ident;
use quote::format_ident;
use syn::{Expr, Member};

/// A variable or a field path in the expression of a request.
pub(super) struct Handle<'e> {
    /// The variable, then the fields.
    pub(super) path: Vec<Ident>,
    pub(super) expr: &'e mut Expr,
}

/// Calls `found` for each handle in `expr`.
pub(super) fn handles(expr: &mut Expr, found: &mut dyn FnMut(Handle<'_>)) {
    match expr {
        Expr::Group(expr) => handles(&mut expr.expr, found),
        Expr::Paren(expr) => handles(&mut expr.expr, found),
        Expr::Reference(expr) => handles(&mut expr.expr, found),
        Expr::Tuple(expr) => expr.elems.iter_mut().for_each(|expr| handles(expr, found)),
        Expr::Array(expr) => expr.elems.iter_mut().for_each(|expr| handles(expr, found)),
        Expr::Index(expr) if matches!(*expr.expr, Expr::Index(_)) || path(&expr.expr).is_some() => {
            handles(&mut expr.expr, found);
        }
        Expr::Path(_) | Expr::Field(_) => {
            if let Some(path) = path(expr) {
                found(Handle { path, expr });
            }
        }
        _ => {}
    }
}

/// `name` or `name.field.0.field`
fn path(expr: &Expr) -> Option<Vec<Ident>> {
    match expr {
        Expr::Path(expr) => Some(vec![expr.path.get_ident()?.clone()]),
        Expr::Field(expr) => {
            let mut path = path(&expr.base)?;
            path.push(match &expr.member {
                Member::Named(name) => name.clone(),
                Member::Unnamed(index) => format_ident!("_{}", index.index, span = index.span),
            });
            Some(path)
        }
        Expr::Group(expr) => path(&expr.expr),
        _ => None,
    }
}
