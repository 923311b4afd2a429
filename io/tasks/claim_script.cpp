// Under `set -C` both bash and dash open with O_CREAT|O_EXCL (strace), which NFS has done on its server since version 3. A
// compound command's redirection, so that whether the file could be created and whether the line could be written are
// two things: whoever created it is the one, even on a full disk.
#include "io/tasks/claim_script.hpp"

#include "io/tasks/job_script.hpp"
#include "io/tasks/shell_text.hpp"

namespace settle::tasks {

// $1: the shell's options, $2 the file, $3 the token, $4 the job, $5 what the claim says, $6 one dot for each look.
// A claim without a whole line is one that is being written, or could not be (a full disk, a death between two system
// calls). It is looked at for some seconds; then a job in its first life takes it for another's, a later life for its own.
std::string claim_prelude(const claim_names& names) {
  return "set -- \"$-\" " + single_quoted(names.path) +
         (names.token_in_path ? "\"" + names.token + "\"" : "") + " \"" + names.token + "\" \"" + names.job +
         "\"\n" + R"sh(case $4 in
[0-9]* )
  case $4 in *[!0-9_]* | *_) ;; *)
    set -- "$1" "$2" "$3" "$4" "settle-claim 1 token=$3 job=$4" ''
    set -C
    trap '' XFSZ
    until { { command printf '%s\n' "$5" || :; } >"$2"; } 2>/dev/null; do
      [ -e "$2" ] || break
      settle_claim=
      if { IFS= read -r settle_claim <"$2"; } 2>/dev/null; then
        [ "$settle_claim" != "$5" ] || break
      else
        settle_claim=
      fi
      case $settle_claim/$6/${SLURM_RESTART_COUNT:-0} in
      "settle-claim 1 token=$3 job="*/*/* | */...../0)
        printf '%s: another job has this task (%s); this one ran nothing\n' \
          ")sh" +
         launch_failure_mark("$3") + R"sh(" "${settle_claim:-its claim cannot be read}" >&2
        exit )sh" +
         std::to_string(launch_failure_exit) + R"sh( ;;
      */...../*) break ;;
      esac
      set -- "$1" "$2" "$3" "$4" "$5" "$6."
      sleep 1
    done
    trap - XFSZ
    case $1 in *C*) ;; *) set +C ;; esac
    unset settle_claim
  ;; esac ;;
esac
set --
)sh";
}

}  // namespace settle::tasks
