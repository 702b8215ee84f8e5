//! The promises of the model, one file each.

mod alias;
mod batch;
mod cancel;
mod cancelling;
mod captures;
mod combine;
mod depth;
mod executors;
mod fairness;
mod forms;
mod future;
mod given_up;
mod groups;
mod isolation;
mod join;
mod nested;
mod order;
mod panic;
mod panic_in_drop;
mod quiesce;
mod request;
mod resolver;
mod scope;
mod shared_reads;
mod targets;
mod try_groups;
