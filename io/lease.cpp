#include "io/lease.hpp"

#include "io/lease_files.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <mutex>
#include <thread>
#include <utility>

namespace settle::io {

using namespace std::chrono_literals;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

struct lease::impl {
  /// Not in a forked copy of the owner: the lease stays the parent's.
  void write_state(lease_state);
  int take(generation_t next);

  lease_folder folder;
  generation_t generation = 0;
  unique_fd file;
  lease_owner owner;
  std::mutex mutex;  ///< guards what the file says
  std::uint64_t beats = 0;
};

namespace {

/// Each new try means that another contender got ahead meanwhile.
constexpr int tries_max = 1000;
constexpr milliseconds slice_max = 100ms;  ///< how late give_up may be asked
constexpr milliseconds look_max = 1s;      ///< between two looks at a foreign owner

enum class judgement : std::uint8_t { gone, look_again };

std::string utc(std::int64_t seconds) {
  const auto when = static_cast<time_t>(seconds);
  struct tm parts {};
  std::array<char, 40> text{};
  if (::gmtime_r(&when, &parts) == nullptr ||
      ::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S UTC", &parts) == 0)
    return "an unknown time";
  return text.data();
}

error held_by(const std::string& folder, const std::optional<lease_text>& text) {
  if (!text)
    return {errc::unavailable, folder + " is held by an owner whose file changes but cannot be understood; "
                                        "find and stop it, or take over when it is known to be gone"};
  const lease_owner& owner = text->owner;
  return {errc::unavailable,
          fmt::format(
              "{} is held by process {} on host {} since {}; wait until it ends or stop it there, or take "
              "over when it is known to be gone",
              folder, owner.pid, owner.host, utc(owner.since))};
}

lease_owner unknown_owner() {
  lease_owner owner;
  owner.host = "unknown";
  return owner;
}

error storage(const char* what, const std::string& path, int failed) {
  return {errc::storage, fmt::format("cannot {} {}: {}", what, path, errno_words(failed))};
}

/// True: it is time to stop.
bool wait_or_give_up(milliseconds time, const lease_options& options) {
  const auto until = steady_clock::now() + time;
  for (;;) {
    if (options.give_up && options.give_up())
      return true;
    const auto left = std::chrono::ceil<milliseconds>(until - steady_clock::now());
    if (left <= 0ms)
      return false;
    std::this_thread::sleep_for(std::min(left, slice_max));
  }
}

/// Until the owner's file changed or patience is over.
result<judgement> watch(const lease_folder& folder, const std::string& name, const std::string& seen,
                        const lease_options& options) {
  const auto begun = steady_clock::now();
  const milliseconds between = std::clamp(options.foreign_patience / 10, 10ms, look_max);
  for (;;) {
    if (wait_or_give_up(between, options))
      return fail(errc::cancelled, "gave up waiting for " + folder.path);
    const bool patient = steady_clock::now() - begun < options.foreign_patience;
    const auto now = read_owner(folder, name);
    if (!now)
      return judgement::look_again;  // somebody took it and cleaned up
    if (*now != seen) {
      const auto text = parse_lease(*now);
      if (text && text->state == lease_state::released)
        return judgement::gone;
      return tl::unexpected<error>(held_by(folder.path, text));
    }
    if (!patient)
      return judgement::gone;
  }
}

result<judgement> judge(const lease_folder& folder, generation_t generation, const lease_owner& me,
                        const lease_options& options) {
  if (options.take_over)
    return judgement::gone;
  const std::string name = owner_name(generation);
  const auto bytes = read_owner(folder, name);
  if (!bytes)
    return judgement::look_again;
  const auto text = parse_lease(*bytes);
  if (text && text->state == lease_state::released)
    return judgement::gone;
  switch (text ? life_of(text->owner, me) : life::unknown) {
  case life::gone:
    return judgement::gone;
  case life::alive:
    return tl::unexpected<error>(held_by(folder.path, text));
  case life::unknown:
    break;
  }
  return watch(folder, name, *bytes, options);
}

/// The generation to take next; nothing when the look has to be repeated.
result<std::optional<generation_t>> next_generation(const lease_folder& folder, const lease_owner& me,
                                                    const lease_options& options) {
  const auto listed = list(folder);
  if (!listed)
    return tl::unexpected<error>(storage("list", folder.path, listed.error()));
  if (listed->generations.empty())
    return std::optional<generation_t>(0);
  const generation_t highest = listed->generations.back();
  const auto judged = judge(folder, highest, me, options);
  if (!judged)
    return tl::unexpected<error>(judged.error());
  if (*judged == judgement::look_again)
    return std::optional<generation_t>();
  return std::optional(highest + 1);
}

/// A higher one can exist although our link was made: of a generation that came and went since we listed.
bool is_highest(const lease_folder& folder, generation_t mine) {
  const auto listed = list(folder);
  return listed && (listed->generations.empty() || listed->generations.back() <= mine);
}

}  // namespace

void lease::impl::write_state(lease_state state) {
  if (::getpid() != owner.pid)
    return;
  const std::lock_guard lock(mutex);
  write_over(file.get(), to_text({owner, ++beats, state}));
}

/// One try: EEXIST when another contender was faster.
int lease::impl::take(generation_t next) {
  generation = next;
  const std::string name = owner_name(generation);
  if (const int failed = link_new(folder, name, owner.nonce, to_text({owner}), file))
    return failed;
  if (is_highest(folder, generation))
    return 0;
  ::unlinkat(folder.fd.get(), name.c_str(), 0);
  return EEXIST;
}

result<std::unique_ptr<lease>> lease::acquire(const std::string& path, const lease_options& options) {
  auto self = std::make_unique<impl>();
  if (const int failed = self->folder.open(path))
    return tl::unexpected<error>(storage("open", path, failed));
  for (int tries = 0; tries < tries_max; ++tries) {
    self->owner = this_process();  // a nonce for each try: no two temporary files have one name
    const auto next = next_generation(self->folder, self->owner, options);
    if (!next)
      return tl::unexpected<error>(next.error());
    const int failed = *next ? self->take(**next) : EEXIST;
    if (failed == EEXIST)
      continue;
    if (failed != 0)
      return tl::unexpected<error>(storage("make the owner's file in", path, failed));
    std::unique_ptr<lease> taken(new lease(std::move(self)));  // from here on an error releases it
    remove_older(taken->impl_->folder, taken->impl_->generation);
    if (const int unsynced = sync_folder(path))
      return tl::unexpected<error>(storage("sync", path, unsynced));
    return taken;
  }
  return fail(errc::unavailable, "too many others try to hold " + path + "; try again later");
}

lease::lease(std::unique_ptr<impl> taken) : impl_(std::move(taken)) {}

lease::~lease() {
  impl_->write_state(lease_state::released);
}

bool lease::still_ours() const {
  return ::getpid() == impl_->owner.pid && refresh(impl_->folder) &&
         is_named(impl_->folder, owner_name(impl_->generation), impl_->file.get()) &&
         is_absent(impl_->folder, owner_name(impl_->generation + 1));
}

void lease::beat() {
  impl_->write_state(lease_state::held);
}

std::optional<lease_text> held_by(const std::string& path) {
  lease_folder folder;
  if (folder.open(path) != 0)
    return std::nullopt;
  const auto listed = list(folder);
  if (!listed || listed->generations.empty())
    return std::nullopt;
  const auto bytes = read_owner(folder, owner_name(listed->generations.back()));
  if (!bytes)
    return std::nullopt;
  const auto text = parse_lease(*bytes);
  if (!text)
    return lease_text{unknown_owner()};
  if (text->state == lease_state::released || life_of(text->owner, this_process()) == life::gone)
    return std::nullopt;
  return text;
}

std::optional<lease_owner> holder(const std::string& folder) {
  const auto held = held_by(folder);
  return held ? std::optional(held->owner) : std::nullopt;
}

}  // namespace settle::io
