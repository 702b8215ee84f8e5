//! Owns: the load: rings of cowns, and chains of behaviors that slide a window along them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use boc::{Group, prelude::*};
use boc_chain_ring::matrix::Matrix;

use crate::config::Config;

/// Everything that runs.
pub(crate) struct Rings {
    chains: Vec<Cown<Chain>>,
    rings: Vec<Ring>,
    plan: Arc<Plan>,
}

type Ring = Arc<[Cown<Matrix>]>;

/// What all chains have in common.
struct Plan {
    group_size: usize,
    stride: usize,
    /// 0: no payload.
    iters: usize,
    stop: AtomicBool,
}

/// A place on a ring, from which the window begins.
struct Chain {
    ring: Ring,
    head: usize,
    steps: u64,
    plan: Arc<Plan>,
}

impl Chain {
    fn window(&self) -> Vec<&Cown<Matrix>> {
        let places = (0..self.plan.group_size).map(|number| self.head + number * self.plan.stride);
        places.map(|place| &self.ring[place % self.ring.len()]).collect()
    }

    /// One step, and the next one behind it, until somebody says stop.
    fn step(mut chain: Acquired<'_, Chain>, mut window: Group<'_, Matrix>) {
        for _ in 0..chain.plan.iters {
            for member in 0..window.len() {
                window[0] = window[0].times(&window[member]);
            }
        }
        chain.steps += 1;
        chain.head = (chain.head + chain.plan.stride) % chain.ring.len();
        // Relaxed: a step more or less does not matter.
        if !chain.plan.stop.load(Ordering::Relaxed) {
            let window = chain.window();
            when!(chain, window => Chain::step(chain, window));
        }
    }
}

impl Rings {
    pub(crate) fn new(config: &Config) -> Rings {
        let plan = Arc::new(Plan {
            group_size: config.group_size,
            stride: config.stride,
            iters: if config.null_payload { 0 } else { config.iters },
            stop: AtomicBool::new(false),
        });
        let rings: Vec<Ring> = (0..config.rings)
            .map(|ring| {
                let seeds = (0..config.ring_size).map(|place| ring * config.ring_size + place);
                seeds.map(|seed| Cown::new(Matrix::new(config.payload, seed))).collect()
            })
            .collect();
        let spacing = config.ring_size / config.chains_per_ring;
        let chains = rings
            .iter()
            .flat_map(|ring| (0..config.chains_per_ring).map(move |number| (ring, number * spacing)))
            .map(|(ring, head)| {
                Cown::new(Chain { ring: Arc::clone(ring), head, steps: 0, plan: Arc::clone(&plan) })
            })
            .collect();
        Rings { chains, rings, plan }
    }

    pub(crate) fn rings(&self) -> u64 {
        self.rings.len() as u64
    }

    /// Lets all chains run.
    pub(crate) fn start(&self) {
        for chain in &self.chains {
            when!(chain => {
                let window = chain.window();
                when!(chain, window => Chain::step(chain, window));
            });
        }
    }

    /// Ends all chains, and gives the number of behaviors that there were: each chain's first one and its steps.
    ///
    /// # Panics
    /// If a chain got stuck, or a matrix is not what products of such matrices are.
    pub(crate) fn stop(self) -> u64 {
        // Relaxed: as above.
        self.plan.stop.store(true, Ordering::Relaxed);
        quiesce();
        let (chains, rings) = (&self.chains, &self.rings);
        let steps = when!(read chains => chains.iter().map(|chain| chain.steps).collect::<Vec<_>>());
        for ring in rings {
            let sound = when!(read ring = &ring[..] => ring.iter().all(Matrix::is_sound));
            assert!(sound.join().expect("no body panics"), "a matrix is not a product of what was there");
        }
        let steps = steps.join().expect("no body panics");
        assert!(steps.iter().all(|steps| *steps > 0), "a chain never ran: {steps:?}");
        steps.iter().sum::<u64>() + steps.len() as u64
    }
}
