// The cluster that is simulated: slurmctld with its memory, slurmdbd with what reached it, the shared file system, and
// what really happened to every job. Answers come in Slurm's own words, through the program's own parsers.
#pragma once

#include "io/subprocess.hpp"
#include "io/tasks/claim.hpp"
#include "tests/sim/dice.hpp"
#include "tests/sim/scenario.hpp"
#include "tests/sim/timeline.hpp"

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace sim {

/// One life of a job, as it really was.
struct life {
  planned_life plan;
  duration queued{};        ///< when this life began to wait
  std::int64_t submit = 0;  ///< the controller's submit time of this life, epoch seconds
  std::uint32_t restarts = 0;
  std::optional<duration> started;  ///< the script began
  std::optional<duration> ended;    ///< it is over, really
  std::optional<duration> told;     ///< the controller knows that it is over
  bool cancelled = false;           ///< by scancel
  bool executed = false;            ///< the user's command ran
  bool unrun = false;               ///< the script ended at once: another has its claim
  std::optional<int> wrote;         ///< the script's exit record: it had ended by itself, whatever came then
};

enum class phase : std::uint8_t { pending, running, completing, ended };

struct job {
  std::uint64_t id = 0;
  std::string name;
  std::string given_name;   ///< as submitted
  std::size_t task = 0;     ///< into the scenario's tasks
  std::uint64_t array = 0;  ///< of an array's task: the array's id; `id` is its own record's then
  std::uint32_t index = 0;
  bool rest =
      false;  ///< it waits with the rest of its array: no record of its own, and none ever if it is cancelled so
  bool traceless = false;  ///< cancelled while it waited with the rest of its array
  bool unclear = false;    ///< nobody heard its id
  bool copy = false;  ///< of another one's script, submitted by hand: settle learns of it by its claim alone
  bool foreign = false;  ///< somebody else's work under our user
  bool cancelled_by_us = false;
  std::vector<life> lives{};
  phase at = phase::pending;
  bool known = true;       ///< the controller has it
  duration gone_at{};      ///< when the controller forgot it, if it did
  bool forgotten = false;  ///< lost in a crash of the controller
  std::uint64_t turn = 0;  ///< counts what was planned for it; older plans are void
  bool listed = false;     ///< some listing has shown it to whoever lives, or whose disk has its id
  std::string row{};       ///< its line of squeue; empty: to be made anew
};

/// What one sbatch makes: a job, or the tasks of an array, by index.
struct request {
  std::string name;
  std::vector<std::pair<std::uint32_t, std::size_t>> tasks;  ///< index and into the scenario's tasks
  bool is_array = false;
};

/// One row of accounting.
struct record {
  std::size_t job = 0;
  std::size_t life = 0;
  bool ended = false;  ///< the end has arrived
  bool half = false;   ///< after an outage, for seconds: FAILED 0:0 without an end
};

/// The script's own exit record.
struct exit_note {
  std::uint64_t job_id = 0;
  std::uint32_t restarts = 0;
  int exit = 0;
};

class world {
public:
  static constexpr std::int64_t epoch = 1'790'000'000;  ///< the cluster's wall clock when the story begins

  /// The longest that a submission without an answer lies somewhere before its job is made, or has begun.
  static constexpr duration longest_delay = seconds{1'800};

  world(const scenario& story, timeline& time);

  bool is(fault) const;  ///< now
  /// The end of the last of these windows that hold now and follow each other without a gap.
  duration end_of(fault) const;

  // -- the commands, as they would answer if they were executed now; `elapsed` says how long they took --
  settle::io::command_result squeue();
  settle::io::command_result sacct(const std::vector<std::uint64_t>& ids);
  settle::io::command_result sacct_by_name(const std::vector<std::string>& names, std::int64_t since);
  /// A job is made unless the answer says otherwise; where it is lost, `made` still tells (to nobody but the test).
  settle::io::command_result sbatch(const request& what);
  /// An array's id: all of it. Its tasks by themselves get records of their own first, as settle asks for.
  settle::io::command_result scancel(const std::vector<std::uint64_t>& ids);
  std::optional<std::uint64_t> backlog() const;  ///< sdiag's
  std::optional<exit_note> note_of(const std::string& job_name, std::optional<std::uint32_t> index) const;
  /// Who has the claim of this job, or of this task of an array. With `take` it is settle's then, if it was nobody's.
  settle::tasks::claim claim_of(const std::string& job_name, std::optional<std::uint32_t> index, bool take);

  /// Whether nobody has heard its id: the answer is under way, or whoever asked has died. Without an index: all of it.
  void mark_unclear(const std::string& name, std::optional<std::uint32_t> index, bool unclear);

  /// Whoever saw jobs in listings has died. Of one whose id no disk holds the next one knows nothing.
  void sightings_lost();

  // -- the truth --
  /// A submission without an answer lies somewhere, or its job has not begun yet.
  bool anything_delayed() const;
  /// The last listing was empty without a word, and so few jobs of ours were live that nobody could tell that from an
  /// empty queue.
  bool listing_told_nothing() const;
  const std::vector<job>& jobs() const { return jobs_; }
  /// Accounting shows this life's end to whoever asks, since then. An end that reads REQUEUED is none: what followed is
  /// open.
  std::optional<duration> accounted_since(std::size_t job, std::size_t life) const;

  bool has_rows(std::size_t job) const { return !books_[job].empty(); }
  /// A row of this life reached accounting, or is on its way.
  bool has_row(std::size_t job, std::size_t life) const { return sent_.count({job, life}) != 0; }

private:
  // lives
  bool is_indistinguishable(std::uint64_t id) const;
  void submit_foreign();
  void copy_job();
  bool claims_task(const job& j);
  std::size_t make_job(const std::string& name, std::size_t task, bool foreign);
  std::uint64_t make(const request& what, bool unclear);
  std::uint64_t new_id();
  void leave_rest(std::size_t j);
  void begin_life(std::size_t j);
  void start(std::size_t j);
  void script_ends(std::size_t j);
  void controller_learns(std::size_t j);
  void leaves_completing(std::size_t j);
  void forget(std::size_t j);
  void cancel(std::size_t j, bool by_us);
  void requeue(std::size_t j, const planned_life& next);
  void plan(std::size_t j, duration wait, void (world::*what)(std::size_t));
  bool controller_away() const { return is(fault::controller_down) || is(fault::controller_hung); }
  duration controller_back();
  std::int64_t seconds_at(duration t) const;

  // moments
  void kill_controller();
  void requeue_by_admin(std::size_t j);
  void rename_by_admin();
  void cancel_by_admin();

  // accounting
  void account(std::size_t j, std::size_t life, bool ended);
  void arrives(std::size_t j, std::size_t life, bool ended);
  bool reads_requeued(const job&, std::size_t life) const;
  record* find_record(std::size_t j, std::size_t life);

  // words
  /// A command gives an unreachable controller up after this: MessageTimeout less one.
  static constexpr duration refusal_time = std::chrono::seconds{19};
  const std::string& row_of(job& j, const std::string& indexes);
  void add_rests(std::string& out);
  void add_records(std::string& out, std::size_t j, std::int64_t since = 0) const;
  void add_record(std::string& out, std::size_t j, const record& r, const std::string& id,
                  const std::string& shown) const;
  void add_rest_records(std::string& out, const std::vector<std::size_t>& jobs, std::int64_t since = 0) const;
  static std::string note_key(const std::string& name, std::optional<std::uint32_t> index);
  static std::string note_key(const job& j);
  settle::io::command_result spoil(settle::io::command_result answer, bool& was_blank);
  settle::io::command_result garble(settle::io::command_result answer);
  settle::io::command_result refuse(std::string_view err, duration took) const;
  settle::io::command_result hang() const;
  settle::io::command_result answer(std::string out);

  const scenario& story_;
  timeline& time_;
  mutable dice dice_;
  std::vector<job> jobs_;
  std::vector<std::size_t> in_memory_;  ///< of the controller
  std::unordered_map<std::uint64_t, std::vector<std::size_t>> by_id_;
  std::unordered_map<std::uint64_t, std::vector<std::size_t>> by_array_;
  std::vector<std::vector<record>> books_;  ///< accounting's rows by job
  std::map<std::pair<std::size_t, std::size_t>, duration> accounted_;
  std::set<std::pair<std::size_t, std::size_t>> sent_;
  std::map<std::string, exit_note> notes_;
  std::map<std::string, std::uint64_t> claims_;  ///< jobs by what they claimed; 0: settle
  std::uint64_t next_id_ = 1;
  bool blank_listing_ = false;  ///< the last one was empty without a word
  bool blank_books_ = false;
  std::size_t delayed_ = 0;     ///< submissions that nobody has answered, and whose jobs are not made yet
  std::size_t on_the_way_ = 0;  ///< records between slurmctld and slurmdbd
};

}  // namespace sim
