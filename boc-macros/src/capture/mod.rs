//! Which handles the headers of nested behaviors need from outside of a body.
//!
//! A cown or a promise that such a header names must be captured as a clone, because the nested
//! behavior borrows it and the user goes on using it outside. A name that anything in the body
//! binds is not outside: `scope` knows what is bound, `walk` follows the body, `place` finds the
//! handles in a header, `foreign` reads other macros.

mod behavior;
mod binders;
mod foreign;
mod handles;
mod place;
mod scope;
mod walk;

use proc_macro2::TokenStream;
use syn::{Attribute, Ident, Token};

use crate::plan::{Handle, Hint};
pub(crate) use behavior::{Behavior, is_behavior};
pub(crate) use foreign::{binds_nothing, is_ours, mentions_when, words};
use handles::Handles;
use walk::Walk;

/// What was found in a body.
pub(crate) struct Analysis {
    /// Once for each name, in order of appearance.
    pub(crate) handles: Vec<Handle>,
    /// The body as it was written.
    pub(crate) written: TokenStream,
    /// The body; a header that named a field now names the variable that holds its handle.
    pub(crate) body: TokenStream,
    /// Each `await` that would suspend the body itself.
    pub(crate) awaits: Vec<Token![await]>,
    /// What the compiler may have a word to say of.
    pub(crate) hints: Vec<Hint>,
}

/// A name that a header binds, with the attributes before it.
pub(crate) type Own<'a> = (&'a Ident, &'a [Attribute]);

/// The body of the block form, in which `own` names are bound.
pub(crate) fn of_expression<'a>(own: impl Iterator<Item = Own<'a>> + Clone, body: TokenStream) -> Analysis {
    of_body(own, body, Walk::expression)
}

/// The statements of the attribute form's function, in which `own` names are bound.
pub(crate) fn of_block<'a>(own: impl Iterator<Item = Own<'a>> + Clone, body: TokenStream) -> Analysis {
    of_body(own, body, Walk::statements)
}

/// The first walk finds out which variables are only indexed, the second, if there are such, does
/// it.
fn of_body<'a>(
    own: impl Iterator<Item = Own<'a>> + Clone,
    written: TokenStream,
    walk: fn(&mut Walk, &mut TokenStream),
) -> Analysis {
    let once = |handles| {
        let (mut walked, mut body) = (Walk::new(own.clone(), handles), written.clone());
        walk(&mut walked, &mut body);
        (walked, body)
    };
    let (mut walked, mut body) = once(Handles::default());
    if let Some(again) = walked.handles.again(&written) {
        (walked, body) = once(again);
    }
    walked.finish(written, body)
}
