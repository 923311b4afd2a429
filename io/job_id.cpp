#include "io/job_id.hpp"

#include <charconv>

namespace settle::io {

namespace {

template <class Number>
std::optional<Number> whole_number(std::string_view text) noexcept {
  Number value{};
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || stop != end || text.empty())
    return std::nullopt;
  return value;
}

}  // namespace

std::string job_id_text(std::uint64_t id) {
  auto text = std::to_string(array_id_of(id));
  if (is_array_task(id))
    text += '_' + std::to_string(array_index_of(id));
  return text;
}

std::optional<std::uint64_t> job_id_from_text(std::string_view text) noexcept {
  const auto mark = text.find('_');
  const auto job = whole_number<std::uint32_t>(text.substr(0, mark));
  if (!job || *job == 0)
    return std::nullopt;
  if (mark == std::string_view::npos)
    return *job;
  const auto index = whole_number<std::uint32_t>(text.substr(mark + 1));
  if (!index || *index == UINT32_MAX)
    return std::nullopt;
  return array_task_id(*job, *index);
}

}  // namespace settle::io
