#include "io/job_id.hpp"
#include "io/slurm/commands.hpp"
#include "io/slurm/parse.hpp"
#include "tests/slurm/captures.hpp"

#include <catch2/catch.hpp>

#include <numeric>
#include <string>
#include <vector>

using namespace settle::slurm;
using namespace std::chrono_literals;
using words = std::vector<std::string>;

namespace {

/// The recorded .cmd is what bash's printf %q made of the argv.
std::string shell_words(const words& argv) {
  std::string out;
  for (const auto& arg : argv) {
    for (const char c : arg) {
      if (c == '|' || c == ',')
        out += '\\';
      out += c;
    }
    out += ' ';
  }
  return out + "\n";
}

std::size_t longest(const words& argv) {
  std::size_t most = 0;
  for (const auto& arg : argv)
    most = std::max(most, arg.size());
  return most;
}

}  // namespace

TEST_CASE("the listing command is the one whose answers were recorded", "[slurm][commands][golden]") {
  const auto c = list_command(0, 60s);
  CHECK(shell_words(c.argv) == settle::tests::capture_file("22.05.8", "ours_listing_running.cmd"));
  CHECK(c.deadline == 60s);
  CHECK(c.environment.empty());
  CHECK(c.input.empty());
  CHECK(list_command(4294967294, 1s).argv.at(3) == "--user=4294967294");
}

TEST_CASE("accounting is asked for one user's ids, attempts and steps included", "[slurm][commands]") {
  const std::vector<std::uint64_t> ids{3, 1, 4294967293};
  std::size_t taken = 0;
  const auto calls = account_commands(1000, ids, 4, 30s, taken);
  REQUIRE(calls.size() == 1);
  CHECK(taken == 3);
  CHECK(calls[0].argv == words{"sacct", "-n", "-P", "-D", "--user=1000", "-j", "3,1,4294967293",
                               std::string("--format=").append(accounting_format)});
  CHECK(calls[0].deadline == 30s);
}

TEST_CASE("many ids are cut into few calls, oldest first, each far below the limit of one argument",
          "[slurm][commands]") {
  std::vector<std::uint64_t> ids(100'000);
  std::iota(ids.begin(), ids.end(), 1'000'000);
  std::size_t taken = 0;
  const auto calls = account_commands(1000, ids, 4, 30s, taken);
  REQUIRE(calls.size() == 4);
  CHECK(taken > 20'000);
  CHECK(taken < ids.size());
  std::size_t named = 0;
  for (const auto& call : calls) {
    CHECK(longest(call.argv) < 64 * 1024);
    named += 1 + static_cast<std::size_t>(std::count(call.argv[6].begin(), call.argv[6].end(), ','));
  }
  CHECK(named == taken);
  CHECK(calls[0].argv[6].starts_with("1000000,1000001,"));
  CHECK(calls[1].argv[6].substr(0, 7) == std::to_string(1'000'000 + taken / 4));
  CHECK(account_commands(1000, {}, 4, 30s, taken).empty());
  CHECK(taken == 0);
  CHECK(account_commands(1000, ids, 0, 30s, taken).empty());
  CHECK(taken == 0);
}

TEST_CASE("the search by name asks for every state since then", "[slurm][commands]") {
  const std::vector<std::string> names{"a.k1", "b.k2"};
  CHECK(account_by_name_command(1000, names, 1795425000, 5s).argv ==
        words{"sacct", "-n", "-P", "-D", "--user=1000", "--name=a.k1,b.k2", "-S", "uts1795425000", "-E",
              "now", "-s", "PD,R,S,RQ,RS,CD,CA,F,TO,NF,PR,BF,DL,OOM",
              std::string("--format=").append(accounting_format)});
}

TEST_CASE("a submission asks only for what the task asks", "[slurm][commands]") {
  job_request job;
  job.job_name = std::string("t.k1");
  job.script = std::string("#!/bin/sh\ntrue\n");
  const auto bare = submit_command(job, 60s);
  CHECK(bare.argv == words{"sbatch", "--parsable", "--job-name=t.k1", "--chdir=/"});
  CHECK(bare.input == job.script);
  job.partition = std::string("p");
  job.account = std::string("a");
  job.qos = std::string("q");
  job.constraint = std::string("c&d");
  job.memory = std::string("4G");
  job.time_limit = std::string("1:00:00");
  job.gres = std::string("gpu:1");
  job.cpus = 8;
  job.output_file = std::string("/o/%j.out");
  job.error_file = std::string("/o/%j.err");
  job.append = true;
  job.extra_args = {"--array", "--nice=5", "-x"};
  CHECK(submit_command(job, 60s).argv ==
        words{"sbatch", "--parsable", "--job-name=t.k1", "--chdir=/", "--output=/o/%j.out",
              "--error=/o/%j.err", "--open-mode=append", "--partition=p", "--account=a", "--qos=q",
              "--constraint=c&d", "--cpus-per-task=8", "--mem=4G", "--time=1:00:00", "--gres=gpu:1",
              "--array", "--nice=5", "-x"});
}

TEST_CASE("a literal path survives Slurm's patterns", "[slurm][commands]") {
  // Measured on 22.05: `%%` is one percent sign; one backslash makes every % literal and halves backslashes.
  CHECK(escape_pattern("/a/b.out") == "/a/b.out");
  CHECK(escape_pattern("/a/100%/%j") == "/a/100%%/%%j");
  CHECK(escape_pattern("/a\\b/x%y") == "/a\\\\b/x%y");
  CHECK(escape_pattern("") == "");
}

TEST_CASE("cancelling names every id once", "[slurm][commands]") {
  const std::vector<std::uint64_t> few{7, 5, 7};
  const auto one = cancel_commands(few, 9s);
  REQUIRE(one.size() == 1);
  CHECK(one[0].argv == words{"scancel", "5", "7"});
  CHECK(one[0].deadline == 9s);
  CHECK(cancel_commands({}, 9s).empty());
  std::vector<std::uint64_t> many(30'000);
  std::iota(many.begin(), many.end(), 1'234'567U);
  std::size_t named = 0;
  for (const auto& c : cancel_commands(many, 9s)) {
    CHECK(c.argv.size() > 1);
    CHECK(c.argv.size() < 10'000);
    named += c.argv.size() - 1;
  }
  CHECK(named == many.size());
}

TEST_CASE(
    "single tasks of an array get records of their own before they are cancelled, and are named by array and "
    "index: the id of one may be the whole array's",
    "[slurm][commands]") {
  using settle::io::array_task_id;
  const std::vector<std::uint64_t> tasks{array_task_id(30, 99), 31,
                                         array_task_id(30, 0),  array_task_id(30, 1),
                                         array_task_id(30, 5),  array_task_id(29, 0)};
  std::vector<words> argvs;
  for (const auto& c : cancel_commands(tasks, 9s))
    argvs.push_back(c.argv);
  CHECK(argvs == std::vector<words>{{"scontrol", "update", "JobId=29_[0]", "Nice=0"},
                                    {"scancel", "29_[0]"},
                                    {"scontrol", "update", "JobId=30_[0-1,5,99]", "Nice=0"},
                                    {"scancel", "30_[0-1,5,99]"},
                                    {"scancel", "31"}});
  std::vector<std::uint64_t> many;
  for (std::uint32_t i = 0; i < 60'000; i += 2)
    many.push_back(array_task_id(67'043'328, i));
  std::size_t named = 0;
  for (const auto& c : cancel_commands(many, 9s)) {
    CHECK(longest(c.argv) < 64 * 1024);
    if (c.argv.front() == "scancel")
      named += 1 + static_cast<std::size_t>(std::count(c.argv[1].begin(), c.argv[1].end(), ','));
  }
  CHECK(named == many.size());
}
