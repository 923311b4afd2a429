#include "actors/keys.hpp"

#include <algorithm>
#include <array>

namespace settle::actors {

namespace {

constexpr std::string_view digits = "0123456789abcdefghijklmnopqrstuvwxyz";

std::string base36(std::uint64_t value, std::size_t width) {
  std::string out;
  do {
    out.push_back(digits[value % 36]);
    value /= 36;
  } while (value != 0);
  while (out.size() < width)
    out.push_back('0');
  std::reverse(out.begin(), out.end());
  return out;
}

bool is_digit36(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z');
}

std::optional<std::uint32_t> number36(std::string_view text) {
  constexpr std::size_t longest = 6;  // digits that 32 bits can hold are seven; a run never gets near
  if (text.empty() || text.size() > longest || !std::all_of(text.begin(), text.end(), is_digit36))
    return std::nullopt;
  std::uint32_t value = 0;
  for (const char c : text)
    value = value * 36 + static_cast<std::uint32_t>(digits.find(c));
  return value;
}

}  // namespace

std::string make_run_id(std::int64_t epoch_seconds, std::uint64_t random) {
  // Seven characters last until the year 4453; five of chance are 60 million per second of creation.
  auto tail = base36(random % 60'466'176, 5);
  return base36(static_cast<std::uint64_t>(epoch_seconds), 7) + tail;
}

std::string make_token(std::string_view run_id, core::item_index item, std::uint32_t submission) {
  std::string out{run_id};
  out += '-';
  out += base36(item, 1);
  out += '-';
  out += base36(submission, 1);
  return out;
}

std::optional<token_parts> parts_of_token(std::string_view token) {
  const auto last = token.rfind('-');
  const auto first = token.find('-');
  if (first == std::string_view::npos || first == last)
    return std::nullopt;
  const auto item = number36(token.substr(first + 1, last - first - 1));
  const auto submission = number36(token.substr(last + 1));
  if (!item || !submission || *submission == 0)
    return std::nullopt;
  return token_parts{*item, *submission};
}

std::uint32_t submission_of_token(std::string_view token) {
  const auto last = token.rfind('-');
  return last == std::string_view::npos ? 0 : number36(token.substr(last + 1)).value_or(0);
}

std::string_view token_of_job_name(std::string_view job_name) {
  // Read of every row of every listing: once, from its end.
  int dashes = 0;
  for (auto at = job_name.size(); at-- > 0;) {
    const char c = job_name[at];
    if (c == '.')
      return dashes == 2 ? job_name.substr(at + 1) : std::string_view{};
    if (c == '-')
      ++dashes;
    else if (!is_digit36(c))
      break;
  }
  return {};
}

}  // namespace settle::actors
