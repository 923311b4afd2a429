#include "tests/bench/world.hpp"

#include <cstdio>
#include <fstream>
#include <sstream>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace settle::bench {

namespace {

constexpr std::uint64_t first_id = 1'000'000;

}  // namespace

std::uint64_t submitted_job::tasks() const {
  std::uint64_t n = 0;
  for (const auto& [first, last] : ranges)
    n += last - first + 1;
  return n;
}

void world::set(const moment& m) const {
  std::ofstream out(folder_ + "/moment");
  for (const progress& p : {progress(m), m.beside})
    out << p.begun << ' ' << p.gone << ' ' << p.accounted << '\n';
  out << m.foreign << '\n';
}

moment world::now() const {
  moment m;
  std::ifstream in(folder_ + "/moment");
  for (progress* p : {static_cast<progress*>(&m), &m.beside})
    in >> p->begun >> p->gone >> p->accounted;
  in >> m.foreign;
  return m;
}

std::uint64_t world::submit(submitted_job job) const {
  const auto lock = ::open((folder_ + "/lock").c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600);
  ::flock(lock, LOCK_EX);
  std::uint64_t next = first_id;
  std::ifstream(folder_ + "/next") >> next;
  job.id = next;
  // A task's own number follows its array's.
  std::ofstream(folder_ + "/next") << next + job.tasks() + 1;
  std::ofstream(folder_ + "/jobs", std::ios::app) << job.id << ' ' << job.submitted_at << ' ' << job.is_array
                                                  << ' ' << text_of(job.ranges) << ' ' << job.name << '\n';
  ::close(lock);
  return job.id;
}

std::vector<submitted_job> world::jobs() const {
  std::vector<submitted_job> out;
  std::ifstream in(folder_ + "/jobs");
  submitted_job job;
  std::string ranges;
  while (in >> job.id >> job.submitted_at >> job.is_array >> ranges >> job.name) {
    job.ranges = ranges_of(ranges);
    out.push_back(job);
  }
  return out;
}

std::vector<std::pair<std::uint32_t, std::uint32_t>> ranges_of(const std::string& text) {
  std::vector<std::pair<std::uint32_t, std::uint32_t>> out;
  std::istringstream in(text);
  std::uint32_t first = 0;
  while (in >> first) {
    auto last = first;
    if (in.peek() == '-') {
      in.ignore();
      in >> last;
    }
    out.emplace_back(first, last);
    in.ignore();  // the comma
  }
  return out;
}

std::string text_of(const std::vector<std::pair<std::uint32_t, std::uint32_t>>& ranges) {
  std::string out;
  for (const auto& [first, last] : ranges) {
    out += (out.empty() ? "" : ",") + std::to_string(first);
    if (last != first)
      out += '-' + std::to_string(last);
  }
  return out;
}

}  // namespace settle::bench
