#include "actors/run_founding.hpp"

#include "actors/keys.hpp"
#include "actors/translate/journal_json.hpp"

#include <cassert>
#include <chrono>
#include <cstdint>
#include <ctime>
#include <random>
#include <utility>

namespace settle::actors {

namespace {

std::string iso_time(core::duration wall) {
  auto seconds = static_cast<std::time_t>(std::chrono::duration_cast<std::chrono::seconds>(wall).count());
  std::tm utc{};
  ::gmtime_r(&seconds, &utc);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
  return text;
}

std::string base_name(const std::string& path) {
  auto slash = path.rfind('/');
  return slash == std::string::npos ? path : path.substr(slash + 1);
}

std::string new_run_id(core::instant now) {
  std::random_device chance;
  return make_run_id(std::chrono::duration_cast<std::chrono::seconds>(now.wall).count(),
                     (std::uint64_t{chance()} << 32) | chance());
}

run_facts facts_for(const submit_run& asked, const tasks::document& doc, const founding_place& where,
                    core::instant now) {
  run_facts f;
  f.id = new_run_id(now);
  f.title = !asked.title.empty() ? asked.title : !doc.title.empty() ? doc.title : base_name(asked.source);
  f.folder = where.runs + "/" + f.id;
  f.start_dir = asked.start_dir;
  f.created_at = iso_time(now.wall);
  f.backend = where.backend;
  f.home = where.home;
  f.exit_records = where.exit_records;
  return f;
}

}  // namespace

founded_run found_run(const submit_run& asked, const founding_place& where, core::instant now) {
  founded_run out;
  auto parsed = tasks::parse_document(asked.document);
  out.warnings = std::move(parsed.warnings);
  out.problems = std::move(parsed.problems);
  if (!out.problems.empty())
    return out;
  auto facts = facts_for(asked, parsed.doc, where, now);
  run_book book(facts, asked.max_concurrent, where.unconfirmed_releases);
  book.note(run_line(facts, asked.max_concurrent));
  out.problems = book.add_document(std::move(parsed.doc), {});
  if (!out.problems.empty())
    return out;
  book.tell_started(now.wall);
  if (book.run().size() == 0) {
    book.tell_notice("this run has no items", now.wall);
    book.tell_finished(now.wall);
  }
  out.book = std::move(book);
  return out;
}

founded_run found_retry(retrying asked, const std::string& runs, core::instant now) {
  founded_run out;
  auto& facts = asked.facts;
  facts.id = new_run_id(now);
  facts.folder = runs + "/" + facts.id;
  facts.created_at = iso_time(now.wall);
  run_book book(facts, asked.max_concurrent, true);
  book.note(run_line(facts, asked.max_concurrent));
  for (const auto& text : asked.documents) {
    auto parsed = tasks::parse_document(text);
    out.problems = std::move(parsed.problems);
    if (out.problems.empty())
      out.problems = book.add_document(std::move(parsed.doc), {});
    if (!out.problems.empty())
      return out;
  }
  assert(book.run().size() > 0);
  book.tell_started(now.wall);
  if (!asked.completed_before.empty())
    book.add_completed_before(asked.completed_before);
  out.book = std::move(book);
  return out;
}

}  // namespace settle::actors
