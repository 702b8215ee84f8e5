//! Owns: [`Invariant`], which ties a handle to the type of the value in its block.

use std::marker::PhantomData;

/// In a handle or a guard of a block that holds a `T`: invariant in `T`, and nothing else. `Send`,
/// `Sync` and the drop check are up to the type that has it.
///
/// A handle whose pointer does not name `T` (a `NonNull<Header>`) would be covariant or bivariant
/// without it. A `Promise<for<'a> fn(&'a str)>` would become a `Promise<fn(&'static str)>`, a
/// function that keeps its argument would be written through the second, and called with a
/// short-lived text through the first. The crate's documentation has the table ("What ties a block
/// to its type").
pub(crate) type Invariant<T> = PhantomData<fn(T) -> T>;
