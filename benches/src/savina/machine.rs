//! Owns: on what the figures were measured.

use std::process::Command;
use std::{env, fs, thread};

use serde::{Deserialize, Serialize};

/// A machine, in words.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Machine {
    pub(crate) processor: String,
    pub(crate) cores: usize,
    pub(crate) system: String,
    pub(crate) compiler: String,
}

impl Machine {
    /// This one.
    pub(crate) fn this() -> Machine {
        let processor = fs::read_to_string("/proc/cpuinfo").ok().and_then(|info| {
            let line = info.lines().find(|line| line.starts_with("model name"))?;
            Some(line.split_once(':')?.1.trim().to_owned())
        });
        let compiler = Command::new("rustc").arg("--version").output().ok();
        let compiler = compiler.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
        Machine {
            processor: processor.unwrap_or_else(|| env::consts::ARCH.to_owned()),
            cores: thread::available_parallelism().map_or(1, Into::into),
            system: format!("{} {}", env::consts::OS, env::consts::ARCH),
            compiler: compiler.unwrap_or_else(|| "rustc".to_owned()),
        }
    }
}
