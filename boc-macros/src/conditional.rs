//! `#[cfg]` in the user's code: what stands under one may not be there.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::{Arm, Attribute, Expr, FieldPat, FieldValue, Item, Local, Meta, Pat, Stmt, StmtMacro, Token};

/// The predicate under which something with these attributes is there; None if it always is.
pub(crate) fn condition(attrs: &[Attribute]) -> Option<TokenStream> {
    let mut predicates: Vec<TokenStream> = attrs.iter().filter_map(|attr| of_meta(&attr.meta)).collect();
    match predicates.len() {
        0 | 1 => predicates.pop(),
        _ => Some(quote!(all(#(#predicates),*))),
    }
}

/// Whether one of these attributes can take away what they stand before.
pub(crate) fn conditional(attrs: &[Attribute]) -> bool {
    condition(attrs).is_some()
}

/// `cfg(P)`, or `cfg_attr(Q, .., cfg(P))`, which says nothing where `Q` does not hold.
fn of_meta(meta: &Meta) -> Option<TokenStream> {
    let Meta::List(list) = meta else { return None };
    if list.path.is_ident("cfg") {
        return Some(list.tokens.clone());
    }
    let (when, metas) = cfg_attr(meta)?;
    let mut predicates = metas.iter().filter_map(of_meta).peekable();
    predicates.peek()?;
    Some(quote!(any(not(#when), all(#(#predicates),*))))
}

/// The predicate and the attributes of `cfg_attr(P, ATTR, ..)`.
pub(crate) fn cfg_attr(meta: &Meta) -> Option<(TokenStream, Vec<Meta>)> {
    let Meta::List(list) = meta else { return None };
    if !list.path.is_ident("cfg_attr") {
        return None;
    }
    let metas = Punctuated::<Meta, Token![,]>::parse_terminated.parse2(list.tokens.clone()).ok()?;
    let mut metas = metas.into_iter();
    Some((metas.next()?.into_token_stream(), metas.collect()))
}

/// `all(..)` of several predicates.
pub(crate) fn all(predicates: &[TokenStream]) -> TokenStream {
    match predicates {
        [one] => one.clone(),
        several => quote!(all(#(#several),*)),
    }
}

/// What has attributes.
pub(crate) trait Attributes {
    fn attributes(&self) -> &[Attribute];
}

macro_rules! field {
    ($($node:ty),*) => {$(
        impl Attributes for $node {
            fn attributes(&self) -> &[Attribute] {
                &self.attrs
            }
        }
    )*};
}

field!(Arm, FieldPat, FieldValue, Local, StmtMacro);

macro_rules! variants {
    ($($node:ident { $($variant:ident)* })*) => {$(
        impl Attributes for $node {
            fn attributes(&self) -> &[Attribute] {
                match self {
                    $($node::$variant(node) => &node.attrs,)*
                    _ => &[],
                }
            }
        }
    )*};
}

variants! {
    Expr {
        Array Assign Async Await Binary Block Break Call Cast Closure Const Continue Field ForLoop Group
        If Index Infer Let Lit Loop Macro Match MethodCall Paren Path Range RawAddr Reference Repeat
        Return Struct Try TryBlock Tuple Unary Unsafe While Yield
    }
    Item { Const Enum ExternCrate Fn ForeignMod Impl Macro Mod Static Struct Trait TraitAlias Type Union Use }
    Pat { Const Ident Lit Macro Or Paren Path Range Reference Rest Slice Struct Tuple TupleStruct Type Wild }
}

impl Attributes for Stmt {
    fn attributes(&self) -> &[Attribute] {
        match self {
            Stmt::Local(local) => local.attributes(),
            Stmt::Item(item) => item.attributes(),
            Stmt::Expr(expr, _) => of_statement(expr),
            Stmt::Macro(mac) => mac.attributes(),
        }
    }
}

/// The attributes of a statement stand, as the parser has it, at its first operand.
fn of_statement(expr: &Expr) -> &[Attribute] {
    match expr {
        Expr::Assign(expr) => of_statement(&expr.left),
        Expr::Binary(expr) => of_statement(&expr.left),
        Expr::Cast(expr) => of_statement(&expr.expr),
        expr => expr.attributes(),
    }
}
