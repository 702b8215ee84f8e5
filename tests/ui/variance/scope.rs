//! A scope is invariant in both of its lifetimes: what a body borrows outlives the waiting, not
//! less and not more.

#![expect(dead_code, reason = "it is enough that these do not compile")]

use boc::Scope;

fn shorter_scope<'long: 'short, 'short, 'env: 'long>(
    scope: &'short Scope<'long, 'env>,
) -> &'short Scope<'short, 'env> {
    scope
}

fn shorter_environment<'scope, 'long: 'short, 'short: 'scope>(
    scope: &'scope Scope<'scope, 'long>,
) -> &'scope Scope<'scope, 'short> {
    scope
}

fn longer_environment<'scope, 'long: 'short, 'short: 'scope>(
    scope: &'scope Scope<'scope, 'short>,
) -> &'scope Scope<'scope, 'long> {
    scope
}

fn main() {}
