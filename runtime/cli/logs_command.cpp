#include "io/files.hpp"
#include "io/unique_fd.hpp"
#include "runtime/cli/commands.hpp"
#include "runtime/cli/output.hpp"
#include "runtime/cli/reading.hpp"
#include "runtime/item_output.hpp"
#include "runtime/show.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <optional>
#include <string>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace settle::cli {

namespace {

constexpr std::size_t block_bytes = 64u << 10;

/// Copies a file to stdout, byte for byte, as far as it goes now; from its start where it has become shorter.
class file_printer {
public:
  explicit file_printer(signals& noted) : noted_(noted), out_(STDOUT_FILENO) {}

  /// 0, or errno: ENOENT while there is no such file.
  int print_rest(const std::string& path) {
    // Without O_NONBLOCK a named pipe would keep us until somebody writes to it.
    const io::unique_fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (!file)
      return errno;
    struct stat facts {};
    if (::fstat(file.get(), &facts) == 0 && S_ISREG(facts.st_mode) && facts.st_size < at_)
      at_ = 0;  // its next attempt writes it anew
    std::string text(block_bytes, '\0');
    while (!over()) {
      const ssize_t n = S_ISREG(facts.st_mode) ? ::pread(file.get(), text.data(), text.size(), at_)
                                               : ::read(file.get(), text.data(), text.size());
      if (n < 0 && errno != EINTR)
        return errno == EAGAIN ? 0 : errno;
      if (n == 0)
        return 0;
      at_ += n > 0 ? n : 0;
      put(std::string_view(text).substr(0, n > 0 ? static_cast<std::size_t>(n) : 0));
    }
    return 0;
  }

  /// A signal came, nobody reads, or what is read cannot be printed: the exit code.
  std::optional<int> code() const { return code_; }
  bool over() const { return code_.has_value(); }

  /// Until it is worth looking again.
  void wait() {
    if (!wait_to_look(noted_) && !over())
      code_ = 0;
    note_signals();
  }

private:
  void put(std::string_view text) {
    out_.add(text);
    while (!out_.flush(noted_.fd()) && !over())
      note_signals();
    if (out_.failed())
      code_ = refuse("standard output could not be written; what was printed is not complete", exit_no_work);
    else if (out_.closed() && !over())
      code_ = 0;
  }
  void note_signals() {
    if (const auto came = interrupted(noted_))
      code_ = came;
  }

  signals& noted_;
  output out_;
  off_t at_ = 0;
  std::optional<int> code_;
};

int no_file(const item_output& item, const std::string& path, int error) {
  const std::string why = fmt::format("cannot read {}: {}", path, io::errno_words(error));
  return refuse(error == ENOENT ? fmt::format("{} (the item is {})", why, core::to_text(item.status())) : why,
                exit_no_work);
}

int print_once(const item_output& item, file_printer& printer) {
  const auto path = item.path();
  if (!path)
    return refuse(path.error().words, exit_no_work);
  if (const int error = printer.print_rest(*path); error != 0)
    return no_file(item, *path, error);
  return printer.code().value_or(0);
}

int follow(item_output& item, file_printer& printer) {
  for (;;) {
    if (item.has_verdict())  // known before the file is read: nothing is written after it
      return print_once(item, printer);
    const auto path = item.path();
    if (!path && path.error().code != io::errc::unavailable)
      return refuse(path.error().words, exit_no_work);
    if (path)
      if (const int error = printer.print_rest(*path); error != 0 && error != ENOENT)
        return no_file(item, *path, error);
    if (!printer.over())
      printer.wait();
    if (printer.over())
      return *printer.code();
    if (const auto looked = item.look(); !looked)
      return refuse(looked.error());
  }
}

}  // namespace

int logs_command(const logs_arguments& arguments) {
  signals noted;
  const std::string state = state_of(arguments.state_dir);
  const auto id = find_run(state, arguments.run);
  if (!id)
    return refuse(id.error());
  auto item =
      item_output::open(state, *id, arguments.item, arguments.err ? output_stream::err : output_stream::out);
  if (!item)
    return refuse(item.error());
  file_printer printer(noted);
  return arguments.follow ? follow(*item, printer) : print_once(*item, printer);
}

}  // namespace settle::cli
