// The exit record between the run's folder, the job's script and the reader: who makes what, and what is told of it.
#include "actors/reader.hpp"

#include "actors/job_spec.hpp"
#include "actors/run_store.hpp"
#include "actors/system.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <unistd.h>

using namespace settle;
namespace compat = actors::compat;
namespace fs = std::filesystem;

namespace {

struct folder {
  fs::path path;
  folder() {
    std::string shape = (fs::temp_directory_path() / "settle-reader-XXXXXX").string();
    path = ::mkdtemp(shape.data());
  }
  ~folder() { fs::remove_all(path); }
};

actors::run_facts facts_in(const fs::path& place, bool exit_records) {
  actors::run_facts f;
  f.id = "0abc";
  f.folder = (place / "runs" / "0abc").string();
  f.start_dir = "/";
  f.backend = "slurm";
  f.exit_records = exit_records;
  return f;
}

actors::job_spec job_of(const actors::run_facts& facts, const std::string& more = R"("deps":[])") {
  const auto read = tasks::parse_document(R"([{"id": "a", "name": "a", "command": "exit 3", )" + more + "}]");
  REQUIRE(read.problems.empty());
  auto spec = actors::make_job_spec(facts, read.doc, read.doc.tasks.front(), 0, 1);
  REQUIRE(spec);
  return *spec;
}

struct reading_room {
  caf::actor_system_config cfg;
  std::unique_ptr<caf::actor_system> system;
  reading_room() {
    actors::register_messages(cfg);
    system = std::make_unique<caf::actor_system>(cfg);
  }
  actors::witness_came ask(const std::string& path, const std::string& token) {
    auto reader = system->spawn<actors::reader_actor, caf::detached>(actors::machine_now);
    caf::scoped_actor self{*system};
    actors::witness_came answer;
    compat::request(&*self, reader, caf::infinite, actors::read_witness{path, token})
        .receive([&](actors::witness_came& a) { answer = std::move(a); },
                 [](const caf::error&) { FAIL("the reader did not answer"); });
    caf::anon_send_exit(reader, caf::exit_reason::user_shutdown);
    return answer;
  }
};

}  // namespace

TEST_CASE("the folder of exit records is made with the run's, and only where records are wanted",
          "[actors][witness]") {
  for (const bool wanted : {true, false}) {
    const folder place;
    const auto facts = facts_in(place.path, wanted);
    REQUIRE(actors::open_run_folder(facts));
    const fs::path exits = fs::path(facts.folder) / "exits";
    CHECK(fs::exists(exits) == wanted);
    if (wanted)
      CHECK(fs::status(exits).permissions() == fs::perms::owner_all);
  }
}

TEST_CASE("a job is told where its exit record goes, and only where one is wanted", "[actors][witness]") {
  const auto with = job_of(facts_in("/s", true));
  CHECK(with.exit_record == "/s/runs/0abc/exits/" + with.token);
  CHECK(with.script.find(with.exit_record) != std::string::npos);
  const auto without = job_of(facts_in("/s", false));
  CHECK(without.exit_record.empty());
  CHECK(without.script.find("exits") == std::string::npos);
}

TEST_CASE("a job of Slurm's claims its task, and goes on in the log files that are settle's own",
          "[actors][claim]") {
  const auto spec = job_of(facts_in("/s", true));
  CHECK(spec.claim == "/s/runs/0abc/claims/" + spec.token);
  CHECK(spec.script.find(spec.claim) != std::string::npos);
  CHECK(spec.appends_logs);
  for (const char* own :
       {R"("output_file":"o")", R"("error_file":"e")", R"("sbatch_args":["--open-mode=truncate"])"}) {
    INFO(own);
    CHECK_FALSE(job_of(facts_in("/s", true), own).appends_logs);
  }
  auto local = facts_in("/s", true);
  local.backend = "local";
  CHECK(job_of(local).claim.empty());
  CHECK_FALSE(job_of(local).appends_logs);
}

TEST_CASE("the reader tells what a record says, that there is none, or what is wrong with it",
          "[actors][witness]") {
  const folder place;
  const std::string path = (place.path / "record").string();
  reading_room room;

  const auto none = room.ask(path, "tok");
  CHECK_FALSE(none.found);
  CHECK(none.trouble.empty());

  std::ofstream(path) << "settle-exit 1 token=tok job=17 restart=2 exit=0 start=0 end=1700000060\n";
  const auto whole = room.ask(path, "tok");
  CHECK(whole.found);
  CHECK(whole.trouble.empty());
  CHECK(whole.exit_code == 0);
  CHECK(whole.job_id == 17);
  CHECK(whole.restart == 2);
  CHECK_FALSE(whole.start);
  CHECK(whole.end == 1700000060);

  const auto foreign = room.ask(path, "other");
  CHECK_FALSE(foreign.found);
  CHECK(foreign.trouble == path + ": it is another submission's");
}
