#include "runtime/list.hpp"

#include "actors/translate/event_writer.hpp"
#include "io/files.hpp"
#include "io/journal.hpp"
#include "io/unique_fd.hpp"
#include "runtime/follow.hpp"
#include "runtime/iso_time.hpp"
#include "runtime/journal_lines.hpp"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <variant>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace settle {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t slice_bytes = 64u << 10;
constexpr std::chrono::seconds being_made{60};

tl::unexpected<io::error> cannot(const std::string& what, const std::string& path, int error) {
  return io::fail(io::errc::storage, "cannot " + what + " " + path + ": " + io::errno_words(error));
}

/// What stands from `at` on, at most a slice.
io::result<std::string> read_slice(int fd, const std::string& path, std::uint64_t at) {
  std::string text(slice_bytes, '\0');
  std::size_t filled = 0;
  while (filled < text.size()) {
    const ssize_t n =
        ::pread(fd, text.data() + filled, text.size() - filled, static_cast<off_t>(at + filled));
    if (n < 0 && errno != EINTR)
      return cannot("read", path, errno);
    if (n == 0)
      break;
    filled += static_cast<std::size_t>(n > 0 ? n : 0);
  }
  text.resize(filled);
  return text;
}

template <class Line>
void for_each_line(std::string_view text, Line line) {
  for (std::size_t end = text.find('\n'); end != std::string_view::npos; end = text.find('\n')) {
    line(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
}

struct end_of_run {
  core::stream_event event;
  bool last_word = true;  ///< no event stands behind it
};

/// The last run_finished in a journal's last bytes, whose first line may be half a one.
std::optional<end_of_run> last_end(std::string_view text) {
  std::optional<end_of_run> found;
  for_each_line(text, [&found](std::string_view line) {
    if (!found && line.find("\"run_finished\"") == std::string_view::npos)
      return;  // most lines by far: not worth parsing
    const auto said = actors::read_kept_line(line);
    const auto* e = said ? std::get_if<actors::kept_event>(&*said) : nullptr;
    if (!said && said.error().code != io::errc::unknown_kind)
      found.reset();  // the whole journal is read then, and says where
    else if (e != nullptr && e->kind == core::stream_kind::run_finished)
      found = end_of_run{whole_event(*e)};
    else if (found && e != nullptr)
      found->last_word = false;
  });
  return found;
}

io::result<run_so_far> read_all(const std::string& path, const std::string& run) {
  run_so_far all(run);
  journal_tail tail(path);
  journal_lines lines(path);
  for (;;) {
    const auto more = tail.read_some([&](std::string_view line) {
      if (const auto said = lines.read(line))
        all.saw(*said);
    });
    if (!more)
      return tl::unexpected(more.error());
    if (lines.trouble())
      return tl::unexpected(*lines.trouble());
    if (!*more)
      return all;
  }
}

/// By both ends where they tell it, else by the whole journal.
io::result<run_so_far> read_ends(int fd, const std::string& path, const std::string& run) {
  const auto head = read_slice(fd, path, 0);
  if (!head)
    return tl::unexpected(head.error());
  run_so_far known(run);
  journal_lines lines(path);
  for_each_line(*head, [&](std::string_view line) {
    if (const auto said = lines.read(line))
      known.saw(*said);
  });
  if (lines.trouble())
    return tl::unexpected(*lines.trouble());
  struct stat facts {};
  if (::fstat(fd, &facts) != 0)
    return cannot("read", path, errno);
  const auto size = static_cast<std::uint64_t>(facts.st_size);
  if (size <= slice_bytes)
    return known;
  const auto foot = read_slice(fd, path, size - slice_bytes);
  if (!foot)
    return tl::unexpected(foot.error());
  const auto end = last_end(*foot);
  if (!end || !known.is_run() || !known.created_at())
    return read_all(path, run);
  known.saw_end(end->event, end->last_word);
  return known;
}

bool is_fresh(const std::string& folder) {
  std::error_code code;
  const auto changed = fs::last_write_time(folder, code);
  return !code && fs::file_time_type::clock::now() - changed < being_made;
}

/// Removed since it was listed.
bool is_gone(const std::string& folder) {
  struct stat facts {};
  return ::lstat(folder.c_str(), &facts) != 0 && errno == ENOENT;
}

}  // namespace

io::result<std::vector<std::string>> run_folders(const std::string& state_dir) {
  const std::string runs = (fs::path(state_dir) / "runs").string();
  std::vector<std::string> names;
  std::error_code code;
  for (fs::directory_iterator it(runs, code), end; !code && it != end; it.increment(code)) {
    std::error_code unknown;  // of an entry that cannot be looked at: it is told when it is read
    if (it->is_directory(unknown) || unknown)
      names.push_back(it->path().filename().string());
  }
  if (code && code != std::errc::no_such_file_or_directory)
    return cannot("read", runs, code.value());
  std::sort(names.begin(), names.end());
  return names;
}

io::result<std::optional<listed_run>> read_listed(const std::string& state_dir, const std::string& run) {
  const std::string folder = run_folder(state_dir, run);
  const std::string path = io::journal_in(folder);
  const io::unique_fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) {
    const int error = errno;
    return error == ENOENT && (is_fresh(folder) || is_gone(folder))
               ? io::result<std::optional<listed_run>>(std::nullopt)
               : cannot("open", path, error);
  }
  const auto known = read_ends(file.get(), path, run);
  if (!known)
    return tl::unexpected(known.error());
  if (!known->is_run())
    return is_fresh(folder)
               ? io::result<std::optional<listed_run>>(std::nullopt)
               : io::fail(io::errc::storage, path + " does not begin as the journal of a run does");
  return listed_run{known->summary(), known->backend(), known->created_at(), known->retry_of(),
                    known->ended_at()};
}

std::string listed_json(const listed_run& run) {
  actors::json_writer out;
  out.open();
  out.text("run", run.summary.run);
  out.text("status", core::to_text(run.summary.status));
  out.truth("confirmed", run.summary.confirmed);
  actors::write_counts(out, run.summary.tally);
  out.text_or_null("title", run.summary.title);
  out.text_or_null("created_at", run.created_at ? iso_time(*run.created_at) : std::string{});
  out.text_or_null("retry_of", run.retry_of);
  out.close();
  return out.take();
}

}  // namespace settle
