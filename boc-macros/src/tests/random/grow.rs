//! How trees grow, and shrink: towards fewer parts, and towards the first of several kinds.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use super::tree::*;

pub(super) fn program() -> impl Strategy<Value = Program> {
    let body = prop_oneof![expr().prop_map(Body::Expr), block(expr(), 1).prop_map(Body::Block)];
    (vec(name(), 0..2), body).prop_map(|(own, body)| Program { own, body })
}

fn name() -> impl Strategy<Value = Name> + Clone {
    select(NAMES)
}

fn pat() -> BoxedStrategy<Pat> {
    let leaf = prop_oneof![
        1 => Just(Pat::Wild),
        4 => name().prop_map(Pat::Name),
        1 => name().prop_map(Pat::Mut),
        1 => name().prop_map(Pat::Ref),
    ];
    let grow = |inner: BoxedStrategy<Pat>| {
        prop_oneof![
            inner.clone().prop_map(|pat| Pat::Some(pat.into())),
            vec(inner.clone(), 0..3).prop_map(Pat::Tuple),
            inner.clone().prop_map(|pat| Pat::Borrow(pat.into())),
            (name(), inner.clone()).prop_map(|(name, pat)| Pat::Struct(name, pat.into())),
            (inner.clone(), name()).prop_map(|(pat, name)| Pat::Slice(pat.into(), name)),
            (name(), inner.clone()).prop_map(|(name, pat)| Pat::At(name, pat.into())),
            inner.prop_map(|pat| Pat::Or(pat.into())),
        ]
    };
    leaf.prop_recursive(2, 4, 2, grow).boxed()
}

fn expr() -> BoxedStrategy<Expr> {
    let leaf = prop_oneof![
        Just(Expr::Number),
        name().prop_map(Expr::Mention),
        name().prop_map(Expr::Format),
        when(Just(Expr::Number).boxed()).prop_map(|when| Expr::When(when.into())),
    ];
    leaf.prop_recursive(6, 40, 4, composed).boxed()
}

fn composed(inner: BoxedStrategy<Expr>) -> BoxedStrategy<Expr> {
    let boxed = || inner.clone().prop_map(Box::new);
    let stmts = || block(inner.clone(), 0);
    let conditions = || vec((pat(), inner.clone()), 1..3);
    prop_oneof![
        3 => stmts().prop_map(Expr::Block),
        4 => when(inner.clone()).prop_map(|when| Expr::When(when.into())),
        1 => (conditions(), stmts(), option::of(boxed())).prop_map(|(lets, then, or)| Expr::IfLet(lets, then, or)),
        1 => (conditions(), stmts()).prop_map(|(lets, body)| Expr::WhileLet(lets, body)),
        1 => (pat(), boxed(), stmts()).prop_map(|(pat, of, body)| Expr::For(pat, of, body)),
        2 => (boxed(), vec(arm(inner.clone()), 1..3)).prop_map(|(of, arms)| Expr::Match(of, arms)),
        2 => (vec(pat(), 0..3), boxed()).prop_map(|(params, body)| Expr::Closure(params, body)),
        1 => stmts().prop_map(Expr::Async),
        1 => stmts().prop_map(Expr::Loop),
        1 => vec(inner.clone(), 1..3).prop_map(Expr::List),
        1 => (boxed(), name(), boxed()).prop_map(|(what, name, value)| Expr::Assert(what, name, value)),
        1 => when(inner.clone()).prop_map(|when| Expr::Custom(when.into())),
        1 => when(inner.clone()).prop_map(|when| Expr::Quoted(when.into())),
        1 => when(inner.clone()).prop_map(|when| Expr::Log(when.into())),
        1 => name().prop_map(Expr::Alias),
        1 => boxed().prop_map(Expr::Brace),
    ]
    .boxed()
}

fn arm(inner: BoxedStrategy<Expr>) -> impl Strategy<Value = Arm> {
    let guard = option::of((option::of(pat()), inner.clone()));
    (pat(), guard, inner).prop_map(|(pat, guard, value)| Arm { pat, guard, value })
}

fn block(inner: BoxedStrategy<Expr>, least: usize) -> BoxedStrategy<Vec<Stmt>> {
    vec(stmt(inner), least..4).boxed()
}

fn stmt(inner: BoxedStrategy<Expr>) -> impl Strategy<Value = Stmt> {
    let short = vec(inner.clone().prop_map(Stmt::Expr), 0..2);
    let flags = (prop::bool::weighted(0.2), prop::bool::weighted(0.2));
    let behavior = (name(), vec(item(inner.clone()), 0..3), vec(name(), 0..3), short.clone(), flags);
    let behavior = behavior.prop_map(|(name, items, params, body, (conditional, inner))| Behavior {
        name,
        items,
        params,
        body,
        conditional,
        inner,
    });
    let plain = prop_oneof![
        4 => inner.clone().prop_map(Stmt::Expr),
        4 => (pat(), inner, option::weighted(0.3, short.clone())).prop_map(|(pat, value, or)| Stmt::Let(pat, value, or)),
        1 => (name(), vec(pat(), 0..2), short.clone()).prop_map(|(name, params, body)| Stmt::Fn(name, params, body)),
        1 => short.prop_map(Stmt::Method),
        3 => (item_kind(), name()).prop_map(|(kind, name)| Stmt::Item(kind, name)),
        2 => behavior.prop_map(|behavior| Stmt::Behavior(behavior.into())),
        1 => name().prop_map(Stmt::Words),
        1 => name().prop_map(Stmt::Bind),
    ];
    (prop::bool::weighted(0.2), plain).prop_map(|(conditional, stmt)| match conditional {
        true => Stmt::Cfg(stmt.into()),
        false => stmt,
    })
}

fn item_kind() -> impl Strategy<Value = ItemKind> {
    use ItemKind::*;
    select(&[Const, Static, UnitStruct, Use, UseAs, Struct, Mod, Macro])
}

fn when(body: BoxedStrategy<Expr>) -> impl Strategy<Value = When> {
    let path = select(&["when", "boc::when", "boc_when"]);
    (path, prop::bool::weighted(0.2), vec(item(body.clone()), 0..3), body)
        .prop_map(|(path, target, items, body)| When { path, target, items, body })
}

fn item(inner: BoxedStrategy<Expr>) -> impl Strategy<Value = Item> {
    let modifier = select(&["", "", "read ", "pinned ", "try ", "read try "]);
    prop_oneof![
        6 => (modifier, option::of(name()), source(inner.clone()))
            .prop_map(|(modifier, name, source)| Item::Request(modifier, name, source)),
        1 => name().prop_map(Item::Clone),
        1 => (name(), inner).prop_map(|(name, value)| Item::Let(name, value)),
    ]
}

fn source(inner: BoxedStrategy<Expr>) -> BoxedStrategy<Source> {
    let leaf = prop_oneof![
        6 => name().prop_map(Source::Name),
        3 => (select(OWNERS), select(FIELDS)).prop_map(|(owner, field)| Source::Field(owner, field)),
        1 => Just(Source::Constant),
        1 => Just(Source::This),
        1 => inner.prop_map(Source::Call),
    ];
    let grow = |inner: BoxedStrategy<Source>| {
        prop_oneof![
            inner.clone().prop_map(|source| Source::Borrow(source.into())),
            inner.clone().prop_map(|source| Source::Index(source.into())),
            inner.clone().prop_map(|source| Source::Cast(source.into())),
            vec(inner, 1..3).prop_map(Source::Tuple),
        ]
    };
    leaf.prop_recursive(2, 3, 2, grow).boxed()
}
