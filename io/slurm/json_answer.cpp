#include "io/slurm/json_answer.hpp"

#include <array>
#include <string>

namespace settle::slurm {
namespace {

constexpr std::int64_t nothing_found = 9003;  // ESLURM_REST_EMPTY_RESULT, up to 22.05

/// The length of the character that begins with this byte beyond ASCII; 0: it begins none.
std::size_t character_bytes(std::string_view text) noexcept {
  for (std::size_t bytes = 2; bytes <= 4 && bytes <= text.size(); ++bytes)
    if (simdjson::validate_utf8(text.substr(0, bytes)))
      return bytes;
  return 0;
}

void replace_invalid_utf8(std::string& text) {
  for (std::size_t at = 0; at < text.size();) {
    if (static_cast<unsigned char>(text[at]) < 0x80) {
      ++at;
      continue;
    }
    const auto bytes = character_bytes(std::string_view(text).substr(at, 4));
    if (bytes == 0)
      text[at] = '?';
    at += bytes == 0 ? 1 : bytes;
  }
}

struct reported_error {
  std::string description;
  std::string error;
  json_number number;
};

constexpr std::array<json_rule<reported_error>, 3> error_rules{{
    text_rule<reported_error, &reported_error::description>("description"),
    text_rule<reported_error, &reported_error::error>("error"),
    number_rule<reported_error, &reported_error::number>("error_number"),
}};

std::string words_of(const reported_error& e) {
  std::string out = e.description.empty() ? "no description" : e.description;
  if (!e.error.empty())
    out += ": " + e.error;
  if (e.number)
    out += " (" + std::to_string(*e.number) + ")";
  return out;
}

/// The first error that voids the answer; empty: there is none.
std::string first_error(json_walk& in, json_value& list) {
  std::string first;
  const bool is_list = in.each_element(list, [&](json_value element) {
    reported_error e;
    std::string_view wrong;
    read_fields(in, element, error_rules, e, wrong);
    if (e.number != nothing_found && first.empty())
      first = words_of(e);
  });
  if (!is_list && json_walk::kind_of(list) != json_kind::null)
    first = "its field `errors` is no list";
  return first;
}

io::result<void> no_json(simdjson::error_code error) {
  return io::fail(io::errc::unavailable,
                  std::string("its answer is cut short or no JSON: ") + simdjson::error_message(error));
}

simdjson::error_code open(simdjson::ondemand::parser& parser, std::string& text,
                          simdjson::ondemand::document& document) {
  text.reserve(text.size() + simdjson::SIMDJSON_PADDING);
  const auto error = parser.iterate(text).get(document);
  if (error != simdjson::UTF8_ERROR)
    return error;
  replace_invalid_utf8(text);
  return parser.iterate(text).get(document);
}

}  // namespace

io::result<void> each_job(std::string text, const std::function<void(json_walk&, json_value&)>& job) {
  simdjson::ondemand::parser parser;
  simdjson::ondemand::document document;
  if (const auto error = open(parser, text, document))
    return no_json(error);
  json_walk in(text);
  json_value root;
  if (const auto error = document.get_value().get(root))
    return no_json(error);
  bool has_jobs = false;
  std::string error;
  in.each_field(root, [&](std::string_view key, json_value value) {
    if (key == "jobs")
      has_jobs = in.each_element(value, [&](json_value element) { job(in, element); });
    else if (key == "errors")
      error = first_error(in, value);
  });
  if (in.broken() != simdjson::SUCCESS)
    return no_json(in.broken());
  if (document.current_location().error() != simdjson::OUT_OF_BOUNDS)
    return no_json(simdjson::TRAILING_CONTENT);
  if (!error.empty())
    return io::fail(io::errc::unavailable, "it reports an error: " + error);
  if (!has_jobs)
    return io::fail(io::errc::bad_reply, "its answer has no list `jobs`");
  return {};
}

}  // namespace settle::slurm
