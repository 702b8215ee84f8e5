//! Owns: one configuration: sizes that follow from others, and what cannot be.

use boc_chain_ring::matrix::Size;
use serde::Serialize;

use crate::cli::Options;

#[derive(Clone, Debug, Serialize)]
pub(crate) struct Config {
    pub(crate) workers: usize,
    pub(crate) group_size: usize,
    pub(crate) stride: usize,
    pub(crate) ring_size: usize,
    pub(crate) rings: usize,
    pub(crate) chains_per_ring: usize,
    pub(crate) iters: usize,
    pub(crate) payload: Size,
    pub(crate) null_payload: bool,
    /// Dispatches a second.
    pub(crate) pinned_spinner: Option<f64>,
    pub(crate) duration: f64,
    pub(crate) warmup: f64,
}

impl Config {
    /// Many rings with few chains each, unless told otherwise: the scheduler is to be measured, not how long chains wait
    /// for one another.
    ///
    /// # Errors
    /// Says what is wrong with the options, and what to write.
    pub(crate) fn new(options: &Options) -> Result<Config, String> {
        let Options { workers, group_size, stride, ring_size, duration, warmup, .. } = *options;
        if workers == 0 || group_size == 0 || stride == 0 {
            return Err("--workers, --group-size and --stride have to be 1 at least".to_owned());
        }
        if options.iters == 0 {
            return Err(
                "--iters has to be 1 at least; write --null-payload for behaviors without work".to_owned()
            );
        }
        let positive = |seconds: f64| seconds.is_finite() && seconds > 0.0;
        if !positive(duration) || !(positive(warmup) || warmup == 0.0) {
            return Err(
                "--duration has to be a positive number of seconds, and --warmup not negative".to_owned()
            );
        }
        if options.pinned_spinner.is_some_and(|rate| !positive(rate) || rate > 1e6) {
            return Err(
                "--pinned-spinner takes dispatches a second, up to 1e6: --pinned-spinner 1000".to_owned()
            );
        }
        let room = group_size.saturating_mul(stride).saturating_mul(2);
        if room > ring_size {
            return Err(format!(
                "a window of {group_size} cowns, {stride} apart, needs a ring of {room} at least, so that two chains have \
                 room; write --ring-size {room}, or less for --group-size or --stride"
            ));
        }
        let chains_per_ring =
            options.chains_per_ring.unwrap_or((ring_size / (group_size * stride * 8)).max(1));
        if chains_per_ring == 0 || chains_per_ring > ring_size {
            return Err(format!("--chains-per-ring has to be from 1 to the ring's size, {ring_size}"));
        }
        let rings = options.rings.unwrap_or((workers * 16 / chains_per_ring).max(workers * 4));
        if rings == 0 {
            return Err("--rings has to be 1 at least".to_owned());
        }
        Ok(Config {
            workers,
            group_size,
            stride,
            ring_size,
            rings,
            chains_per_ring,
            iters: options.iters,
            payload: options.payload,
            null_payload: options.null_payload,
            pinned_spinner: options.pinned_spinner,
            duration,
            warmup,
        })
    }
}
