#!/usr/bin/env bash
# Oldest compiler: the three crates build with the `rust-version` that they name, with every feature and with none, and pass
# their own tests and the examples of their documentation. (The tests, examples and benchmarks may need a newer compiler.)
# What that compiler warns of does not matter: its lints are of its time.
set -euo pipefail
cd "$(dirname "$0")/.."

crates=(boc-runtime boc-macros boc)
oldest=$(sed -n 's/^rust-version = "\(.*\)"$/\1/p' "${crates[@]/%//Cargo.toml}" | sort -u)
if [[ ! $oldest =~ ^[0-9]+\.[0-9]+$ ]]; then
    echo "msrv: the crates name no version, or different ones:" $oldest "; write the same rust-version in each" >&2
    exit 1
fi

# A compiler of the system, where it is the right one (Debian's rustc-web); else one from rustup.
if command -v rustup >/dev/null; then
    toolchain=$oldest.0
    rustup run "$toolchain" rustc --version >/dev/null 2>&1 || rustup toolchain install "$toolchain" --profile minimal
    cargo() { rustup run "$toolchain" cargo "$@"; }
    version=$(rustup run "$toolchain" rustc --version)
else
    version=$(rustc --version)
fi
if [[ $version != "rustc $oldest."* ]]; then
    echo "msrv: this is $version; install Rust $oldest (with rustup, or Debian's rustc-web and cargo-web)" >&2
    exit 1
fi
echo "msrv: $version"

packages=("${crates[@]/#/--package=}")
cargo check --locked "${packages[@]}"
cargo test --locked "${packages[@]}" --all-features
