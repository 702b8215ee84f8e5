//! Patterns, with what they bind, and names.

use super::tree::*;

/// A pattern as text, and what it binds: each name once.
pub(super) struct Pattern {
    pub(super) text: String,
    pub(super) names: Vec<Name>,
}

impl Pattern {
    pub(super) fn new(pat: &Pat) -> Self {
        let mut names = Vec::new();
        let text = pattern(pat, &mut names);
        Self { text, names }
    }
}

pub(super) fn pattern(pat: &Pat, names: &mut Vec<Name>) -> String {
    let bind = |name: Name, names: &mut Vec<Name>| {
        let new = !names.contains(&name);
        if new {
            names.push(name);
        }
        new
    };
    match pat {
        Pat::Wild => "_".to_owned(),
        Pat::Name(name) if bind(name, names) => raw(name),
        Pat::Mut(name) if bind(name, names) => format!("mut {}", raw(name)),
        Pat::Ref(name) if bind(name, names) => format!("ref {}", raw(name)),
        Pat::Name(_) | Pat::Mut(_) | Pat::Ref(_) => "_".to_owned(),
        Pat::Some(pat) => format!("Some({})", pattern(pat, names)),
        Pat::Tuple(pats) => {
            format!("({})", pats.iter().map(|pat| pattern(pat, names)).collect::<Vec<_>>().join(", "))
        }
        Pat::Borrow(pat) => format!("&({})", pattern(pat, names)),
        Pat::Struct(name, pat) if bind(name, names) => {
            format!("S {{ {}, y: {}, .. }}", raw(name), pattern(pat, names))
        }
        Pat::Struct(_, pat) => format!("S {{ y: {}, .. }}", pattern(pat, names)),
        Pat::Slice(pat, name) if bind(name, names) => {
            format!("[{}, {} @ ..]", pattern(pat, names), raw(name))
        }
        Pat::Slice(pat, _) => format!("[{}, ..]", pattern(pat, names)),
        Pat::At(name, pat) if bind(name, names) => format!("{} @ ({})", raw(name), pattern(pat, names)),
        Pat::At(_, pat) => pattern(pat, names),
        Pat::Or(pat) => {
            let text = pattern(pat, names);
            format!("(Some({text}) | Ok({text}))")
        }
    }
}

/// A name as it is written.
pub(super) fn raw(name: &str) -> String {
    match name {
        "type" => "r#type".to_owned(),
        name => name.to_owned(),
    }
}
