#include "io/tasks/claim.hpp"

#include "io/files.hpp"
#include "io/job_id.hpp"
#include "io/unique_fd.hpp"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace settle::tasks {

namespace {

constexpr std::string_view settles_own = "none";

claim unreadable(std::string words) {
  return {claim_holder::unreadable, 0, std::move(words)};
}
claim unknown(int error) {
  return {claim_holder::unknown, 0, io::errno_words(error)};
}

std::string first_words(std::string_view token) {
  return "settle-claim 1 token=" + std::string(token) + " job=";
}

int create(const std::string& path, io::unique_fd& into) {
  into = io::unique_fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  return into ? 0 : errno;
}

}  // namespace

claim parse_claim(std::string_view text, std::string_view token) {
  if (text.empty())
    return unreadable("it is empty");
  if (text.size() > claim_bytes_max || text.back() != '\n')
    return unreadable("it is not whole");
  const auto first = first_words(token);
  if (!text.starts_with(first))
    return unreadable("it is no claim of this submission's");
  const auto job = text.substr(first.size(), text.size() - first.size() - 1);
  if (job == settles_own)
    return {claim_holder::settle};
  const auto id = io::job_id_from_text(job);
  return id ? claim{claim_holder::job, *id} : unreadable("it names no job");
}

claim read_claim(const std::string& path, std::string_view token) {
  const io::unique_fd fd(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  if (!fd)
    return errno == ENOENT || errno == ENOTDIR ? claim{} : unknown(errno);
  struct stat info {};
  if (::fstat(fd.get(), &info) != 0)
    return unknown(errno);
  if (!S_ISREG(info.st_mode) || info.st_size > static_cast<off_t>(claim_bytes_max))
    return unreadable("it is no claim");
  std::string text;
  if (const int error = io::read_whole(fd.get(), text))
    return unknown(error);
  return parse_claim(text, token);
}

claim take_claim(const std::string& path, std::string_view token) {
  io::unique_fd file;
  int error = create(path, file);
  if (error == ENOENT && io::make_folders_above(path, 0700, io::sync_new::yes) == 0)
    error = create(path, file);
  if (error == EEXIST)
    return read_claim(path, token);
  if (error != 0)
    return unknown(error);
  const auto line = first_words(token) + std::string(settles_own) + "\n";
  std::string_view rest = line;
  error = io::write_whole(file.get(), rest);
  if (error == 0 && ::fsync(file.get()) != 0)
    error = errno;
  if (error == 0)
    error = io::sync_folder(io::folder_of(path));
  if (error == 0)
    return {claim_holder::settle};
  ::unlink(path.c_str());  // a job that waits for what it says takes it anew
  return unknown(error);
}

}  // namespace settle::tasks
