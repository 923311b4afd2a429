// Journals: any file is its whole lines in order and perhaps a torn one; a line that is an event is the same event
// when it is written and read again. No line is taken that is not JSON.
#include "io/journal.hpp"
#include "actors/translate/event_json.hpp"
#include "actors/translate/journal_json.hpp"
#include "tests/fuzz/fuzz.hpp"

#include <simdjson.h>

#include <sys/mman.h>
#include <unistd.h>

#include <string>
#include <variant>

using namespace settle;

namespace {

/// A file that is gone with the process.
int file_of(std::string_view text) {
  static const int file = ::memfd_create("journal", 0);
  fuzz::must(file >= 0 && ::ftruncate(file, 0) == 0, "there is a file");
  fuzz::must(::pwrite(file, text.data(), text.size(), 0) == static_cast<ssize_t>(text.size()),
             "it is written");
  return file;
}

/// What the quick reader takes is JSON to the strict parser too, and ours.
void check_line(std::string_view line) {
  const auto said = actors::read_kept_line(line);
  if (!said)
    return fuzz::must(!said.error().words.empty(), "a refusal has words");
  static simdjson::dom::parser strict;
  simdjson::dom::object object;
  std::int64_t version = 0;
  fuzz::must(strict.parse(line.data(), line.size()).get(object) == simdjson::SUCCESS,
             "a line is a JSON object");
  fuzz::must(object["v"].get(version) == simdjson::SUCCESS && version == 1, "of a version that is known");
  const auto* event = std::get_if<actors::kept_event>(&*said);
  if (event == nullptr || event->item.empty())
    return;
  if (const auto now = actors::item_after(*event))
    fuzz::must(core::broken_rule(*now).empty(), "an item that is read keeps the rules");
}

void check_event(std::string_view line) {
  const auto event = actors::stream_event_from_json(line);
  if (!event)
    return;
  const auto written = actors::to_json(*event);
  fuzz::must(written.find('\n') == std::string::npos && fuzz::is_utf8(written),
             "an event is one line of text");
  const auto again = actors::stream_event_from_json(written);
  fuzz::must(again.has_value(), "an event that was written is an event");
  fuzz::must(actors::to_json(*again) == written, "an event that was read again is the same");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = fuzz::text_of(data, size);
  const auto path = "/proc/self/fd/" + std::to_string(file_of(text));
  std::string lines;
  bool torn = false;
  const auto keep = [&](std::string_view line) {
    lines += line;
    lines += '\n';
    check_line(line);
    check_event(line);
  };
  fuzz::must(io::read_journal(path, keep, torn).has_value(), "the file is read");
  fuzz::must(text.starts_with(lines), "lines come whole and in order");
  fuzz::must(torn == (lines.size() < text.size()), "what is left is torn");
  fuzz::must(text.substr(lines.size()).find('\n') == std::string_view::npos, "no line is left out");
  return 0;
}
