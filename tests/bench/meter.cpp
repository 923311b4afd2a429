#include "tests/bench/meter.hpp"

#include <fstream>
#include <utility>

#include <sys/wait.h>
#include <unistd.h>

namespace settle::bench {

void meter::phase(const std::string& name, double divided_by) {
  stage_.come_to_rest();
  phase_so_far(name, divided_by);
}

void meter::phase_so_far(const std::string& name, double divided_by) {
  const auto cpu = cpu_seconds();
  const auto calls = stage_.calls();
  cost_.phases.push_back({name, (cpu - cpu_) / divided_by, resident_megabytes(), calls.squeue - calls_.squeue,
                          calls.sacct - calls_.sacct, calls.sbatch - calls_.sbatch});
  cpu_ = cpu_seconds();
  calls_ = calls;
}

scenario_cost meter::take(std::uint64_t items, std::size_t run) {
  const auto& seen = stage_.seen(run);
  cost_.peak_megabytes = peak_megabytes();
  cost_.done = seen.finished && seen.of(core::item_status::completed) == items;
  return std::move(cost_);
}

std::string write_document(const place& where, std::uint64_t items, bool gather, const std::string& name) {
  auto path = where.folder + "/" + name + ".json";
  const pid_t child = ::fork();
  if (child == 0) {
    std::ofstream out(path);
    out << R"({"title":"bench","partition":"main","time_limit":"10:00","cpus":1,"tasks":[)";
    for (std::uint64_t i = 0; i < items; ++i)
      out << (i == 0 ? "\n" : ",\n") << R"({"id":"item-)" << i << R"(","name":")" << name << ' ' << i
          << R"(","command":"./work --part )" << i << R"("})";
    if (gather)
      out << ",\n"
          << R"({"id":"gather","name":"gather","command":"./gather","deps":["item-*"]})";
    out << "]}";
    out.flush();
    ::_exit(out ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return path;
}

void submit(stage& s, meter& m, const std::string& document, std::uint64_t items) {
  if (!s.submit(document))
    return;
  m.phase_so_far("load");
  s.wait_for(items, 0);
  m.phase("submit");
}

void all_run(stage& s, meter& m, moment& now, std::uint64_t items) {
  now.begun = items;
  s.set(now);
  s.cycle();
  m.phase("all run");
}

}  // namespace settle::bench
