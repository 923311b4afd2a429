// What the backend actor knows of the jobs it watches, and how a listing becomes the few events that matter: only
// differences are told. Holds ownership by token, absence, suspicion, the observed clock and the search for
// unclear submissions. Plain code: no actor, no clock, no command.
#pragma once

#include "actors/cluster.hpp"
#include "actors/core/boxed.hpp"
#include "actors/core/item.hpp"
#include "actors/core/limits.hpp"
#include "actors/core/skew.hpp"
#include "actors/core/text.hpp"
#include "actors/keys.hpp"
#include "actors/watched_ids.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace settle::actors {

/// What an item asks the backend to do for it from now on.
struct item_needs {
  bool accounting = false;  ///< include its job in the accounting calls
  bool listings = false;    ///< tell it of every listing, not only of differences
  bool search = false;      ///< its submission is unclear: look for its token
  bool backlog = false;     ///< it must know whether accounting has caught up
  bool operator==(const item_needs&) const = default;
};

/// Which limit of the observed clock runs for an item.
enum class clock_kind : std::uint8_t { none, submitted, stuck, settling };

/// A job that an earlier poller, or an earlier actor of the item, had watched.
struct watch_order {
  std::uint64_t job_id = 0;  ///< 0: search by name
  std::string job_name{};
  std::optional<std::uint32_t> array_index{};        ///< its index, where the job of that name is an array
  std::optional<core::epoch_seconds> last_submit{};  ///< the controller's, as last listed
  item_needs needs{};
  clock_kind clock = clock_kind::none;
};

/// One event for one item; `rows` goes with accounting_answered, which the item judges itself.
struct delivery {
  item_key to;
  core::event what;
  std::vector<core::account_row> rows;
};

class watch_list {
public:
  explicit watch_list(core::policy rules) : rules_(rules) {}

  /// An sbatch with this job name is about to start (or was, and is unclear). `index`: of the item's task, where that
  /// job is an array.
  void expect(item_key, core::text job_name, std::optional<std::uint32_t> index, core::instant now);
  /// Its job is known by id from now on; listings begun before cannot show its absence.
  void follow(item_key, std::uint64_t job_id, core::text job_name,
              std::optional<core::epoch_seconds> last_submit, core::instant now);
  void set_needs(item_key, item_needs, core::instant now);
  void start_clock(item_key, clock_kind, core::instant now);
  void stop_clock(item_key);
  void forget(item_key);
  /// Its verdict is confirmed: from now on only its job running again is told.
  void ended(item_key);
  void forget_run(std::uint32_t run);
  /// Forget what was last told: the next listing tells this item everything again.
  void retell(item_key);

  /// A listing was read.
  void listed(const listing& seen, core::duration begun, core::instant now, std::vector<delivery>& out);
  /// After `listed`: ended jobs of ours that this listing shows alive again.
  void reruns(const listing& seen, core::duration begun, core::instant now, std::vector<delivery>& out) const;
  /// A listing was asked for and did not come.
  void listing_failed();
  /// Nobody is asked for a while: the time until the next listing is nobody's.
  void paused() { last_listing_begun_.reset(); }

  /// Ids to ask accounting about: oldest first, of each run in turn. An array whose tasks mostly are to be asked about, or one of which may
  /// have never begun, goes as a whole.
  std::vector<std::uint64_t> accounting_ids() const;
  void accounted(accounting_answer, std::optional<std::uint64_t> backlog, core::instant now,
                 std::vector<delivery>& out);
  bool backlog_matters() const;  ///< somebody must know whether accounting has caught up

  /// Job names whose submission is unclear (as many as one search takes), and since when (epoch seconds, with
  /// slack).
  std::vector<std::string> searched_names() const;
  core::epoch_seconds searched_since() const;
  /// The controller's clock minus ours: each submit time it lists lies between an sbatch and its answer.
  std::optional<core::clock_skew> skew() const { return core::measure_skew(readings_); }
  /// `backlog`: records that slurmctld had not handed to accounting before it was asked; none: it did not say.
  void searched(const std::vector<std::string>& names, const accounting_answer&,
                std::optional<std::uint64_t> backlog, core::instant now, std::vector<delivery>& out);

  /// Items whose observed time is over.
  bool anything_due() const;
  bool submitted_due() const;  ///< some of them are submitted items: whether accounting caught up matters
  void deliver_due(core::instant now, bool backlog_empty, std::vector<delivery>& out);

  bool something_settles() const;  ///< somebody waits for accounting, listings or the search
  /// Nobody waits for anything: ended jobs alone are no reason to poll.
  bool empty() const noexcept { return jobs_.empty(); }
  std::size_t size() const noexcept { return jobs_.size(); }
  std::optional<std::uint64_t> job_id(item_key) const;
  /// These jobs are to be cancelled: arrays of which nothing else is watched go by their own id.
  std::vector<std::uint64_t> to_cancel(std::span<const std::uint64_t> ids) const;
  bool is_followed(std::uint64_t job_id) const { return ids_.knows(job_id); }
  bool knows(item_key key) const { return jobs_.count(key) != 0; }
  /// False once the id was seen to be another job's, or went to another item: ids are reused after a crash.
  bool still_owns_id(item_key) const;

private:
  /// A listing's row that was told, by its fingerprint: of a million jobs that is kept, and only asked whether another
  /// says the same.
  struct told_row {
    std::uint64_t fingerprint = 0;  ///< 0: nothing was told
    core::meaning means{};
    explicit operator bool() const noexcept { return fingerprint != 0; }
    bool operator==(const told_row&) const = default;
  };
  static told_row told_by(const core::listed_job&);
  /// All monotonic; a failed answer of either side starts the silence anew.
  struct search {
    core::duration began{};
    std::optional<core::duration> silent_listing{};     ///< first listing without it, of an unbroken row
    std::optional<core::duration> silent_accounting{};  ///< first accounting answer without it, likewise
  };
  struct watched {
    std::uint64_t job_id = 0;                  ///< io/job_id.hpp
    core::text job_name;                       ///< an array's is shared by its tasks
    std::optional<std::uint32_t> array_index;  ///< of the item's task, where the job of that name is an array
    std::optional<core::epoch_seconds> last_submit;  ///< of the newest life that was listed
    std::uint32_t last_restarts = 0;
    bool id_given_away = false;  ///< the id was seen with a job that is not ours: that lasts
    bool ever_absent = false;
    told_row told;                              ///< what the item last heard from a listing
    core::duration expected_at{};               ///< wall, when its sbatch started
    std::optional<core::duration> accepted_at;  ///< wall, when that sbatch answered
    core::duration known_at{};                  ///< monotonic; earlier listings say nothing about it
    std::uint64_t seen_in = 0;                  ///< number of the last listing that held its row
    std::uint64_t unreadable_in = 0;  ///< number of the last listing in which its row was unreadable
    bool absence_told = false;
    bool id_lost = false;  ///< the id was last listed as another job's
    std::uint64_t rowless_in =
        0;  ///< number of the listing after which accounting answered without a row, and had before
    std::uint8_t rowless_answers = 0;  ///< in a row, and so many are needed
    bool was_rest = false;  ///< last listed as one of its array's tasks that wait: of those no record is kept
    std::uint8_t rowless_asks = 0;  ///< in a row, of an array's task asked about by its own id
    bool missed = false;            ///< the last listing lacked it, but was not to be believed alone
    item_needs needs;
    clock_kind clock = clock_kind::none;
    core::duration clock_began{};    ///< observed time
    core::boxed<search> searched{};  ///< set while needs.search is
  };
  /// What is kept of a job whose item has its verdict: enough to know it again.
  struct ended_job {
    item_key key;
    std::size_t name_hash = 0;
  };
  /// The same of the tasks of one array.
  struct ended_array {
    std::uint32_t run = 0;
    std::size_t name_hash = 0;
    std::vector<core::item_index> items;  ///< by index; `no_item`: that task has not ended
  };
  static constexpr core::item_index no_item = ~core::item_index{0};
  void keep_ended(std::uint64_t job_id, item_key key, std::size_t name_hash);
  std::optional<ended_job> ended_job_of(std::uint64_t job_id) const;
  using jobs = std::unordered_map<item_key, watched, item_key_hash>;

  enum class owner : std::uint8_t { us, stranger, doubtful };
  owner owner_of(const watched&, const listed_row&) const;
  void count_observed_time(core::duration begun);
  void know_name(item_key, const watched&);
  void forget_name(item_key, const watched&);
  void tell_row(const listed_row&, core::duration begun, core::instant now, std::vector<delivery>&);
  bool tell_job(std::uint64_t job_id, const listed_row&, core::duration begun, core::instant now,
                std::vector<delivery>&);
  void tell_nameless(item_key, std::uint64_t job_id, const listed_row&, core::duration begun,
                     core::instant now, std::vector<delivery>&);
  void tell_rest(const listed_row&, core::duration begun, core::instant now, std::vector<delivery>&);
  void note_unreadable(std::uint64_t job_id);
  void tell_present(item_key, watched&, const listed_row&, core::duration begun, core::instant now,
                    std::vector<delivery>&);
  void tell_missing(item_key, watched&, bool certain, core::duration begun, core::instant now,
                    std::vector<delivery>&);
  void tell_unseen(item_key, watched&, bool certain, core::duration begun, core::instant now,
                   std::vector<delivery>&);
  static void note_silence(watched&, bool suspect, const listing& seen, core::duration begun);
  bool lacks_every_live_job() const;
  static void add_rows(const watched&, const accounted_job&, std::vector<core::account_row>& rows);
  static void take_rows(const watched&, accounted_job&, std::vector<core::account_row>& rows);
  struct accounted_rows;
  void tell_accounted(item_key, watched&, std::uint64_t asked, const accounted_rows&, delivery,
                      std::vector<delivery>& out);
  void not_answered(std::uint64_t id);
  bool asks_whole(std::uint64_t array_id, const std::vector<const watched*>& wanting) const;
  void find_named(const accounted_job&, core::instant now, std::vector<delivery>&);
  void found(item_key, watched&, std::uint64_t job_id, core::instant now, std::vector<delivery>&);
  void check_silence(item_key, watched&, core::duration long_enough, core::instant now,
                     std::vector<delivery>&);
  void read_clock(const watched&, core::epoch_seconds submit);
  /// The controller's time at one of ours, at the earliest.
  core::epoch_seconds earliest_there(core::duration wall) const;
  bool is_due(const watched&) const;
  bool rest_is_due(const watched&) const;

  core::policy rules_;
  jobs jobs_;
  watched_ids<jobs::value_type> ids_;
  std::unordered_map<std::string, item_key> by_name_;  ///< job names, tokens included
  /// Tasks of arrays whose id is not known, by the array's job name and by index.
  std::unordered_map<std::string, std::map<std::uint32_t, item_key>> nameless_tasks_;
  std::unordered_map<std::uint64_t, ended_job> ended_;           ///< by job id
  std::unordered_map<std::uint64_t, ended_array> ended_arrays_;  ///< by the array's id
  std::size_t searches_ = 0;
  std::size_t nameless_ = 0;  ///< jobs whose id is not known yet
  std::uint64_t listings_ = 0;
  std::optional<core::duration>
      last_listing_begun_;     ///< of the last one that succeeded, if none failed since
  core::duration observed_{};  ///< grows only while listings succeed
  std::vector<core::clock_reading> readings_;
  /// Nobody needs anything and no clock runs, as the last listing found: what nothing changes for costs one look a cycle.
  bool quiet_ = false;
  bool names_are_kept_ = false;  ///< some job of ours was listed under its name: this site renames none
  std::uint64_t highest_accounted_ = 0;  ///< highest job or array id of ours that has a row
};

}  // namespace settle::actors
