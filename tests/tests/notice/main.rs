//! Promise: the noticeboard. Reading takes no turn; a body reads one moment; its posts are one, and there before its cowns
//! and its promise; each runtime has a board of its own.

mod body;
mod changed;
mod ends;
mod model;
mod outside;
mod simulated;
mod update;
