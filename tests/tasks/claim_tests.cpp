// The claim of a task: by real shells, and by settle itself. The one thing that must never be: two jobs that run.
#include "io/job_id.hpp"
#include "io/tasks/array_script.hpp"
#include "io/tasks/claim.hpp"
#include "io/tasks/exit_record.hpp"
#include "io/tasks/job_script.hpp"

#include "tests/tasks/script_runner.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

using namespace settle::tasks;
using namespace settle::tests;
namespace fs = std::filesystem;

namespace {

const std::string token = "0abc-1-2";

/// A run's folder, of this name.
std::string fresh_folder(const std::string& name = "claimed run") {
  const std::string folder = scratch_folder() + "/" + name;
  fs::remove_all(folder);
  for (const char* part : {"/claims", "/exits", "/logs"})
    fs::create_directories(folder + part);
  return folder;
}

script_request claimed(const std::string& folder, std::string command = "echo ran >>\"$RAN\"; exit 3") {
  script_request r;
  r.command = std::move(command);
  r.token = token;
  r.exit_record = folder + "/exits/" + token;
  r.claim = folder + "/claims/" + token;
  return r;
}

script_end run_job(const shell& sh, const script_request& r, const std::string& job,
                   std::vector<std::string> more = {}) {
  more.insert(more.end(), {sh.path_variable, "RAN=" + scratch_folder() + "/ran"});
  if (!job.empty())
    more.push_back("SLURM_JOB_ID=" + job);
  return run_script(job_script(r), std::move(more));
}

std::size_t runs() {
  const auto text = read_file(scratch_folder() + "/ran");
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}
void no_runs() {
  fs::remove(scratch_folder() + "/ran");
}

void write(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << text;
}

/// Its script, in a file that can be run.
std::string written(const script_request& r) {
  const std::string path = scratch_folder() + "/job.sh";
  write(path, job_script(r));
  fs::permissions(path, fs::perms::owner_all);
  return path;
}

/// The job exits unrun, and says why in its error file alone.
void check_unrun(const script_end& end, const std::string& holder) {
  CHECK(end.exit == launch_failure_exit);
  CHECK(end.out.empty());
  CHECK(end.err ==
        launch_failure_mark(token) + ": another job has this task (" + holder + "); this one ran nothing\n");
}

}  // namespace

TEST_CASE("a job claims its task, and a second job of the same exits unrun and touches nothing",
          "[tasks][claim]") {
  for (const shell& sh : shells()) {
    INFO(sh.name);
    no_runs();
    const auto folder = fresh_folder();
    const auto r = claimed(folder);
    CHECK(run_job(sh, r, "4711").exit == 3);
    CHECK(read_file(r.claim) == "settle-claim 1 token=" + token + " job=4711\n");
    const auto record = read_file(r.exit_record);
    REQUIRE(!record.empty());
    for (const char* job : {"4712", "47", "471", "47110"})
      check_unrun(run_job(sh, r, job), "settle-claim 1 token=" + token + " job=4711");
    CHECK(read_file(r.exit_record) == record);
    CHECK(read_file(r.claim) == "settle-claim 1 token=" + token + " job=4711\n");
    CHECK(runs() == 1);
  }
}

TEST_CASE("a later life of the job that has the claim runs", "[tasks][claim]") {
  for (const shell& sh : shells()) {
    INFO(sh.name);
    no_runs();
    const auto r = claimed(fresh_folder());
    CHECK(run_job(sh, r, "4711").exit == 3);
    CHECK(run_job(sh, r, "4711", {"SLURM_RESTART_COUNT=1"}).exit == 3);
    check_unrun(run_job(sh, r, "4712", {"SLURM_RESTART_COUNT=1"}),
                "settle-claim 1 token=" + token + " job=4711");
    CHECK(runs() == 2);
  }
}

TEST_CASE("a later life begins the log files anew, and a job that exits unrun leaves them as they are",
          "[tasks][claim]") {
  for (const shell& sh : shells()) {
    INFO(sh.name);
    auto r = claimed(fresh_folder("it's"), "echo new; exit 3");
    const auto folder = scratch_folder() + "/it's/logs";
    r.logs = {folder + "/t.out", folder + "/t.err", folder + "/no such folder/x"};
    for (const char* log : {"/t.out", "/t.err"})
      write(folder + log, "old\n");
    CHECK(run_job(sh, r, "4711").exit == 3);
    CHECK(run_job(sh, r, "4712", {"SLURM_RESTART_COUNT=1"}).exit == launch_failure_exit);
    CHECK(read_file(folder + "/t.out") == "old\n");
    const auto again = run_job(sh, r, "4711", {"SLURM_RESTART_COUNT=1"});
    CHECK(again.exit == 3);
    CHECK(again.out == "new\n");
    CHECK(again.err.empty());
    CHECK(read_file(folder + "/t.out").empty());
    CHECK(read_file(folder + "/t.err").empty());
  }
}

TEST_CASE("of jobs that begin at once exactly one runs", "[tasks][claim]") {
  for (const shell& sh : shells()) {
    INFO(sh.name);
    no_runs();
    const auto r = claimed(fresh_folder());
    const auto script = written(r);
    const auto end =
        run({"/bin/sh", "-c",
             "i=100; while [ $i -lt 140 ]; do SLURM_JOB_ID=$i '" + script + "' & i=$((i + 1)); done; wait"},
            {sh.path_variable, "RAN=" + scratch_folder() + "/ran"});
    CHECK(end.exit == 0);
    CHECK(runs() == 1);
    CHECK(read_claim(r.claim, token).who == claim_holder::job);
  }
}

TEST_CASE("where the claim can be neither made nor seen the task runs: a fence, not a wall",
          "[tasks][claim]") {
  for (const shell& sh : shells()) {
    INFO(sh.name);
    no_runs();
    auto r = claimed(fresh_folder());
    r.claim = scratch_folder() + "/no such folder/" + token;
    auto end = run_job(sh, r, "4711");
    CHECK(end.exit == 3);
    CHECK(end.err.empty());
    write(scratch_folder() + "/a file", "");
    r.claim = scratch_folder() + "/a file/" + token;
    end = run_job(sh, r, "4711");
    CHECK(end.exit == 3);
    CHECK(end.err.empty());
    CHECK(runs() == 2);
  }
}

TEST_CASE("what is no job of Slurm's claims nothing", "[tasks][claim]") {
  for (const shell& sh : shells())
    for (const char* job : {"", "x", "12 13", "_", "4711_", "$(touch bad)", "*"}) {
      INFO(sh.name << " '" << job << "'");
      no_runs();
      const auto r = claimed(fresh_folder());
      CHECK(run_job(sh, r, job).exit == 3);
      CHECK(!fs::exists(r.claim));
      CHECK(runs() == 1);
    }
}

TEST_CASE("a claim that is just being written is waited for", "[tasks][claim]") {
  for (const shell& sh : shells()) {
    INFO(sh.name);
    no_runs();
    const auto r = claimed(fresh_folder());
    write(r.claim, "settle-claim 1 token=" + token + " job=47");
    const auto script = written(r);
    const auto end = run({"/bin/sh", "-c", "(sleep 2; echo 11 >>'" + r.claim + "') & exec '" + script + "'"},
                         {sh.path_variable, "SLURM_JOB_ID=47", "RAN=" + scratch_folder() + "/ran"});
    check_unrun(end, "settle-claim 1 token=" + token + " job=4711");
    CHECK(runs() == 0);
  }
}

TEST_CASE("a claim that never becomes whole is another's to a first life, and its own to a later one",
          "[tasks][claim]") {
  for (const shell& sh : shells())
    for (const char* torn : {"", "settle-claim 1 token=0abc-1-2 job=4711"}) {
      INFO(sh.name << " '" << torn << "'");
      no_runs();
      const auto r = claimed(fresh_folder());
      write(r.claim, torn);
      const auto began = std::chrono::steady_clock::now();
      check_unrun(run_job(sh, r, "4711"), "its claim cannot be read");
      CHECK(std::chrono::steady_clock::now() - began < std::chrono::seconds{15});
      CHECK(run_job(sh, r, "4711", {"SLURM_RESTART_COUNT=1"}).exit == 3);
      CHECK(runs() == 1);
    }
}

TEST_CASE("a claim that is taken back while a job waits for it is made anew", "[tasks][claim]") {
  for (const shell& sh : shells()) {
    INFO(sh.name);
    no_runs();
    const auto r = claimed(fresh_folder());
    write(r.claim, "");
    const auto script = written(r);
    const auto end = run({"/bin/sh", "-c", "(sleep 1; rm '" + r.claim + "') & exec '" + script + "'"},
                         {sh.path_variable, "SLURM_JOB_ID=47", "RAN=" + scratch_folder() + "/ran"});
    CHECK(end.exit == 3);
    CHECK(read_claim(r.claim, token).job_id == 47);
  }
}

TEST_CASE("a claim leaves options, traps, parameters and variables as they were", "[tasks][claim]") {
  const std::string look = "printf '%s.' \"$-\" \"$#\"; trap; set | grep -c settle_; umask; exit 0";
  for (const shell& sh : shells()) {
    INFO(sh.name);
    auto r = claimed(fresh_folder("plain"), look);
    r.exit_record.clear();
    const auto with = run_job(sh, r, "4711");
    r.claim.clear();
    const auto without = run_job(sh, r, "4711");
    CHECK(with.out == without.out);
    CHECK(with.err == without.err);
  }
  auto r = claimed(fresh_folder("plain"), "case $- in *C*) echo kept ;; esac");
  const auto bash = shells().front();
  if (bash.is_bash)
    CHECK(run_job(bash, r, "4711", {"SHELLOPTS=noclobber"}).out == "kept\n");
}

TEST_CASE("a full file size limit costs the claim's words, not the task", "[tasks][claim]") {
  for (const shell& sh : shells()) {
    INFO(sh.name);
    const auto r = claimed(fresh_folder(), "exit 7");
    const auto script = written(r);
    const auto end =
        run({"/bin/sh", "-c", "ulimit -f 0; exec '" + script + "'"}, {sh.path_variable, "SLURM_JOB_ID=4711"});
    CHECK(end.exit == 7);
    CHECK(read_claim(r.claim, token).who == claim_holder::unreadable);
  }
}

TEST_CASE("whatever the folder is called, the claim is in it", "[tasks][claim]") {
  for (const shell& sh : shells())
    for (const char* name : {"it's", "a $(touch bad) `b`", "\"q\" \\ *", "-e", "new\nline", "\xff\xfe"}) {
      INFO(sh.name << " " << name);
      no_runs();
      const auto r = claimed(fresh_folder(name));
      CHECK(run_job(sh, r, "4711").exit == 3);
      CHECK(read_claim(r.claim, token).job_id == 4711);
      CHECK(run_job(sh, r, "4712").exit == launch_failure_exit);
      CHECK(runs() == 1);
      CHECK(!fs::exists(scratch_folder() + "/bad"));
      fs::remove_all(scratch_folder() + "/" + name);
    }
}

TEST_CASE("a task of an array claims by its own token, and one that exits unrun leaves the other's log files",
          "[tasks][claim][array]") {
  for (const shell& sh : shells()) {
    INFO(sh.name);
    no_runs();
    const auto folder = fresh_folder();
    array_request array;
    array.token = "0abc-0-1";
    array.logs = folder + "/logs";
    for (std::uint32_t i = 0; i < 2; ++i) {
      array_task t;
      t.index = i + 5;
      t.log_stem = std::to_string(i) + "-t";
      t.script = claimed(folder, "echo out; echo ran >>\"$RAN\"");
      t.script.token = "0abc-" + std::to_string(i) + "-1";
      t.script.exit_record = folder + "/exits/" + t.script.token;
      t.script.claim = folder + "/claims/" + t.script.token;
      array.tasks.push_back(std::move(t));
    }
    const auto script = array_script(array, 1 << 20);
    REQUIRE(script);
    write(folder + "/script", *script);
    fs::permissions(folder + "/script", fs::perms::owner_all);
    const auto run_task = [&](const char* id, const char* index) {
      const auto slurms = folder + "/logs/0abc-0-1_" + index;
      return run(
          {"/bin/sh", "-c", "exec '" + folder + "/script' >'" + slurms + ".out' 2>'" + slurms + ".err'"},
          {sh.path_variable, "SLURM_JOB_ID=9", std::string("SLURM_ARRAY_JOB_ID=") + id,
           std::string("SLURM_ARRAY_TASK_ID=") + index, "RAN=" + scratch_folder() + "/ran"});
    };
    CHECK(run_task("145", "6").exit == 0);
    const auto claim = read_claim(folder + "/claims/0abc-1-1", "0abc-1-1");
    CHECK(claim.job_id == settle::io::array_task_id(145, 6));
    const auto record = read_file(folder + "/exits/0abc-1-1");
    CHECK(run_task("200", "6").exit == launch_failure_exit);
    CHECK(read_file(folder + "/logs/1-t.out") == "out\n");
    CHECK(read_file(folder + "/logs/1-t.err").empty());
    CHECK(read_file(folder + "/logs/0abc-0-1_6.err").find("job=145_6") != std::string::npos);
    CHECK(read_file(folder + "/exits/0abc-1-1") == record);
    CHECK(run_task("200", "5").exit == 0);
    CHECK(runs() == 2);
  }
}

TEST_CASE("settle takes the claim of a submission that it gives up, and a job of that exits unrun",
          "[tasks][claim]") {
  const auto r = claimed(fresh_folder());
  CHECK(read_claim(r.claim, token).who == claim_holder::nobody);
  fs::remove_all(fs::path(r.claim).parent_path());
  CHECK(take_claim(r.claim, token).who == claim_holder::settle);
  CHECK(read_claim(r.claim, token).who == claim_holder::settle);
  CHECK(take_claim(r.claim, token).who == claim_holder::settle);
  for (const shell& sh : shells()) {
    no_runs();
    check_unrun(run_job(sh, r, "4711"), "settle-claim 1 token=" + token + " job=none");
    CHECK(runs() == 0);
  }
}

TEST_CASE("settle does not take what a job has", "[tasks][claim]") {
  for (const shell& sh : shells()) {
    const auto r = claimed(fresh_folder());
    CHECK(run_job(sh, r, "4711").exit == 3);
    const auto held = take_claim(r.claim, token);
    CHECK(held.who == claim_holder::job);
    CHECK(held.job_id == 4711);
  }
}

TEST_CASE("what is no whole claim of this submission's is nobody's in particular", "[tasks][claim]") {
  const std::string good = "settle-claim 1 token=" + token + " job=4711\n";
  CHECK(parse_claim(good, token).job_id == 4711);
  CHECK(parse_claim("settle-claim 1 token=" + token + " job=145_7\n", token).job_id ==
        settle::io::array_task_id(145, 7));
  for (const std::string& bad : std::vector<std::string>{
           std::string{}, good.substr(0, good.size() - 1), good + good, "x" + good,
           std::string(300, 'x') + "\n", "settle-claim 1 token=0abc-1-3 job=4711\n",
           "settle-claim 1 token=" + token + " job=\n", "settle-claim 1 token=" + token + " job=-1\n",
           "settle-claim 1 token=" + token + " job=none \n",
           std::string{"settle-claim 2 token="} + token + " job=4711\n"}) {
    INFO(bad);
    const auto c = parse_claim(bad, token);
    CHECK(c.who == claim_holder::unreadable);
    CHECK(c.job_id == 0);
    CHECK(!c.trouble.empty());
  }
  const auto folder = fresh_folder();
  CHECK(read_claim(folder + "/claims", token).who == claim_holder::unreadable);
  fs::create_symlink("/dev/zero", folder + "/claims/link");
  CHECK(read_claim(folder + "/claims/link", token).who == claim_holder::unknown);
  write(scratch_folder() + "/a file", "");
  const auto away = take_claim(scratch_folder() + "/a file/" + token, token);
  CHECK(away.who == claim_holder::unknown);
  CHECK(!away.trouble.empty());
}
