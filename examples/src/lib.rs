//! Programs that show boc at work. There is nothing to import here: each program is an example of this package, and
//! `examples/README.md` lists them all.
