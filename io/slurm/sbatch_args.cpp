// Which of a task's own sbatch arguments settle can let through.
#include "io/slurm/commands.hpp"

#include <algorithm>
#include <array>

namespace settle::slurm {
namespace {

struct owned_option {
  std::string_view name;
  char brief;  ///< '\0': none
  std::string_view why;
};

constexpr std::string_view would_not_submit = "with it sbatch submits no job";
constexpr std::array owned{
    owned_option{"array", 'a', "settle groups tasks into arrays itself"},
    owned_option{"wait", 'W', "settle waits for the job itself"},
    owned_option{"parsable", '\0', "settle reads sbatch's answer itself"},
    owned_option{"quiet", 'Q', "settle reads sbatch's answer, which this hides"},
    owned_option{"job-name", 'J', "the job's name carries settle's token"},
    owned_option{"output", 'o', "use the task's output_file"},
    owned_option{"error", 'e', "use the task's error_file"},
    owned_option{"chdir", 'D', "use the task's working_dir"},
    owned_option{"workdir", '\0', "use the task's working_dir"},
    owned_option{"input", 'i', "the job's stdin belongs to its script"},
    owned_option{"clusters", 'M', "settle follows one cluster"},
    owned_option{"cluster", '\0', "settle follows one cluster"},
    owned_option{"wrap", '\0', "use the task's command"},
    owned_option{"jobid", '\0', "slurmctld gives the job its id"},
    owned_option{"uid", '\0', "settle asks only for its own user's jobs"},
    owned_option{"external", '\0', "such a job has no script to run"},
    owned_option{"test-only", '\0', would_not_submit},
    owned_option{"version", 'V', would_not_submit},
    owned_option{"help", 'h', would_not_submit},
    owned_option{"usage", '\0', would_not_submit},
};

/// Short options of sbatch that take a value: what follows in the same argument is the value.
constexpr std::string_view brief_with_value = "AaBbCcDdeFGiJLMmNnopqStwx";

std::string refuse(std::string_view arg, const owned_option& option) {
  std::string words = "sbatch argument '" + std::string(arg) + "' is refused: --" + std::string(option.name);
  return words += " is settle's own option; " + std::string(option.why);
}

/// getopt_long takes any unambiguous beginning of a name, so every beginning of an owned name is refused;
/// one that Slurm calls ambiguous would have failed anyway.
std::optional<std::string> refuse_long(std::string_view arg) {
  const auto name = arg.substr(2, arg.find('=') - 2);
  if (name.empty())
    return "sbatch argument '" + std::string(arg) + "' is refused: it ends sbatch's options";
  for (const auto& option : owned)
    if (option.name.starts_with(name))
      return refuse(arg, option);
  return std::nullopt;
}

/// "-Wn4" is -W and -n 4.
std::optional<std::string> refuse_short(std::string_view arg) {
  for (const char letter : arg.substr(1)) {
    const auto mine = [&](const owned_option& o) { return o.brief == letter; };
    if (const auto* o = std::find_if(owned.begin(), owned.end(), mine); o != owned.end())
      return refuse(arg, *o);
    if (brief_with_value.find(letter) != std::string_view::npos)
      break;
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> refuse_sbatch_arg(std::string_view arg) {
  const std::string shown = "sbatch argument '" + std::string(arg) + "' is refused: ";
  if (arg.find('\0') != std::string_view::npos)
    return "an sbatch argument holds a zero byte";
  if (arg == ":")
    return shown + "settle submits no heterogeneous jobs";
  if (!arg.starts_with('-') || arg == "-")
    return shown + "it does not begin with '-'; write values as --name=value";
  return arg.starts_with("--") ? refuse_long(arg) : refuse_short(arg);
}

}  // namespace settle::slurm
