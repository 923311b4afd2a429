#include "io/tasks/shell_text.hpp"

#include "io/tasks/utf8.hpp"

#include <algorithm>

namespace settle::tasks {

namespace {

bool in_user_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
         c == '.';
}

}  // namespace

std::string single_quoted(std::string_view text) {
  std::string out;
  out.reserve(text.size() + 2);
  add_single_quoted(out, text);
  return out;
}

void add_single_quoted(std::string& out, std::string_view text) {
  out += '\'';
  for (auto quote = text.find('\''); quote != std::string_view::npos; quote = text.find('\'')) {
    out += text.substr(0, quote);
    out += "'\\''";
    text.remove_prefix(quote + 1);
  }
  out += text;
  out += '\'';
}

std::string cd_command(std::string_view path) {
  if (path.starts_with('/'))
    return "cd " + single_quoted(path);
  if (!path.starts_with('~'))
    return "cd " + single_quoted("./" + std::string(path));
  const auto slash = std::min(path.find('/'), path.size());
  const std::string_view user = path.substr(1, slash - 1);
  const std::string_view rest = path.substr(slash);
  const std::string below = rest.empty() ? std::string{} : single_quoted(rest);
  if (user.empty())  // an empty HOME would mean the root, or stay here
    return "[ -n \"${HOME:-}\" ] && cd \"$HOME\"" + below;
  if (std::all_of(user.begin(), user.end(), in_user_name))
    return "cd ~" + std::string(user) + below;
  return "cd " + single_quoted("./" + std::string(path));
}

std::string visible_line(std::string_view text, std::size_t bytes_max) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = utf8_length(text.substr(at, 4));
    const unsigned char c = static_cast<unsigned char>(text[at]);
    if (out.size() + std::max<std::size_t>(length, 1) > bytes_max)
      return out + "…";
    if (length == 0 || c < 0x20 || c == 0x7F)
      out += '?';
    else
      out += text.substr(at, length);
    at += std::max<std::size_t>(length, 1);
  }
  return out;
}

}  // namespace settle::tasks
