#include "actors/bridge/local_machine.hpp"

#include "io/local/executor.hpp"
#include "io/subprocess.hpp"

#include <chrono>

extern char** environ;

namespace settle::actors {

namespace {

process_end translate(const io::local_end& e) {
  process_end out;
  out.lost = e.lost;
  out.exit = e.exit;
  out.signal = e.signal;
  out.timed_out = e.timed_out;
  out.cancelled = e.cancelled;
  out.start = e.start_epoch_s;
  out.end = e.end_epoch_s;
  out.elapsed_ms = e.elapsed_ms;
  out.cpu_ms = e.cpu_ms;
  out.max_rss_bytes = e.max_rss_bytes;
  return out;
}

io::task_place place_of(const job_spec& job) {
  return {job.task_records, job.token};
}

class local_machine final : public machine {
public:
  explicit local_machine(std::shared_ptr<io::io_host> host)
      : executor_(std::move(host)), environment_(io::slurm_environment(environ, true)) {}

  void start(const job_spec& job, std::function<void(io::result<std::uint64_t>)> started,
             std::function<void(process_end)> ended) override {
    io::local_job what;
    what.place = place_of(job);
    what.script = job.script;
    what.script_file = job.script_file;
    what.output_file = job.output_file;
    what.error_file = job.error_file;
    what.environment = environment_;
    if (job.time_limit_s)
      what.time_limit = std::chrono::seconds{*job.time_limit_s};
    executor_.start(
        std::move(what),
        [started = std::move(started)](io::result<std::int32_t> pid) {
          if (pid)
            started(static_cast<std::uint64_t>(*pid));
          else
            started(tl::unexpected(pid.error()));
        },
        [ended = std::move(ended)](io::local_end e) { ended(translate(e)); });
  }

  void find(const job_spec& job, bool known_to_run, std::function<void(process_found)> found,
            std::function<void(process_end)> ended) override {
    executor_.find(
        place_of(job), known_to_run,
        [found = std::move(found)](const io::found_task& task) {
          process_found out{static_cast<std::uint64_t>(task.pid), {}, task.is == io::found_task::what::unrun};
          if (task.is == io::found_task::what::ended)
            out.end = translate(task.end);
          found(std::move(out));
        },
        [ended = std::move(ended)](const io::local_end& e) { ended(translate(e)); });
  }

  io::result<void> can_find(const job_spec& job) override { return io::can_find(place_of(job)); }

  void cancel(const job_spec& job) override { executor_.cancel(place_of(job)); }

private:
  io::local_executor executor_;
  std::vector<std::string> environment_;
};

}  // namespace

std::shared_ptr<machine> make_local_machine(std::shared_ptr<io::io_host> host) {
  return std::make_shared<local_machine>(std::move(host));
}

}  // namespace settle::actors
