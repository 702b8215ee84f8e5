//! Which handles the headers of nested behaviors need from outside of a body.
//!
//! A cown or a promise that such a header names must be captured as a clone, because the nested behavior borrows it
//! and the user goes on using it outside. A name that anything in the body binds is not outside: `scope` knows
//! what is bound, `walk` follows the body, `place` finds the handles in a header, `foreign` reads other macros.

mod foreign;
mod place;
mod scope;
mod walk;

use proc_macro2::TokenStream;
use syn::{Ident, Token};

use crate::plan::Handle;
pub(crate) use foreign::{is_transparent, mentions_when};
use walk::Walk;
pub(crate) use walk::is_behavior;

/// What was found in a body.
pub(crate) struct Analysis {
    /// Once for each name, in order of appearance.
    pub(crate) handles: Vec<Handle>,
    /// The body; a header that named a field now names the variable that holds its handle.
    pub(crate) body: TokenStream,
    /// Each `await` that would suspend the body itself.
    pub(crate) awaits: Vec<Token![await]>,
}

/// The body of the block form, in which `own` names are bound.
pub(crate) fn of_expression<'a>(own: impl Iterator<Item = &'a Ident>, mut body: TokenStream) -> Analysis {
    let mut walk = Walk::new(own);
    walk.expression(&mut body);
    walk.finish(body)
}

/// The statements of the attribute form's function, in which `own` names are bound.
pub(crate) fn of_block<'a>(own: impl Iterator<Item = &'a Ident>, mut body: TokenStream) -> Analysis {
    let mut walk = Walk::new(own);
    walk.statements(&mut body);
    walk.finish(body)
}
