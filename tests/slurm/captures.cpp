#include "tests/slurm/captures.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace settle::tests {
namespace {

std::filesystem::path folder(const std::string& version) {
  return std::filesystem::path(SETTLE_SOURCE_DIR) / "tests" / "data" / ("slurm-" + version);
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

}  // namespace settle::tests
