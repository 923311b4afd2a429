// The kinds of options that several commands have, and how their texts are read: a mistake is a usage error with
// its option's name. Knows no command.
#pragma once

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <chrono>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace settle::cli {

/// These throw CLI::ValidationError with `option`'s name.
std::chrono::milliseconds duration_of(const std::string& option, const std::string& text);
std::chrono::milliseconds some_time(const std::string& option,
                                    const std::string& text);              ///< more than nothing
std::size_t count_of(const std::string& option, const std::string& text);  ///< from 1 on

/// In lines that fit beside the options' names on a usual terminal.
std::string wrapped(const std::string& words);

/// RUN: an id, a unique beginning of one, or last.
void add_which(CLI::App& app, std::string& target);

/// --state DIR.
void add_state(CLI::App& app, std::string& target);

/// An option whose text is read by `read` at once, so that every mistake is a usage error with its option's name.
template <class Read>
CLI::Option* add(CLI::App& app, const std::string& name, const std::string& value, const std::string& words,
                 Read read) {
  return app
      .add_option_function<std::string>(
          name, [name, read](const std::string& text) { read(name, text); }, wrapped(words))
      ->type_name(value);
}

template <class T>
void add_choice(CLI::App& app, const std::string& name, const std::string& words, T& target,
                std::vector<std::pair<std::string, T>> choices) {
  std::string value;
  for (const auto& choice : choices)
    value += (value.empty() ? "" : "|") + choice.first;
  add(app, name, value, words, [&target, choices, value](const std::string& option, const std::string& text) {
    for (const auto& [word, meaning] : choices)
      if (word == text) {
        target = meaning;
        return;
      }
    throw CLI::ValidationError(option, fmt::format("'{}' is none of {}", text, value));
  });
}

}  // namespace settle::cli
