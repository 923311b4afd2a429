// One line of a run's journal, whatever it is: an event, the run's own facts, a document that joined, or something
// that is not for us. Pure.
#pragma once

#include "actors/core/stream.hpp"

#include <string>
#include <string_view>
#include <variant>

namespace settle {

/// The first line: what was started, by what words.
struct run_line {
  std::string title;
  std::string backend;
  std::string created;    ///< ISO 8601, as the items' environment has it
  std::string start_dir;  ///< absolute: where relative and absent working_dir begin
};

/// A document's tasks joined the run.
struct document_line {
  std::string file;       ///< in the run's folder
  std::string generator;  ///< the item that wrote it; empty: the document that was submitted
};

/// A submission of an item was about to be made.
struct intent_line {
  std::string item;
  std::string token;
};

using journal_line = std::variant<std::monostate, core::stream_event, run_line, document_line, intent_line>;

journal_line read_journal_line(std::string_view line);

}  // namespace settle
