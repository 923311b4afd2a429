# Shared by the fake Slurm commands beside this file. A cluster is a folder, $FAKE_SLURM:
#   jobs/ID/row    state|exit code|submit|start|end|name, replaced atomically; times are epochs, "-" is unknown
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
