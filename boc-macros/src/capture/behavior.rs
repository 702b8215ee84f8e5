//! A nested function that an attribute of ours makes a behavior.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Attribute, ItemFn, Meta};

use super::foreign::{is_ours, is_when};
use crate::ast::Header;
use crate::attr;
use crate::conditional::{all, cfg_attr};

/// The attribute of ours on a function: `#[when(..)]`, `#[boc::attr::when(..)]`, or an alias.
pub(crate) struct Behavior {
    /// Which of the attributes it is.
    position: usize,
    /// The predicates of the `cfg_attr`s around it.
    pub(crate) conditions: Vec<TokenStream>,
    pub(crate) header: Header,
    /// Whether it is ours for all that can be known.
    pub(crate) ours: bool,
}

impl Behavior {
    /// None if there is no such attribute, or if it has mistakes, which it reports itself.
    pub(crate) fn of(item: &ItemFn) -> Option<Self> {
        item.attrs.iter().enumerate().find_map(|(position, attr)| {
            let (mut meta, mut conditions) = (attr.meta.clone(), Vec::new());
            while let Some((condition, metas)) = cfg_attr(&meta) {
                meta = metas.into_iter().find(mentions)?;
                conditions.push(condition);
            }
            let args = arguments(&meta)?;
            let header = attr::nested(&args)?;
            // Of an attribute that only has such a name: has it as many parameters as it would
            // need?
            let ours = is_ours(meta.path());
            let fits = ours || header.requests().count() <= item.sig.inputs.len();
            fits.then_some(Self { position, conditions, header, ours })
        })
    }

    /// Writes the header back.
    pub(crate) fn write(&self, item: &mut ItemFn) {
        let header = &self.header;
        if let Some(attr) = item.attrs.get_mut(self.position) {
            replace(&mut attr.meta, &quote!(#header));
        }
    }

    /// The predicate under which the function is a behavior.
    pub(crate) fn condition(&self) -> Option<TokenStream> {
        (!self.conditions.is_empty()).then(|| all(&self.conditions))
    }
}

/// Whether an attribute makes a behavior, or may.
pub(crate) fn is_behavior(attr: &Attribute) -> bool {
    mentions(&attr.meta)
}

fn mentions(meta: &Meta) -> bool {
    is_when(meta.path()) || cfg_attr(meta).is_some_and(|(_, metas)| metas.iter().any(mentions))
}

fn arguments(meta: &Meta) -> Option<TokenStream> {
    match meta {
        Meta::List(list) if is_when(&list.path) => Some(list.tokens.clone()),
        Meta::Path(path) if is_when(path) => Some(TokenStream::new()),
        _ => None,
    }
}

fn replace(meta: &mut Meta, args: &TokenStream) {
    let nested = cfg_attr(meta);
    let Meta::List(list) = meta else { return };
    match nested {
        None => list.tokens = args.clone(),
        Some((condition, mut metas)) => {
            if let Some(meta) = metas.iter_mut().find(|meta| mentions(meta)) {
                replace(meta, args);
            }
            list.tokens = quote!(#condition, #(#metas),*);
        }
    }
}
