// The simulated process's part that stands between the poller and the cluster: commands that take their time, answers
// read and translated as the program does it.
#include "tests/sim/driver.hpp"

#include "io/slurm/commands.hpp"
#include "tests/sim/answers.hpp"

namespace sim {

using namespace settle;

namespace {
/// A command reaches its daemon this long after it was started.
constexpr auto way = ms{2};
}  // namespace

void driver::list(std::uint64_t cycle) {
  checker_.called(cycle, true);
  later(way, [this, cycle, begun = now().monotonic] {
    auto said = world_.squeue();
    mutate_answer(said);
    const auto takes = said.elapsed;
    auto answer = listing_of(std::move(said));
    answer.begun = begun;
    mutate_listing(answer);
    later(takes, [this, cycle, answer = std::move(answer), told = !world_.listing_told_nothing()] {
      checker_.listed(answer.what.has_value(), answer.begun - seconds{1000} + started_, told);
      poller_.listed(cycle, answer);
    });
  });
}

void driver::account(std::uint64_t cycle, std::vector<std::uint64_t> ids, std::size_t) {
  ask_accounting(cycle, std::move(ids), {}, 0);
}

void driver::account_by_name(std::uint64_t cycle, std::vector<std::string> names, std::int64_t since) {
  ask_accounting(cycle, {}, std::move(names), since);
}

void driver::ask_accounting(std::uint64_t cycle, std::vector<std::uint64_t> ids,
                            std::vector<std::string> names, std::int64_t since) {
  checker_.called(cycle, false);
  later(way, [this, cycle, ids = std::move(ids), names = std::move(names), since] {
    auto said = names.empty() ? world_.sacct(ids) : world_.sacct_by_name(names, since);
    mutate_answer(said);
    const auto takes = said.elapsed;
    later(takes, [this, cycle, names, answer = accounting_of(std::move(said), ids)]() mutable {
      mutate_accounting(answer);
      answer.read = now().monotonic;
      poller_.accounted(cycle, names, answer);
    });
  });
}

void driver::accounting_backlog(std::uint64_t cycle) {
  later(way, [this, cycle] { poller_.backlog(cycle, world_.backlog()); });
}

void driver::submit(item_key key, const actors::job_spec& spec) {
  auto answered = [this, key, name = spec.job_name](const io::command_result& said) {
    auto answer = slurm::read_submission(said);
    if (is(mutation::lost_reply_submits_again) && !answer && answer.error().code != io::errc::rejected)
      answer = io::fail(io::errc::unavailable, answer.error().words);
    poller_.submitted(key, name, answer);
  };
  // An sbatch dies with settle, but perhaps not before it reached the controller.
  const bool outlives = dice_.chance(50);
  request what{spec.job_name, {{0, key.index}}, !spec.array.empty()};
  if (what.is_array) {
    what.tasks.clear();
    for (const auto index : spec.array)
      what.tasks.emplace_back(index, arrays_.at(spec.job_name)[index]);
  }
  time_.after(way, [this, alive = alive_, w = &world_, t = &time_, what, outlives, answered] {
    if (!*alive && !outlives)
      return;
    const auto said = w->sbatch(what);
    for (const auto& [index, task] : what.tasks)  // until settle's disk knows its id
      w->mark_unclear(what.name, what.is_array ? std::optional{index} : std::nullopt, true);
    if (*alive)
      come_amid({strike::amid_sbatch}, said.elapsed);
    t->after(said.elapsed, [this, alive, said, answered] {
      if (*alive)
        post([answered, said] { answered(said); });
    });
  });
}

void driver::cancel(std::vector<std::uint64_t> ids) {
  later(way, [this, ids] {
    const auto said = world_.scancel(ids);
    later(said.elapsed, [this, done = said.end.exit == 0] { poller_.cancels_answered(done); });
  });
}

void driver::wake_for_cycle(duration wait) {
  later(wait, [this] { poller_.begin_cycle(); });
}
void driver::wake_for_submissions(duration wait) {
  later(wait, [this] { poller_.resume_submissions(); });
}
void driver::wake_for_cancels(duration wait) {
  later(wait, [this] { poller_.send_cancels(); });
}

}  // namespace sim
