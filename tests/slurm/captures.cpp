#include "tests/slurm/captures.hpp"

#include "io/slurm/parse.hpp"

#include <algorithm>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace settle::tests {
namespace {

std::filesystem::path folder(const std::string& version) {
  return std::filesystem::path(SETTLE_SOURCE_DIR) / "tests" / "data" / ("slurm-" + version);
}

/// Lines with this many columns. Names stand in the middle of them: one with '|' or a newline shifts its line's columns.
std::string regular_lines(const std::string& text, std::size_t columns) {
  std::string out;
  for (const auto& line : split_lines(text))
    if (split_columns(line).size() == columns)
      out += line + '\n';
  return out;
}

}  // namespace

std::string capture_file(const std::string& version, const std::string& file) {
  const auto path = folder(version) / file;
  std::ifstream in(path, std::ios::binary);
  if (!in)
    throw std::runtime_error("no capture " + path.string());
  return {std::istreambuf_iterator<char>(in), {}};
}

io::command_result capture(const std::string& version, const std::string& name) {
  return said(capture_file(version, name + ".out"), capture_file(version, name + ".err"),
              std::stoi(capture_file(version, name + ".rc")));
}

std::vector<std::string> captures_beginning(const std::string& version, std::string_view prefix) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder(version)))
    if (entry.path().extension() == ".rc" && entry.path().stem().string().starts_with(prefix))
      names.push_back(entry.path().stem().string());
  std::sort(names.begin(), names.end());
  return names;
}

io::command_result said(std::string out, std::string err, int exit) {
  io::command_result answer;
  answer.end.exit = exit;
  answer.out_bytes = out.size();
  answer.err_bytes = err.size();
  answer.out = std::move(out);
  answer.err = std::move(err);
  return answer;
}

std::vector<std::string> split_lines(std::string_view text) {
  std::vector<std::string> lines;
  for (auto end = text.find('\n'); end != std::string_view::npos; end = text.find('\n')) {
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  if (!text.empty())
    lines.emplace_back(text);
  return lines;
}

std::vector<std::string> split_columns(std::string_view line) {
  std::vector<std::string> columns;
  while (true) {
    const auto bar = line.find('|');
    columns.emplace_back(line.substr(0, bar));
    if (bar == std::string_view::npos)
      return columns;
    line.remove_prefix(bar + 1);
  }
}

std::string remap(std::string_view text, const std::vector<int>& order, std::string_view filler) {
  std::string out;
  for (const auto& line : split_lines(text)) {
    const auto in = split_columns(line);
    for (std::size_t i = 0; i < order.size(); ++i) {
      if (i != 0)
        out += '|';
      const auto from = static_cast<std::size_t>(order[i]);
      if (order[i] < 0)
        out += filler;
      else if (from < in.size())
        out += in[from];
    }
    out += '\n';
  }
  return out;
}

std::string our_listing(const std::string& text) {
  return remap(regular_lines(text, 20), {3, 1, 2, 4, -1, -1, 12, 10, 11, 6, 7}, "");
}

std::string our_accounting(const std::string& text) {
  const auto header = split_columns(text.substr(0, text.find('\n')));
  std::string wanted(slurm::accounting_format);
  std::replace(wanted.begin(), wanted.end(), ',', '|');
  std::vector<int> order;
  for (const auto& name : split_columns(wanted)) {
    const auto at = std::find(header.begin(), header.end(), name);
    order.push_back(at == header.end() ? -1 : static_cast<int>(at - header.begin()));
  }
  return remap(regular_lines(text.substr(text.find('\n') + 1), header.size()), order, "");
}

std::string with_epochs(std::string text) {
  constexpr std::size_t length = sizeof "2026-11-23T01:44:45" - 1;
  for (auto at = text.find('T'); at != std::string::npos; at = text.find('T', at + 1)) {
    std::tm day{};
    if (at < 10 || ::strptime(text.c_str() + at - 10, "%Y-%m-%dT%H:%M:%S", &day) == nullptr)
      continue;
    text.replace(at - 10, length, std::to_string(::timegm(&day)));
  }
  return text;
}

}  // namespace settle::tests
