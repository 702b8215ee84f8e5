#!/usr/bin/env bash
# What the macros add to a build; the numbers are in boc-macros/src/cost.md. Not part of .ci/run: it takes minutes. The
# times are processor time, all threads together, which other work on the machine disturbs least.
#   ci/macro-cost.sh [rounds]
#   - `boc` and `boc-runtime` from clean: time, and number of crates;
#   - a file with 200 `when!`s, and the same in function form: `cargo check` and `cargo build` of that file, in turns.
set -euo pipefail
cd "$(dirname "$0")/.."

rounds=${1:-9}
root=$PWD
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# With incremental compilation a file that was only touched costs next to nothing.
export CARGO_TERM_COLOR=never CARGO_INCREMENTAL=0
unset CARGO_TARGET_DIR

median() { sort -n | awk '{ all[NR] = $1 } END { print all[int((NR + 1) / 2)] }'; }

# The processor time of a command, in ms; what it prints goes to a file.
timed() {
    local TIMEFORMAT='%U %S'
    { time "$@" >"$work/log" 2>&1 || touch "$work/failed"; } 2>"$work/time"
    [ ! -e "$work/failed" ] || { cat "$work/log" >&2; exit 1; }
    awk '{ printf "%.0f\n", 1000 * ($1 + $2) }' "$work/time"
}

cargo fetch --quiet
echo "== from clean, without tests, $(nproc) cores, $(rustc --version)"
for package in boc-runtime boc; do
    for _ in 1 2 3; do
        rm -rf "$work/clean"
        timed cargo build -p "$package" --target-dir "$work/clean"
        grep -c '^ *Compiling' "$work/log" >"$work/crates"
    done >"$work/times"
    echo "$package: $(median <"$work/times") ms, $(cat "$work/crates") crates"
done

# One package for each form: 200 functions with a behavior each.
for form in macros functions; do
    mkdir -p "$work/$form/src"
    cat >"$work/$form/Cargo.toml" <<MANIFEST
[package]
name = "cost-$form"
edition = "2024"
[dependencies]
boc = { path = "$root/boc" }
[workspace]
MANIFEST
    cp Cargo.lock "$work/$form/"
    {
        echo 'use boc::prelude::*;'
        for i in $(seq 200); do
            echo "pub fn f$i(a: &Cown<u64>, b: &Cown<Vec<u64>>, n: u64) -> Promise<u64> {"
            if [ "$form" = macros ]; then
                echo "    when!(a, read b, let k = n + $i => { *a += b.len() as u64 * k; *a })"
            else
                echo "    let k = n + $i;"
                echo "    when((a, read(b)), move |(mut a, b)| { *a += b.len() as u64 * k; *a })"
            fi
            echo '}'
        done
    } >"$work/$form/src/lib.rs"
done

for command in check build; do
    for form in macros functions; do
        cargo "$command" --quiet --manifest-path "$work/$form/Cargo.toml" --target-dir "$work/target"
        : >"$work/$form.times"
    done
    for _ in $(seq "$rounds"); do
        for form in macros functions; do
            touch "$work/$form/src/lib.rs"
            timed cargo "$command" --manifest-path "$work/$form/Cargo.toml" --target-dir "$work/target" >>"$work/$form.times"
        done
    done
    echo "== cargo $command of 200 behaviors, median of $rounds: \`when!\` $(median <"$work/macros.times") ms," \
        "\`when\` $(median <"$work/functions.times") ms"
done
