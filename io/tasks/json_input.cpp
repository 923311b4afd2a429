#include "io/tasks/json_input.hpp"

#include "io/tasks/syntax.hpp"
#include "io/tasks/wording.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <utility>

namespace settle::tasks {

namespace {

using kind = json_input::kind;

std::string_view kind_words(kind k) {
  switch (k) {
  case kind::array:
    return "a list";
  case kind::object:
    return "an object";
  case kind::number:
    return "a number";
  case kind::string:
    return "a string";
  case kind::boolean:
    return "true or false";
  case kind::null:
    return "null";
  }
  return "another value";
}

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

std::string_view trimmed(std::string_view text) {
  const auto last = text.find_last_not_of(json_blanks);
  return last == std::string_view::npos ? std::string_view{} : text.substr(0, last + 1);
}

bool earlier(const problem& a, const problem& b) {
  return a.at.line != b.at.line ? a.at.line < b.at.line : a.at.column < b.at.column;
}

}  // namespace

std::string line_and_column(place p) {
  return std::to_string(p.line) + ":" + std::to_string(p.column);
}

json_text::json_text(std::string text)
    : padded_(std::move(text)), start_(padded_.starts_with(byte_order_mark) ? byte_order_mark.size() : 0),
      size_(padded_.size() - start_) {
  padded_.append(simdjson::SIMDJSON_PADDING, ' ');
}

bool json_text::blank() const {
  return text().find_first_not_of(json_blanks) == std::string_view::npos;
}

place json_input::where(const char* at) {
  const auto offset = static_cast<std::size_t>(at - text_.data());
  if (offset < line_start_) {  // rare: values come in the order of the text
    line_start_ = counted_to_ = 0;
    line_ = 1;
  }
  while (counted_to_ < offset) {
    const auto* newline =
        static_cast<const char*>(std::memchr(text_.data() + counted_to_, '\n', offset - counted_to_));
    if (!newline) {
      counted_to_ = offset;
      break;
    }
    counted_to_ = line_start_ = static_cast<std::size_t>(newline - text_.data()) + 1;
    ++line_;
  }
  return {line_, static_cast<std::uint32_t>(offset - line_start_ + 1)};
}

place json_input::where(value& v) {
  std::string_view token = v.raw_json_token();
  return where(token.data());
}

void json_input::problem_at(place at, std::string words) {
  if (problems_.size() < problems_told_max)
    problems_.push_back({at, std::move(words)});
  else
    ++untold_;
}

void json_input::warn_once(place at, std::string_view subject, std::string words) {
  const auto known = warned_.find(subject);
  if (known != warned_.end()) {
    ++warning_counts_[known->second];
    return;
  }
  if (warnings_.size() == problems_told_max)
    return;
  warned_.emplace(subject, warnings_.size());
  warnings_.push_back({at, std::move(words)});
  warning_counts_.push_back(1);
}

void json_input::broke(simdjson::error_code error) {
  if (!broken_)
    why_broken_ = error;
  broken_ = true;
}

void json_input::add_syntax_problem() {
  const auto found = find_syntax_error(text_);
  if (!found) {
    problem_at({1, 1}, std::string("the document cannot be read: ") + simdjson::error_message(why_broken_));
    return;
  }
  std::string words = "not JSON: " + found->words;
  if (found->opened)
    words += " of " + line_and_column(where(text_.data() + *found->opened));
  const place at = where(text_.data() + found->offset);
  // What was found behind the fault was read from a text that means something else.
  std::erase_if(problems_, [&](const problem& p) { return earlier({at, {}}, p); });
  problem_at(at, std::move(words));
}

void json_input::finish(parsed& out) {
  if (broken_)
    add_syntax_problem();
  std::stable_sort(problems_.begin(), problems_.end(), earlier);
  if (untold_ > 0)
    problems_.push_back({problems_.back().at, "… and " + std::to_string(untold_) + " problems more"});
  for (std::size_t i = 0; i < warnings_.size(); ++i) {
    if (warning_counts_[i] > 1)
      warnings_[i].words += " (" + std::to_string(warning_counts_[i]) + " times)";
  }
  std::stable_sort(warnings_.begin(), warnings_.end(), earlier);
  out.problems = std::move(problems_);
  out.warnings = std::move(warnings_);
}

bool json_input::kind_of(value& v, kind& out) {
  if (const auto error = v.type().get(out))
    return broke(error), false;
  return true;
}

void json_input::slice(value& v, std::string_view& out) {
  kind k{};
  if (!kind_of(v, k))
    return;
  simdjson::error_code error = simdjson::SUCCESS;
  if (k == kind::object) {
    object o;
    error = v.get_object().get(o);
    if (!error)
      error = o.raw_json().get(out);
  } else if (k == kind::array) {
    array a;
    error = v.get_array().get(a);
    if (!error)
      error = a.raw_json().get(out);
  } else {
    out = v.raw_json_token();
    // Left unread, a string before a ':' would be passed over as a key.
    simdjson::ondemand::raw_json_string read;
    if (k == kind::string)
      error = v.get_raw_json_string().get(read);
  }
  if (error)
    broke(error);
}

void json_input::skip(value& v) {
  std::string_view raw;
  slice(v, raw);
  if (!broken_ && find_syntax_error(raw))
    broke(simdjson::TAPE_ERROR);
}

bool json_input::is_null(value& v) {
  kind k{};
  if (!kind_of(v, k) || k != kind::null)
    return false;
  skip(v);
  return true;
}

void json_input::refuse_kind(value& v, std::string_view wanted, std::string_view name) {
  kind k{};
  if (!kind_of(v, k))
    return;
  std::string words = std::string(name) + " must be " + std::string(wanted) + ", not ";
  std::string_view token = v.raw_json_token();
  token = trimmed(token);
  const bool number = k == kind::number, plain = number || k == kind::boolean;
  words += plain ? std::string(token.substr(0, 30)) : std::string(kind_words(k));
  if (plain && wanted == "a string")
    words += " (write \"" + std::string(token.substr(0, 30)) + "\")";
  problem_at(where(v), std::move(words));
  skip(v);
}

bool json_input::is_kind(value& v, kind wanted, std::string_view name) {
  kind k{};
  if (!kind_of(v, k))
    return false;
  if (k == wanted)
    return true;
  refuse_kind(v, kind_words(wanted), name);
  return false;
}

bool json_input::text(value& v, std::string_view name, std::string& out) {
  if (!is_kind(v, kind::string, name))
    return false;
  std::string_view read;
  if (const auto error = v.get_string().get(read))
    return broke(error), false;
  if (read.find('\0') != std::string_view::npos) {
    problem_at(where(v),
               std::string(name) + " holds a NUL character (\\u0000), which no command line can carry");
    return false;
  }
  out.assign(read);
  return true;
}

bool json_input::whole_number(value& v, std::string_view name, std::int64_t least, std::int64_t most,
                              std::int64_t& out) {
  kind k{};
  if (!kind_of(v, k))
    return false;
  std::string_view token = v.raw_json_token();
  token = trimmed(token);
  if (k == kind::string && token.size() > 2 &&
      token.substr(1, token.size() - 2).find_first_not_of("0123456789") == std::string_view::npos) {
    problem_at(where(v), std::string(name) + " must be a number, not the string " +
                             std::string(token.substr(0, 30)) + " (write " +
                             std::string(token.substr(1, std::min<std::size_t>(token.size() - 2, 30))) + ")");
    return skip(v), false;
  }
  if (!is_kind(v, kind::number, name))
    return false;
  skip(v);  // its syntax
  const auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), out);
  const bool whole = token.find_first_of(".eE") == std::string_view::npos;
  if (!broken_ &&
      (!whole || error != std::errc{} || end != token.data() + token.size() || out < least || out > most)) {
    problem_at(where(token.data()), std::string(name) + " must be a whole number from " +
                                        std::to_string(least) + " to " + std::to_string(most) + ", not " +
                                        std::string(token.substr(0, 30)));
    return false;
  }
  return !broken_;
}

void json_input::texts(value& v, std::string_view name, std::vector<std::string>& out,
                       std::vector<place>* places) {
  const std::string each = "an element of " + std::string(name);
  elements_of(v, name, [&](value& element, place at) {
    std::string read;
    if (!text(element, each, read))
      return;
    out.push_back(std::move(read));
    if (places)
      places->push_back(at);
  });
}

bool seen_keys::first(json_input& in, std::string_view key, place at) {
  const auto [known, fresh] = places_.try_emplace(std::string(key), at);
  if (!fresh)
    in.problem_at(at, shown(key) + " is given twice in one object; the first stands at " +
                          line_and_column(known->second));
  return fresh;
}

}  // namespace settle::tasks
