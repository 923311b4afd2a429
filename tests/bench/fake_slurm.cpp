// Slurm's client commands for the benchmarks: one program under their names, quick enough for a million jobs. Rows in the
// order of io/slurm/parse.hpp. The cluster is the folder $SETTLE_BENCH_WORLD.
#include "tests/bench/world.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <map>
#include <string>
#include <string_view>

using namespace settle::bench;

namespace {

using args = std::vector<std::string>;

std::string value_of(const args& words, std::string_view option) {
  for (const auto& word : words)
    if (word.starts_with(option))
      return word.substr(option.size());
  return {};
}

int sbatch(const world& w, const args& words) {
  submitted_job job;
  job.name = value_of(words, "--job-name=");
  job.submitted_at = static_cast<std::uint64_t>(std::time(nullptr));
  const auto array = value_of(words, "--array=");
  job.is_array = !array.empty();
  job.ranges = ranges_of(job.is_array ? array : "0");
  std::printf("%llu\n", static_cast<unsigned long long>(w.submit(job)));
  return 0;
}

/// Calls `what(job, index, ordinal, how_far)` for each task, in the order of submission among those that are as far.
template <class What>
void for_each_task(const std::vector<submitted_job>& jobs, const moment& m, What what) {
  std::uint64_t of_all = 0, of_beside = 0;
  for (const auto& job : jobs) {
    auto& ordinal = job.is_beside() ? of_beside : of_all;
    const progress& how_far = job.is_beside() ? m.beside : m;
    for (const auto& [first, last] : job.ranges)
      for (auto index = first; index <= last; ++index)
        what(job, index, ordinal++, how_far);
  }
}

std::string own_id(const submitted_job& job, std::uint32_t index) {
  return std::to_string(job.is_array ? job.id + 1 + index : job.id);
}

void queue_row(std::string& out, const submitted_job& job, const std::string& id, const std::string& tasks,
               bool runs) {
  const auto array = std::to_string(job.id);
  const auto at = std::to_string(job.submitted_at);
  ((((out += id) += '|') += job.is_array ? array : id) += '|') += tasks;
  out += runs ? "|RUNNING|0|0|" : "|PENDING|0|0|";
  ((out += at) += '|') += runs ? at : "N/A";
  out += runs ? "|N/A|None|" : "|N/A|Priority|";
  (out += job.name) += '\n';
}

void write_out(std::string& out, std::size_t more_than = 0) {
  if (out.size() <= more_than)
    return;
  std::fwrite(out.data(), 1, out.size(), stdout);
  out.clear();
}

int squeue(const world& w) {
  const auto m = w.now();
  const auto jobs = w.jobs();
  std::string out;
  submitted_job stranger;
  stranger.name = "somebody's job";
  stranger.submitted_at = 1'800'000'000;
  for (std::uint64_t i = 1; i <= m.foreign; ++i) {
    queue_row(out, stranger, std::to_string(i), "N/A", true);
    write_out(out, 1u << 16);
  }
  std::map<std::uint64_t, std::vector<std::pair<std::uint32_t, std::uint32_t>>> waiting;
  for_each_task(
      jobs, m,
      [&](const submitted_job& job, std::uint32_t index, std::uint64_t ordinal, const progress& how_far) {
        if (ordinal < how_far.gone)
          return;
        if (ordinal >= how_far.begun && job.is_array) {
          auto& rest = waiting[job.id];
          if (!rest.empty() && rest.back().second + 1 == index)
            rest.back().second = index;
          else
            rest.emplace_back(index, index);
          return;
        }
        queue_row(out, job, own_id(job, index), job.is_array ? std::to_string(index) : "N/A",
                  ordinal < how_far.begun);
        write_out(out, 1u << 16);
      });
  for (const auto& job : jobs)
    if (const auto rest = waiting.find(job.id); rest != waiting.end())
      queue_row(out, job, std::to_string(job.id), text_of(rest->second), false);
  write_out(out);
  return 0;
}

/// What `sacct -j` names: whole jobs, and tasks of arrays.
class asked {
public:
  explicit asked(const std::string& list) {
    for (std::size_t at = 0; at < list.size();) {
      const auto end = std::min(list.find(',', at), list.size());
      const auto id = list.substr(at, end - at);
      if (const auto cut = id.find('_'); cut != std::string::npos)
        tasks_[std::stoull(id)].push_back(static_cast<std::uint32_t>(std::stoul(id.substr(cut + 1))));
      else
        tasks_[std::stoull(id)].clear();
      at = end + 1;
    }
    for (auto& [id, indexes] : tasks_)
      std::sort(indexes.begin(), indexes.end());
  }
  bool holds(std::uint64_t id, std::uint32_t index) const {
    const auto i = tasks_.find(id);
    return i != tasks_.end() &&
           (i->second.empty() || std::binary_search(i->second.begin(), i->second.end(), index));
  }

private:
  std::map<std::uint64_t, std::vector<std::uint32_t>> tasks_;
};

void account_row(std::string& out, const submitted_job& job, std::uint32_t index, bool ended) {
  const auto own = own_id(job, index);
  const auto id = job.is_array ? std::to_string(job.id) + '_' + std::to_string(index) : own;
  const auto begin = std::to_string(job.submitted_at);
  const auto end = ended ? std::to_string(job.submitted_at + 60) : "Unknown";
  const auto times =
      "|0:0|0:0|" + begin + '|' + begin + '|' + end + (ended ? "|60|00:58.250|" : "|60|00:00|");
  out += own + '|' + id + (ended ? "|COMPLETED" : "|RUNNING") + times + "|1|n1|" + job.name + '\n';
  if (ended)
    out += own + ".batch|" + id + ".batch|COMPLETED" + times + "104857K|1|n1|batch\n";
}

int sacct(const world& w, const args& words) {
  const auto m = w.now();
  const auto j = std::find(words.begin(), words.end(), "-j");
  const asked wanted(j != words.end() && j + 1 != words.end() ? *(j + 1) : "");
  std::string out;
  for_each_task(
      w.jobs(), m,
      [&](const submitted_job& job, std::uint32_t index, std::uint64_t ordinal, const progress& how_far) {
        if (ordinal >= how_far.begun || !wanted.holds(job.id, index))
          return;
        account_row(out, job, index, ordinal < how_far.accounted);
        write_out(out, 1u << 16);
      });
  write_out(out);
  return 0;
}

int scontrol(const args& words) {
  if (words.size() == 2 && words[1] == "config")
    std::puts("Configuration data as of 1800000000\nMaxArraySize            = 10001\n"
              "SchedulerParameters     = (null)\nSLURM_VERSION           = 24.11.5\n");
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const char* folder = std::getenv("SETTLE_BENCH_WORLD");
  if (folder == nullptr)
    return 2;
  const world w(folder);
  const args words(argv + 1, argv + argc);
  std::string_view name = argv[0];
  name.remove_prefix(name.rfind('/') + 1);
  if (name == "sbatch")
    return sbatch(w, words);
  if (name == "squeue")
    return squeue(w);
  if (name == "sacct")
    return sacct(w, words);
  if (name == "scontrol")
    return scontrol(words);
  if (name == "sdiag")
    std::puts("DBD Agent queue size: 0");
  return 0;
}
