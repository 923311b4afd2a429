// How a job is started, where its output goes, and what is told of its end.
#include "tests/io/executor_stage.hpp"

#include "io/unique_fd.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <vector>

using namespace settle;
using namespace settle::test;
using namespace std::chrono_literals;

TEST_CASE("a job's end is its real exit code or signal", "[io][local]") {
  const temporary_folder folder;
  stage s;
  for (const int code : {0, 1, 3, 125, 127, 128, 137, 255}) {
    const auto end = s.end(s.begin(job_in(folder, "exit", "exit " + std::to_string(code))));
    INFO("exit " << code);
    CHECK(end.exit == code);
    CHECK_FALSE(end.signal.has_value());
    CHECK_FALSE((end.timed_out || end.cancelled || end.core_dumped));
  }
  for (const int signal : {SIGSEGV, SIGKILL, SIGTERM}) {
    const auto end =
        s.end(s.begin(job_in(folder, "signal", "ulimit -c 0; kill -" + std::to_string(signal) + " $$")));
    INFO("signal " << signal);
    CHECK(end.signal == signal);
    CHECK_FALSE(end.exit.has_value());
    CHECK_FALSE((end.timed_out || end.cancelled || end.core_dumped));
  }
}

TEST_CASE("a core dump is told as the kernel tells it", "[io][local][fork]") {
  const temporary_folder folder;
  const std::string body = "cd " + folder.path() + "; ulimit -c unlimited 2>/dev/null; kill -ABRT $$";
  const pid_t same = ::fork();
  REQUIRE(same >= 0);
  if (same == 0) {
    ::execl("/bin/sh", "sh", "-c", body.c_str(), nullptr);
    ::_exit(1);
  }
  int status = 0;
  REQUIRE(::waitpid(same, &status, 0) == same);
  REQUIRE(WIFSIGNALED(status));
  stage s;
  const auto end = s.end(s.begin(job_in(folder, "job", body)));
  CHECK(end.signal == SIGABRT);
  CHECK(end.core_dumped == (WCOREDUMP(status) != 0));
  WARN("this machine " << (WCOREDUMP(status) ? "dumps" : "does not dump") << " cores");
}

TEST_CASE("output goes to its files, in folders made for them, with the given environment only",
          "[io][local]") {
  const temporary_folder folder;
  ::setenv("SETTLE_TEST_SECRET", "1", 1);
  auto job = job_in(folder, "job",
                    "echo to out; echo to err >&2; cat; env | sort | grep -v '^PWD=\\|^_=\\|^OLDPWD='");
  job.output_file = folder / "logs/a/b/out.txt";
  job.error_file = folder / "logs/c/err.txt";
  stage s;
  const auto end = s.end(s.begin(job));
  ::unsetenv("SETTLE_TEST_SECRET");
  CHECK(end.exit == 0);
  CHECK(read_file(job.output_file) == "to out\nNAME=job\nPATH=/usr/bin:/bin\n");
  CHECK(read_file(job.error_file) == "to err\n");
  struct stat script {};
  REQUIRE(::stat(job.script_file.c_str(), &script) == 0);
  CHECK((script.st_mode & 07777) == 0700);
  CHECK(read_file(job.script_file) == job.script);
}

TEST_CASE("one path for both streams gives one file with everything in order", "[io][local]") {
  const temporary_folder folder;
  auto job = job_in(folder, "job", "for i in 1 2 3; do echo out $i; echo err $i >&2; done");
  job.error_file = job.output_file;
  write_file(job.output_file, "of an earlier attempt\n");
  stage s;
  CHECK(s.end(s.begin(job)).exit == 0);
  CHECK(read_file(job.output_file) == "out 1\nerr 1\nout 2\nerr 2\nout 3\nerr 3\n");
}

TEST_CASE("two names of one file lose nothing either", "[io][local]") {
  const temporary_folder folder;
  auto job = job_in(folder, "job", "for i in 1 2 3; do echo out $i; echo err $i >&2; done");
  job.error_file = folder.path() + "//" + "job.out";
  stage s;
  CHECK(s.end(s.begin(job)).exit == 0);
  CHECK(read_file(job.output_file) == "out 1\nerr 1\nout 2\nerr 2\nout 3\nerr 3\n");
}

TEST_CASE("a job has a session of its own, our directory, and descriptors 0, 1 and 2 only", "[io][local]") {
  const temporary_folder folder;
  stage s;
  const auto before = std::filesystem::current_path();
  const auto one = s.begin(job_in(folder, "job", "ls /proc/self/fd; pwd -P; ps -o pgid=,sid= -p $$"));
  const auto pid = std::to_string(s.pid(one));
  CHECK(s.end(one).exit == 0);
  std::string squeezed;
  for (const char c : read_file(folder / "job.out"))
    if (c != ' ' || (!squeezed.empty() && squeezed.back() != ' ' && squeezed.back() != '\n'))
      squeezed += c;
  // dash has its script open as 10, close-on-exec
  CHECK(squeezed == "0\n1\n2\n3\n" + before.string() + "\n" + pid + " " + pid + "\n");
  CHECK(std::filesystem::current_path() == before);
}

TEST_CASE("a log that cannot be made is this job's own fault, told with its path and reason", "[io][local]") {
  const temporary_folder folder;
  write_file(folder / "file", "");
  std::filesystem::create_directory(folder / "folder");
  REQUIRE(::mkfifo((folder / "fifo").c_str(), 0600) == 0);
  stage s;
  (void)s.end(s.begin(job_in(folder, "warm", "true")));
  const auto before = traces_now();
  auto job = job_in(folder, "job", "true");
  job.output_file = folder / "file/below";
  auto why = s.refusal(s.begin(job));
  CHECK(why.code == io::errc::rejected);
  CHECK(why.words == "cannot make the folder of " + (folder / "file/below") + ": Not a directory");
  job.output_file = folder / "folder";
  CHECK(s.refusal(s.begin(job)).words == "cannot open " + (folder / "folder") + ": Is a directory");
  job.output_file = folder / "fifo";  // nobody reads it: must not hold the io thread
  CHECK(s.refusal(s.begin(job)).words == "cannot open " + (folder / "fifo") + ": No such device or address");
  job.output_file = folder / "out";
  job.error_file = folder / "folder";
  CHECK(s.refusal(s.begin(job)).code == io::errc::rejected);
  job.error_file = folder / "err";
  job.script_file = folder / "file/script";
  CHECK(s.refusal(s.begin(job)).code == io::errc::rejected);
  job.script_file = folder / "script";
  job.environment.push_back(std::string("A=\0", 3));
  const auto refused = s.begin(job);
  CHECK(s.refusal(refused).code == io::errc::rejected);
  CHECK(refused->calls == 1);
  CHECK(traces_now() == before);
}

TEST_CASE("a machine without descriptors is unavailable, not the job's fault", "[io][local]") {
  const temporary_folder folder;
  stage s;
  (void)s.end(s.begin(job_in(folder, "warm", "true")));
  rlimit old{};
  ::getrlimit(RLIMIT_NOFILE, &old);
  const int lowest = ::dup(0);
  ::close(lowest);
  const rlimit tight{static_cast<rlim_t>(lowest), old.rlim_max};
  const auto one = [&] {
    ::setrlimit(RLIMIT_NOFILE, &tight);
    auto begun = s.begin(job_in(folder, "job", "true"));
    s.settle();
    ::setrlimit(RLIMIT_NOFILE, &old);
    return begun;
  }();
  const auto why = s.refusal(one);
  CHECK(why.code == io::errc::unavailable);
  CHECK(why.words.ends_with("Too many open files"));
}

TEST_CASE("resource use is the job's own, its children included", "[io][local]") {
  const temporary_folder folder;
  stage s;
  const auto idle = s.end(s.begin(job_in(folder, "idle", "sleep 1")));
  CHECK(idle.elapsed_ms >= 1000);
  CHECK(idle.elapsed_ms < 50'000);
  CHECK(idle.cpu_ms < 700);
  CHECK(idle.max_rss_bytes > 64 << 10);
  CHECK(idle.max_rss_bytes < 20 << 20);  // not ours, which is larger
  CHECK(std::abs(idle.end_epoch_s - std::chrono::duration_cast<std::chrono::seconds>(
                                        std::chrono::system_clock::now().time_since_epoch())
                                        .count()) <= 60);
  CHECK(idle.end_epoch_s >= idle.start_epoch_s);
  constexpr std::int64_t wanted = 120;  // MiB
  const auto busy = s.end(s.begin(job_in(folder, "busy",
                                         "i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done; head -c " +
                                             std::to_string(wanted << 20) + " /dev/zero | tail -c " +
                                             std::to_string(wanted << 20) + " > /dev/null")));
  CHECK(busy.exit == 0);
  CHECK(busy.cpu_ms > 20);
  CHECK(busy.max_rss_bytes >= wanted << 20);
  CHECK(busy.max_rss_bytes < (wanted + 200) << 20);
}

TEST_CASE("a script is replaced, never rewritten under a shell that reads it", "[io][local]") {
  const temporary_folder folder;
  stage s;
  auto first = job_in(folder, "job",
                      "echo one; while ! test -e " + (folder / "go") + "; do sleep 0.02; done; echo two");
  const auto one = s.begin(first);
  REQUIRE(eventually([&] { return read_file(first.output_file) == "one\n"; }));
  auto second = job_in(folder, "job", "echo other");
  second.output_file = folder / "second.out";
  CHECK(s.end(s.begin(second)).exit == 0);
  write_file(folder / "go", "");
  CHECK(s.end(one).exit == 0);
  CHECK(read_file(first.output_file) == "one\ntwo\n");
  CHECK(read_file(second.output_file) == "other\n");
}

TEST_CASE("500 jobs at once each end with their own code, and nothing is left", "[io][local]") {
  const temporary_folder folder;
  stage s;
  (void)s.end(s.begin(job_in(folder, "warm", "true")));
  const std::string gate = folder / "gate";  // a FIFO that we hold: each waits for a line, or for our end
  REQUIRE(::mkfifo(gate.c_str(), 0600) == 0);
  const io::unique_fd held(::open(gate.c_str(), O_RDWR | O_CLOEXEC));
  const auto before = traces_now();
  std::vector<std::shared_ptr<story>> all;
  for (int i = 0; i < 500; ++i)
    all.push_back(s.begin(job_in(folder, std::to_string(i),
                                 "read line < " + gate + "; echo $NAME; exit " + std::to_string(i % 256))));
  for (const auto& one : all)
    (void)s.pid(one);
  CHECK(traces_now().children == before.children + 500);
  CHECK(traces_now().descriptors == before.descriptors + 500);  // a pidfd each, no more
  const std::string lines(500, '\n');
  REQUIRE(::write(held.get(), lines.data(), lines.size()) == 500);
  int right = 0;
  for (int i = 0; i < 500; ++i)
    right += s.end(all[static_cast<std::size_t>(i)]).exit == i % 256 &&
             read_file(folder / (std::to_string(i) + ".out")) == std::to_string(i) + "\n";
  CHECK(right == 500);
  s.settle();
  CHECK(traces_now() == before);
  for (const auto& one : all)
    CHECK(one->calls == 2);
}
