// Exit codes as squeue and sacct print them.
#include "io/slurm/fields.hpp"
#include "io/slurm/parse.hpp"

namespace settle::slurm {

code decode_wait_status(std::int64_t raw) {
  if (raw < 0 || raw > 0xffff)
    return {};
  const auto signal = static_cast<std::int32_t>(raw & 0x7f);  // 0x80 says only whether a core was written
  if (signal == 0x7f)
    return {};  // stopped, not ended
  if (signal != 0)
    return {0, signal};
  return {static_cast<std::int32_t>(raw >> 8), 0};
}

code parse_code_pair(std::string_view text) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) {
    const auto raw = field::number<std::uint32_t>(text);
    return raw ? decode_wait_status(*raw) : code{};
  }
  const auto exit = field::number<std::uint32_t>(text.substr(0, colon));
  const auto signal = field::number<std::uint32_t>(text.substr(colon + 1));
  if (!exit || !signal || *exit > 255 || *signal > 127)
    return {};
  return {static_cast<std::int32_t>(*exit), static_cast<std::int32_t>(*signal)};
}

}  // namespace settle::slurm
