#include "actors/keys.hpp"
#include "actors/translate/event_reader.hpp"
#include "actors/translate/journal_json.hpp"
#include "actors/translate/object_fields.hpp"
#include "actors/translate/stream_words.hpp"

#include <array>
#include <optional>
#include <utility>

namespace settle::actors {

namespace {

using simdjson::SUCCESS;
namespace od = simdjson::ondemand;

constexpr int journal_version = 1;
static_assert(journal_version == stream_version, "one number for both kinds of lines");

/// An object in an object.
template <auto Member, const auto& Table>
bool inner(decltype(fields::owner(Member))& out, od::value& v, bool plain) {
  od::object from;
  if (v.get_object().get(from) != SUCCESS || !read_fields(from, Table, (out.*Member).emplace(), plain))
    return false;
  out.strange = out.strange || (out.*Member)->strange;
  return true;
}

bool take_counts(journal_fields& out, od::value& v, bool) {
  od::object from;
  if (v.get_object().get(from) != SUCCESS)
    return false;
  auto& tally = out.counts.emplace();
  for (auto entry : from) {
    od::field field;
    std::string_view name;
    if (std::move(entry).get(field) != SUCCESS || field.unescaped_key().get(name) != SUCCESS)
      return false;
    const auto status = core::item_status_from_text(name);
    if (!status && name != "unconfirmed") {
      out.strange = true;
      continue;
    }
    auto& to = status ? tally.by_status[static_cast<std::size_t>(*status)] : tally.unconfirmed;
    if (field.value().get(to) != SUCCESS)
      return false;
  }
  return true;
}

// In the order in which they are written.
constexpr std::array<field_of<controller_fields>, 10> controller_table{{
    {"means", take<&controller_fields::means>},
    {"cause", take<&controller_fields::cause>},
    {"exit", take<&controller_fields::exit>},
    {"exit_signal", take<&controller_fields::exit_signal>},
    {"restarts", take<&controller_fields::restarts>},
    {"submit", take<&controller_fields::submit>},
    {"start", take<&controller_fields::start>},
    {"end", take<&controller_fields::end>},
    {"word", take<&controller_fields::word>},
    {"reason", take<&controller_fields::reason>},
}};

constexpr std::array<field_of<kept_fields>, 14> kept_table{{
    {"submissions", take<&kept_fields::submissions>},
    {"ever_running", take<&kept_fields::ever_running>},
    {"cancel_asked", take<&kept_fields::cancel_asked>},
    {"rerun_reported", take<&kept_fields::rerun_reported>},
    {"row_seen", take<&kept_fields::row_seen>},
    {"first_submit", take<&kept_fields::first_submit>},
    {"submit", take<&kept_fields::submit>},
    {"start", take<&kept_fields::start>},
    {"restarts", take<&kept_fields::restarts>},
    {"finished_at", take<&kept_fields::finished_at>},
    {"exit", take<&kept_fields::exit>},
    {"exit_signal", take<&kept_fields::exit_signal>},
    {"controller", inner<&kept_fields::controller, controller_table>},
    {"given_up", take<&kept_fields::given_up>},
}};

using line_of = journal_fields;
constexpr std::array<field_of<line_of>, 44> line_table{{
    {"event", take<&line_of::event>},
    {"v", take<&line_of::v>},
    {"seq", take<&line_of::seq>},
    {"run", take<&line_of::run>},
    {"item", take<&line_of::item>},
    {"status", take<&line_of::status>},
    {"at", take<&line_of::at>},
    {"confirmed", take<&line_of::confirmed>},
    {"counts", take_counts},
    {"job_id", take<&line_of::job_id>},
    {"attempt", take<&line_of::attempt>},
    {"exit_code", take<&line_of::exit_code>},
    {"signal", take<&line_of::signal>},
    {"evidence", take<&line_of::evidence>},
    {"cause", take<&line_of::cause>},
    {"error", take<&line_of::error>},
    {"warning", take<&line_of::warning>},
    {"reason", take<&line_of::reason>},
    {"advice", take<&line_of::advice>},
    {"start", take<&line_of::start>},
    {"end", take<&line_of::end>},
    {"elapsed", take<&line_of::elapsed>},
    {"cpu_seconds", take<&line_of::cpu_seconds>},
    {"max_rss", take<&line_of::max_rss>},
    {"cpu_efficiency", take<&line_of::cpu_efficiency>},
    {"nodes", take<&line_of::nodes>},
    {"raw_state", take<&line_of::raw_state>},
    {"kept", inner<&line_of::kept, kept_table>},
    {"title", take<&line_of::title>},
    {"backend", take<&line_of::backend>},
    {"created", take<&line_of::created>},
    {"start_dir", take<&line_of::start_dir>},
    {"home", take<&line_of::home>},
    {"exit_records", take<&line_of::exit_records>},
    {"max_concurrent", take<&line_of::max_concurrent>},
    {"retry_of", take<&line_of::retry_of>},
    {"earlier", take<&line_of::earlier>},
    {"file", take<&line_of::file>},
    {"tasks", take<&line_of::tasks>},
    {"generator", take<&line_of::generator>},
    {"token", take<&line_of::token>},
    {"array", take<&line_of::array>},
    {"index", take<&line_of::index>},
    {"items", take<&line_of::items>},
}};

tl::unexpected<io::error> wrong(std::string words) {
  return io::fail(io::errc::bad_reply, std::move(words));
}

kept_run run_in(const journal_fields& in) {
  kept_run run;
  run.facts.id = in.run;
  run.facts.title = in.title;
  run.facts.backend = in.backend;
  run.facts.created_at = in.created;
  run.facts.start_dir = in.start_dir;
  run.facts.home = in.home;
  run.facts.exit_records = in.exit_records;
  run.facts.retry_of = in.retry_of;
  run.facts.earlier.assign(in.earlier.begin(), in.earlier.end());
  run.max_concurrent = in.max_concurrent.value_or(0);
  return run;
}

/// A name in the run's own folder, never a way out of it.
bool is_plain_name(std::string_view file) {
  return !file.empty() && file.front() != '.' && file.find('/') == std::string_view::npos;
}

tl::unexpected<io::error> unknown_event(std::string_view name) {
  return io::fail(io::errc::unknown_kind, "an event \"" + std::string(name) +
                                              "\" that this settle does not know: a newer one wrote it");
}

tl::unexpected<io::error> wrong_field(std::string_view event) {
  const bool own = !kind_of(event);
  return wrong((own ? "a line of \"" + std::string(event) + "\"" : "an event") +
               " with a field that is missing, of the wrong type or given twice");
}

std::optional<kept_intent> array_intent_in(const journal_fields& in) {
  const auto array = parts_of_token(in.array);
  const auto submission = submission_of_token(in.token);
  if (!array || !in.index || submission == 0)
    return std::nullopt;
  return kept_intent{in.item, submission, array_place{array->item, array->submission, *in.index}};
}

io::result<kept_line> read_own_line(const journal_fields& in) {
  if (in.event == "run" && !in.run.empty() && !in.backend.empty())
    return run_in(in);
  if (in.event == "document" && is_plain_name(in.file))
    return kept_document{std::string(in.file), in.tasks.value_or(0), std::string(in.generator)};
  if (in.event == "intent" && !in.item.empty())
    if (const kept_intent intent{in.item, submission_of_token(in.token)}; intent.submission > 0)
      return intent;
  if (in.event == "array_intent" && !in.item.empty())
    if (const auto intent = array_intent_in(in))
      return *intent;
  if (in.event == "withdrawn" && !in.item.empty())
    return kept_withdrawal{in.item};
  if (in.event == "cancel")
    return kept_cancel{{in.items.begin(), in.items.end()}};
  if (in.event == "completed_before" && !in.items.empty())
    return kept_completions{{in.items.begin(), in.items.end()}};
  if (in.event == "compacted")
    return kept_compaction{};
  return wrong_field(in.event);
}

tl::unexpected<io::error> newer_version() {
  return wrong("a version that this settle does not know: a newer one wrote it");
}

bool is_own(std::string_view event) {
  return event == "run" || event == "document" || event == "intent" || event == "array_intent" ||
         event == "withdrawn" || event == "cancel" || event == "completed_before" || event == "compacted";
}

/// Reads lines one after the other (decision 0019). The quick way takes what looks as we write it; of all else the strict parser, which
/// looks at everything, says what is wrong.
class line_reading {
public:
  io::result<kept_line> read(std::string_view text) {
    in_.emplace();
    const bool taken = take_quickly(text);
    if (!taken || in_->strange) {
      simdjson::dom::object line;
      if (strict_.parse(text.data(), text.size()).get(line) != SUCCESS)
        return wrong("no JSON object");
      if (!taken)
        return refused(line);
    }
    return judged(*in_);
  }

private:
  bool take_quickly(std::string_view text) {
    const bool plain = text.find('\\') == std::string_view::npos;
    text_.assign(text).append(simdjson::SIMDJSON_PADDING, ' ');
    od::document json;
    od::object line;
    return quick_.iterate(simdjson::padded_string_view(text_.data(), text.size(), text_.size())).get(json) ==
               SUCCESS &&
           json.get_object().get(line) == SUCCESS && read_fields(line, line_table, *in_, plain) &&
           json.current_location().error() == simdjson::OUT_OF_BOUNDS;  // nothing follows
  }

  static io::result<kept_line> refused(const simdjson::dom::object& line) {
    std::int64_t version = 0;
    std::string_view event;
    if (line["v"].get(version) != SUCCESS || version != journal_version)
      return newer_version();
    if (line["event"].get(event) != SUCCESS || !(kind_of(event) || is_own(event)))
      return unknown_event(event);
    return wrong_field(event);
  }

  static io::result<kept_line> judged(const journal_fields& in) {
    if (in.v != journal_version)
      return newer_version();
    if (is_own(in.event))
      return read_own_line(in);
    const auto kind = kind_of(in.event);
    if (!kind)
      return unknown_event(in.event);
    io::result<kept_line> out{kept_event{}};
    if (!read_event(*kind, in, std::get<kept_event>(*out)))
      return wrong_field(in.event);
    return out;
  }

  od::parser quick_;  // both keep their buffers from line to line
  simdjson::dom::parser strict_;
  std::string text_;  // what the views look into
  std::optional<journal_fields> in_;
};

}  // namespace

io::result<kept_line> read_kept_line(std::string_view line) {
  static thread_local line_reading reading;
  return reading.read(line);
}

}  // namespace settle::actors
