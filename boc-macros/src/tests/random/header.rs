//! Headers: what is captured is decided here.

use super::pattern::raw;
use super::tree::*;
use super::write::Writer;

impl Writer {
    /// The names that requests and captures bind in the body. Requests are evaluated outside of all
    /// of these, and each capture sees those before it.
    pub(super) fn header(&mut self, items: &[Item]) -> (Vec<Name>, Vec<Name>) {
        let (mut requests, mut captures) = (Vec::new(), Vec::new());
        let mut comma = "";
        for item in items {
            let name: Name = match item {
                Item::Request(_, Some(name), _) | Item::Clone(name) | Item::Let(name, _) => name,
                Item::Request(_, None, source) => plain_name(source).unwrap_or("k"),
            };
            if requests.contains(&name) || captures.contains(&name) {
                continue; // a mistake, which has its own tests
            }
            self.put(comma);
            comma = ", ";
            match item {
                Item::Request(modifier, apart, source) => {
                    self.put(modifier);
                    if apart.is_some() || plain_name(source).is_none() {
                        self.put(&format!("{} = ", raw(name)));
                    }
                    // Captures that were written before are not seen.
                    let hidden = self.scope.split_off(self.scope.len() - captures.len());
                    self.source(source, true);
                    self.scope.extend(hidden);
                    requests.push(name);
                }
                Item::Clone(_) => {
                    self.put(&format!("clone {}", raw(name)));
                    captures.push(name);
                    self.bind(name);
                }
                Item::Let(_, value) => {
                    self.put(&format!("let {}{} = ", raw(name), if name == "b" { ": u8" } else { "" }));
                    self.expr(value);
                    captures.push(name);
                    self.bind(name);
                }
            }
        }
        self.scope.truncate(self.scope.len() - captures.len());
        (requests, captures)
    }

    /// The value of a request. A place in it is a handle, unless it is only reached through
    /// something else.
    fn source(&mut self, source: &Source, handle: bool) {
        match source {
            Source::Name(name) => self.place(name, raw(name), handle),
            Source::Field(owner, field) => self.place(owner, format!("{owner}.{field}"), handle),
            Source::This => self.place("self", "self".to_owned(), handle),
            // It may be a variable: a static that is one is captured by its type.
            Source::Constant => self.place("COUNTER", "COUNTER".to_owned(), handle),
            Source::Borrow(of) => {
                self.put("&");
                self.source(of, handle);
            }
            Source::Cast(of) => {
                self.put("(");
                self.source(of, handle);
                self.put(" as T)");
            }
            // Of something that is no place it is the closure's business.
            Source::Index(of) if matches!(**of, Source::Borrow(_)) => {
                self.put("(");
                self.source(of, false);
                self.put(")[0]");
            }
            Source::Index(of) => {
                let of_place =
                    !matches!(**of, Source::Constant | Source::Tuple(_) | Source::Call(_) | Source::Cast(_));
                self.source(of, handle && of_place);
                self.put("[0]");
            }
            Source::Tuple(parts) => {
                self.put("(");
                for part in parts {
                    self.source(part, handle);
                    self.put(", ");
                }
                self.put(")");
            }
            Source::Call(value) => {
                self.put("pick(");
                self.expr(value);
                self.put(")");
            }
        }
    }

    pub(super) fn place(&mut self, variable: Name, place: String, handle: bool) {
        self.put(&place);
        let mut bound = self.scope.iter().filter(|(name, _)| *name == variable).peekable();
        let sometimes = self.conditions > 0 || bound.peek().is_some();
        if handle && !self.apart && bound.all(|(_, conditional)| *conditional) {
            *self.captured.entry(place).or_insert(true) &= sometimes;
        }
    }
}

/// The name that a request has in the body if none was written; None if it has to be.
fn plain_name(source: &Source) -> Option<Name> {
    match source {
        Source::Name(name) => Some(name),
        Source::Field(_, field) if *field != "0" => Some(field),
        _ => None,
    }
}
