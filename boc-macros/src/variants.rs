//! `#[cfg]` before a request or a capture: the behavior with it, and the behavior without it, each
//! under its condition.
//!
//! A tuple pattern has no place for an attribute, and a set of one has another shape than a set of
//! two.

use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;
use syn::parse_quote;

use crate::ast::{Block, Function, Header, Item};
use crate::diag::Diag;

/// The expression of each variant of the block form, of which the compiler sees one.
pub(crate) fn block(
    mut block: Block,
    diag: &mut Diag,
    one: &mut dyn FnMut(Block, &mut Diag) -> TokenStream,
) -> TokenStream {
    let Some((position, condition)) = block.header.conditional().filter(|_| diag.is_empty()) else {
        return one(block, diag);
    };
    let mut without = block.clone();
    without.header.items.remove(position);
    always(&mut block.header, position);
    let [with, without] = [block, without].map(|block| self::block(block, diag, one));
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
    [function, without].into_iter().map(|function| self::function(function, diag, one)).collect()
}

fn always(header: &mut Header, position: usize) {
    header.items[position].attrs().clear();
}
