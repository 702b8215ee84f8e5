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
        // A line for each core, where there is this file.
        let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let names = || info.lines().filter_map(|line| line.strip_prefix("model name")?.split_once(": "));
        let processor = names().next().map(|(_, name)| name.trim().to_owned());
        let cores = names().count();
        let compiler = Command::new("rustc").arg("--version").output().ok();
        let compiler = compiler.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
        Machine {
            processor: processor.unwrap_or_else(|| env::consts::ARCH.to_owned()),
            cores: if cores > 0 { cores } else { thread::available_parallelism().map_or(1, Into::into) },
            system: format!("{} {}", env::consts::OS, env::consts::ARCH),
            compiler: compiler.unwrap_or_else(|| "rustc".to_owned()),
        }
    }
}
