//! What the user wrote: one tree for the block form and the attribute form.
//!
//! Every node keeps its original tokens, so that a report can point at them and a nested `when!` can be printed
//! again. Nothing here is checked: see `check`.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};
use syn::{Attribute, Expr, Token, Type, Visibility, token};

use crate::conditional::condition;

/// The block form: `when!(HEADER => BODY)`.
#[derive(Clone)]
pub(crate) struct Block {
    pub(crate) header: Header,
    pub(crate) arrow: Option<Token![=>]>,
    pub(crate) body: TokenStream,
}

/// The attribute form: `#[when(HEADER)] fn NAME(PARAM, ..) [-> R] BLOCK`.
#[derive(Clone)]
pub(crate) struct Function {
    pub(crate) header: Header,
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) sig: syn::Signature,
    pub(crate) brace: token::Brace,
    pub(crate) body: TokenStream,
}

/// Everything but the body: `[in TARGET ;] [ITEMS]`.
#[derive(Clone, Default)]
pub(crate) struct Header {
    /// `crate = PATH ;`, in the attribute form only.
    pub(crate) krate: Option<Krate>,
    pub(crate) target: Option<Target>,
    pub(crate) items: Vec<Item>,
}

/// `crate = PATH ;`
#[derive(Clone)]
pub(crate) struct Krate {
    pub(crate) keyword: Token![crate],
    pub(crate) eq: Token![=],
    pub(crate) path: syn::Path,
}

/// `in TARGET ;`
#[derive(Clone)]
pub(crate) struct Target {
    pub(crate) keyword: Token![in],
    pub(crate) value: Expr,
}

/// One entry of the header.
#[derive(Clone)]
pub(crate) enum Item {
    Request(Request),
    Capture(Capture),
}

/// `[#[cfg(..)]] [read | pinned | try | read try] PLACE`
#[derive(Clone)]
pub(crate) struct Request {
    /// `#[cfg(..)]`s.
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) modifiers: Vec<Ident>,
    pub(crate) mode: Mode,
    pub(crate) place: Place,
}

/// How a request is acquired. The variants are the helper functions of the runtime.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Mode {
    Exclusive,
    Read,
    Pinned,
    Attempt,
    ReadAttempt,
}

/// `name`, `path.to.field` or `name = EXPR`.
#[derive(Clone)]
pub(crate) struct Place {
    /// The name that the guard gets in the body.
    pub(crate) name: Ident,
    /// Present if the name was written apart from the value.
    pub(crate) eq: Option<Token![=]>,
    pub(crate) value: Expr,
}

/// `clone NAME` or `let NAME = EXPR`.
#[derive(Clone)]
pub(crate) enum Capture {
    Clone { attrs: Vec<Attribute>, keyword: Ident, name: Ident },
    Let(Box<Let>),
}

/// `let [mut] NAME [: TYPE] = EXPR`
#[derive(Clone)]
pub(crate) struct Let {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) keyword: Token![let],
    pub(crate) mutability: Option<Token![mut]>,
    pub(crate) name: Ident,
    pub(crate) ty: Option<(Token![:], Type)>,
    pub(crate) eq: Token![=],
    pub(crate) value: Expr,
}

impl Capture {
    pub(crate) fn name(&self) -> &Ident {
        match self {
            Capture::Clone { name, .. } => name,
            Capture::Let(capture) => &capture.name,
        }
    }
}

impl Item {
    /// The attributes before it: only `#[cfg(..)]`.
    pub(crate) fn attrs(&mut self) -> &mut Vec<Attribute> {
        match self {
            Item::Request(request) => &mut request.attrs,
            Item::Capture(Capture::Clone { attrs, .. }) => attrs,
            Item::Capture(Capture::Let(capture)) => &mut capture.attrs,
        }
    }
}

impl Header {
    /// The first item that stands under a `#[cfg]`, and its predicate.
    pub(crate) fn conditional(&mut self) -> Option<(usize, TokenStream)> {
        let mut items = self.items.iter_mut().enumerate();
        items.find_map(|(position, item)| Some((position, condition(item.attrs())?)))
    }

    pub(crate) fn requests(&self) -> impl Iterator<Item = &Request> + Clone {
        self.items.iter().filter_map(|item| match item {
            Item::Request(request) => Some(request),
            Item::Capture(_) => None,
        })
    }

    pub(crate) fn captures(&self) -> impl Iterator<Item = &Capture> + Clone {
        self.items.iter().filter_map(|item| match item {
            Item::Request(_) => None,
            Item::Capture(capture) => Some(capture),
        })
    }
}

impl ToTokens for Block {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Block { header, arrow, body } = self;
        tokens.extend(quote!(#header #arrow #body));
    }
}

impl ToTokens for Header {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        if let Some(Krate { keyword, eq, path }) = &self.krate {
            tokens.extend(quote!(#keyword #eq #path;));
        }
        if let Some(Target { keyword, value }) = &self.target {
            tokens.extend(quote!(#keyword #value;));
        }
        let items = &self.items;
        tokens.extend(quote!(#(#items),*));
    }
}

impl ToTokens for Item {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match self {
            Item::Request(Request { attrs, modifiers, place, .. }) => {
                tokens.extend(quote!(#(#attrs)* #(#modifiers)* #place));
            }
            Item::Capture(capture) => capture.to_tokens(tokens),
        }
    }
}

impl ToTokens for Place {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        if let Some(eq) = &self.eq {
            self.name.to_tokens(tokens);
            eq.to_tokens(tokens);
        }
        self.value.to_tokens(tokens);
    }
}

impl ToTokens for Capture {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match self {
            Capture::Clone { attrs, keyword, name } => tokens.extend(quote!(#(#attrs)* #keyword #name)),
            Capture::Let(capture) => {
                let attrs = &capture.attrs;
                tokens.extend(quote!(#(#attrs)* #capture));
            }
        }
    }
}

/// Without its attributes.
impl ToTokens for Let {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Let { keyword, mutability, name, ty, eq, value, .. } = self;
        let ty = ty.as_ref().map(|(colon, ty)| quote!(#colon #ty));
        tokens.extend(quote!(#keyword #mutability #name #ty #eq #value));
    }
}
