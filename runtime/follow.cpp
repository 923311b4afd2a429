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

/// What stands at `at`, at most so many bytes; none on errors, errno tells.
std::optional<std::string> read_block(int fd, std::uint64_t at, std::size_t bytes) {
  std::string text(bytes, '\0');
  ssize_t n = 0;
  do
    n = ::pread(fd, text.data(), bytes, static_cast<off_t>(at));
  while (n < 0 && errno == EINTR);
  if (n < 0)
    return std::nullopt;
  text.resize(static_cast<std::size_t>(n));
  return text;
}

/// The whole lines at `at`: of a block, or of as many as one line takes. None on errors, errno tells. Never pieced
/// together from two reads: between them a supervisor may cut a torn line off and write another one in its place.
std::optional<std::string> read_lines(int fd, std::uint64_t at) {
  for (std::size_t bytes = block_bytes;; bytes *= 2) {
    auto text = read_block(fd, at, bytes);
    if (!text)
      return std::nullopt;
    const std::size_t end = text->rfind('\n');
    if (end == std::string::npos && text->size() == bytes)
      continue;
    text->resize(end == std::string::npos ? 0 : end + 1);
    return text;
  }
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
  const auto text = read_lines(file.get(), at_);
  if (!text)
    return io::fail(io::errc::storage, "cannot read " + path_ + ": " + io::errno_words(errno));
  for (std::size_t begin = 0; begin < text->size();) {
    const std::size_t stop = text->find('\n', begin);
    line(std::string_view(*text).substr(begin, stop - begin));
    begin = stop + 1;
  }
  at_ += text->size();
  return !text->empty();
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
