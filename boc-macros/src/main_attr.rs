//! `#[main]`: the function becomes the body of the pumping thread.

use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::parse::{ParseStream, Parser};
use syn::spanned::Spanned;
use syn::{
    Attribute, Error, Expr, ExprLit, FnArg, Ident, Lit, ReturnType, Safety, Signature, Token, Type,
    Visibility,
};

use crate::attr;
use crate::conditional::conditional;
use crate::diag::Diag;
use crate::fallback::mention;
use crate::fragment;
use crate::names::{self, Krate, hidden};
use crate::parse::all;

/// The options of `#[main(..)]`.
#[derive(Default)]
struct Options {
    krate: Option<Krate>,
    workers: Option<Expr>,
}

/// The function, its block unread.
struct Main {
    attrs: Vec<Attribute>,
    vis: Visibility,
    sig: Signature,
    block: TokenStream,
}

// Input:   #[main(workers = 4)] fn main(main: MainThread) -> R BLOCK
// Output:  fn main() -> R {
//              use ::boc::__private as __boc;
//              fn __boc_main(main: MainThread) -> R BLOCK
//              __boc::run_main(__boc::MainOptions::new().workers(4), |token| __boc_main(token)).end()
//          }
/// Expands `#[main]`; beside an error the function stays as it is.
pub(crate) fn main(args: TokenStream, item: TokenStream) -> TokenStream {
    let (args, item) = (fragment::kept(args), fragment::kept(item));
    let mut diag = Diag::default();
    let options = options(args.clone(), &mut diag);
    let main = parse.parse2(item.clone()).map_err(|error| diag.push(error));
    if let Ok(main) = &main {
        check(main, &mut diag);
    }
    match (main, diag.finish()) {
        (Ok(main), Ok(())) => expand(options, &main),
        (_, finished) => {
            let error = finished.err().as_ref().map(Error::to_compile_error);
            let args = mention(&args);
            quote!(#error #item #args)
        }
    }
}

/// `[workers = EXPR ,] [crate = PATH ,]` in any order.
fn options(args: TokenStream, diag: &mut Diag) -> Options {
    all(args, |input| {
        let mut options = Options::default();
        while !input.is_empty() {
            if let Err(error) = option(input, &mut options) {
                diag.push(error);
                rest_of_option(input);
            }
            if input.parse::<Token![,]>().is_err() && input.parse::<Token![;]>().is_err() && !input.is_empty()
            {
                diag.on(
                    rest_of_option(input),
                    "unexpected tokens after an option; write a `,` between two options",
                );
                input.parse::<Token![,]>().ok();
            }
        }
        options
    })
}

/// Takes the tokens up to the next `,` or `;`.
fn rest_of_option(input: ParseStream<'_>) -> TokenStream {
    let mut tokens = TokenStream::new();
    while !(input.is_empty() || input.peek(Token![,]) || input.peek(Token![;])) {
        tokens.extend(input.parse::<TokenTree>());
    }
    tokens
}

fn option(input: ParseStream<'_>, options: &mut Options) -> syn::Result<()> {
    const KNOWN: &str = "unknown option; write `workers = COUNT` or `crate = PATH`";
    if input.peek(Token![crate]) {
        let word = input.parse::<Token![crate]>()?;
        if options.krate.is_some() {
            return Err(Error::new_spanned(word, "`crate` is written twice; write it once"));
        }
        let path = input.parse::<Token![=]>().and_then(|_| input.call(syn::Path::parse_mod_style));
        let path =
            path.map_err(|_| Error::new_spanned(word, "`crate` has no value; write `crate = PATH`"))?;
        options.krate = Some(Krate::new(path.into_token_stream()));
        return Ok(());
    }
    let Ok(name) = input.parse::<Ident>() else {
        let stray = rest_of_option(input);
        let span = input.span();
        return Err(match stray.is_empty() {
            true => Error::new(span, "an option is missing before this; remove it, or write one"),
            false => Error::new_spanned(stray, KNOWN),
        });
    };
    if name != "workers" {
        return Err(Error::new_spanned(name, KNOWN));
    }
    if options.workers.is_some() {
        return Err(Error::new_spanned(name, "`workers` is written twice; write it once"));
    }
    let count = input.parse::<Token![=]>().and_then(|_| input.parse::<Expr>());
    let count =
        count.map_err(|_| Error::new_spanned(&name, "`workers` has no value; write `workers = COUNT`"))?;
    if is_zero(&count) {
        let message = "without a worker nothing would run; write a number from 1, or leave `workers` out";
        return Err(Error::new_spanned(count, message));
    }
    options.workers = Some(count);
    Ok(())
}

/// Whether it says `0`. What else it may come to is known when the program runs.
fn is_zero(count: &Expr) -> bool {
    let Expr::Lit(ExprLit { lit: Lit::Int(number), .. }) = count else { return false };
    number.base10_parse::<usize>().is_ok_and(|number| number == 0)
}

fn parse(input: ParseStream<'_>) -> syn::Result<Main> {
    let attrs = input.call(Attribute::parse_outer)?;
    let (start, function) = (input.span(), is_function(input));
    match attr::signature(input) {
        Ok((vis, sig)) => Ok(Main { attrs, vis, sig, block: input.parse()? }),
        Err(_) => {
            input.parse::<TokenStream>()?;
            let message = "this function cannot be read; write `fn main() { .. }` or `fn main(main: MainThread) { .. }`";
            if function {
                return Err(Error::new(start, message));
            }
            Err(Error::new(start, "`#[main]` goes on a function; write `fn main() { .. }`"))
        }
    }
}

/// Whether it has a block and is a function for all that can be known.
fn is_function(input: ParseStream<'_>) -> bool {
    let tokens: Vec<TokenTree> =
        input.fork().parse::<TokenStream>().map(|tokens| tokens.into_iter().collect()).unwrap_or_default();
    let named = tokens.iter().any(|token| matches!(token, TokenTree::Ident(word) if word == "fn"));
    named && matches!(tokens.last(), Some(TokenTree::Group(last)) if last.delimiter() == Delimiter::Brace)
}

fn check(Main { attrs, sig, .. }: &Main, diag: &mut Diag) {
    // Another attribute that makes an entry of it.
    let other =
        attrs.iter().find(|attr| attr.path().segments.last().is_some_and(|last| last.ident == "main"));
    if let Some(other) = other {
        let message = "a program has one entry; remove this, and in `fn main()` run what is async by \
                       `tokio::runtime::Runtime::new()?.block_on(..)`, say";
        diag.on(other, message);
    } else if let Some(token) = &sig.asyncness {
        diag.on(token, "boc needs no async; remove `async`");
    }
    if let Some(token) = &sig.constness {
        diag.on(token, "the program's entry cannot be `const`; remove `const`");
    }
    if let Safety::Unsafe(token) = &sig.safety {
        diag.on(token, "the program's entry cannot be `unsafe`; remove `unsafe`");
    }
    if let Some(abi) = &sig.abi {
        diag.on(abi, "the program's entry has no ABI; remove this");
    }
    if !sig.generics.params.is_empty() {
        diag.on(&sig.generics, "the program's entry cannot be generic; remove the parameters");
    }
    if let Some(clause) = &sig.generics.where_clause {
        diag.on(clause.where_token, "the program's entry cannot be generic; remove the `where` clause");
    }
    if let Some(variadic) = &sig.variadic {
        diag.on(variadic, "`#[main]` takes at most one parameter; remove `...`");
    }
    if let Some(FnArg::Receiver(receiver)) = sig.inputs.first() {
        diag.on(receiver, "`#[main]` has no receiver; write `main: MainThread`");
    }
    for extra in sig.inputs.iter().skip(1) {
        diag.on(extra, "`#[main]` takes at most one parameter, the `MainThread`; remove this one");
    }
}

fn expand(Options { krate, workers }: Options, Main { attrs, vis, sig, block }: &Main) -> TokenStream {
    let here = Span::mixed_site();
    let import = krate.unwrap_or_default().import();
    let [run, options] = ["run_main", "MainOptions"].map(|item| names::private(here, item));
    let workers = workers.as_ref().map(|count| quote_spanned!(hidden(count.span())=> .workers(#count)));
    let Signature { fn_token, ident, inputs, output, .. } = sig;
    let inner = Ident::new("__boc_main", Span::call_site());
    let (never, infallible) = match output {
        ReturnType::Type(_, ty) if matches!(**ty, Type::Never(_)) => {
            (true, Some(quote_spanned!(here=> -> ::core::convert::Infallible)))
        }
        _ => (false, None),
    };
    let body = match inputs.first() {
        Some(FnArg::Typed(param)) => {
            // At the type, where a wrong one is shown.
            let token = Ident::new("token", hidden(param.ty.span()));
            let cfgs = param.attrs.iter().filter(|attr| conditional(std::slice::from_ref(attr)));
            let call = quote_spanned!(here=> #inner(#(#cfgs)* #token));
            match infallible.is_some() || conditional(&param.attrs) {
                true => quote_spanned!(here=> |#token| #infallible { let _ = &#token; #call }),
                false => quote_spanned!(here=> |#token| #call),
            }
        }
        _ if never => quote_spanned!(here=> |_| #infallible { #inner() }),
        _ => quote_spanned!(here=> |_| #inner()),
    };
    let ended = quote!(#run(#options::new() #workers, #body).end());
    let ended = if never { quote_spanned!(here=> match #ended {}) } else { ended };
    quote! {
        #(#attrs)* #vis #fn_token #ident() #output {
            #import
            fn #inner(#inputs) #output #block
            #ended
        }
    }
}
