#!/usr/bin/env bash
# Instructions per behavior of the programs in benches/icount, under callgrind, against the budget beside this script.
#   benches/icount.sh                     counts, prints a table, fails if a program is past its budget
#   benches/icount.sh --update            writes the budget anew: what is counted now, and 3 % more
#   benches/icount.sh --profile PROGRAM   shows where the instructions go
# A program runs twice, with few and with many rounds of 100 behaviors: the difference of the instructions, divided by
# that of the behaviors. What is counted is the same every time, within a thousandth, on one machine; another compiler or
# C library may count differently, and then the budget needs a commit of its own.
set -euo pipefail
cd "$(dirname "$0")/.."

budget=benches/icount.budget
program=target/release/boc-icount
few=100
many=600
headroom=3

usage() {
    sed -n '3,5s/^# *//p' "$0" >&2
    exit 2
}

mode=${1:-check}
case "$mode:$#" in
    check:0 | --update:1 | --profile:2) ;;
    *) usage ;;
esac

if ! command -v valgrind >/dev/null; then
    echo "benches/icount.sh: valgrind is missing; install it (apt-get install valgrind, or your system's way)" >&2
    exit 1
fi

CARGO_TARGET_DIR=target cargo build --release --quiet -p boc-icount
log=$(mktemp)
trap 'rm -f "$log" "$log".*' EXIT

# Leaves the profile in $log.profile; sets `behaviors` and `instructions`.
count() {
    behaviors=$(timeout 60 valgrind --tool=callgrind --callgrind-out-file="$log.profile" "$program" "$1" "$2" 2>"$log") || {
        echo "benches/icount.sh: '$program $1 $2' failed under valgrind:" >&2
        cat "$log" >&2
        exit 1
    }
    instructions=$(sed -n 's/.*Collected : *//p' "$log")
}

if [ "$mode" = --profile ]; then
    count "$2" "$many"
    echo "$instructions instructions, $behaviors behaviors, start and end included"
    callgrind_annotate --auto=no "$log.profile" | sed -n '/file:function/,$p' | head -n 40
    exit
fi

names=$("$program" --list)
new_budget=$log.budget
if [ "$mode" = --update ]; then
    {
        echo "# Instructions per behavior that benches/icount.sh allows: what it counted, and $headroom % more."
        echo "# Written by benches/icount.sh --update, with $(rustc --version | cut -d' ' -f1,2)."
    } >"$new_budget"
fi
failed=0
[ "$mode" = --update ] || printf '%-20s%12s%12s%8s\n' "per behavior" instructions budget ratio
for name in $names; do
    count "$name" "$few"
    less_behaviors=$behaviors
    less_instructions=$instructions
    count "$name" "$many"
    figure=$(awk -v i=$((instructions - less_instructions)) -v b=$((behaviors - less_behaviors)) 'BEGIN { printf "%.1f", i / b }')
    if [ "$mode" = --update ]; then
        awk -v name="$name" -v figure="$figure" -v more="$headroom" \
            'BEGIN { printf "%-20s%6.0f\n", name, figure * (1 + more / 100) }' >>"$new_budget"
        continue
    fi
    limit=$(awk -v name="$name" '$1 == name { print $2 }' "$budget")
    if [ -z "$limit" ]; then
        printf '%-20s%12s%12s\n' "$name" "$figure" "missing"
        failed=1
        continue
    fi
    verdict=$(awk -v figure="$figure" -v limit="$limit" 'BEGIN {
        if (figure > limit) print "PAST THE BUDGET"
        else if (figure < 0.93 * limit) print "far below: keep it so with --update"
    }')
    printf '%-20s%12s%12s%8s  %s\n' "$name" "$figure" "$limit" \
        "$(awk -v figure="$figure" -v limit="$limit" 'BEGIN { printf "%.3f", figure / limit }')" "$verdict"
    [ "$verdict" != "PAST THE BUDGET" ] || failed=1
done
if [ "$mode" = --update ]; then
    mv "$new_budget" "$budget"
    cat "$budget"
    exit
fi
for name in $(awk '!/^#/ { print $1 }' "$budget"); do
    grep -qx -- "$name" <<<"$names" || { echo "$name: in $budget, but there is no such program"; failed=1; }
done
if [ "$failed" -ne 0 ]; then
    echo "icount: not within the budget. --profile PROGRAM shows why; if it has to be so, --update, and say why" >&2
fi
exit "$failed"
