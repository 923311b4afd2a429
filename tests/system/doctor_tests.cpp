// `settle doctor` against a fake Slurm whose configuration, clock and daemons a test bends, and on this machine.
#include "tests/system/workshop.hpp"

#include <catch2/catch.hpp>
#include <simdjson.h>

#include <cstdlib>
#include <map>
#include <optional>

using namespace settle::tests;

namespace {

struct judged {
  std::string grade, words, remedy;
};

struct report {
  int exit_code = -1;
  std::string grade, backend, accounting, state_dir;
  std::optional<double> skew;
  bool has_cluster = false;
  std::map<std::string, judged> findings;
  std::map<std::string, std::vector<std::string>> commands;
};

std::string text(const simdjson::dom::object& o, const char* name) {
  std::string_view value;
  return o[name].get(value) == simdjson::SUCCESS ? std::string(value) : "";
}

/// `settle doctor --json WORDS`.
report doctor(const workshop& shop, std::vector<std::string> words,
              std::vector<std::string> environment = {}) {
  words.insert(words.begin(), {"doctor", "--json"});
  auto what = shop.settle(std::move(words));
  what.environment.insert(what.environment.end(), environment.begin(), environment.end());
  program p(what);
  p.finish();
  INFO(p.err());
  INFO(p.out());
  CHECK(p.err().empty());
  CHECK(lines_in(p.out()) == 1);
  simdjson::dom::parser parser;
  const simdjson::padded_string json(p.out());
  simdjson::dom::object o;
  REQUIRE(parser.parse(json).get(o) == simdjson::SUCCESS);
  report r{p.exit_code(), text(o, "grade"), text(o, "backend"), {}, text(o, "state_dir"), {}, false, {}, {}};
  CHECK(o["v"].get_uint64().value() == 1);
  if (simdjson::dom::object cluster; o["cluster"].get(cluster) == simdjson::SUCCESS) {
    r.has_cluster = true;
    r.accounting = text(cluster, "accounting");
    if (double skew = 0; cluster["clock_skew_seconds"].get(skew) == simdjson::SUCCESS)
      r.skew = skew;
  }
  const simdjson::dom::array findings = o["findings"];
  for (const simdjson::dom::object f : findings)
    CHECK(r.findings.emplace(text(f, "what"), judged{text(f, "grade"), text(f, "words"), text(f, "remedy")})
              .second);
  const simdjson::dom::array commands = o["commands"];
  for (const simdjson::dom::object c : commands) {
    const simdjson::dom::array argv = c["argv"];
    for (const std::string_view word : argv)
      r.commands[text(c, "program")].emplace_back(word);
  }
  return r;
}

report on_slurm(const workshop& shop, std::vector<std::string> words = {}) {
  words.insert(words.begin(), {"--backend", "slurm"});
  return doctor(shop, std::move(words));
}

/// The grade of the one finding; its words and remedy must hold the parts.
void check(report r, const std::string& what, const std::string& grade, const std::string& words) {
  INFO(what << ": " << r.findings[what].words);
  CHECK(r.findings[what].grade == grade);
  CHECK(has(r.findings[what].words, words));
  CHECK(r.findings[what].remedy.empty() == (grade == "ok"));
}

}  // namespace

TEST_CASE("doctor on a cluster that is well has nothing to complain of the cluster and submits nothing",
          "[system][doctor]") {
  const workshop shop;
  auto r = on_slurm(shop);
  CHECK(r.exit_code == 0);
  CHECK(r.backend == "slurm");
  CHECK(r.accounting == "on");
  for (const auto& [what, f] : r.findings)
    if (what != "file_system" && what != "space") {  // those are this machine's
      INFO(what << ": " << f.words);
      CHECK(f.grade == "ok");
    }
  REQUIRE(r.skew);
  CHECK(std::abs(*r.skew) < 5);
  CHECK(r.commands["squeue"].at(4) == "--states=all");
  CHECK(r.commands["sbatch"].at(1) == "--parsable");
  CHECK(r.commands["sacct"].size() > 5);
  CHECK(r.commands["scancel"].size() == 2);
  CHECK(shop.jobs() == 0);
  CHECK(shop.calls("sbatch") == 1);  // --version
  CHECK(shop.calls("squeue") == 1);
  CHECK(shop.calls("scontrol") == 2);
  CHECK(shop.calls("sdiag") == 1);
  CHECK(shop.calls("sacct") == 1);
  CHECK(shop.calls("scancel") == 0);
  CHECK(r.state_dir == shop.state().string());
  CHECK_FALSE(std::filesystem::exists(shop.state()));
}

TEST_CASE("doctor measures a clock that is hours off", "[system][doctor]") {
  const workshop shop;
  for (const int skew : {7200, -3600}) {
    shop.knob("skew", std::to_string(skew));
    const auto r = on_slurm(shop);
    CHECK(r.exit_code == 0);
    check(r, "clock", "attention", skew > 0 ? "ahead of ours" : "behind ours");
    REQUIRE(r.skew);
    CHECK(std::abs(*r.skew - skew) < 5);
  }
}

TEST_CASE("doctor refuses a federation with exit code 3", "[system][doctor]") {
  const workshop shop;
  shop.knob("federation", "north");
  const auto r = on_slurm(shop);
  CHECK(r.exit_code == 3);
  CHECK(r.grade == "cannot_work");
  check(r, "federation", "cannot_work", "federation north");
}

TEST_CASE("doctor says which controller is silent, and ends with 3", "[system][doctor][outage]") {
  const workshop shop;
  shop.knob("squeue_fail");
  const auto r = on_slurm(shop);
  CHECK(r.exit_code == 3);
  check(r, "controller", "cannot_work", "Unable to contact slurm controller");
  check(r, "controller", "cannot_work", "down: ctl1 (primary)");
  CHECK_FALSE(r.skew);
  CHECK(shop.calls("scontrol") == 1);  // ping alone: the rest would only wait
  CHECK(shop.calls("sdiag") == 0);
}

TEST_CASE("doctor ends a command that hangs at its deadline", "[system][doctor][outage]") {
  const workshop shop;
  shop.knob("squeue_hang");
  const auto r = on_slurm(shop, {"--command-deadline", "1s"});
  CHECK(r.exit_code == 3);
  check(r, "controller", "cannot_work", "gave no answer within");
  check(r, "accounting", "ok", "on");
}

TEST_CASE("doctor tells accounting that is off from accounting that does not answer", "[system][doctor]") {
  const workshop shop;
  SECTION("off") {
    shop.knob("sacct_off");
    const auto r = on_slurm(shop);
    CHECK(r.exit_code == 0);
    CHECK(r.accounting == "off");
    check(r, "accounting", "attention", "off");
  }
  SECTION("silent") {
    shop.knob("sacct_fail");
    const auto r = on_slurm(shop);
    CHECK(r.exit_code == 0);
    CHECK(r.accounting == "silent");
    check(r, "accounting", "attention", "Connection refused");
  }
  SECTION("behind") {
    shop.knob("dbd_queue", "20000");
    check(on_slurm(shop), "accounting_queue", "attention", "20000 records");
  }
}

TEST_CASE("doctor holds the cluster's limits against the options of the run", "[system][doctor]") {
  const workshop shop;
  shop.knob("config_edit", "s/^MinJobAge .*/MinJobAge = 20 sec/");
  check(on_slurm(shop), "min_job_age", "attention", "20s");
  check(on_slurm(shop, {"--poll-interval", "5s"}), "min_job_age", "ok", "every 5s");
  check(on_slurm(shop, {"--command-deadline", "10s"}), "message_timeout", "attention", "10s");
  shop.knob("config_edit", "s/^SlurmctldParameters .*/SlurmctldParameters = rl_enable,rl_bucket_size=9/");
  check(on_slurm(shop), "rate_limit", "ok", "9 requests at once");
}

TEST_CASE("doctor warns of releases that settle was not tested with", "[system][doctor]") {
  const workshop shop;
  shop.knob("version", "19.05.8");
  check(on_slurm(shop), "version", "attention", "19.05.8 here, 24.11.5 on the controller");
  shop.knob("version", "25.05.1");
  check(on_slurm(shop), "version", "attention", "not supported");
}

TEST_CASE("doctor without working Slurm commands ends with 3 and asks no more", "[system][doctor]") {
  const workshop shop;
  SECTION("no configuration") {
    shop.knob("no_conf");
    const auto r = on_slurm(shop);
    CHECK(r.exit_code == 3);
    check(r, "version", "cannot_work", "Could not establish a configuration source");
    CHECK(shop.calls("squeue") == 0);
  }
  SECTION("no sbatch: never the local backend instead") {
    const auto r = doctor(shop, {"--backend", "slurm"}, {"PATH=/nonexistent"});
    CHECK(r.exit_code == 3);
    CHECK(r.backend == "slurm");
    check(r, "commands", "cannot_work", "sbatch");
  }
}

TEST_CASE("doctor on this machine looks at it alone", "[system][doctor]") {
  const workshop shop;
  auto r = doctor(shop, {"--backend", "local"});
  CHECK(r.exit_code == 0);
  CHECK(r.backend == "local");
  CHECK_FALSE(r.has_cluster);
  CHECK(r.commands.empty());
  CHECK(r.findings.count("processors") == 1);
  CHECK(r.findings.count("shell") == 1);
  CHECK(r.findings.count("clock") == 0);
  CHECK(shop.calls("sbatch") == 0);
  SECTION("it is chosen where there is no sbatch") {
    CHECK(doctor(shop, {}, {"PATH=/nonexistent"}).backend == "local");
  }
}

TEST_CASE("doctor says when the state directory cannot be used, or is open to others", "[system][doctor]") {
  const workshop shop;
  const auto file = shop.document("[]");
  const auto broken = doctor(shop, {"--backend", "local", "--state", file + "/state"});
  CHECK(broken.exit_code == 3);
  check(broken, "state_dir", "cannot_work", "is no directory");

  std::filesystem::create_directory(shop.state());
  std::filesystem::permissions(shop.state(), std::filesystem::perms(0755));
  check(doctor(shop, {"--backend", "local"}), "state_dir", "attention", "mode 0755");
  std::filesystem::permissions(shop.state(), std::filesystem::perms(0700));
  check(doctor(shop, {"--backend", "local"}), "state_dir", "ok", "private");
  CHECK(std::filesystem::is_empty(shop.state()));
}

TEST_CASE("doctor prints a line for each finding, its remedies, the commands and a verdict",
          "[system][doctor]") {
  const workshop shop;
  shop.knob("federation", "north");
  program p(shop.settle({"doctor", "--backend", "slurm"}));
  p.finish();
  INFO(p.out());
  CHECK(p.exit_code() == 3);
  CHECK(p.err().empty());
  CHECK(has(p.out(), "ok           controller  "));
  CHECK(has(p.out(), "cannot work  federation  "));
  CHECK(has(p.out(), "-> use a cluster that is in no federation\n"));
  CHECK(has(p.out(), "\n  squeue -h -a --user="));
  CHECK(p.out().ends_with("\nsettle cannot work on this cluster\n"));
}

TEST_CASE("wrong usage of doctor is told so", "[system][doctor]") {
  const workshop shop;
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"doctor", "--backend", "pbs"}, {"doctor", "extra"}, {"doctor", "--jsn"}}) {
    program p(shop.settle(words));
    p.finish();
    CHECK(p.exit_code() == 2);
    CHECK(p.out().empty());
    CHECK(has(p.err(), "settle help doctor"));
  }
}
