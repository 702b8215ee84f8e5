//! `#[cfg]` before a request or a capture: the behavior with it, and the behavior without it, each
//! under its condition.
//!
//! A tuple pattern has no place for an attribute, and a set of one has another shape than a set of
//! two.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::parse_quote;

use crate::ast::{Block, Function, Header, Item};
use crate::conditional::conditional;
use crate::diag::Diag;
use crate::names::Krate;

/// So many conditions are written out at once, in all their variants. Where there are more, the first is, and
/// each of its variants is a macro call: the compiler expands the one that is there, and the others never.
const AT_ONCE: usize = 2;

/// The expression of each variant of the block form, of which the compiler sees one.
pub(crate) fn block(
    krate: &Krate,
    mut block: Block,
    diag: &mut Diag,
    one: &mut dyn FnMut(Block, &mut Diag) -> TokenStream,
) -> TokenStream {
    let Some((position, condition)) = block.header.conditional().filter(|_| diag.is_empty()) else {
        return one(block, diag);
    };
    let many = many(&block.header);
    let mut without = block.clone();
    without.header.items.remove(position);
    always(&mut block.header, position);
    let [with, without] = [block, without].map(|block| match many {
        true => call(krate, &block),
        false => self::block(krate, block, diag, one),
    });
    quote_spanned!(Span::mixed_site()=> { #[cfg(#condition)] { #with } #[cfg(not(#condition))] { #without } })
}

/// Likewise the statements of the attribute form.
pub(crate) fn function(
    mut function: Function,
    diag: &mut Diag,
    one: &mut dyn FnMut(Function, &mut Diag) -> TokenStream,
) -> TokenStream {
    let Some((position, condition)) = function.header.conditional().filter(|_| diag.is_empty()) else {
        return one(function, diag);
    };
    let many = many(&function.header);
    let mut without = function.clone();
    let request = matches!(without.header.items.remove(position), Item::Request(_));
    let parameter =
        without.header.items[..position].iter().filter(|item| matches!(item, Item::Request(_))).count();
    if request && parameter < without.sig.inputs.len() {
        let inputs = std::mem::take(&mut without.sig.inputs).into_iter().enumerate();
        without.sig.inputs =
            inputs.filter(|(other, _)| *other != parameter).map(|(_, input)| input).collect();
    }
    always(&mut function.header, position);
    function.attrs.push(parse_quote!(#[cfg(#condition)]));
    without.attrs.push(parse_quote!(#[cfg(not(#condition))]));
    let variants = [function, without].into_iter().map(|function| match many {
        true => again(&function),
        false => self::function(function, diag, one),
    });
    variants.collect()
}

/// The macro call that expands to it.
fn call(krate: &Krate, block: &Block) -> TokenStream {
    let path = krate.path();
    quote_spanned!(Span::mixed_site()=> #path::__private::when_impl!([#path] #block))
}

/// The function with its attribute, behind the conditions that are known to hold.
fn again(Function { header, attrs, vis, sig, brace, body }: &Function) -> TokenStream {
    let krate =
        header.krate.as_ref().map(|krate| Krate::new(krate.path.to_token_stream())).unwrap_or_default();
    let (cfgs, others): (Vec<_>, Vec<_>) =
        attrs.iter().partition(|attr| conditional(std::slice::from_ref(*attr)));
    let path = krate.path();
    let mut function =
        quote_spanned!(Span::mixed_site()=> #(#cfgs)* #[#path::attr::when(#header)] #(#others)* #vis #sig);
    brace.surround(&mut function, |tokens| tokens.extend(body.clone()));
    function
}

fn many(header: &Header) -> bool {
    header.clone().items.iter_mut().map(|item| conditional(item.attrs())).filter(|is| *is).count() > AT_ONCE
}

fn always(header: &mut Header, position: usize) {
    header.items[position].attrs().clear();
}
