//! Whether two names of one text are one name. What a `macro_rules!` writes by itself and what it is given are two
//! worlds, and a cown that it is given may be called like a variable of its own.

use proc_macro2::Span;

/// Whether two names of one text may be one variable. They are not if both are written in the source, and the
/// compiler shows them in two worlds; of what a procedural macro makes up nobody knows, so it counts as one.
pub(crate) fn same(one: Span, other: Span) -> bool {
    match (world(one), world(other)) {
        (Some(one), Some(other)) => one == other,
        _ => true,
    }
}

/// `#12` of a name that is shown as `#12 bytes(34..56)`. There is no better way on a stable compiler; where the text is
/// another one day, all names of one text are one, as they were before.
fn world(name: Span) -> Option<String> {
    // What a procedural macro makes up stands for its whole call.
    let written = name.source_text()?;
    let word = written.chars().all(|char| char.is_alphanumeric() || "_#".contains(char));
    let shown = format!("{name:?}");
    let (world, _) = shown.split_once(" bytes(").filter(|_| word)?;
    Some(world.to_owned())
}
