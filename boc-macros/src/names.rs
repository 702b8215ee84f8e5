//! The names that generated code uses: the path of the library, and identifiers that the user
//! cannot see.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};

/// The path of the library as the user's crate knows it: `::boc`, what `crate = ..` said, or
/// `$crate`.
#[derive(Clone)]
pub(crate) struct Krate(TokenStream);

impl Krate {
    pub(crate) fn new(path: TokenStream) -> Self {
        Self(path)
    }

    /// The import of the library's hidden module. Its items are not named by their full path,
    /// because `$crate` belongs to the macro that wrote it: the compiler would show an unmet bound
    /// of a helper at the whole macro call.
    pub(crate) fn import(&self) -> TokenStream {
        let (path, name) = (&self.0, Ident::new(IMPORT, Span::mixed_site()));
        quote_spanned!(Span::mixed_site()=> use #path::__private as #name;)
    }
}

impl Krate {
    /// Where the library is.
    pub(crate) fn path(&self) -> &TokenStream {
        &self.0
    }
}

impl Default for Krate {
    fn default() -> Self {
        Self::new(quote!(::boc))
    }
}

/// Seen by the user's body, like every item, so it is a name that nobody writes by hand.
const IMPORT: &str = "__boc";

/// The path of an item of the library's hidden module, for use at `span`.
pub(crate) fn private(span: Span, item: &str) -> TokenStream {
    between((span, span), item)
}

/// The path of an item, from one place in the source to another.
pub(crate) fn between((start, end): (Span, Span), item: &str) -> TokenStream {
    let (import, item) = (Ident::new(IMPORT, start), Ident::new(item, end));
    quote_spanned!(start=> #import::#item)
}

/// The user's place in the source, with names that the user cannot see.
pub(crate) fn hidden(span: Span) -> Span {
    span.resolved_at(Span::mixed_site())
}

/// A local variable that the user cannot see.
pub(crate) fn local(name: &str) -> Ident {
    Ident::new(name, Span::mixed_site())
}

/// A variable of the same name that the user cannot see: where the compiler speaks of it, it says
/// what the user wrote.
pub(crate) fn unseen(name: &Ident, span: Span) -> Ident {
    // A hidden name is of this crate's edition, in which more words are reserved than in the
    // user's.
    match syn::parse_str::<Ident>(&format!("r#{name}")) {
        Ok(mut raw) if RESERVED_SINCE_2018.iter().any(|word| name == word) => {
            raw.set_span(hidden(span));
            raw
        }
        _ => {
            let mut unseen = name.clone();
            unseen.set_span(hidden(span));
            unseen
        }
    }
}

/// Names in an earlier edition, keywords in this crate's.
const RESERVED_SINCE_2018: &[&str] = &["async", "await", "dyn", "gen", "try"];

/// The variable that holds a target. A call on it is reported where the target was written, so it
/// has to stand there like a name of the user's, and is one that nobody writes by hand.
pub(crate) fn target(span: Span) -> Ident {
    Ident::new("__boc_target", span)
}

/// The variable that holds the handle found at a field path: `world.cells` is `__boc_world_cells`.
/// Where a name has a `_` in it, each begins with its length: `w.x_y` and `w_x.y` are two.
///
/// It travels through the nested macro, so its name is one that nobody writes by hand.
pub(crate) fn handle(variable: &str, fields: &[String]) -> Ident {
    let mut words = vec![variable];
    words.extend(fields.iter().map(String::as_str));
    let name = match words.iter().any(|word| word.contains('_')) {
        false => words.join("_"),
        true => words.iter().map(|word| format!("{}{word}", word.len())).collect::<Vec<_>>().join("_"),
    };
    format_ident!("__boc_{name}", span = Span::mixed_site())
}

/// The variable that holds a container at a place, or the element of it that is asked for: the
/// container's `position`th.
pub(crate) fn element(variable: &str, fields: &[String], position: usize) -> Ident {
    let handle = handle(variable, fields).to_string();
    format_ident!("{}", handle.replacen("__boc", &format!("__boc{position}"), 1), span = Span::mixed_site())
}
