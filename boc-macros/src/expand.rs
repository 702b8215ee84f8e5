//! From the plan to one call into the library. Cannot fail.
//!
//! The user's tokens go in untouched. A helper call takes the span of the request that it
//! constrains, so that an unmet bound is reported there. No attribute is generated: it would clash
//! with a `forbid` of the user's.

use proc_macro2::{Delimiter, Group, Ident, Literal, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Expr, MacroDelimiter, ReturnType, Type};

use crate::ast::{Capture, Mode};
use crate::check_fn;
use crate::conditional::conditional;
use crate::fragment::{is_block_like, written};
use crate::names::{self, hidden};
use crate::plan::{About, Bind, Borrow, Function, Handle, Hint, Param, Plan, Request, Spans};

/// How many members a tuple may have as a request; more are nested.
const ARITY: usize = 12;

// Input:   when!(a, read b, clone name => BODY)
// Output:  {
//              use $crate::__private as __boc;
//              __boc::behavior((__boc::Exclusive::ask(&a), __boc::Shared::ask(&b)), {
//                  let name = name.clone();
//                  move |(mut a, b)| { let name = name; let _ = (&mut a, &b); { BODY } }
//              })
//          }
/// The scheduled behavior's promise. The requests are evaluated before the captures, and what they
/// borrow lives as long as the call: an argument does both.
///
/// The call, its requests and the closure have the user's places *and* the user's world, the rest
/// is hidden: only so does the compiler show what it has to say of them at those places, with its
/// suggestions, and without a word about macros.
pub(crate) fn block(plan: &Plan) -> TokenStream {
    let Spans { start, arrow, end } = plan.spans;
    let hints = plan.hints.iter().map(hint);
    let (import, requests, body) = (plan.krate.import(), requests(plan), body(plan));
    let call = match (&plan.target, name(plan)) {
        (None, None) => {
            let behavior = names::between(arrow, "behavior");
            let arguments = quote_spanned!(end=> (#requests, #body));
            quote!(#behavior #arguments)
        }
        (None, Some(name)) => {
            let behavior = names::between(arrow, "named_behavior");
            let arguments = quote_spanned!(end=> (#name, #requests, #body));
            quote!(#behavior #arguments)
        }
        (Some(target), name) => {
            let there = target.span();
            let requests = match name {
                None => requests,
                Some(name) => {
                    let named = names::private(hidden(there), "Named");
                    quote_spanned!(there=> #named::new(#requests, #name))
                }
            };
            let variable = names::target(there);
            let call = quote_spanned!(there=> #variable.when(#requests, #body));
            let (target, advice) = (operand(target), names::private(hidden(there), "Target"));
            quote_spanned!(hidden(there)=> match &#target { #variable => { use #advice as _; #call } })
        }
    };
    // The braces are of this crate's edition: what the requests make on the way is dropped with the
    // call. In the attribute form it is dropped with the `let`, and the braces show the compiler
    // where another statement can be put.
    let braces = if plan.function.is_some() { start } else { hidden(start) };
    quote_spanned!(braces=> { #import #(#hints;)* #call })
}

// Input:   #[when(src, dst)] fn transfer(src: &mut Account, dst: &mut Account, amount: u64) -> bool BLOCK
// Output:  let transfer = { use ::boc::__private as __boc; __boc::named_behavior(__boc::name!("transfer"), (..), {
//              let amount: u64 = ::core::clone::Clone::clone(&amount);
//              move |(mut src, mut dst)| -> bool { let src: &mut Account = &mut *src; .. BLOCK }
//          }) };
/// The statement that stands for the function.
pub(crate) fn function(plan: &Plan) -> TokenStream {
    let promise = block(plan);
    let Some(Function { start, name, attrs, .. }) = &plan.function else { return promise };
    // A `let` has no documentation, and the compiler says so.
    let attrs: Vec<_> = attrs.iter().filter(|attr| !attr.path().is_ident("doc")).collect();
    let cfgs = attrs.iter().filter(|attr| conditional(std::slice::from_ref(**attr)));
    // Where the header starts a statement may be put before this one: the compiler does, with a
    // clone of what was moved.
    let (keyword, end) = (quote_spanned!(*start=> let), quote_spanned!(plan.body.span=> ;));
    // Where there are no statements, outside of a function, the compiler shows how the first
    // begins.
    let mut place =
        Literal::string(&format!("a behavior is scheduled in a function; move `{name}` into one"));
    place.set_span(hidden(name.span()));
    let scheduled = quote!(#(#attrs)* #keyword #name = #promise #end);
    quote_spanned!(Span::mixed_site()=> #place; #scheduled #(#cfgs)* let _ = &#name;)
}

/// The request set: one helper call for each request.
fn requests(plan: &Plan) -> TokenStream {
    let calls = plan.requests.iter().map(|Request { mode, value, .. }| {
        let here = value.span();
        // Hidden in the middle: to the user this is no path that could be written shorter.
        let (mode, value) = (names::between((here, hidden(here)), kind(*mode)), operand(value));
        quote_spanned!(here=> #mode::ask(&#value))
    });
    set(calls.collect())
}

/// What a trace calls the behavior.
fn name(plan: &Plan) -> Option<TokenStream> {
    let Function { name, .. } = plan.function.as_ref()?;
    let here = Span::mixed_site();
    let (name_of, text) = (names::private(here, "name"), name.unraw().to_string());
    Some(quote_spanned!(here=> #name_of!(#text)))
}

/// An expression as what a `&` or a method call applies to.
fn operand(expr: &Expr) -> TokenStream {
    match expr {
        Expr::Array(_)
        | Expr::Call(_)
        | Expr::Field(_)
        | Expr::Index(_)
        | Expr::Lit(_)
        | Expr::Macro(_)
        | Expr::MethodCall(_)
        | Expr::Paren(_)
        | Expr::Path(_)
        | Expr::Tuple(_) => expr.to_token_stream(),
        // The compiler does not see the group that a `macro_rules!` puts around an expression that
        // it is given.
        Expr::Group(group) => operand(&group.expr),
        _ => quote_spanned!(hidden(expr.span())=> (#expr)),
    }
}

/// The type that stands for a mode.
fn kind(mode: Mode) -> &'static str {
    match mode {
        Mode::Exclusive => "Exclusive",
        Mode::Read => "Shared",
        Mode::Pinned => "Pinned",
        Mode::Attempt => "Attempt",
        Mode::ReadAttempt => "ReadAttempt",
    }
}

/// The second argument: what the body captures, then the body.
fn body(plan: &Plan) -> TokenStream {
    let closure = closure(plan);
    let captures = plan.captures.iter().map(capture);
    let params = plan.params.iter().map(param);
    let handles = plan.handles.iter().map(handle);
    let captures = quote!(#(#captures)* #(#params)* #(#handles)*);
    if captures.is_empty() {
        return closure;
    }
    let clones = plan.captures.iter().any(|capture| matches!(capture, Capture::Clone { .. }));
    let clone = (clones || !plan.params.is_empty()).then(|| {
        quote!(
            use ::core::clone::Clone as _;
        )
    });
    quote_spanned!(Span::mixed_site()=> { #clone #captures #closure })
}

/// What the headers of nested behaviors need of a place: by its type the compiler decides what that
/// is.
fn handle(handle: &Handle) -> TokenStream {
    let Handle { bind, place, elements, .. } = handle;
    let (here, condition) = (hidden(place.span()), condition(handle));
    let (capture, variable) = (names::private(here, "capture"), borrowed(place));
    match &elements[..] {
        [] => quote_spanned!(here=> #condition let #bind = #capture!(#variable);),
        several => {
            let binds = several.iter().map(|(bind, _)| bind);
            let binds = if several.len() == 1 { quote!(#(#binds)*) } else { quote!([#(#binds),*]) };
            let elements = several.iter().map(|(_, element)| borrowed(element));
            quote_spanned!(here=> let #binds = #capture!(#variable; #(#elements),*);)
        }
    }
}

/// The borrow of a place is the user's as well: what the compiler has to say of it, it says without
/// a word about macros.
fn borrowed(place: &TokenStream) -> TokenStream {
    quote_spanned!(place.span()=> &#place)
}

/// What the compiler may have to say of a variable that the body mentions, at its place.
fn hint(Hint { about, name }: &Hint) -> TokenStream {
    let here = name.span();
    let (hints, variable) = (names::private(hidden(here), "hints"), names::private(here, "Variable"));
    let method = Ident::new(
        match about {
            About::Value => "__boc_value",
            About::Changed => "__boc_changed",
            About::Owned => "__boc_owned",
        },
        here,
    );
    let call = quote_spanned!(here=> (&#variable(&#name)).#method());
    quote_spanned!(hidden(here)=> { use #hints::*; #call })
}

/// What is captured for a reference becomes one in the body.
fn opened(handle: &Handle) -> Option<TokenStream> {
    let bind = &handle.bind;
    let (here, condition) = (hidden(handle.place.span()), condition(handle));
    handle.elements.is_empty().then(|| quote_spanned!(here=> #condition let #bind = #bind.__boc_open();))
}

fn condition(handle: &Handle) -> Option<TokenStream> {
    let conditions = &handle.conditions;
    match conditions.len() {
        0 => None,
        1 => Some(quote!(#[cfg(#(#conditions)*)])),
        _ => Some(quote!(#[cfg(any(#(#conditions),*))])),
    }
}

/// `clone NAME` or `let NAME = EXPR`. The method call clones what a reference refers to.
fn capture(capture: &Capture) -> TokenStream {
    let name = capture.name();
    match capture {
        Capture::Clone { .. } => {
            let here = hidden(name.span());
            quote_spanned!(here=> let #name = #name.clone();)
        }
        Capture::Let(capture) => {
            // Changed in the body, and perhaps by what the next one is computed from.
            let changed = capture.mutability.map(|token| quote!(let _ = &#token #name;));
            quote_spanned!(hidden(name.span())=> #capture; #changed)
        }
    }
}

/// A parameter beyond the requests: a clone of the variable of this name, which becomes the type
/// written as it does in any `let`. A reference is copied, what another type is written for is
/// cloned, behind a reference too.
fn param(param: &Param) -> TokenStream {
    let Param { attrs, name, ty, .. } = param;
    let here = hidden(name.span());
    let value = match check_fn::written(ty) {
        Type::Reference(_) => {
            quote_spanned!(here=> { let #name = ::core::clone::Clone::clone(&#name); #name })
        }
        _ => quote_spanned!(here=> #name.clone()),
    };
    quote_spanned!(here=> #(#attrs)* let #name: #ty = #value;)
}

/// `let NAME = NAME;` at the start of the body: what the header captures is dropped with the body,
/// mentioned there or not, as a parameter is. (And a name that is not mentioned is reported as
/// that.)
fn moves(plan: &Plan) -> TokenStream {
    let captures = plan.captures.iter().enumerate().map(|(position, capture)| {
        let name = capture.name();
        // What the next ones are computed from is used, whatever the body says.
        let mentioned = plan.captures[position + 1..].iter().any(|later| match later {
            Capture::Clone { .. } => false,
            Capture::Let(later) => mentions(later.value.to_token_stream(), name),
        });
        let used = mentioned.then(|| quote!(let _ = &#name;));
        let mutability = match capture {
            Capture::Clone { .. } => None,
            Capture::Let(capture) => capture.mutability,
        };
        quote_spanned!(hidden(name.span())=> let #mutability #name = #name; #used)
    });
    let params = plan.params.iter().map(|Param { attrs, mutability, name, .. }| {
        quote_spanned!(hidden(name.span())=> #(#attrs)* let #mutability #name = #name;)
    });
    let handles = plan.handles.iter().filter_map(opened);
    quote!(#(#captures)* #(#params)* #(#handles)*)
}

/// Whether a name stands in these tokens, perhaps in a format string.
fn mentions(tokens: TokenStream, name: &Ident) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(word) => word.unraw() == name.unraw(),
        TokenTree::Literal(text) => text.to_string().contains(&format!("{{{name}")),
        TokenTree::Group(group) => mentions(group.stream(), name),
        TokenTree::Punct(_) => false,
    })
}

/// The body: takes the guards as parameters and the captures as variables, then runs the user's
/// code.
fn closure(plan: &Plan) -> TokenStream {
    let (start, end) = plan.spans.arrow;
    let moves = moves(plan);
    let Guards { pattern, uses } = guards(plan.requests.iter());
    let body = &plan.body.tokens;
    let (output, body) = match &plan.function {
        None => (None, expression(body)),
        Some(function) => (Some(output(function, end)), quote_spanned!(hidden(plan.body.span)=> { #body })),
    };
    let (head, bar) = (quote_spanned!(start=> move |), quote_spanned!(end=> |));
    let block = quote_spanned!(plan.body.span=> { #moves #uses #body });
    quote!(#head #pattern #bar #output #block)
}

/// A function without a result returns `()`, and so does the closure.
fn output(function: &Function, end: Span) -> TokenStream {
    match &function.output {
        ReturnType::Default => quote_spanned!(end=> -> ()),
        output => output.to_token_stream(),
    }
}

/// How a body takes its guards.
pub(crate) struct Guards {
    /// One pattern for all of them, in the shape of the request set.
    pub(crate) pattern: TokenStream,
    /// What gives them the types of the attribute form's parameters. And a guard that the body does
    /// not mention, or does not change, is no mistake: `let _ = ..` tells the compiler.
    pub(crate) uses: TokenStream,
}

pub(crate) fn guards<'a>(requests: impl Iterator<Item = &'a Request>) -> Guards {
    let mut patterns = Vec::new();
    let mut used = Vec::new();
    let mut params = Vec::new();
    for Request { mode, bind, .. } in requests {
        match bind {
            Bind::Name(name) if matches!(mode, Mode::Read | Mode::ReadAttempt) => {
                patterns.push(quote!(#name));
                used.push(quote!(&#name));
            }
            Bind::Name(name) => {
                patterns.push(quote!(mut #name));
                used.push(quote!(&mut #name));
            }
            Bind::Param(param, borrow) => match &param.name {
                None => patterns.push(quote!(_)),
                Some(name) => {
                    let guard = names::unseen(name, name.span());
                    let (pattern, used_as) = match borrow {
                        Borrow::Exclusive => (quote!(mut #guard), quote!(&#name)),
                        Borrow::Shared => (quote!(#guard), quote!(&#name)),
                        Borrow::Guard => (quote!(#guard), quote!(&mut #name)),
                    };
                    patterns.push(pattern);
                    used.push(used_as);
                    params.push(typed(param, name, *borrow));
                }
            },
        }
    }
    let (pattern, used) = (set(patterns), (!used.is_empty()).then(|| set(used)));
    let used = used.map(|used| quote_spanned!(Span::mixed_site()=> let _ = #used;));
    Guards { pattern, uses: quote!(#(#params)* #used) }
}

/// Gives a guard the type that its parameter was written with, at the place of which a mismatch is
/// shown.
fn typed(param: &Param, name: &Ident, borrow: Borrow) -> TokenStream {
    let Param { attrs, mutability, ty, .. } = param;
    let here = hidden(ty.span());
    let guard = names::unseen(name, ty.span());
    let (mutability, value) = match borrow {
        Borrow::Exclusive => (mutability.to_token_stream(), quote_spanned!(here=> &mut *#guard)),
        Borrow::Shared => (mutability.to_token_stream(), quote_spanned!(here=> &*#guard)),
        Borrow::Guard => (quote_spanned!(here=> mut), guard.to_token_stream()),
    };
    quote_spanned!(here=> #(#attrs)* let #mutability #name: #ty = #value;)
}

/// The user's expression as a block, in which `if a {} else {} + 1` would be two statements. The
/// braces are ours: no lint has an opinion of what stands in them.
pub(crate) fn expression(body: &TokenStream) -> TokenStream {
    if let Some(block) = lone_block(body) {
        return block;
    }
    let here = hidden(body.span());
    match syn::parse2::<Expr>(body.clone()) {
        Ok(expr) if starts_with_block(&expr) => quote_spanned!(here=> { (#body) }),
        _ => quote_spanned!(here=> { #body }),
    }
}

/// A body that is a block gets braces of ours: the user's are not "unnecessary", whatever a lint
/// may think.
fn lone_block(body: &TokenStream) -> Option<TokenStream> {
    let mut tokens = body.clone().into_iter();
    match (tokens.next(), tokens.next()) {
        (Some(TokenTree::Group(block)), None) if block.delimiter() == Delimiter::Brace => {
            let mut ours = Group::new(Delimiter::Brace, block.stream());
            ours.set_span(hidden(block.span()));
            Some(TokenTree::Group(ours).into())
        }
        _ => None,
    }
}

/// Whether the leftmost part of an expression, but not all of it, ends with a brace.
fn starts_with_block(expr: &Expr) -> bool {
    let expr = written(expr);
    let mut left = expr;
    loop {
        left = match left {
            Expr::Assign(expr) => &expr.left,
            Expr::Await(expr) => &expr.base,
            Expr::Binary(expr) => &expr.left,
            Expr::Call(expr) => &expr.func,
            Expr::Cast(expr) => &expr.expr,
            Expr::Field(expr) => &expr.base,
            Expr::Group(expr) => &expr.expr,
            Expr::Index(expr) => &expr.expr,
            Expr::MethodCall(expr) => &expr.receiver,
            Expr::Range(syn::ExprRange { start: Some(start), .. }) => start,
            Expr::Try(expr) => &expr.expr,
            _ => break,
        }
    }
    let brace_macro =
        matches!(left, Expr::Macro(expr) if matches!(expr.mac.delimiter, MacroDelimiter::Brace(_)));
    (is_block_like(left) || brace_macro) && !std::ptr::eq(left, expr)
}

/// One for each request, in the shape of a set: a single one alone, several as a tuple, and as
/// groups of groups where there are too many members.
fn set(mut members: Vec<TokenStream>) -> TokenStream {
    match members.len() {
        1 => members.remove(0),
        ..=ARITY => quote_spanned!(Span::mixed_site()=> (#(#members),*)),
        _ => set(members.chunks(ARITY).map(|chunk| set(chunk.to_vec())).collect()),
    }
}
