//! The error collector: several mistakes in one macro are reported together.
//!
//! A message says what is wrong and, after a semicolon, what to write; it stands on the user's tokens.

use std::fmt::Display;

use proc_macro2::Span;
use quote::ToTokens;
use syn::Error;

/// The mistakes found so far.
#[derive(Default)]
pub(crate) struct Diag {
    errors: Option<Error>,
}

impl Diag {
    /// Reports a mistake on the tokens that show it.
    pub(crate) fn on(&mut self, tokens: impl ToTokens, message: impl Display) {
        self.push(Error::new_spanned(tokens, message));
    }

    /// Reports a mistake at a place that has no tokens of its own.
    pub(crate) fn at(&mut self, span: Span, message: impl Display) {
        self.push(Error::new(span, message));
    }

    pub(crate) fn push(&mut self, error: Error) {
        match &mut self.errors {
            Some(errors) => errors.combine(error),
            None => self.errors = Some(error),
        }
    }

    /// Whether nothing is wrong so far.
    pub(crate) fn is_empty(&self) -> bool {
        self.errors.is_none()
    }

    /// The barrier between reading and writing: nothing is expanded in earnest beside an error.
    pub(crate) fn finish(self) -> Result<(), Error> {
        self.errors.map_or(Ok(()), Err)
    }
}
