#include "io/journal.hpp"

#include "io/files.hpp"
#include "io/signals_blocked.hpp"
#include "io/unique_fd.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>

namespace settle::io {
namespace {

/// At most about this much goes into one sync: bounds how long the first line waits.
constexpr std::size_t group_bytes_max = 4u << 20;
/// Pieces smaller than this are gathered for one write.
constexpr std::size_t piece_bytes_min = 64u << 10;

struct entry {
  std::vector<std::string> lines;
  std::function<void(result<void>)> durable;
  std::size_t bytes() const {
    std::size_t all = 0;
    for (const std::string& piece : lines)
      all += piece.size();
    return all;
  }
};

std::string words_for(const char* what, const std::string& path, int error) {
  return std::string("cannot ") + what + " " + path + ": " + errno_words(error);
}

/// The file's size without a torn last line; less than 0: errno, negated. Reads backwards.
off_t whole_lines_size(int fd, off_t size) {
  std::vector<char> block(64 * 1024);
  while (size > 0) {
    const auto wanted = static_cast<std::size_t>(std::min<off_t>(size, static_cast<off_t>(block.size())));
    const ssize_t count = ::pread(fd, block.data(), wanted, size - static_cast<off_t>(wanted));
    if (count < 0 && errno == EINTR)
      continue;
    if (count != static_cast<ssize_t>(wanted))
      return count < 0 ? -errno : -EIO;
    for (std::size_t at = wanted; at > 0; --at)
      if (block[at - 1] == '\n')
        return size - static_cast<off_t>(wanted - at);
    size -= static_cast<off_t>(wanted);
  }
  return 0;
}

/// 0 or errno. Sets `size` to where the next line goes.
int cut_torn_line(int fd, off_t& size) {
  struct stat now {};
  if (::fstat(fd, &now) != 0)
    return errno;
  size = now.st_size;
  if (!S_ISREG(now.st_mode))
    return 0;
  const off_t whole = whole_lines_size(fd, now.st_size);
  if (whole < 0)
    return static_cast<int>(-whole);
  if (whole == now.st_size)
    return 0;
  size = whole;
  return ::ftruncate(fd, whole) == 0 && ::fdatasync(fd) == 0 ? 0 : errno;
}

}  // namespace

struct journal_writer::impl {
  void run();
  std::deque<entry> wait_for_entries();
  void beat_if_due();
  void write_in_groups(std::deque<entry> entries);
  result<void> write_group(const std::deque<entry>& entries, std::size_t count);
  int write_pieces(const std::deque<entry>& entries, std::size_t count, off_t& written);
  void take_back(off_t written);

  std::string path;
  journal_guard guard;
  std::chrono::steady_clock::time_point last_beat{};
  unique_fd file;
  off_t durable_size = 0;       ///< writer thread only, as are the next two
  std::optional<error> broken;  ///< set once, for good: after a failed sync nobody knows what the disk holds
  std::string gathered;
  std::mutex mutex;  ///< guards the next two
  std::deque<entry> waiting;
  bool closing = false;
  std::condition_variable changed;
  std::thread thread;
};

std::deque<entry> journal_writer::impl::wait_for_entries() {
  const auto something = [this] { return closing || !waiting.empty(); };
  std::unique_lock lock(mutex);
  if (!guard.beat)
    changed.wait(lock, something);
  while (guard.beat && !changed.wait_until(lock, last_beat + guard.beat_every, something)) {
    lock.unlock();
    beat_if_due();
    lock.lock();
  }
  return std::exchange(waiting, {});
}

void journal_writer::impl::beat_if_due() {
  const auto now = std::chrono::steady_clock::now();
  if (!guard.beat || now - last_beat < guard.beat_every)
    return;
  guard.beat();
  last_beat = now;
}

void journal_writer::impl::run() {
  last_beat = std::chrono::steady_clock::now();
  for (;;) {
    auto entries = wait_for_entries();
    if (entries.empty())
      return;
    write_in_groups(std::move(entries));
    beat_if_due();
  }
}

void journal_writer::impl::write_in_groups(std::deque<entry> entries) {
  while (!entries.empty()) {
    std::size_t taken = 0;
    for (std::size_t bytes = 0; taken < entries.size() && bytes < group_bytes_max; ++taken)
      bytes += entries[taken].bytes();
    const result<void> outcome = write_group(entries, taken);
    for (; taken > 0; --taken) {
      const entry told = std::move(entries.front());
      entries.pop_front();
      if (told.durable)
        told.durable(outcome);
    }
  }
}

/// 0 or errno.
int journal_writer::impl::write_pieces(const std::deque<entry>& entries, std::size_t count, off_t& written) {
  const auto put = [&](std::string_view bytes) {
    const auto all = bytes.size();
    const int failed = write_whole(file.get(), bytes);
    written += static_cast<off_t>(all - bytes.size());
    return failed;
  };
  gathered.clear();
  for (std::size_t i = 0; i < count; ++i)
    for (const std::string& piece : entries[i].lines) {
      if (gathered.size() + piece.size() < piece_bytes_min) {
        gathered += piece;
        continue;
      }
      if (const int failed = put(gathered))
        return failed;
      gathered.clear();
      if (const int failed = put(piece))
        return failed;
    }
  return put(gathered);
}

result<void> journal_writer::impl::write_group(const std::deque<entry>& entries, std::size_t count) {
  if (broken)
    return tl::unexpected<error>(*broken);
  if (std::all_of(entries.begin(), entries.begin() + static_cast<std::ptrdiff_t>(count),
                  [](const entry& e) { return e.bytes() == 0; }))
    return {};
  if (guard.may_write)
    if (auto may = guard.may_write(); !may) {
      broken = may.error();
      return tl::unexpected<error>(*broken);
    }
  off_t written = 0;
  int failed = write_pieces(entries, count, written);
  const char* what = "write to";
  if (failed == 0 && ::fdatasync(file.get()) != 0) {
    failed = errno;
    what = "sync";
  }
  if (failed == 0) {
    durable_size += written;
    return {};
  }
  take_back(written);
  broken = error{errc::storage, words_for(what, path, failed)};
  return tl::unexpected<error>(*broken);
}

/// Only what is ours: a file of any other size has another writer, whose lines are not for us to cut.
void journal_writer::impl::take_back(off_t written) {
  struct stat now {};
  if (::fstat(file.get(), &now) != 0 || !S_ISREG(now.st_mode) || now.st_size != durable_size + written)
    return;
  if (::ftruncate(file.get(), durable_size) == 0)
    ::fdatasync(file.get());
}

result<std::unique_ptr<journal_writer>> journal_writer::open(const std::string& path, bool create,
                                                             journal_guard guard) {
  if (const int error = make_folders_above(path, 0700, sync_new::yes))
    return fail(errc::storage, words_for("make the folder of", path, error));
  auto self = std::make_unique<impl>();
  self->path = path;
  self->guard = std::move(guard);
  const int how = O_RDWR | O_APPEND | O_CLOEXEC | (create ? O_CREAT | O_EXCL : 0);
  self->file.reset(::open(path.c_str(), how, 0600));
  if (!self->file)
    return fail(errc::storage, words_for(create ? "create" : "open", path, errno));
  if (const int error = cut_torn_line(self->file.get(), self->durable_size))
    return fail(errc::storage, words_for("mend the last line of", path, error));
  if (const int error = sync_folder(folder_of(path)))
    return fail(errc::storage, words_for("sync the folder of", path, error));
  try {
    const signals_blocked quiet(
        signals_blocked::which::asynchronous);  // SIGXFSZ too: a full quota is an errno
    self->thread = std::thread([writer = self.get()] { writer->run(); });
  } catch (const std::system_error& error) {
    return fail(errc::storage, "cannot start a writer for " + path + ": " + error.what());
  }
  return std::unique_ptr<journal_writer>(new journal_writer(std::move(self)));
}

journal_writer::journal_writer(std::unique_ptr<impl> opened) : impl_(std::move(opened)) {}

journal_writer::~journal_writer() {
  assert(std::this_thread::get_id() != impl_->thread.get_id());
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->closing = true;
  }
  impl_->changed.notify_one();
  impl_->thread.join();
}

void journal_writer::append(std::vector<std::string> lines, std::function<void(result<void>)> durable) {
  assert(std::all_of(lines.begin(), lines.end(),
                     [](const std::string& piece) { return piece.empty() || piece.back() == '\n'; }));
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->waiting.push_back({std::move(lines), std::move(durable)});
  }
  impl_->changed.notify_one();
}

}  // namespace settle::io
