#include "runtime/supervision.hpp"

#include "io/files.hpp"
#include "io/journal.hpp"
#include "runtime/late.hpp"
#include "runtime/places.hpp"
#include "runtime/submission.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>

namespace settle {

namespace {

constexpr std::chrono::seconds beat_distance{10};
constexpr std::chrono::seconds list_distance{10};
/// Taking a large run up takes seconds, and the caller has a watchdog to feed.
constexpr std::chrono::seconds look_patience{5};
/// An owner on another machine whose beat did not change for so long is gone (as in io/lease.hpp).
constexpr std::chrono::seconds foreign_patience{60};
constexpr std::chrono::seconds trouble_wait{60};
constexpr std::chrono::seconds trouble_wait_max{3600};

backend_kind kind_of(const std::string& backend) {
  return backend == "local" ? backend_kind::local : backend_kind::slurm;
}

std::string owner_in_words(const io::lease_owner& owner) {
  return "process " + std::to_string(owner.pid) + " on " + owner.host;
}

}  // namespace

supervision::supervision(options where, listener told, std::unique_ptr<io::lease> lease)
    : where_(std::move(where)), told_(std::move(told)), lease_(std::move(lease)) {}

supervision::~supervision() {
  detach();
  runtimes_.clear();
}

io::result<std::unique_ptr<supervision>> supervision::start(options where, bool take_over, listener told,
                                                            std::function<bool()> give_up) {
  if (where.state_dir.empty())
    where.state_dir = default_state_dir();
  where.state_dir = absolute(where.state_dir);
  where.late_accounting = core::limits::late_accounting;
  for (const auto& folder : {where.state_dir + "/runs", supervisor_folder(where.state_dir)})
    if (auto made = make_private_folder(folder); !made)
      return tl::unexpected(made.error());
  if (where.backend != backend_kind::automatic)
    if (auto kind = choose_backend(where.backend); !kind)
      return tl::unexpected(kind.error());
  io::lease_options how;
  how.take_over = take_over;
  how.give_up = std::move(give_up);
  auto lease = io::lease::acquire(supervisor_folder(where.state_dir), how);
  if (!lease)
    return io::fail(lease.error().code, where.state_dir + ": " + lease.error().words);
  return std::unique_ptr<supervision>(new supervision(std::move(where), std::move(told), std::move(*lease)));
}

io::result<void> supervision::look() {
  const auto now = steady::now();
  if (!lease_->still_ours()) {
    const bool removed = io::is_missing(supervisor_folder(where_.state_dir));
    return io::fail(io::errc::unavailable, (removed ? "somebody removed the state directory "
                                                    : "another process has taken over the supervision of ") +
                                               where_.state_dir);
  }
  if (now - beaten_ >= beat_distance) {
    lease_->beat();
    beaten_ = now;
  }
  for (auto& [run, known] : runs_)
    if (known.now == standing::under_way)
      look_after(run, known);
  if (!runs_changed())
    return {};
  const auto names = run_folders(where_.state_dir);
  if (!names)
    return tl::unexpected(names.error());
  all_considered_ = true;
  for (const auto& name : *names) {
    if (auto& known = runs_[name]; known.now == standing::unknown || known.now == standing::elsewhere ||
                                   known.now == standing::in_trouble)
      consider(name, known);
    if (steady::now() - now >= look_patience) {
      runs_stamp_.reset();
      all_considered_ = names->back() == name;
      break;
    }
  }
  for (auto i = runs_.begin(); i != runs_.end();)  // somebody removed it
    i = i->second.now != standing::under_way && !std::binary_search(names->begin(), names->end(), i->first)
            ? runs_.erase(i)
            : std::next(i);
  return {};
}

/// A folder was made or removed since the last look, or that look is a while ago: clocks of file servers are coarse.
bool supervision::runs_changed() {
  const auto now = steady::now();
  const auto stamp = io::changed_at(where_.state_dir + "/runs");
  if (stamp && stamp == runs_stamp_ && now - listed_ < list_distance)
    return false;
  runs_stamp_ = stamp;
  listed_ = now;
  return true;
}

void supervision::consider(const std::string& run, known_run& known) {
  if (known.now == standing::in_trouble && steady::now() < known.again)
    return;
  bool silent = false;
  if (known.now == standing::elsewhere && held_elsewhere(run, known, silent))
    return;  // its journal, which may be large, need not be read again
  const auto found = read_listed(where_.state_dir, run);
  if (!found)
    return put_off(run, known, found.error().words);
  if (!*found) {
    runs_stamp_.reset();  // it is just being made: look again soon
    return;
  }
  known.backend = kind_of((*found)->backend);
  if ((*found)->summary.finished() && !worth_asking_late(where_.state_dir, run, **found)) {
    known.now = standing::over;
    return;
  }
  if (where_.backend != backend_kind::automatic && where_.backend != known.backend) {
    known.now = standing::of_another_backend;
    return tell(run, known, "left alone: it is of backend " + (*found)->backend);
  }
  if (held_elsewhere(run, known, silent))
    return;
  take_up(run, known, silent);
}

/// `silent`: its holder on another machine has shown no life for long enough.
bool supervision::held_elsewhere(const std::string& run, known_run& known, bool& silent) {
  const auto held = io::held_by(run_folder(where_.state_dir, run));
  if (!held)
    return false;
  const auto now = steady::now();
  if (known.now != standing::elsewhere || known.holder.owner != held->owner ||
      known.holder.beat != held->beat) {
    known.holder = *held;
    known.holder_since = now;
  }
  known.now = standing::elsewhere;
  silent = io::life_of(held->owner, io::this_process()) == io::life::unknown && !held->owner.nonce.empty() &&
           now - known.holder_since >= foreign_patience;
  if (!silent)
    tell(run, known, "left alone: " + owner_in_words(held->owner) + " supervises it");
  return !silent;
}

void supervision::take_up(const std::string& run, known_run& known, bool take_over) {
  const auto host = runtime_for(known.backend);
  if (!host)
    return put_off(run, known, host.error().words);
  const auto answer = (*host)->resume(run, take_over);
  if (answer.run.empty())
    return put_off(run, known, answer.trouble);
  known.now = standing::under_way;
  known.wait = std::chrono::seconds{0};
  known.told.clear();
  const auto state = (*host)->summary(run);
  tell(run, known,
       state.finished() ? "finished; accounting is still asked about its unconfirmed completions"
       : take_over      ? "taken over from " + owner_in_words(known.holder.owner) + ", which shows no life"
                        : "taken up");
  (*host)->notify(run, answer.next_seq, told_.event);
}

void supervision::look_after(const std::string& run, known_run& known) {
  auto& host = *runtimes_.at(known.backend);
  const auto end = host.wait_for(run, std::chrono::milliseconds(0));
  if (!end || !host.forget(run))
    return;
  if (end->trouble)
    put_off(run, known, *end->trouble);
  else
    known.now = standing::over;
}

/// Its trouble may pass (a full disk, a lost mount): another attempt later, and later each time.
void supervision::put_off(const std::string& run, known_run& known, const std::string& words) {
  known.now = standing::in_trouble;
  known.wait =
      std::min(known.wait == std::chrono::seconds{0} ? trouble_wait : 2 * known.wait, trouble_wait_max);
  known.again = steady::now() + known.wait;
  tell(run, known, words);
}

void supervision::tell(const std::string& run, known_run& known, const std::string& words) {
  if (std::exchange(known.told, words) != words)
    told_.word(run, words);
}

io::result<runtime*> supervision::runtime_for(backend_kind kind) {
  auto& host = runtimes_[kind];
  if (!host) {
    auto settings = where_;
    settings.backend = kind;
    auto started = runtime::start(std::move(settings));
    if (!started) {
      runtimes_.erase(kind);
      return tl::unexpected(started.error());
    }
    host = std::move(*started);
  }
  return host.get();
}

supervision::tally supervision::count() const {
  tally out;
  for (const auto& [run, known] : runs_) {
    out.under_way += known.now == standing::under_way ? 1 : 0;
    out.elsewhere += known.now == standing::elsewhere ? 1 : 0;
    out.in_trouble += known.now == standing::in_trouble ? 1 : 0;
  }
  return out;
}

std::map<std::string, std::uint64_t> supervision::calls() const {
  std::map<std::string, std::uint64_t> out;
  for (const auto& [kind, host] : runtimes_)
    for (const auto& [program, calls] : host->calls())
      out[program] += calls;
  return out;
}

bool supervision::idle() {
  return all_considered_ && std::all_of(runs_.begin(), runs_.end(), [this](const auto& entry) {
           const auto& [run, known] = entry;
           return known.now == standing::under_way
                      ? runtimes_.at(known.backend)->summary(run).finished()
                      : known.now != standing::elsewhere && known.now != standing::unknown;
         });
}

bool supervision::responsive(std::chrono::milliseconds within) {
  return std::all_of(runtimes_.begin(), runtimes_.end(),
                     [within](auto& host) { return host.second->responsive(within); });
}

void supervision::detach() {
  for (auto& [run, known] : runs_)
    if (known.now == standing::under_way)
      look_after(run, known);  // those that ended since the last look are not left
  for (auto& [kind, host] : runtimes_)
    host->detach();
}

}  // namespace settle
