//! The handles in the expression of a request: `name`, `path.to.field`, and these behind `&`, `[index]`, or in a
//! tuple or an array. Any other expression is left to the closure, which moves what it mentions.

use proc_macro2::Ident;
use syn::ext::IdentExt;
use syn::{Expr, Member};

/// A variable or a field path in the expression of a request.
pub(super) struct Handle<'e> {
    pub(super) variable: Ident,
    pub(super) fields: Vec<String>,
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
            if let Some((variable, fields)) = path(expr) {
                found(Handle { variable, fields, expr });
            }
        }
        _ => {}
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
