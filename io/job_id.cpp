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
  std::array<char, job_id_chars> room;
  return std::string{job_id_text(id, room)};
}

std::string_view job_id_text(std::uint64_t id, std::array<char, job_id_chars>& room) noexcept {
  char* const begin = room.data();
  char* const end = begin + room.size();
  char* at = std::to_chars(begin, end, array_id_of(id)).ptr;
  if (is_array_task(id)) {
    *at++ = '_';
    at = std::to_chars(at, end, array_index_of(id)).ptr;
  }
  return {begin, static_cast<std::size_t>(at - begin)};
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
