//! A small language of bodies. Names are taken from few, so that they often meet; what they mean is
//! up to the scopes.

/// A name of the language: `type` is written `r#type`.
pub(super) type Name = &'static str;

/// Names of variables.
pub(super) const NAMES: &[Name] = &["a", "b", "c", "type"];

/// Names of variables that have fields. (`w.x_y` and `w_x.y` are two.)
pub(super) const OWNERS: &[Name] = &["w", "w_x", "self", "a"];

/// Names of fields.
pub(super) const FIELDS: &[Name] = &["y", "x_y", "0"];

/// What `every_construct_is_met` looks for.
pub(super) const CONSTRUCTS: &[&str] = &[
    "when!(",
    "boc::when!(",
    "#[when(",
    "in &rt;",
    "read ",
    "pinned ",
    "read try ",
    "clone ",
    ": u8 = ",
    " = &",
    "[0]",
    "self.",
    "w_x.y",
    "r#type",
    "COUNTER",
    "pick(",
    "if let ",
    "&& let ",
    "else {",
    "else { return",
    "while let ",
    "for ",
    "match ",
    " if let ",
    "move |",
    "async move",
    "'a: loop",
    "break 'a",
    "println!(\"{",
    "vec![",
    "assert!(",
    "custom!(",
    "stringify!(when!(",
    "info!(\"",
    "log_when!(a =>",
    "note!(writing to a",
    "bind!(a,",
    "vec! { ",
    "#[cfg(x)] let ",
    "#[cfg(x)] when!(",
    "#[cfg(x)] fn ",
    "#[cfg_attr(x, when(",
    "#![x]",
    " as T)",
    "fn a(",
    "const a:",
    "static a:",
    "struct a;",
    "struct a {",
    "mod a {",
    "use x::a;",
    "use x::y as a;",
    "impl S {",
    "macro_rules! a",
    "mut ",
    "ref ",
    "Some(",
    " | ",
    " @ ",
    "S { ",
    "..]",
    "&(",
];

/// The body of a behavior, with the names that its own header binds.
#[derive(Clone, Debug)]
pub(super) struct Program {
    pub(super) own: Vec<Name>,
    pub(super) body: Body,
}

#[derive(Clone, Debug)]
pub(super) enum Body {
    /// Of the block form.
    Expr(Expr),
    /// Of the attribute form.
    Block(Vec<Stmt>),
}

#[derive(Clone, Debug)]
pub(super) enum Expr {
    Number,
    /// A mention, which is no capture: `f(&a)`
    Mention(Name),
    /// `println!("{a}")`
    Format(Name),
    When(Box<When>),
    Block(Vec<Stmt>),
    /// `if let P = E && let P = E { .. } else { .. }`, the `else` if there is one
    IfLet(Vec<(Pat, Expr)>, Vec<Stmt>, Option<Box<Expr>>),
    /// `while let P = E && let P = E { .. }`
    WhileLet(Vec<(Pat, Expr)>, Vec<Stmt>),
    For(Pat, Box<Expr>, Vec<Stmt>),
    Match(Box<Expr>, Vec<Arm>),
    Closure(Vec<Pat>, Box<Expr>),
    Async(Vec<Stmt>),
    /// A loop with a label that is called like a variable.
    Loop(Vec<Stmt>),
    /// `vec![E, E]`
    List(Vec<Expr>),
    /// `assert!(E, "{a}", a = E)`
    Assert(Box<Expr>, Name, Box<Expr>),
    /// An unknown macro: `custom!(when!(..))`
    Custom(Box<When>),
    /// One that does not run what it is given: `stringify!(when!(..))`
    Quoted(Box<When>),
    /// One that is given a text: `info!("text", when!(..))`
    Log(Box<When>),
    /// One with `when` in its name, which may be ours: `log_when!(a => 1)`
    Alias(Name),
    /// `vec! { E }.len()`
    Brace(Box<Expr>),
}

/// `P => E`, `P if E => E` or `P if let P = E => E`
#[derive(Clone, Debug)]
pub(super) struct Arm {
    pub(super) pat: Pat,
    pub(super) guard: Option<(Option<Pat>, Expr)>,
    pub(super) value: Expr,
}

#[derive(Clone, Debug)]
pub(super) enum Stmt {
    Expr(Expr),
    /// `let P = E;`, or with an `else`
    Let(Pat, Expr, Option<Vec<Stmt>>),
    /// A nested function, which sees no variables, not with a behavior in it either.
    Fn(Name, Vec<Pat>, Vec<Stmt>),
    /// A method, likewise.
    Method(Vec<Stmt>),
    /// Another item, one that is a value of this name or one that is not.
    Item(ItemKind, Name),
    /// The attribute form.
    Behavior(Box<Behavior>),
    /// `note!(writing to a);`, which binds nothing
    Words(Name),
    /// `bind!(a, 1);`, which binds `a`
    Bind(Name),
    /// Under a `#[cfg(x)]`.
    Cfg(Box<Stmt>),
}

#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum ItemKind {
    Const,
    Static,
    UnitStruct,
    Use,
    UseAs,
    // These are no values: a variable of this name is still seen.
    Struct,
    Mod,
    Macro,
}

/// `when!(ITEM, .. => BODY)`
#[derive(Clone, Debug)]
pub(super) struct When {
    pub(super) path: Name,
    pub(super) target: bool,
    pub(super) items: Vec<Item>,
    pub(super) body: Expr,
}

/// `#[when(ITEM, ..)] fn NAME(PARAM, ..) { .. }`
#[derive(Clone, Debug)]
pub(super) struct Behavior {
    pub(super) name: Name,
    pub(super) items: Vec<Item>,
    /// The name of each request's parameter, as far as these go; then it is the request's own.
    pub(super) params: Vec<Name>,
    pub(super) body: Vec<Stmt>,
    /// Whether the attribute is in a `cfg_attr`.
    pub(super) conditional: bool,
    /// Whether an inner attribute begins the function.
    pub(super) inner: bool,
}

#[derive(Clone, Debug)]
pub(super) enum Item {
    /// Its modifier, its name if it has one apart, its value.
    Request(Name, Option<Name>, Source),
    /// `clone a`
    Clone(Name),
    /// `let a = E`
    Let(Name, Expr),
}

/// The value of a request.
#[derive(Clone, Debug)]
pub(super) enum Source {
    Name(Name),
    Field(Name, Name),
    /// `COUNTER`, a static perhaps.
    Constant,
    /// `self`
    This,
    // These have to have a name apart.
    Borrow(Box<Source>),
    Index(Box<Source>),
    Cast(Box<Source>),
    Tuple(Vec<Source>),
    /// `pick(E)`: what it mentions is moved.
    Call(Expr),
}

#[derive(Clone, Debug)]
pub(super) enum Pat {
    Wild,
    Name(Name),
    Mut(Name),
    Ref(Name),
    Some(Box<Pat>),
    Tuple(Vec<Pat>),
    Borrow(Box<Pat>),
    /// `S { a, y: P, .. }`
    Struct(Name, Box<Pat>),
    /// `[P, a @ ..]`
    Slice(Box<Pat>, Name),
    /// `a @ P`
    At(Name, Box<Pat>),
    /// `Some(P) | Ok(P)`
    Or(Box<Pat>),
}
