// A state directory under supervision: every run in it that is not finished and that nobody else supervises is taken
// up, those that are left there later too, and let go of when it is over. The headless process is a loop around this.
#pragma once

#include "io/lease.hpp"
#include "io/lease_owner.hpp"
#include "runtime/list.hpp"
#include "runtime/settle.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace settle {

class supervision {
public:
  struct listener {
    /// Every event of every run that is taken up, from there on. On threads of the runtime: neither waits nor throws.
    std::function<void(const core::stream_event&)> event;
    /// What happened to a run as a whole: taken up, left alone and why, in trouble. On the thread of look().
    std::function<void(const std::string& run, const std::string& words)> word;
  };

  /// Takes the state directory's supervisor lease; blocks up to a minute where a process of another machine may hold
  /// it, unless `give_up` says otherwise. `where.backend` automatic: runs of every backend that this machine has.
  /// Errors: unavailable (another one supervises it), storage, cancelled.
  static io::result<std::unique_ptr<supervision>> start(options where, bool take_over, listener told,
                                                        std::function<bool()> give_up);
  /// Detaches in order: jobs keep running.
  ~supervision();
  supervision(const supervision&) = delete;
  supervision& operator=(const supervision&) = delete;

  /// Takes up what is new (after some seconds of that the rest waits for the next call), lets go of what is over. To be
  /// called every second or so. Errors: storage (the state
  /// directory cannot be read now; the runs under way go on), unavailable (another one has taken the lease over, or the state
  /// directory was removed: nothing more is taken up).
  io::result<void> look();

  struct tally {
    std::size_t under_way = 0;   ///< supervised here, those that are finished and still asked about too
    std::size_t elsewhere = 0;   ///< not finished, and held by other processes
    std::size_t in_trouble = 0;  ///< tried again later
  };
  tally count() const;
  /// Commands of Slurm started so far, by program.
  std::map<std::string, std::uint64_t> calls() const;
  /// No run is left that could get on here or elsewhere: what is not finished is in trouble.
  bool idle();
  /// Everybody who does the work answers within this time.
  bool responsive(std::chrono::milliseconds within);
  /// No new submissions; returns when those in flight are known, or after the command deadline.
  void detach();

private:
  using steady = std::chrono::steady_clock;
  enum class standing { unknown, under_way, elsewhere, in_trouble, over, of_another_backend };
  struct known_run {
    standing now = standing::unknown;
    backend_kind backend = backend_kind::local;
    steady::time_point again{};  ///< when an attempt may be made; in_trouble
    std::chrono::seconds wait{0};
    std::string told;  ///< the last words about it
    io::lease_text holder;
    steady::time_point holder_since{};  ///< that text has been the same
  };

  supervision(options where, listener told, std::unique_ptr<io::lease> lease);
  bool runs_changed();
  void consider(const std::string& run, known_run& known);
  bool held_elsewhere(const std::string& run, known_run& known, bool& silent);
  void take_up(const std::string& run, known_run& known, bool take_over);
  void look_after(const std::string& run, known_run& known);
  void put_off(const std::string& run, known_run& known, const std::string& words);
  void tell(const std::string& run, known_run& known, const std::string& words);
  io::result<runtime*> runtime_for(backend_kind kind);

  options where_;
  listener told_;
  std::unique_ptr<io::lease> lease_;
  std::map<backend_kind, std::unique_ptr<runtime>> runtimes_;
  std::map<std::string, known_run> runs_;
  steady::time_point beaten_{};
  steady::time_point listed_{};
  bool all_considered_ = false;  ///< the last listing was gone through to its end
  std::optional<std::chrono::nanoseconds> runs_stamp_;
};

}  // namespace settle
