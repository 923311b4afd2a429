// What Slurm says of itself, in the words of three releases.
#include "io/slurm/site.hpp"
#include "tests/slurm/captures.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace settle::slurm;
using namespace settle::tests;
using namespace std::chrono_literals;

namespace {

configuration edited(const std::string& key, const std::string& value) {
  std::string text = capture_file("24.11.5", "scontrol_show_config.out");
  const auto at = text.find("\n" + key);
  REQUIRE(at != std::string::npos);
  const auto end = text.find('\n', at + 1);
  return parse_config(text.replace(at, end - at, "\n" + key + " = " + value));
}

}  // namespace

TEST_CASE("each release's sbatch names its version", "[slurm][site]") {
  for (const auto& version : slurm_versions) {
    const auto said = parse_version(capture_file(version, "version_sbatch.out"));
    REQUIRE(said);
    CHECK(version_words(*said) == version);
  }
}

TEST_CASE("a version is read from any of its spellings, or not at all", "[slurm][site]") {
  CHECK(parse_version("slurm 26.05.3\n") == version{26, 5, 3});
  CHECK(parse_version("23.11.0-0rc1") == version{23, 11, 0});
  CHECK(parse_version("slurm-wlm 20.11.7+really20.11.4") == version{20, 11, 7});
  CHECK(parse_version("slurm 25.05") == version{25, 5, 0});
  for (const char* none :
       {"", "slurm", "slurm-wlm", "slurm 25", "slurm x.y.z", "\nslurm 25.05.1", "99999999999.1"})
    CHECK_FALSE(parse_version(none));
}

TEST_CASE("each release's configuration tells its limits", "[slurm][site]") {
  for (const auto& version : slurm_versions) {
    INFO(version);
    const auto config = read_config(capture(version, "scontrol_show_config"));
    REQUIRE(config);
    REQUIRE(config->controller_version);
    CHECK(version_words(*config->controller_version) == version);
    CHECK(config->cluster == "fmt");
    CHECK(config->max_array_size == 1001);
    CHECK(config->max_job_count == 10000);
    CHECK(config->min_job_age == 900s);
    CHECK(config->message_timeout == 10s);
    CHECK(config->max_script_bytes == 4'194'304);
    CHECK(config->job_requeue == true);
    CHECK_FALSE(config->rate);
    CHECK(config->accounting_storage == "accounting_storage/slurmdbd");
    CHECK(config->accounting_enforce.empty());
    CHECK_FALSE(config->accounting_off());
    CHECK(config->controllers == std::vector<controller_host>{{"primary", "vm", true}});
    CHECK_FALSE(config->answered_at);  // this time came formatted
  }
}

TEST_CASE("asked for epochs, the configuration tells slurmctld's own clock", "[slurm][site]") {
  const auto config = read_config(capture("22.05.8", "ours_scontrol_show_config"));
  REQUIRE(config);
  REQUIRE(config->answered_at);
  CHECK(*config->answered_at > 1'700'000'000);
  CHECK(config->max_array_size == 200'001);
  CHECK(config->min_job_age == 2s);
}

TEST_CASE("sdiag tells slurmctld's clock beside its date", "[slurm][site]") {
  CHECK(parse_diagnostics_time(capture("22.05.8", "ours_sdiag").out) == 1'795'426'002);
  CHECK_FALSE(parse_diagnostics_time(capture("22.05.8", "ours_sdiag_down").out));
  CHECK_FALSE(parse_diagnostics_time("sdiag output at Mon Nov 23 (soon)\n"));
  CHECK_FALSE(parse_diagnostics_time("Data since Mon Nov 23 (1795426002)\n"));
}

TEST_CASE("a controller that is down has no configuration, and its ping says so whatever the exit code",
          "[slurm][site]") {
  const auto config = read_config(capture("22.05.8", "ours_scontrol_show_config_down"));
  REQUIRE_FALSE(config);
  CHECK(config.error().code == settle::io::errc::unavailable);
  CHECK(config.error().words.find("Unable to contact slurm controller") != std::string::npos);
  for (const auto& version : slurm_versions)
    CHECK(parse_controllers(capture(version, "ctlddown_scontrol_ping").out) ==
          std::vector<controller_host>{{"primary", "vm", false}});
  CHECK(parse_controllers(capture("22.05.8", "ours_scontrol_ping_down").out).size() == 1);
}

TEST_CASE("several controllers are told apart", "[slurm][site]") {
  const auto hosts =
      parse_controllers("Slurmctld(primary) at ctl1 is UP\nSlurmctld(backup1) at ctl2 is DOWN\n"
                        "Slurmctld(backup2) at ctl3 is UNSURE\nSlurmctld(\n");
  CHECK(hosts == std::vector<controller_host>{{"primary", "ctl1", true}, {"backup1", "ctl2", false}});
}

TEST_CASE("accounting is off without a storage, with the one that keeps nothing, and with nojobs",
          "[slurm][site]") {
  CHECK(edited("AccountingStorageType", "(null)").accounting_off());
  CHECK(edited("AccountingStorageType", "accounting_storage/none").accounting_off());
  CHECK(edited("AccountingStorageEnforce", "associations,nojobs,nosteps").accounting_off());
  const auto strict = edited("AccountingStorageEnforce", "associations,limits,qos,safe");
  CHECK_FALSE(strict.accounting_off());
  CHECK(strict.enforces("qos"));
  CHECK_FALSE(strict.enforces("nosteps"));
}

TEST_CASE("options among parameters are read by name", "[slurm][site]") {
  CHECK(edited("SchedulerParameters", "bf_continue,max_script_size=65536,defer").max_script_bytes == 65'536);
  CHECK(edited("SchedulerParameters", "xmax_script_size=1").max_script_bytes == 4'194'304);
  CHECK(edited("SlurmctldParameters", "rl_enable").rate == rate_limit{30, 2, 1});
  CHECK(edited("SlurmctldParameters",
               "conmgr_threads=8,rl_enable,rl_bucket_size=50,rl_refill_rate=1,rl_refill_period=5")
            .rate == rate_limit{50, 1, 5});
  CHECK_FALSE(edited("SlurmctldParameters", "rl_bucket_size=50").rate);
}

TEST_CASE("a federation is known by its name, and an answer without one is none", "[slurm][site]") {
  CHECK(parse_federation(capture("22.05.8", "ours_scontrol_show_federation").out).empty());
  CHECK(parse_federation("Federation: north\nSelf:       a:127.0.0.1:6817 ID:1\n") == "north");
}

TEST_CASE("values that are none are absent", "[slurm][site]") {
  CHECK_FALSE(edited("MaxArraySize", "UNLIMITED").max_array_size);
  CHECK_FALSE(edited("MinJobAge", "").min_job_age);
  CHECK_FALSE(edited("JobRequeue", "2").job_requeue);
  CHECK(edited("MinJobAge", "0 sec").min_job_age == 0s);
}

TEST_CASE("any beginning and any damage of an answer is read without harm", "[slurm][site]") {
  const std::string whole = capture_file("24.11.5", "scontrol_show_config.out");
  for (std::size_t size = 0; size <= whole.size(); size += 7) {
    const auto part = parse_config(whole.substr(0, size));
    CHECK((!part.max_array_size || *part.max_array_size <= 1001));
  }
  for (std::size_t at = 0; at < whole.size(); at += 5) {
    std::string damaged = whole;
    damaged[at] = static_cast<char>(at * 37);
    CHECK(parse_config(damaged).controllers.size() <= 1);
    parse_version(damaged);
    parse_diagnostics_time(damaged);
    parse_federation(damaged);
  }
}
