// Why so. A record must never claim success falsely, and an EXIT trap alone cannot tell: dash runs none when a
// signal ends it, but bash does, with $? of whatever ran before, often 0. What tells the two apart in bash is
// BASH_COMMAND: when the shell ends in order (exit, set -e, an error), every eval is left and BASH_COMMAND is again
// the script's own `eval`; when a signal ends it, it is the command that was interrupted. A signal that comes with
// the last command is noticed only as its eval is left: so that eval stands in another one, whose last command is
// our own `exit`, and only the outer one's name counts. bash does so since 4.3; an older one leaves no record.
// docs/decisions/0013 has the measurements.
#include "io/tasks/exit_record_script.hpp"

#include "io/tasks/shell_text.hpp"

#include <algorithm>
#include <cassert>

namespace settle::tasks {

namespace {

bool is_plain(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-';
}

constexpr std::string_view now = "\"${EPOCHSECONDS:-$(date +%s 2>/dev/null || echo 0)}\"";

/// The command that BASH_COMMAND names once all that the user wrote is left; its last word is what $_ is then.
std::string first_line(std::string_view marker, evaluated what) {
  return ": " + std::string(marker) + (what == evaluated::init ? " init :" : " command :");
}

/// The trap's text in two parts; between them stand what is known at the start: shell, job, restarts, start time,
/// token. All of it is within one redirected group: under `set -x` nothing is told, and without /dev/null nothing is done.
/// A file size limit of the job's would end the shell by SIGXFSZ: here it only costs the record.
constexpr std::string_view trap_begin = "{ set -- \"$?\" \"${BASH_COMMAND-}\" ";
std::string trap_end(const record_names& names) {
  const auto eval_of = [&](evaluated what) { return "\"eval '" + first_line(names.marker, what) + "\"*"; };
  return "; set +eux; trap '' XFSZ; case $3/$1/$2 in /* | bash/*/" + eval_of(evaluated::command) +
         " | bash/[1-9]*/" + eval_of(evaluated::init) +
         ") command printf 'settle-exit 1 token=%s job=%s restart=%s exit=%s start=%s end=%s\\n' "
         "\"$7\" \"$4\" \"$5\" \"$1\" \"$6\" " +
         std::string(now) + " >|" + single_quoted(names.path) + (names.token_in_path ? "\"$7\"" : "") +
         " ;; esac; } 2>/dev/null";
}

}  // namespace

std::string record_prelude(const record_names& names) {
  assert(!names.marker.empty() && std::all_of(names.marker.begin(), names.marker.end(), is_plain));
  // Shells that are neither bash nor a plain sh may run the trap on a signal as well: no record from them.
  return "set -- \"${BASH_VERSION:+bash}${KSH_VERSION:+ksh}${ZSH_VERSION:+zsh}${YASH_VERSION:+yash}\" \\\n  "
         "\"" +
         names.job + "\" \"${SLURM_RESTART_COUNT:-0}\" " + std::string(now) + " \"" + names.token +
         "\"\n{ printf '' >|" + single_quoted(names.path) + (names.token_in_path ? "\"$5\"" : "") +
         "; } 2>/dev/null\n"
         "case $2/$3/$4 in *[!0-9/_]*) set -- unknown 0 0 0 \"$5\" ;; esac\n"
         "trap " +
         single_quoted(trap_begin) + "\"'$1' $2 $3 $4 $5\"" + single_quoted(trap_end(names)) +
         " EXIT\nset --\n";
}

namespace {

std::string outer_eval(std::string_view marker, evaluated what) {
  return "! :\neval " +
         single_quoted(first_line(marker, what) + "\neval \"$1\"\n" +
                       (what == evaluated::init ? ":" : "command exit \"$?\"")) +
         "\n";
}

}  // namespace

std::string recorded_eval(std::string_view marker, evaluated what, std::string_view text) {
  // The text goes in as $1 and takes itself away: quoted twice it could grow thirteenfold. $? is 1 until the outer
  // eval has begun: a signal in between is told as a failure.
  return "set -- " + single_quoted("shift\n:\n" + std::string(text)) + " \"$@\"\n" + outer_eval(marker, what);
}

std::string recorded_eval_of(std::string_view marker, std::string_view variable) {
  const std::string name(variable);
  return "set -- \"shift\n:\n$" + name + "\" \"$@\"\nunset " + name + "\n" +
         outer_eval(marker, evaluated::command);
}

}  // namespace settle::tasks
