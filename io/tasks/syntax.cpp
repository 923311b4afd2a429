#include "io/tasks/syntax.hpp"

#include "io/tasks/utf8.hpp"
#include "io/tasks/wording.hpp"

#include <vector>

namespace settle::tasks {

namespace {

constexpr std::size_t depth_max = 1000;  // no document of ours is deeper than 10

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_space(char c) {
  return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}
bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '_' || c == '.' ||
         c == '+' || c == '-' || (static_cast<unsigned char>(c) >= 0x80);
}

/// The four hex digits of \uXXXX; none where there are not four.
std::optional<unsigned> hex4(std::string_view text) {
  if (text.size() < 4)
    return std::nullopt;
  unsigned value = 0;
  for (const char c : text.substr(0, 4)) {
    const int digit = is_digit(c)            ? c - '0'
                      : c >= 'a' && c <= 'f' ? c - 'a' + 10
                      : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                             : -1;
    if (digit < 0)
      return std::nullopt;
    value = value * 16 + static_cast<unsigned>(digit);
  }
  return value;
}

class scanner {
public:
  explicit scanner(std::string_view text) : text_(text) {}

  std::optional<syntax_error> run() {
    document();
    return std::move(error_);
  }

private:
  struct open_bracket {
    std::size_t offset;
    bool object;
  };

  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  bool ended() const { return at_ >= text_.size(); }
  void skip_space() {
    while (!ended() && is_space(text_[at_]))
      ++at_;
  }

  bool fail_at(std::size_t offset, std::string words, std::optional<std::size_t> opened = std::nullopt) {
    error_ = syntax_error{offset, std::move(words), opened};
    return false;
  }

  /// "expected X, found Y", with a hint where the mistake is a common one.
  bool expected(std::string_view what) {
    if (ended() && !open_.empty())
      return fail_at(at_,
                     "the text ends here, expected " + std::string(what) + "; still open is the " +
                         (open_.back().object ? "'{'" : "'['"),
                     open_.back().offset);
    if (ended())
      return fail_at(at_, "the text ends here, expected " + std::string(what));
    return fail_at(at_, "expected " + std::string(what) + ", found " + found() + hint());
  }

  std::string found() const {
    if (const auto bad = utf8_length(text_.substr(at_)); bad == 0)
      return "a byte that is not UTF-8";
    std::size_t end = at_;
    while (end < text_.size() && is_word(text_[end]))
      ++end;
    if (end == at_ && peek() > ' ')
      return {'\'', peek(), '\''};
    if (end == at_)
      return peek() == '\0' ? std::string("a NUL byte") : shown(text_.substr(at_, 1));
    return shown(text_.substr(at_, end - at_));
  }

  std::string hint() const {
    const std::string_view rest = text_.substr(at_);
    if ((peek() == ']' || peek() == '}') && after_comma_)
      return " (JSON takes no comma after the last element)";
    if (rest.starts_with("//") || rest.starts_with("/*") || peek() == '#')
      return " (JSON has no comments)";
    if (peek() == '\'')
      return " (JSON strings stand in double quotes)";
    if (rest.starts_with("True") || rest.starts_with("False"))
      return " (JSON writes true and false)";
    if (rest.starts_with("None") || rest.starts_with("nil") || rest.starts_with("undefined"))
      return " (JSON writes null)";
    return "";
  }

  /// The whole text: one value, containers by a stack of our own.
  void document() {
    if (!value())
      return;
    while (!open_.empty()) {
      if (!next_member())
        return;
    }
    skip_space();
    if (!ended())
      expected("the end of the text");
  }

  /// After an opened bracket or an element: the closing bracket, or a comma and the next element.
  bool next_member() {
    skip_space();
    const bool object = open_.back().object;
    const char close = object ? '}' : ']';
    if (peek() == close && !ended()) {
      ++at_;
      open_.pop_back();
      fresh_ = false;
      return true;
    }
    if (!fresh_) {
      if (peek() != ',')
        return expected(object ? "',' or '}'" : "',' or ']'");
      ++at_;
      after_comma_ = true;
    }
    return object ? member() : value();
  }

  bool member() {
    skip_space();
    if (peek() != '"')
      return expected(fresh_ ? "a key in double quotes or '}'" : "a key in double quotes");
    after_comma_ = false;
    if (!string())
      return false;
    skip_space();
    if (peek() != ':')
      return expected("':' after the key");
    ++at_;
    fresh_ = false;
    return value();
  }

  bool value() {
    skip_space();
    const char c = peek();
    if (c == '{' || c == '[') {
      if (open_.size() == depth_max)
        return fail_at(at_, "nested deeper than " + std::to_string(depth_max) + " brackets");
      open_.push_back({at_, c == '{'});
      ++at_;
      fresh_ = true;
      after_comma_ = false;
      return true;
    }
    if (c == '"' ? !string() : c == '-' || is_digit(c) ? !number() : !literal())
      return false;
    fresh_ = false;
    after_comma_ = false;
    return true;
  }

  bool literal() {
    for (const std::string_view word : {"true", "false", "null"}) {
      const std::string_view rest = text_.substr(std::min(at_, text_.size()));
      if (!rest.starts_with(word) || (rest.size() > word.size() && is_word(rest[word.size()])))
        continue;
      at_ += word.size();
      return true;
    }
    return expected(fresh_ && !open_.empty() ? "a value or ']'" : "a value");
  }

  bool digits() {
    const std::size_t start = at_;
    while (!ended() && is_digit(text_[at_]))
      ++at_;
    return at_ > start;
  }

  bool number() {
    const std::size_t start = at_;
    const auto refuse = [&] {
      std::size_t end = start;
      while (end < text_.size() && is_word(text_[end]))
        ++end;
      return fail_at(start, "expected a number, found " + shown(text_.substr(start, end - start)));
    };
    if (peek() == '-')
      ++at_;
    const bool zero = peek() == '0';
    if (!digits() || (zero && at_ - start > (text_[start] == '-' ? 2u : 1u)))
      return refuse();
    if (peek() == '.') {
      ++at_;
      if (!digits())
        return refuse();
    }
    if (peek() == 'e' || peek() == 'E') {
      ++at_;
      if (peek() == '+' || peek() == '-')
        ++at_;
      if (!digits())
        return refuse();
    }
    return ended() || !is_word(text_[at_]) || refuse();
  }

  bool string() {
    const std::size_t quote = at_++;
    while (!ended()) {
      const unsigned char c = static_cast<unsigned char>(text_[at_]);
      if (c == '"') {
        ++at_;
        return true;
      }
      if (c < 0x20)
        return fail_at(at_,
                       c == '\n' || c == '\r'
                           ? "a line break inside a string (write \\n, or close the string)"
                           : "a raw control character inside a string (write it as \\u00XX, a tab as \\t)",
                       quote);
      if (c == '\\' ? !escape() : !character())
        return false;
    }
    return fail_at(at_, "the text ends here, expected '\"'; still open is the string", quote);
  }

  bool character() {
    const std::size_t length = utf8_length(text_.substr(at_, 4));
    if (length == 0)
      return fail_at(at_, "this byte is not UTF-8");
    at_ += length;
    return true;
  }

  bool escape() {
    const char kind = at_ + 1 < text_.size() ? text_[at_ + 1] : '\0';
    if (kind != '\0' && std::string_view("\"\\/bfnrt").find(kind) != std::string_view::npos) {
      at_ += 2;
      return true;
    }
    if (kind != 'u')
      return fail_at(at_, "no such escape in JSON (a backslash itself is written \\\\)");
    const auto first = hex4(text_.substr(at_ + 2));
    if (!first)
      return fail_at(at_, "expected four hex digits after \\u");
    if (*first < 0xD800 || *first > 0xDFFF) {
      at_ += 6;
      return true;
    }
    const std::string_view rest = text_.substr(at_ + 6);
    const auto second = rest.starts_with("\\u") ? hex4(rest.substr(2)) : std::nullopt;
    if (*first > 0xDBFF || !second || *second < 0xDC00 || *second > 0xDFFF)
      return fail_at(at_, "half of a surrogate pair: no character");
    at_ += 12;
    return true;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::vector<open_bracket> open_;
  bool fresh_ = false;  // nothing stands yet in the innermost bracket
  bool after_comma_ = false;
  std::optional<syntax_error> error_;
};

}  // namespace

std::optional<syntax_error> find_syntax_error(std::string_view text) {
  return scanner(text).run();
}

}  // namespace settle::tasks
