#include "runtime/follow.hpp"

#include "io/files.hpp"
#include "io/unique_fd.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <utility>
#include <variant>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace settle {

using core::item_status;
using core::stream_kind;

namespace {

constexpr std::size_t block_bytes = 1u << 20;

io::result<std::uint64_t> size_of(int fd, const std::string& path) {
  struct stat facts {};
  if (::fstat(fd, &facts) != 0)
    return io::fail(io::errc::storage, "cannot read " + path + ": " + io::errno_words(errno));
  return static_cast<std::uint64_t>(facts.st_size);
}

tl::unexpected<io::error> cannot_open(const std::string& journal, int error) {
  const std::string folder = io::folder_of(journal);
  struct stat facts {};
  if (error == ENOENT && ::stat(folder.c_str(), &facts) != 0 && errno == ENOENT)
    return io::fail(io::errc::storage, "run " + folder.substr(folder.rfind('/') + 1) +
                                           " is gone: it was removed (by `settle prune`, or by hand) from " +
                                           io::folder_of(folder));
  return io::fail(io::errc::storage, "cannot open " + journal + ": " + io::errno_words(error));
}

/// Appends what stands at `at`, at most a block; none on errors, errno tells.
std::optional<std::size_t> read_block(int fd, std::uint64_t at, std::string& text) {
  const std::size_t kept = text.size();
  text.resize(kept + block_bytes);
  ssize_t n = 0;
  do
    n = ::pread(fd, text.data() + kept, block_bytes, static_cast<off_t>(at));
  while (n < 0 && errno == EINTR);
  text.resize(kept + static_cast<std::size_t>(n > 0 ? n : 0));
  return n < 0 ? std::nullopt : std::optional(static_cast<std::size_t>(n));
}

}  // namespace

journal_tail::journal_tail(std::string path, std::uint64_t from_byte)
    : path_(std::move(path)), at_(from_byte) {}

io::result<bool> journal_tail::read_some(const std::function<void(std::string_view)>& line) {
  // Opened anew each time: network file systems look at the server for what is new when a file is opened.
  const io::unique_fd file(::open(path_.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file)
    return cannot_open(path_, errno);
  const auto size = size_of(file.get(), path_);
  if (!size)
    return tl::unexpected(size.error());
  if (*size < at_)
    return io::fail(io::errc::storage,
                    path_ + " has become shorter: what was told last could not be kept on disk");
  std::string text;
  std::size_t end = std::string::npos;  // of the last whole line
  while (end == std::string::npos) {    // a line may be longer than a block
    const auto n = read_block(file.get(), at_ + text.size(), text);
    if (!n)
      return io::fail(io::errc::storage, "cannot read " + path_ + ": " + io::errno_words(errno));
    if (*n == 0)
      return false;
    end = text.rfind('\n');
  }
  for (std::size_t begin = 0; begin <= end;) {
    const std::size_t stop = text.find('\n', begin);
    line(std::string_view(text).substr(begin, stop - begin));
    begin = stop + 1;
  }
  at_ += end + 1;
  return true;
}

run_so_far::run_so_far(std::string run) {
  now_.run = std::move(run);
}

void run_so_far::saw(const actors::kept_line& line) {
  if (const auto* run = std::get_if<actors::kept_run>(&line)) {
    is_run_ = true;
    now_.title = run->facts.title;
    backend_ = run->facts.backend;
    retry_of_ = run->facts.retry_of;
  } else if (const auto* e = std::get_if<actors::kept_event>(&line)) {
    saw_event(*e);
  }
}

void run_so_far::saw_event(const actors::kept_event& e) {
  if (!created_at_)
    created_at_ = e.at;
  ended_at_.reset();
  switch (e.kind) {
  case stream_kind::run_started:
    now_.tally = whole_event(e).tally;
    break;
  case stream_kind::items_added:  // what joins is pending; its own events say what comes of it
    if (const auto total = whole_event(e).tally.total(); total > now_.tally.total())
      now_.tally.by_status[static_cast<std::size_t>(item_status::pending)] += total - now_.tally.total();
    break;
  case stream_kind::item:
  case stream_kind::verdict_corrected:
    saw_item(e);
    break;
  case stream_kind::run_finished:
    saw_end(whole_event(e));
    break;
  case stream_kind::rerun:
  case stream_kind::notice:
    break;
  }
}

void run_so_far::saw_end(const core::stream_event& e, bool last_word) {
  finished_ = true;
  ended_at_ = last_word ? std::optional(e.at) : std::nullopt;
  now_.tally = e.tally;
  now_.status = e.run_state;
  now_.confirmed = e.confirmed;
}

void run_so_far::saw_item(const actors::kept_event& e) {
  const auto known = ids_.find(e.item);
  if (!known) {
    ids_.add(e.item);
    items_.emplace_back();
  }
  standing& it = known ? items_[*known] : items_.back();
  const bool unconfirmed = e.status == item_status::completed && e.who == core::evidence::none;
  auto& left = now_.tally.by_status[static_cast<std::size_t>(it.status)];
  left -= left > 0 ? 1 : 0;  // a journal that lacks lines must not count below nothing
  ++now_.tally.by_status[static_cast<std::size_t>(e.status)];
  if (it.unconfirmed && now_.tally.unconfirmed > 0)
    --now_.tally.unconfirmed;
  now_.tally.unconfirmed += unconfirmed ? 1 : 0;
  it = {e.status, unconfirmed};
}

run_summary run_so_far::summary() const {
  run_summary s = now_;
  if (!finished_)
    s.status =
        s.tally.live() + s.tally.terminal() > 0 ? core::run_status::running : core::run_status::pending;
  return s;
}

}  // namespace settle
