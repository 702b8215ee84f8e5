#!/usr/bin/env bash
# Packages: what `cargo package` makes of the three crates has its licences, and passes its own tests and the examples of its
# documentation where it is unpacked: nothing in it needs the repository. The crates find each other by a patch.
set -euo pipefail
cd "$(dirname "$0")/.."

crates=(boc-runtime boc-macros boc)
packages=("${crates[@]/#/--package=}")
version=$(sed -n 's/^version = "\(.*\)"$/\1/p' Cargo.toml)
export CARGO_TARGET_DIR=$PWD/target

# Not verified by cargo: that builds each once more, and runs no test.
cargo package --quiet --locked --allow-dirty --no-verify "${packages[@]}"

# A workspace of its own, where no path out of a package leads to a file of the repository.
unpacked=$CARGO_TARGET_DIR/package/unpacked
rm -rf "$unpacked"
mkdir -p "$unpacked"
workspace="[workspace]
resolver = \"3\"
members = [\"*-$version\"]

[patch.crates-io]"
for crate in "${crates[@]}"; do
    # New files (-m), all of them: those in a package are years old, and cargo would not build what has changed.
    tar -xmzf "$CARGO_TARGET_DIR/package/$crate-$version.crate" -C "$unpacked"
    for file in LICENSE-MIT LICENSE-APACHE; do
        cmp "$file" "$unpacked/$crate-$version/$file" || { echo "package: $crate lacks $file" >&2; exit 1; }
    done
    workspace+=$'\n'"$crate = { path = \"$crate-$version\" }"
done
echo "$workspace" >"$unpacked/Cargo.toml"
cp Cargo.lock "$unpacked" # the same dependencies, already built

cd "$unpacked"
# CARGO_WORKSPACE_DIR: expect-test takes the outermost directory with a Cargo.toml for the workspace.
CARGO_WORKSPACE_DIR=$unpacked cargo test "${packages[@]}" --all-features
