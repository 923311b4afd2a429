# Shared by the fake Slurm commands beside this file. A cluster is a folder, $FAKE_SLURM:
#   jobs/ID/row    state|exit code|submit|start|end|name, replaced atomically; times are epochs, "-" is unknown.
#                  ID is 101, or 101_7 of an array's task; an array has jobs/101 too, with its script and no row
#   knobs/NAME     what is broken: the commands say which they look at; a test makes and removes these files
#   calls/PROGRAM  one line for each call
# shellcheck shell=sh disable=SC2034  # the commands use the variables
: "${FAKE_SLURM:?}"
jobs=$FAKE_SLURM/jobs
knobs=$FAKE_SLURM/knobs

called() { echo "$*" >>"$FAKE_SLURM/calls/$1"; }

now() { date +%s; }

# The value of a knob, or $2 where it is not set.
knob() {
  value=$2
  if [ -e "$knobs/$1" ]; then read -r value <"$knobs/$1" || :; fi
  printf %s "$value"
}

# True while the knob's number is above 0, and takes one off.
knob_takes() {
  left=$(knob "$1" 0)
  [ "$left" -gt 0 ] || return 1
  echo $((left - 1)) >"$knobs/$1.new" && mv "$knobs/$1.new" "$knobs/$1"
}

# read_row ID: sets state rc submit start end name.
read_row() {
  IFS='|' read -r state rc submit start end name <"$jobs/$1/row"
}

write_row() {
  printf '%s|%s|%s|%s|%s|%s\n' "$2" "$3" "$4" "$5" "$6" "$7" >"$jobs/$1/row.$$" &&
    mv "$jobs/$1/row.$$" "$jobs/$1/row"
}

job_ids() {
  for folder in "$jobs"/*/; do
    id=${folder%/}
    [ -e "$folder/row" ] && echo "${id##*/}"
  done
}

# array_of ID, index_of ID: of an array's task; else nothing.
array_of() { case $1 in *_*) echo "${1%_*}" ;; esac }
index_of() { case $1 in *_*) echo "${1#*_}" ;; esac }

# The number that JobID and JobIDRaw show: of an array's task with the highest index the array's, of others their own.
raw_id() {
  array=$(array_of "$1")
  if [ -z "$array" ] || [ -e "$jobs/$array/last.$(index_of "$1")" ]; then echo "${array:-$1}"; return; fi
  echo $((array * 10000 + 500000 + $(index_of "$1")))
}
