#include "io/tasks/wording.hpp"

#include "io/tasks/utf8.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace settle::tasks {

namespace {

constexpr std::size_t shown_bytes_max = 60;
constexpr std::size_t nearest_word_max = 40;

void append_visible(std::string& out, unsigned char c) {
  static constexpr std::string_view hex = "0123456789abcdef";
  if (c == '\n') {
    out += "\\n";
  } else {
    out += "\\x";
    out += hex[c >> 4];
    out += hex[c & 15];
  }
}

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c == '-' ? '_' : c;
}

/// Optimal string alignment distance, letter case and '-' against '_' ignored.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), now(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j)
    last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    now[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const bool same = lower(a[i - 1]) == lower(b[j - 1]);
      now[j] = std::min({last[j] + 1, now[j - 1] + 1, last[j - 1] + (same ? 0 : 1)});
      if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) && lower(a[i - 2]) == lower(b[j - 1]))
        now[j] = std::min(now[j], before[j - 2] + 1);
    }
    std::swap(before, last);
    std::swap(last, now);
  }
  return last[b.size()];
}

}  // namespace

std::string shown(std::string_view text) {
  std::string out = "\"";
  std::size_t at = 0;
  while (at < text.size() && at < shown_bytes_max) {
    const unsigned char c = static_cast<unsigned char>(text[at]);
    const std::size_t length = utf8_length(text.substr(at, 4));
    if (c < 0x20 || c == 0x7F || length == 0) {
      append_visible(out, c);
      ++at;
    } else {
      out += text.substr(at, length);
      at += length;
    }
  }
  out += at < text.size() ? "…\"" : "\"";
  return out;
}

std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates) {
  if (word.size() > nearest_word_max)
    return {};
  std::size_t best = std::max<std::size_t>(1, word.size() / 3) + 1;
  std::string_view found;
  for (const std::string_view candidate : candidates) {
    const std::size_t d = distance(word, candidate);
    if (d < best && d < candidate.size()) {
      best = d;
      found = candidate;
    }
  }
  return found;
}

}  // namespace settle::tasks
