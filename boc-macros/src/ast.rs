//! What the user wrote: one tree for the block form and the attribute form.
//!
//! Every node keeps its original tokens, so that a report can point at them and a nested `when!` can be printed
//! again. Nothing here is checked: see `check`.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};
use syn::{Attribute, Expr, Token, Type, Visibility, token};

/// The block form: `when!(HEADER => BODY)`.
pub(crate) struct Block {
    pub(crate) header: Header,
    pub(crate) arrow: Option<Token![=>]>,
    pub(crate) body: TokenStream,
}

/// The attribute form: `#[when(HEADER)] fn NAME(PARAM, ..) [-> R] BLOCK`.
pub(crate) struct Function {
    pub(crate) header: Header,
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) sig: syn::Signature,
    pub(crate) brace: token::Brace,
    pub(crate) body: TokenStream,
}

/// Everything but the body: `[in TARGET ;] [ITEMS]`.
#[derive(Default)]
pub(crate) struct Header {
    /// `crate = PATH ;`, in the attribute form only.
    pub(crate) krate: Option<Krate>,
    pub(crate) target: Option<Target>,
    pub(crate) items: Vec<Item>,
}

/// `crate = PATH ;`
pub(crate) struct Krate {
    pub(crate) keyword: Token![crate],
    pub(crate) eq: Token![=],
    pub(crate) path: syn::Path,
}

/// `in TARGET ;`
pub(crate) struct Target {
    pub(crate) keyword: Token![in],
    pub(crate) value: Expr,
}

/// One entry of the header.
pub(crate) enum Item {
    Request(Request),
    Capture(Capture),
}

/// `[read | pinned | try | read try] PLACE`
pub(crate) struct Request {
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
pub(crate) struct Place {
    /// The name that the guard gets in the body.
    pub(crate) name: Ident,
    /// Present if the name was written apart from the value.
    pub(crate) eq: Option<Token![=]>,
    pub(crate) value: Expr,
}

/// `clone NAME` or `let NAME = EXPR`.
pub(crate) enum Capture {
    Clone { keyword: Ident, name: Ident },
    Let(Box<Let>),
}

/// `let [mut] NAME [: TYPE] = EXPR`
pub(crate) struct Let {
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

impl Header {
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
            Item::Request(Request { modifiers, place, .. }) => tokens.extend(quote!(#(#modifiers)* #place)),
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
            Capture::Clone { keyword, name } => tokens.extend(quote!(#keyword #name)),
            Capture::Let(capture) => capture.to_tokens(tokens),
        }
    }
}

impl ToTokens for Let {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Let { keyword, mutability, name, ty, eq, value } = self;
        let ty = ty.as_ref().map(|(colon, ty)| quote!(#colon #ty));
        tokens.extend(quote!(#keyword #mutability #name #ty #eq #value));
    }
}
