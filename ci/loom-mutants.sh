#!/usr/bin/env bash
# Loom's mutants: weakens one small thing of a protocol at a time, in a copy of the tree, and requires a model to notice.
#   ci/loom-mutants.sh [words of a mutant's name]
# A mutant whose models run into the time limit (BOC_MUTANT_LIMIT, 120 seconds) is not decided, and the script fails: give it a
# model that fails soon, or more time.
# A mutant is a name, a file of boc-runtime/src, a text that stands there exactly once, what takes its place, and the models
# that have to fail. The script fails if a text is not there any more, or if a mutant does not compile: it cannot rot.
set -euo pipefail
cd "$(dirname "$0")/.."

names=() files=() olds=() news=() models=()
mutant() {
    names+=("$1") files+=("boc-runtime/src/$2") olds+=("$3") news+=("$4") models+=("$5")
}

# A block that is made before its value.
mutant 'new_cyclic: the first strong count does not release the value' memory/header.rs \
    'self.strong.store(1, Ordering::Release);' 'self.strong.store(1, Ordering::Relaxed);' memory::loom
mutant 'upgrade: does not acquire the value' memory/header.rs \
    'self.strong.fetch_update(Ordering::Acquire, Ordering::Relaxed' \
    'self.strong.fetch_update(Ordering::Relaxed, Ordering::Relaxed' memory::loom

# The queue of a cown.
mutant 'enter: does not wait for a predecessor that is entering' queue/enter.rs \
    'if before.is_unsettled() {' 'if false {' queue::loom
mutant 'enter on one cown: does not wait for a predecessor that is entering' queue/enter.rs \
    'if !before.is_unsettled() {' 'if true {' queue::loom
mutant 'enter on one cown: goes on while another thread does the rest' queue/status.rs \
    '        if watched {
            watch.wait();' '        if watched && slot.is_none() {
            watch.wait();' queue::loom::a_scheduler
mutant 'enter on one cown: does not look whether the predecessor is entering' queue/tail.rs \
    'if found.addr() & UNSETTLED != 0 {' 'if false {' queue::loom
mutant 'watch: relaxed' queue/status.rs \
    'tagged(raw.cast_mut(), WATCHED),
            Ordering::Release,' 'tagged(raw.cast_mut(), WATCHED),
            Ordering::Relaxed,' queue::loom::a_
mutant 'publish: does not acquire the watch' queue/status.rs \
    'self.0.swap(bare(PUBLISHED), Ordering::AcqRel)' 'self.0.swap(bare(PUBLISHED), Ordering::Release)' queue::loom::a_
mutant 'publish: looks, and then stores' queue/status.rs \
    'self.0.swap(bare(PUBLISHED), Ordering::AcqRel)' \
    '{ let word = self.0.load(Ordering::Acquire); self.0.store(bare(PUBLISHED), Ordering::Release); word }' queue::loom::a_
mutant 'publish: does not link the slot of a sleeper' queue/enter.rs \
    'this.status.link_sleeper(next, shared);' 'let _ = shared;' queue::loom::a_
mutant 'publish: leaves the bit to a slot whose scheduler sleeps' queue/enter.rs \
    'if unsafe { this.cown().as_ref() }.tail.try_settle(next.as_ptr().cast()) {' 'if false {' queue::loom::a_
mutant 'publish: does not pass on what sleeps behind a sleeper' queue/enter.rs \
    '(slot, sleeper) = (next, Some(watch));' 'return watch.wake();' queue::loom::a_
mutant 'wait: takes the first look for an answer' queue/status.rs \
    'if self.is_published() {' 'if self.is_published() || true {' queue::loom
mutant 'watch: woken without a word' queue/watch.rs \
    '*self.awake.lock() = true;' 'drop(self.awake.lock());' queue::loom::a_
mutant 'watch: does not look whether it is too late' queue/status.rs \
    'watched.is_ok()
    }' 'true
    }' queue::loom::a_
mutant 'published slots cannot be read or linked to' queue/status.rs \
    'Err(word) if word == bare(PUBLISHED) => {' 'Err(word) if false && word == bare(PUBLISHED) => {' queue::loom
mutant 'turn: does not release the slot' queue/tail.rs \
    'self.0.swap(unsettled(status), Ordering::AcqRel)' 'self.0.swap(unsettled(status), Ordering::Acquire)' queue::loom
mutant 'turn: does not acquire what the last holder wrote' queue/tail.rs \
    'self.0.swap(unsettled(status), Ordering::AcqRel)' 'self.0.swap(unsettled(status), Ordering::Release)' queue::loom
mutant 'turn on one cown: does not release the slot' queue/tail.rs \
    'compare_exchange(found, status, Ordering::AcqRel, Ordering::Relaxed)' \
    'compare_exchange(found, status, Ordering::Acquire, Ordering::Relaxed)' queue::loom
mutant 'turn on one cown: does not acquire what the last holder wrote' queue/tail.rs \
    'compare_exchange(found, status, Ordering::AcqRel, Ordering::Relaxed)' \
    'compare_exchange(found, status, Ordering::Release, Ordering::Relaxed)' queue::loom
mutant 'leave: does not release what the holder wrote' queue/tail.rs \
    'ptr::null_mut(), Ordering::Release, Ordering::Relaxed)' 'ptr::null_mut(), Ordering::Relaxed, Ordering::Relaxed)' queue::loom
mutant 'release: does not wait for the link' queue/release.rs \
    'State::Ready | State::Reading => Some(this.status.wait_linked()),' 'State::Ready | State::Reading => None,' queue::loom
mutant 'link of a writer: relaxed' queue/status.rs \
    'tagged(writer.as_ptr(), NEXT_WRITER), Ordering::Release' 'tagged(writer.as_ptr(), NEXT_WRITER), Ordering::Relaxed' queue::loom
mutant 'link of a reader: relaxed' queue/status.rs \
    'self.replace_ready(link, Ordering::Release)' 'self.replace_ready(link, Ordering::Relaxed)' queue::loom
mutant 'joiner: does not acquire what the last writer wrote' queue/status.rs \
    'match self.0.compare_exchange(bare(READY), new, order, Ordering::Acquire) {' \
    'match self.0.compare_exchange(bare(READY), new, order, Ordering::Relaxed) {' queue::loom
mutant 'link of a joiner: relaxed' queue/status.rs \
    'tagged(reader.as_ptr(), NEXT_READER), Ordering::Release' 'tagged(reader.as_ptr(), NEXT_READER), Ordering::Relaxed' queue::loom
mutant 'joiner: links before it is counted' queue/enter.rs \
    'queue.add_readers(READER);
                predecessor.link_joiner(slot);' \
    'predecessor.link_joiner(slot);
                queue.add_readers(READER);' queue::loom
mutant 'status: read without acquiring' queue/status.rs \
    'Word(self.0.load(Ordering::Acquire))' 'Word(self.0.load(Ordering::Relaxed))' queue::loom
mutant 'walk: grants before it reads the link' queue/enter.rs \
    'let State::NextReader(next) = unsafe { slot.as_ref() }.status.load() else {' \
    'effects.granted(slot); let State::NextReader(next) = unsafe { slot.as_ref() }.status.load() else {' queue::loom
mutant 'walk: does not count the readers behind the first' queue/enter.rs \
    'queue.add_readers(others);' '' queue::loom
mutant 'last reader: does not release what it has read' queue/release.rs \
    'queue.readers.fetch_sub(READER, Ordering::AcqRel)' 'queue.readers.fetch_sub(READER, Ordering::Acquire)' queue::loom
mutant 'last reader: does not acquire the waiting writer' queue/release.rs \
    'queue.readers.fetch_sub(READER, Ordering::AcqRel)' 'queue.readers.fetch_sub(READER, Ordering::Release)' queue::loom
mutant 'arriving writer: does not release itself to the last reader' queue/enter.rs \
    'queue.readers.fetch_add(WRITER_WAITS, Ordering::AcqRel)' 'queue.readers.fetch_add(WRITER_WAITS, Ordering::Acquire)' queue::loom
mutant 'arriving writer: does not look whether the readers have gone meanwhile' queue/enter.rs \
    'if queue.readers.fetch_add(WRITER_WAITS, Ordering::AcqRel) != 0 {' \
    'queue.readers.fetch_add(WRITER_WAITS, Ordering::AcqRel); if true {' queue::loom
mutant 'reader before a writer: always leaves it to another reader' queue/release.rs \
    'if queue.readers.fetch_sub(READER - WRITER_WAITS, Ordering::AcqRel) == READER {' \
    'queue.readers.fetch_sub(READER - WRITER_WAITS, Ordering::AcqRel); if false {' queue::loom

# The count-down of a behavior.
mutant 'count-down: relaxed' behavior/count_down.rs \
    'self.0.fetch_sub(by, Ordering::AcqRel)' 'self.0.fetch_sub(by, Ordering::Relaxed)' queue::loom

# The workers' run queues.
mutant 'run queue: the owner makes room and loses a job' sched/run_queue.rs \
    'std::iter::from_fn(|| self.pop(counters)).take(LEN / 2)' 'std::iter::from_fn(|| self.pop(counters)).take(LEN / 2).skip(1)' sched::loom
mutant 'run queue: a thief drops what it does not take out' sched/run_queue.rs \
    'self.stealer.steal_batch_with_limit_and_pop(own, LEN).success()' \
    'self.stealer.steal_batch_with_limit_and_pop(&{ let _ = own; Worker::new_fifo() }, LEN).success()' sched::loom
mutant 'run queue: a full queue takes one more in place of another' sched/run_queue.rs \
    'LocalQueue::Shared(_) => return Err(Full(job)),' \
    'LocalQueue::Shared(jobs) => { jobs.pop(); jobs.push(job) }' sched::loom

# Parking and wake-up.
mutant 'push: no fence before the word is read' sched/idle.rs \
    'fence(Ordering::SeqCst);
        // Relaxed: ordered by the fence.
        let word' 'let word' sched::loom::parking
mutant 'sleep: no fence before the last look' sched/idle.rs \
    '// Pairs with the fence in `pushed`.
        fence(Ordering::SeqCst);' '' sched::loom::parking
mutant 'sleep: no last look' sched/idle.rs \
    'if !(stopped || has_jobs())' 'if !stopped' sched::loom::parking
mutant 'the last searcher wakes no worker' sched/idle.rs \
    'if has_jobs() { self.wake_one() } else { None }' 'None' sched::loom::parking
mutant 'the last searcher looks for more without a fence' sched/idle.rs \
    '// Pairs with the fence in `pushed`: a push that has seen the searcher is seen here.
        fence(Ordering::SeqCst);' '' sched::loom::parking
mutant 'stays awake although it was woken' sched/idle.rs \
    'position(|&sleeper| sleeper == worker) else { return false };' \
    'position(|&sleeper| sleeper == worker) else { return true };' sched::loom::parking
mutant 'unpark: wakes without the token' sched/park.rs \
    '*self.token.lock() = true;' 'drop(self.token.lock());' sched::loom::parking

# Stopping and starting.
mutant 'stop: the flag is not raised' sched/idle.rs \
    'self.word.fetch_or(STOPPED, Ordering::SeqCst);' '' sched::loom::stopping
mutant 'push: does not see that there are no threads' sched/idle.rs \
    'if word.stopped() {
            AfterPush::Revive' 'if false {
            AfterPush::Revive' sched::loom::stopping
mutant 'lifecycle: a start while the threads end is forgotten' sched/lifecycle.rs \
    'Phase::Ending => threads.restart = true,' 'Phase::Ending => {}' sched::loom::stopping
mutant 'lifecycle: the last worker does not look whether threads are wanted' sched/lifecycle.rs \
    'wanted: mem::take(&mut threads.restart)' 'wanted: false' sched::loom::stopping
mutant 'lifecycle: the last worker does not wake the stopper' sched/lifecycle.rs \
    'threads.ends += 1;
        self.changed.notify_all();' 'threads.ends += 1;' sched::loom::stopping
mutant 'lifecycle: the stopper does not wait' sched/lifecycle.rs \
    'while threads.phase == Phase::Ending && threads.ends == ends {' 'while false {' sched::loom::stopping

# Counting.
mutant 'totals: scheduled before finished' sched/counters.rs \
    'let finished = all.clone().map(Counters::finished).sum();
    let scheduled = all.map(Counters::scheduled).sum();' \
    'let scheduled = all.clone().map(Counters::scheduled).sum();
    let finished = all.map(Counters::finished).sum();' sched::loom::counting
mutant 'finish on a worker: relaxed' sched/counters.rs \
    'self.finished.load(Ordering::Relaxed) + 1, Ordering::Release' \
    'self.finished.load(Ordering::Relaxed) + 1, Ordering::Relaxed' sched::loom::counting
mutant 'finish elsewhere: relaxed' sched/counters.rs \
    'self.finished.fetch_add(1, Ordering::Release)' 'self.finished.fetch_add(1, Ordering::Relaxed)' sched::loom::counting
mutant 'finished: read without acquiring' sched/counters.rs \
    'self.finished.load(Ordering::Acquire)' 'self.finished.load(Ordering::Relaxed)' sched::loom::counting
mutant 'waiter: no fence between registering and asking' sched/waiters.rs \
    '// Pairs with the fence in `tell`.
        fence(Ordering::SeqCst);' '' sched::loom::counting
mutant 'finish: no fence before looking for waiters' sched/waiters.rs \
    '// Pairs with the fence in `register`.
        fence(Ordering::SeqCst);' '' sched::loom::counting

# Pinned queues.
mutant 'job taken: the depth is not lowered' pinned/home.rs \
    'self.depth.fetch_sub(1, Ordering::Relaxed);' '' pinned::loom
mutant 'submit: does not unpark the home' pinned/home.rs \
    'drop(shared);
        self.parker.unpark();
        if is_edge {' 'drop(shared);
        if is_edge {' pinned::loom
mutant 'close: takes what is there, and says so later' pinned/home.rs \
    'let mut shared = self.shared.lock();
        shared.closed = true;
        std::mem::take(&mut shared.inbox)' \
    'let inbox = std::mem::take(&mut self.shared.lock().inbox);
        self.shared.lock().closed = true;
        inbox' pinned::loom

# Promises.
mutant 'handle: given back without releasing' memory/header.rs \
    'this.strong.fetch_sub(1, Ordering::Release)' 'this.strong.fetch_sub(1, Ordering::Relaxed)' promise::loom
mutant 'end of a behavior: does not acquire what was done through the last handle' memory/header.rs \
    'self.strong.load(Ordering::Acquire) == 1' 'self.strong.load(Ordering::Relaxed) == 1' promise::loom
mutant 'grant of a ticket: relaxed' promise/ticket.rs \
    'compare_exchange(WAITING, GRANTED, Ordering::AcqRel, Ordering::Relaxed)' \
    'compare_exchange(WAITING, GRANTED, Ordering::Relaxed, Ordering::Relaxed)' promise::loom
mutant 'ticket: looked at without acquiring' promise/ticket.rs \
    'self.state.load(Ordering::Acquire) == GRANTED' 'self.state.load(Ordering::Relaxed) == GRANTED' promise::loom
mutant 'ticket: spent and not passed on' promise/ticket.rs \
    'later::pass_on(self);' 'std::mem::forget(self);' promise::loom
mutant 'ticket: gives up although it is granted' promise/ticket.rs \
    'compare_exchange(WAITING, IDLE, Ordering::Relaxed, Ordering::Acquire).is_ok()' \
    'compare_exchange(WAITING, IDLE, Ordering::Relaxed, Ordering::Acquire).is_ok() || true' promise::loom
mutant 'future: keeps the waker of its first poll' promise/future.rs \
    'ticket.set_signal(signal);' 'drop(signal);' promise::loom

# The slab.
mutant 'slab: a post does not release the blocks' memory/slab/heap.rs \
    'parcel.as_ptr(),
                Ordering::Release,' 'parcel.as_ptr(),
                Ordering::Relaxed,' slab::loom
mutant 'slab: a taking does not acquire the blocks' memory/slab/heap.rs \
    'self.returned.parcels.swap(ptr::null_mut(), Ordering::Acquire)' 'self.returned.parcels.swap(ptr::null_mut(), Ordering::Relaxed)' slab::loom
mutant 'slab: a taking reads the list and then empties it' memory/slab/heap.rs \
    'self.taken.set(self.returned.parcels.swap(ptr::null_mut(), Ordering::Acquire));' \
    'self.taken.set(self.returned.parcels.load(Ordering::Acquire)); self.returned.parcels.store(ptr::null_mut(), Ordering::Relaxed);' slab::loom
mutant 'slab: a post that was too late keeps its old link' memory/slab/heap.rs \
    'loop {
            // SAFETY: ours until the exchange succeeds.
            unsafe { parcel.as_mut() }.next = head;' \
    '// SAFETY: ours until the exchange succeeds.
        unsafe { parcel.as_mut() }.next = head;
        loop {' slab::loom
mutant 'slab: a parcel takes blocks of any heap' memory/slab/parcel.rs \
    '.is_none_or(|parcel| parcel.to != to)' '.is_none()' slab::loom
mutant 'slab: a heap that is given up with parcels is not noted' memory/slab/pool.rs \
    'if unsafe { heap.as_ref() }.has_returns() {' 'if false {' slab::loom
mutant 'slab: a full parcel stays' memory/slab/parcel.rs \
    'parcel.len == FULL ||' '' slab::loom

# The files are as new as can be (-m): what was built of an earlier mutant is built again.
copy=target/loom-mutants/tree
mkdir -p "$copy"
git ls-files -co --exclude-standard -z | tar --null --ignore-failed-read -T - -cf - | tar -C "$copy" -xmf -
export CARGO_TARGET_DIR=$PWD/target/loom-mutants/target LOOM_MAX_PREEMPTIONS=2 RUST_BACKTRACE=0
# Built for being built often.
export CARGO_INCREMENTAL=1 CARGO_PROFILE_RELEASE_OPT_LEVEL=1 CARGO_PROFILE_RELEASE_CODEGEN_UNITS=64
export RUSTFLAGS="--cfg loom" CARGO_PROFILE_RELEASE_DEBUG_ASSERTIONS=true CARGO_PROFILE_RELEASE_DEBUG=0
build() { cargo test -q --manifest-path "$copy/Cargo.toml" -p boc-runtime --lib --release --no-run; }
models() { timeout --kill-after=5 "${BOC_MUTANT_LIMIT:-120}" \
    cargo test -q --manifest-path "$copy/Cargo.toml" -p boc-runtime --lib --release -- "$1"; }

# Every text stands there exactly once.
for i in "${!names[@]}"; do
    content=$(<"${files[i]}")
    without=${content//"${olds[i]}"/}
    if [ $((${#content} - ${#without})) -ne ${#olds[i]} ]; then
        echo "loom-mutants: \"${names[i]}\": its text does not stand exactly once in ${files[i]}" >&2
        exit 1
    fi
done
# Without a mutation every model holds.
build
models loom:: >/dev/null || { echo "loom-mutants: a model fails without a mutation" >&2; exit 1; }

started=$SECONDS tried=0 caught=0 undecided=0
for i in "${!names[@]}"; do
    [[ ${names[i]} == *"${1:-}"* ]] || continue
    tried=$((tried + 1))
    content=$(<"${files[i]}")
    printf '%s\n' "${content/"${olds[i]}"/"${news[i]}"}" >"$copy/${files[i]}"
    build 2>"$copy/errors" || { cat "$copy/errors" >&2; echo "loom-mutants: \"${names[i]}\" does not compile" >&2; exit 1; }
    status=0
    models "${models[i]}" >"$copy/output" 2>&1 || status=$?
    if [ "$status" -eq 0 ]; then
        echo "NOT CAUGHT  ${names[i]} (${files[i]}, ${models[i]})"
    elif [ "$status" -eq 124 ] || [ "$status" -eq 137 ]; then
        # The time limit says nothing: a mutant without effect may have too many schedules, too.
        undecided=$((undecided + 1))
        echo "NOT DECIDED ${names[i]} (${files[i]}, ${models[i]}): no model has failed in ${BOC_MUTANT_LIMIT:-120} s"
    else
        caught=$((caught + 1))
        by=$(sed -nE "s/^thread '[a-z_:]*loom::([a-z_:]*)'.*panicked.*/\1/p" "$copy/output" | sort -u | paste -sd ' ')
        echo "caught      ${names[i]}: ${by:-an abort}"
    fi
    cp "${files[i]}" "$copy/${files[i]}"
done
echo "$caught of $tried mutants caught, $undecided not decided, in $((SECONDS - started)) s"
[ "$caught" -eq "$tried" ]
