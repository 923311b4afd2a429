// sbatch's answer: only a clean end with an id on its last line is a job; only its own refusal is final. The input is
// the exit code, how it ended, then stdout and stderr with a NUL between them.
#include "io/slurm/commands.hpp"
#include "tests/fuzz/fuzz.hpp"

#include <algorithm>

using namespace settle;

namespace {

io::command_result answer_of(std::string_view input) {
  io::command_result a;
  const auto byte = [&] {
    const auto value = input.empty() ? 0 : static_cast<unsigned char>(input.front());
    input.remove_prefix(input.empty() ? 0 : 1);
    return value;
  };
  const auto exit = byte();
  const auto ended = byte();
  if ((ended & 1) == 0)
    a.end.exit = exit;
  else
    a.end.signal = exit;
  a.timed_out = (ended & 2) != 0;
  a.truncated = (ended & 4) != 0;
  a.cancelled = (ended & 8) != 0;
  const auto nul = input.find('\0');
  a.out = input.substr(0, nul);
  a.err = nul == std::string_view::npos ? std::string_view{} : input.substr(nul + 1);
  return a;
}

bool is_printable(std::string_view words) {
  return std::none_of(words.begin(), words.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

void check_escaped(std::string_view path) {
  const bool slashed = path.find('\\') != std::string_view::npos;
  std::string back;
  const auto escaped = slurm::escape_pattern(path);
  for (std::size_t at = 0; at < escaped.size(); ++at) {
    back += escaped[at];
    if (escaped[at] == (slashed ? '\\' : '%'))
      ++at;
  }
  fuzz::must(back == path, "an escaped path is that path to Slurm");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto answer = answer_of(fuzz::text_of(data, size));
  const auto id = slurm::read_submission(answer);
  const bool clean = answer.end.exit == 0 && !answer.timed_out && !answer.truncated && !answer.cancelled;
  if (id) {
    fuzz::must(clean && answer.out.ends_with('\n'), "only a clean, whole answer names a job");
    fuzz::must(*id > 0 && *id < 0xfffffffe, "a job's id is one");
    fuzz::must(answer.out.find(std::to_string(*id)) != std::string::npos, "the id was printed");
  } else {
    const auto& e = id.error();
    const bool ended = answer.end.exit && !answer.timed_out && !answer.cancelled;
    fuzz::must(ended || e.code == io::errc::maybe_submitted, "what did not end by itself may have submitted");
    fuzz::must(answer.end.exit != 0 || e.code == io::errc::maybe_submitted, "a success is no refusal");
    fuzz::must(!e.words.empty() && is_printable(e.words), "the reason is a line of words");
  }
  check_escaped(answer.out);
  (void)slurm::read_dbd_queue_size(answer);
  (void)slurm::says_accounting_disabled(answer);
  if (const auto why = slurm::refuse_sbatch_arg(answer.out))
    fuzz::must(!why->empty(), "a refusal has a reason");
  return 0;
}
