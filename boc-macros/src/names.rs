//! The names that generated code uses: the path of the library, and identifiers that the user cannot see.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};

/// The path of the library as the user's crate knows it: `::boc`, what `crate = ..` said, or `$crate`.
#[derive(Clone)]
pub(crate) struct Krate {
    path: TokenStream,
    /// Whether the hidden module is imported under a short name.
    imported: bool,
}

impl Krate {
    /// A path that the user could write.
    pub(crate) fn new(path: TokenStream) -> Self {
        Self { path, imported: false }
    }

    /// `$crate`, which belongs to the macro that wrote it. A path that starts with it belongs there too, and the
    /// compiler would show an unmet bound of a helper at the whole macro call. So it is written in an import only.
    pub(crate) fn of_macro(path: TokenStream) -> Self {
        Self { path, imported: true }
    }

    /// The import of the library's hidden module, if its items are not named by their full path.
    pub(crate) fn import(&self) -> Option<TokenStream> {
        let path = &self.path;
        let name = Ident::new(IMPORT, Span::mixed_site());
        self.imported.then(|| quote_spanned!(Span::mixed_site()=> use #path::__private as #name;))
    }

    /// The path of an item of the library's hidden module, for use at `span`.
    pub(crate) fn private(&self, span: Span, item: &str) -> TokenStream {
        let item = Ident::new(item, span);
        if self.imported {
            let import = Ident::new(IMPORT, span);
            return quote_spanned!(span=> #import::#item);
        }
        let path = &self.path;
        quote_spanned!(span=> #path::__private::#item)
    }
}

impl Default for Krate {
    fn default() -> Self {
        Self::new(quote!(::boc))
    }
}

/// Seen by the user's body, like every item, so it is a name that nobody writes by hand.
const IMPORT: &str = "__boc";

/// The user's place in the source, with names that the user cannot see.
pub(crate) fn hidden(span: Span) -> Span {
    span.resolved_at(Span::mixed_site())
}

/// A local variable that the user cannot see.
pub(crate) fn local(name: &str) -> Ident {
    Ident::new(name, Span::mixed_site())
}

/// The hidden guard of the parameter at `position`.
pub(crate) fn guard(position: usize) -> Ident {
    format_ident!("guard_{position}", span = Span::mixed_site())
}

/// The variable that holds the handle found at a field path: `world.cells` is `__boc_world_cells`.
///
/// It travels through the nested macro, so its name is one that nobody writes by hand.
pub(crate) fn handle(path: &[String]) -> Ident {
    format_ident!("__boc_{}", path.join("_"), span = Span::mixed_site())
}
