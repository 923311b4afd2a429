// The verdicts that somebody was shown, by item: a second one that differs is a lie, whoever told it.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace settle::live {

class verdict_log {
public:
  /// Lines of an event stream or of a journal. A verdict that differs from an earlier one of its item fails the test case.
  void note(const std::vector<std::string>& lines);

  std::size_t size() const { return verdicts_.size(); }
  /// `completed` or `failed`; empty: none was shown.
  std::string of(const std::string& item) const;
  /// Each verdict that `other` was shown is here, and the same.
  bool agrees_with(const verdict_log& other) const;

private:
  std::map<std::string, std::string> verdicts_;
};

/// The lines that tell of items, of each run's journal in this folder.
std::vector<std::string> item_lines_of_journals(const std::string& runs);

}  // namespace settle::live
