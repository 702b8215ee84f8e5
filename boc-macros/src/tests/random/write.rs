//! Writes a tree down, and knows what it captures: a place in the header of a nested behavior whose
//! variable nothing between the body's start and there has bound.

use std::collections::BTreeMap;
use std::fmt;

use super::pattern::{Pattern, pattern, raw};
use super::tree::*;

/// A program as text, and what a human says about it.
#[derive(Clone)]
pub(super) struct Written {
    pub(super) attribute: bool,
    pub(super) own: Vec<Name>,
    pub(super) text: String,
    /// Each place that it captures, and whether only under a condition.
    pub(super) captured: BTreeMap<String, bool>,
    /// How many behaviors the innermost place is in, this one counted.
    pub(super) depth: usize,
}

impl fmt::Debug for Written {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Written { attribute, own, text, captured, .. } = self;
        let form = if *attribute { "attribute" } else { "block" };
        write!(
            f,
            "{form} form, whose header binds {own:?} and whose body is\n    {text}\ncaptures {captured:?}"
        )
    }
}

pub(super) fn written(program: &Program) -> Written {
    let mut writer = Writer::default();
    writer.bind_all(program.own.clone());
    let attribute = match &program.body {
        Body::Expr(expr) => {
            writer.expr(expr);
            false
        }
        Body::Block(stmts) => {
            writer.stmts(stmts);
            true
        }
    };
    let Writer { text, captured, deepest, .. } = writer;
    Written { attribute, own: program.own.clone(), text, captured, depth: deepest + 1 }
}

#[derive(Default)]
pub(super) struct Writer {
    text: String,
    /// What is bound here, and whether only under a condition.
    pub(super) scope: Vec<(Name, bool)>,
    /// How many conditions are around this point.
    pub(super) conditions: usize,
    pub(super) captured: BTreeMap<String, bool>,
    /// Whether this is in an item, which sees no variables.
    pub(super) apart: bool,
    depth: usize,
    deepest: usize,
}

impl Writer {
    pub(super) fn put(&mut self, text: &str) {
        self.text.push_str(text);
    }

    pub(super) fn bind(&mut self, name: Name) {
        self.scope.push((name, self.conditions > 0));
    }

    fn bind_all(&mut self, names: impl IntoIterator<Item = Name>) {
        names.into_iter().for_each(|name| self.bind(name));
    }

    /// What is written meanwhile is there under a condition.
    fn conditionally(&mut self, write: impl FnOnce(&mut Self)) {
        self.conditions += 1;
        write(self);
        self.conditions -= 1;
    }

    /// What is bound meanwhile is forgotten afterwards.
    fn scoped(&mut self, write: impl FnOnce(&mut Self)) {
        let before = self.scope.len();
        write(self);
        self.scope.truncate(before);
    }

    pub(super) fn expr(&mut self, expr: &Expr) {
        match expr {
            Expr::Number => self.put("1"),
            Expr::Mention(name) => self.put(&format!("f(&{})", raw(name))),
            Expr::Format(name) => self.put(&format!("println!(\"{{{name}}}\")")),
            Expr::When(when) => self.when(when),
            Expr::Block(stmts) => self.block(stmts),
            Expr::IfLet(lets, then, or) => {
                self.scoped(|writer| {
                    writer.conditions("if", lets);
                    writer.block(then);
                });
                if let Some(or) = or {
                    self.put(" else { ");
                    self.expr(or);
                    self.put(" }");
                }
            }
            Expr::WhileLet(lets, body) => self.scoped(|writer| {
                writer.conditions("while", lets);
                writer.block(body);
            }),
            Expr::For(pat, of, body) => {
                let pat = Pattern::new(pat);
                self.put(&format!("for {} in (", pat.text));
                self.expr(of);
                self.put(") ");
                self.scoped(|writer| {
                    writer.bind_all(pat.names);
                    writer.block(body);
                });
            }
            Expr::Match(of, arms) => {
                self.put("match (");
                self.expr(of);
                self.put(") { ");
                arms.iter().for_each(|arm| self.scoped(|writer| writer.arm(arm)));
                self.put("}");
            }
            Expr::Closure(params, body) => self.scoped(|writer| {
                writer.put("move |");
                writer.params(params);
                writer.put("| ");
                writer.expr(body);
            }),
            Expr::Async(stmts) => {
                self.put("async move ");
                self.block(stmts);
            }
            Expr::Loop(stmts) => {
                self.put("'a: loop { ");
                self.scoped(|writer| writer.stmts(stmts));
                self.put("break 'a; }");
            }
            Expr::List(exprs) => {
                self.put("vec![");
                self.separated(exprs, Self::expr);
                self.put("]");
            }
            Expr::Assert(what, name, value) => {
                self.put("assert!(");
                self.expr(what);
                self.put(&format!(", \"{{{name}}}\", {} = ", raw(name)));
                self.expr(value);
                self.put(")");
            }
            Expr::Custom(when) => {
                self.put("custom!(");
                self.when(when);
                self.put(")");
            }
            Expr::Quoted(when) => {
                let before = std::mem::replace(&mut self.apart, true);
                self.put("stringify!(");
                self.when(when);
                self.put(")");
                self.apart = before;
            }
            Expr::Log(when) => {
                self.put("info!(\"text\", ");
                self.when(when);
                self.put(")");
            }
            Expr::Alias(name) => {
                // In parentheses: as a statement it might bind the name for what follows.
                self.put("(log_when!(");
                self.place(name, raw(name), true);
                self.put(" => 1))");
            }
            Expr::Brace(of) => {
                self.put("vec! { ");
                self.expr(of);
                self.put(" }.len()");
            }
        }
    }

    /// `if let P = (E) && let P = (E) `: each is in scope in the next.
    fn conditions(&mut self, keyword: &str, lets: &[(Pat, Expr)]) {
        for (position, (pat, value)) in lets.iter().enumerate() {
            let pat = Pattern::new(pat);
            let before = if position == 0 { keyword } else { "&&" };
            self.put(&format!("{before} let {} = (", pat.text));
            self.expr(value);
            self.put(") ");
            self.bind_all(pat.names);
        }
    }

    fn arm(&mut self, Arm { pat, guard, value }: &Arm) {
        let pat = Pattern::new(pat);
        self.put(&pat.text);
        self.bind_all(pat.names);
        match guard {
            None => {}
            Some((None, condition)) => {
                self.put(" if (");
                self.expr(condition);
                self.put(")");
            }
            Some((Some(pat), value)) => {
                self.put(" ");
                self.conditions("if", &[(pat.clone(), value.clone())]);
            }
        }
        self.put(" => { ");
        self.expr(value);
        self.put(" } ");
    }

    fn params(&mut self, params: &[Pat]) {
        let mut names = Vec::new();
        let params: Vec<String> = params.iter().map(|pat| pattern(pat, &mut names)).collect();
        self.put(&params.join(", "));
        self.bind_all(names);
    }

    fn block(&mut self, stmts: &[Stmt]) {
        self.put("{ ");
        self.scoped(|writer| writer.stmts(stmts));
        self.put("}");
    }

    /// Items are seen in the whole block, variables from their line on.
    fn stmts(&mut self, stmts: &[Stmt]) {
        use ItemKind::*;
        for stmt in stmts {
            let (item, conditional) = match stmt {
                Stmt::Cfg(stmt) => (&**stmt, true),
                stmt => (stmt, self.conditions > 0),
            };
            match item {
                Stmt::Fn(name, ..) | Stmt::Item(Const | Static | UnitStruct | Use | UseAs, name) => {
                    self.scope.push((name, conditional))
                }
                _ => {}
            }
        }
        for stmt in stmts {
            self.stmt(stmt);
            self.put(" ");
        }
    }

    fn stmt(&mut self, stmt: &Stmt) {
        match stmt {
            Stmt::Expr(expr) => {
                self.expr(expr);
                self.put(";");
            }
            Stmt::Let(pat, value, or) => {
                let pat = Pattern::new(pat);
                self.put(&format!("let {} = (", pat.text));
                self.expr(value);
                self.put(")");
                if let Some(or) = or {
                    self.put(" else { ");
                    self.scoped(|writer| writer.stmts(or));
                    self.put("return }");
                }
                self.put(";");
                self.bind_all(pat.names);
            }
            Stmt::Fn(name, params, body) => {
                let params =
                    params.iter().map(|pat| Pattern::new(pat).text + ": u8").collect::<Vec<_>>().join(", ");
                self.put(&format!("fn {}({params}) ", raw(name)));
                self.item(body);
            }
            Stmt::Method(body) => {
                self.put("impl S { fn m(&self) ");
                self.item(body);
                self.put(" }");
            }
            Stmt::Item(kind, name) => self.put(&other_item(*kind, &raw(name))),
            Stmt::Behavior(behavior) => self.behavior(behavior),
            Stmt::Words(name) => self.put(&format!("note!(writing to {});", raw(name))),
            Stmt::Bind(name) => {
                self.put(&format!("bind!({}, 1);", raw(name)));
                self.bind(name);
            }
            Stmt::Cfg(stmt) => {
                self.put("#[cfg(x)] ");
                self.conditionally(|writer| writer.stmt(stmt));
            }
        }
    }

    fn item(&mut self, body: &[Stmt]) {
        let before = std::mem::replace(&mut self.apart, true);
        self.block(body);
        self.apart = before;
    }

    fn when(&mut self, When { path, target, items, body }: &When) {
        self.put(path);
        self.put("!(");
        self.put(if *target { "in &rt; " } else { "" });
        self.scoped(|writer| {
            let (requests, captures) = writer.header(items);
            writer.put(" => ");
            writer.bind_all(requests);
            writer.bind_all(captures);
            writer.nested(|writer| writer.expr(body));
        });
        self.put(")");
    }

    fn behavior(&mut self, behavior: &Behavior) {
        match behavior.conditional {
            true => self.conditionally(|writer| writer.function(behavior)),
            false => self.function(behavior),
        }
        // It stands for a `let`.
        self.bind(behavior.name);
    }

    fn function(&mut self, Behavior { name, items, params, body, conditional, inner }: &Behavior) {
        self.put(if *conditional { "#[cfg_attr(x, when(" } else { "#[when(" });
        self.scoped(|writer| {
            let (requests, captures) = writer.header(items);
            let params: Vec<Name> = requests
                .iter()
                .enumerate()
                .map(|(position, request)| *params.get(position).unwrap_or(request))
                .collect();
            let list: Vec<String> = params.iter().map(|name| format!("{}: &mut u8", raw(name))).collect();
            let end = if *conditional { "))]" } else { ")]" };
            writer.put(&format!("{end} fn {}({}) {{ ", raw(name), list.join(", ")));
            writer.put(if *inner { "#![x] " } else { "" });
            writer.bind_all(params);
            writer.bind_all(captures);
            writer.nested(|writer| writer.stmts(body));
            writer.put("}");
        });
    }

    fn nested(&mut self, write: impl FnOnce(&mut Self)) {
        self.depth += 1;
        self.deepest = self.deepest.max(self.depth);
        write(self);
        self.depth -= 1;
    }

    fn separated<T>(&mut self, parts: &[T], write: impl Fn(&mut Self, &T)) {
        for (position, part) in parts.iter().enumerate() {
            self.put(if position == 0 { "" } else { ", " });
            write(self, part);
        }
    }
}

fn other_item(kind: ItemKind, name: &str) -> String {
    match kind {
        ItemKind::Const => format!("const {name}: u8 = 0;"),
        ItemKind::Static => format!("static {name}: u8 = 0;"),
        ItemKind::UnitStruct => format!("struct {name};"),
        ItemKind::Use => format!("use x::{name};"),
        ItemKind::UseAs => format!("use x::y as {name};"),
        ItemKind::Struct => format!("struct {name} {{ {name}: u8 }}"),
        ItemKind::Mod => format!("mod {name} {{}}"),
        ItemKind::Macro => format!("macro_rules! {name} {{ () => {{}} }}"),
    }
}
