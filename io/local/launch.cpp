#include "io/local/launch.hpp"

#include "io/files.hpp"
#include "io/unique_fd.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <string_view>

namespace settle::io::local {

tl::unexpected<error> why_not(std::string_view what, const std::string& path, int error) {
  std::string words = std::string("cannot ") + std::string(what) + ' ' + path + ": " + errno_words(error);
  switch (error) {
  case EAGAIN:
  case ENOMEM:
  case EMFILE:
  case ENFILE:
  case ENOSPC:
  case EDQUOT:
  case EIO:
  case ESTALE:
  case ETIMEDOUT:
    return fail(errc::unavailable, std::move(words));
  default:
    return fail(errc::rejected, std::move(words));
  }
}

namespace {

/// A new file, never the old one rewritten: a shell reads its script while it runs.
result<void> write_script(const local_job& job) {
  if (const int error = make_folders_above(job.script_file, 0700, sync_new::no))
    return why_not("make the folder of", job.script_file, error);
  if (::unlink(job.script_file.c_str()) != 0 && errno != ENOENT)
    return why_not("replace", job.script_file, errno);
  const unique_fd file(::open(job.script_file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0700));
  if (!file)
    return why_not("create", job.script_file, errno);
  std::string_view unwritten = job.script;
  if (const int error = write_whole(file.get(), unwritten))
    return why_not("write", job.script_file, error);
  return {};
}

/// Appending, so that two descriptors of one file never overwrite each other.
result<unique_fd> open_output(const std::string& path) {
  if (const int error = make_folders_above(path, 0777, sync_new::no))
    return why_not("make the folder of", path, error);
  // Without O_NONBLOCK a FIFO that nobody reads would hold the io thread.
  unique_fd file(::open(path.c_str(),
                        O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0666));
  if (!file)
    return why_not("open", path, errno);
  if (const int flags = ::fcntl(file.get(), F_GETFL);
      flags < 0 || ::fcntl(file.get(), F_SETFL, flags & ~O_NONBLOCK) != 0)
    return why_not("open", path, errno);
  return file;
}

/// A name that sh takes for a file, never for an option or something on PATH.
std::string as_operand(const std::string& path) {
  return path.starts_with('/') ? path : "./" + path;
}

}  // namespace

result<launched> launch(const local_job& job, const std::string& facts, int program) {
  if (auto written = write_script(job); !written)
    return tl::unexpected<error>(std::move(written.error()));
  auto out = open_output(job.output_file);
  if (!out)
    return tl::unexpected<error>(std::move(out.error()));
  result<unique_fd> err{unique_fd{}};
  if (job.error_file != job.output_file)
    err = open_output(job.error_file);
  if (!err)
    return tl::unexpected<error>(std::move(err.error()));
  int ends[2] = {-1, -1};
  if (::pipe2(ends, O_CLOEXEC) != 0)
    return why_not("make a pipe for", job.script_file, errno);
  unique_fd word(ends[0]);
  const unique_fd told(ends[1]);
  const auto limit = job.time_limit.value_or(std::chrono::seconds(0));
  auto started =
      spawn({.argv = {"settle-keeper", job.place.records, job.place.token, facts, std::to_string(::getpid()),
                      std::to_string(limit.count()), as_operand(job.script_file)},
             .program = program,
             .environment = job.environment,
             .in = told.get(),
             .out = out->get(),
             .err = *err ? err->get() : out->get(),
             .own_session = true,
             .dies_with_this_thread = false});
  if (!started)
    return why_not("start", job.script_file, started.error());
  return launched{std::move(*started), std::move(word)};
}

}  // namespace settle::io::local
