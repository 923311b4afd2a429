#!/usr/bin/env bash
# The cluster that the live tests stand on: it comes up, runs a job to its verdict in accounting, its daemons can be
# crashed and hung, and it leaves neither a process nor a file behind. Exit code 77: there is no Slurm here.
set -euo pipefail

cluster=$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/slurm-cluster
PATH=$PATH:/usr/sbin:/sbin
command -v slurmctld >/dev/null || { echo "no slurmctld: skipped"; exit 77; }

parent=${TMPDIR:-/tmp}
[[ ! -w /dev/shm ]] || parent=/dev/shm
dir=$(mktemp -d "$parent/settle-cluster-XXXXXX")
trap '"$cluster" destroy "$dir"; rm -rf -- "$dir"' EXIT

fail() { echo "FAILED: $*"; exit 1; }

until_true() {  # SECONDS COMMAND...
  local end=$((SECONDS + $1))
  shift
  until "$@"; do
    ((SECONDS < end)) || fail "not within its time: $*"
    sleep 0.2
  done
}

accounting_says() { [[ $(sacct -nPX -j "$1" -o State,ExitCode) == "$2" ]]; }
is_running() { [[ $(squeue -h -j "$1" -o %T) == RUNNING ]]; }
answers_sacct() { timeout 2 sacct -nPX -j 1 >/dev/null 2>&1; }

"$cluster" up "$dir"
"$cluster" status "$dir" || fail "up returned before all was up"
eval "$("$cluster" env "$dir")"
cd -- "$dir"

ended=$(sbatch --parsable -o "$dir/ended.out" --wrap 'exit 3')
until_true 60 accounting_says "$ended" 'FAILED|3:0'
endless=$(sbatch --parsable -o "$dir/endless.out" --wrap 'sleep 1000')
until_true 60 is_running "$endless"

"$cluster" pause "$dir" slurmdbd
! answers_sacct || fail "a paused slurmdbd answered"
"$cluster" resume "$dir" slurmdbd
until_true 60 answers_sacct

"$cluster" kill "$dir" slurmctld
! "$cluster" status "$dir" >/dev/null || fail "status did not miss the killed slurmctld"
"$cluster" start "$dir" slurmctld
until_true 60 is_running "$endless"

"$cluster" pause "$dir" slurmctld   # down must cope with that
"$cluster" down "$dir"
! "$cluster" status "$dir" | grep -w up || fail "down left a daemon"
cd / && unset SLURM_CONF   # else our own children would look like the cluster's
left=$(grep -lszF "$dir" /proc/[0-9]*/environ /proc/[0-9]*/cmdline || true)
[[ -z $left ]] || fail "down left processes: $left"
"$cluster" destroy "$dir"
[[ ! -e $dir ]] || fail "destroy left $dir"
