#!/usr/bin/env bash
# count_instructions.sh SIMULATE KEPT: how many instructions a fixed piece of the simulation takes, beside the number in the
# file KEPT. It plays the rules, the poller, the parsers, planning, and the reading of journals, on one thread: the count is
# the same on every busy machine, where seconds are not. It belongs to one compiler and one set of libraries: Debian 12's.
set -euo pipefail
simulate=$1
kept=$2
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! valgrind --tool=callgrind --callgrind-out-file=/dev/null "$simulate" --seeds 200 >/dev/null 2>"$log"; then
  cat "$log" >&2
  exit 1
fi
counted=$(awk '/refs:/ {gsub(",", "", $NF); print $NF}' "$log")
read -r wanted <"$kept"
printf '%s instructions; %s are kept in %s\n' "$counted" "$wanted" "$kept"
if ((counted * 100 > wanted * 103 || counted * 100 < wanted * 97)); then
  echo "off by more than 3 %: find out why, or write the new number there in the commit that explains it" >&2
  exit 1
fi
