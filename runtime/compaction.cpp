#include "runtime/compaction.hpp"

#include "actors/translate/journal_json.hpp"
#include "io/files.hpp"
#include "io/journal.hpp"
#include "io/lease.hpp"
#include "runtime/compaction_lines.hpp"
#include "runtime/follow.hpp"

#include <cerrno>
#include <cstdio>
#include <functional>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

namespace settle {

namespace {

constexpr std::size_t piece_bytes = 1u << 20;

tl::unexpected<io::error> cannot(const std::string& what, int error) {
  return io::fail(io::errc::storage, "cannot " + what + ": " + io::errno_words(error));
}

/// What a journal tells, and how large it is.
struct told_journal {
  journal_size size;
  run_summary summary;
  bool finished = false;
};

using line_reader = std::function<void(const actors::kept_line& read, std::string_view text)>;

/// Every line must be readable. A torn last one was never told to anybody.
io::result<told_journal> read_whole_journal(const std::string& path, const line_reader& line) {
  told_journal told;
  run_so_far so_far("");
  std::optional<io::error> wrong;
  bool torn = false;
  const auto take = [&](std::string_view text) {
    ++told.size.lines;
    told.size.bytes += text.size() + 1;
    if (wrong)
      return;
    const auto read = actors::read_kept_line(text);
    if (!read)
      wrong = io::error{io::errc::bad_reply,
                        path + ":" + std::to_string(told.size.lines) + ": " + read.error().words};
    if (!read)
      return;
    so_far.saw(*read);
    line(*read, text);
  };
  if (auto read = io::read_journal(path, take, torn); !read)
    return tl::unexpected(read.error());
  if (wrong)
    return tl::unexpected(*wrong);
  told.summary = so_far.summary();
  told.finished = so_far.finished() && so_far.ended_at();
  return told;
}

bool tell_the_same(const told_journal& a, const told_journal& b) {
  return a.finished && b.finished && a.summary.status == b.summary.status &&
         a.summary.confirmed == b.summary.confirmed &&
         a.summary.tally.by_status == b.summary.tally.by_status &&
         a.summary.tally.unconfirmed == b.summary.tally.unconfirmed;
}

/// A file that is written anew, durable once it is closed.
class new_file {
public:
  explicit new_file(std::string path)
      : path_(std::move(path)),
        file_(::open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600)) {
    error_ = file_ ? 0 : errno;
  }
  ~new_file() {
    if (!done_)
      ::unlink(path_.c_str());
  }
  new_file(const new_file&) = delete;
  new_file& operator=(const new_file&) = delete;

  void line(std::string_view text) {
    buffer_.append(text).append(1, '\n');
    if (buffer_.size() >= piece_bytes)
      write();
  }
  /// 0 or errno.
  int close() {
    write();
    if (error_ == 0 && ::fsync(file_.get()) != 0)
      error_ = errno;
    return error_;
  }
  int replace(const std::string& other) {
    if (std::rename(path_.c_str(), other.c_str()) != 0)
      return errno;
    done_ = true;
    return io::sync_folder(io::folder_of(other));
  }

private:
  void write() {
    std::string_view bytes = buffer_;
    if (error_ == 0)
      error_ = io::write_whole(file_.get(), bytes);
    buffer_.clear();
  }

  std::string path_;
  io::unique_fd file_;
  std::string buffer_;
  int error_ = 0;
  bool done_ = false;
};

/// The lines that stay, with the mark behind the first.
class shorter {
public:
  explicit shorter(std::vector<bool> stay) : stay_(std::move(stay)) {}

  template <class Write>
  void take(std::string_view text, Write write) {
    if (stay_[at_]) {
      put(text, write);
      if (at_ == 0)
        put(mark_, write);
    }
    ++at_;
  }
  journal_size size() const { return size_; }

private:
  template <class Write>
  void put(std::string_view text, Write write) {
    ++size_.lines;
    size_.bytes += text.size() + 1;
    write(text);
  }

  std::vector<bool> stay_;
  std::string mark_ = actors::compacted_line();
  std::size_t at_ = 0;
  journal_size size_;
};

io::result<journal_size> write_shorter(const std::string& path, const told_journal& old,
                                       std::vector<bool> stay, const io::lease& ours) {
  new_file beside(path + ".compacted");
  shorter left(std::move(stay));
  auto copied = read_whole_journal(path, [&](const actors::kept_line&, std::string_view text) {
    left.take(text, [&beside](std::string_view line) { beside.line(line); });
  });
  if (!copied)
    return tl::unexpected(copied.error());
  if (const int error = beside.close())
    return cannot("write " + path + ".compacted", error);
  const auto made = read_whole_journal(path + ".compacted", [](const auto&, auto) {});
  if (!made)
    return tl::unexpected(made.error());
  if (!tell_the_same(old, *made))
    return io::fail(io::errc::bad_reply,
                    path + " would not tell the same when made shorter: it is left as it is");
  if (!ours.still_ours())
    return io::fail(io::errc::unavailable, path + ": somebody took the run over");
  if (const int error = beside.replace(path))
    return cannot("replace " + path, error);
  return left.size();
}

}  // namespace

io::result<compacted_journal> compact_journal(const std::string& run_folder, bool dry_run) {
  std::unique_ptr<io::lease> ours;
  if (!dry_run) {
    auto taken = io::lease::acquire(run_folder, {});
    if (!taken)
      return tl::unexpected(taken.error());
    ours = std::move(*taken);
  }
  const std::string path = io::journal_in(run_folder);
  telling_lines lines;
  const auto old = read_whole_journal(
      path, [&lines](const actors::kept_line& read, std::string_view) { lines.saw(read); });
  if (!old)
    return tl::unexpected(old.error());
  if (!old->finished)
    return io::fail(io::errc::bad_input, path + " tells of no end");
  compacted_journal out{old->size, old->size, lines.compacted()};
  if (out.already)
    return out;
  if (!dry_run) {
    const auto after = write_shorter(path, *old, lines.chosen(), *ours);
    if (!after)
      return tl::unexpected(after.error());
    out.after = *after;
    return out;
  }
  shorter left(lines.chosen());
  if (auto counted = read_whole_journal(path,
                                        [&left](const actors::kept_line&, std::string_view text) {
                                          left.take(text, [](std::string_view) {});
                                        });
      !counted)
    return tl::unexpected(counted.error());
  out.after = left.size();
  return out;
}

}  // namespace settle
