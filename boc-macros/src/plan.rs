//! Exactly what the expansion needs, already valid.

use std::collections::HashSet;

use proc_macro2::{Ident, Span, TokenStream};
use syn::{Attribute, Expr, Lifetime, ReturnType, Token, Type};

use crate::ast::{Capture, Mode};
use crate::names::Krate;

/// One behavior.
pub(crate) struct Plan {
    pub(crate) krate: Krate,
    pub(crate) spans: Spans,
    pub(crate) target: Option<Expr>,
    pub(crate) requests: Vec<Request>,
    /// `clone NAME` and `let NAME = EXPR`, in order.
    pub(crate) captures: Vec<Capture>,
    /// Parameters of the attribute form that are captured by name, in order.
    pub(crate) params: Vec<Param>,
    /// What the headers of nested behaviors need.
    pub(crate) handles: Vec<Handle>,
    pub(crate) hints: Vec<Hint>,
    pub(crate) body: Body,
    /// Present in the attribute form.
    pub(crate) function: Option<Function>,
}

/// The user's tokens that stand for the behavior: what a report of the compiler about it as a whole
/// points at.
#[derive(Clone, Copy)]
pub(crate) struct Spans {
    /// Where the header starts.
    pub(crate) start: Span,
    /// The two ends of the `=>`, or of `fn NAME`.
    pub(crate) arrow: (Span, Span),
    /// Where the body ends, or the parameters.
    pub(crate) end: Span,
}

/// One request and the name of its guard.
pub(crate) struct Request {
    pub(crate) mode: Mode,
    pub(crate) value: Expr,
    pub(crate) bind: Bind,
}

/// How a guard enters the body.
pub(crate) enum Bind {
    /// Block form: under its own name.
    Name(Ident),
    /// Attribute form: as the parameter was typed.
    Param(Box<Param>, Borrow),
}

/// What the type of a parameter asks of a guard.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Borrow {
    /// `&mut T`
    Exclusive,
    /// `&T`
    Shared,
    /// Any other type: the guard itself.
    Guard,
}

/// `[mut] NAME: TYPE`
pub(crate) struct Param {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) mutability: Option<Token![mut]>,
    /// None for `_`.
    pub(crate) name: Option<Ident>,
    pub(crate) ty: Type,
}

/// `let bind = capture!(place);`, or `let [bind, ..] = capture!(place; element, ..);`
pub(crate) struct Handle {
    pub(crate) bind: Ident,
    pub(crate) place: TokenStream,
    /// Those of its elements that are asked for, if it is indexed and has no other use, each with a
    /// variable of its own.
    pub(crate) elements: Vec<(Ident, TokenStream)>,
    /// The predicates under one of which it is needed; none if it always is.
    pub(crate) conditions: Vec<TokenStream>,
}

/// `hint!(about, &name);`: a variable of which the compiler may have a word to say, by its type.
pub(crate) struct Hint {
    pub(crate) about: About,
    pub(crate) name: Ident,
}

/// What the body does with it. The variants are methods of the runtime.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum About {
    /// It dereferences it, which a cown does not allow.
    Value,
    /// It assigns to it: to a copy.
    Changed,
    /// It is `self`, and may be borrowed.
    Owned,
}

/// The user's code.
pub(crate) struct Body {
    /// As it was written.
    pub(crate) written: TokenStream,
    /// As it is expanded.
    pub(crate) tokens: TokenStream,
    pub(crate) span: Span,
    /// Whether it awaits, which is a mistake.
    pub(crate) awaits: bool,
    /// The labels around it that it names, if it breaks out of a loop that is not its own.
    pub(crate) leaves: Option<HashSet<Lifetime>>,
}

/// What the attribute form adds.
pub(crate) struct Function {
    /// Where the header starts.
    pub(crate) start: Span,
    pub(crate) name: Ident,
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) output: ReturnType,
    /// Whether it is a method, which is a mistake: then it stands where no statement can.
    pub(crate) method: bool,
}
