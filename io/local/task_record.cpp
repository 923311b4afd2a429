#include "io/local/task_record.hpp"

#include "io/files.hpp"
#include "io/unique_fd.hpp"

#include <fmt/format.h>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <memory>

namespace settle::io::local {
namespace {

using std::string_view;

constexpr std::size_t record_bytes_max = 1024;  // as the keeper writes at most
constexpr string_view start_head = "settle-start 1", end_head = "settle-end 1", unrun_head = "settle-unrun 1";

std::string path_of(const task_place& place, string_view extension) {
  return fmt::format("{}/{}.{}", place.records, place.token, extension);
}

tl::unexpected<error> why_not(string_view what, const std::string& path, int error) {
  return fail(errc::storage, fmt::format("cannot {} {}: {}", what, path, errno_words(error)));
}

/// The words after the head and the token, where both are right and the line is whole.
std::optional<string_view> body_of(string_view text, string_view head, string_view token) {
  const std::string begin = fmt::format("{} token={}", head, token);
  if (text.size() > record_bytes_max || !text.starts_with(begin) || !text.ends_with('\n'))
    return std::nullopt;
  text.remove_prefix(begin.size());
  text.remove_suffix(1);
  if (!text.empty() && text.front() != ' ')
    return std::nullopt;
  return text;
}

std::optional<string_view> word(string_view body, string_view key) {
  const std::string begin = fmt::format(" {}=", key);
  const auto at = body.find(begin);
  if (at == string_view::npos)
    return std::nullopt;
  body.remove_prefix(at + begin.size());
  return body.substr(0, body.find(' '));
}

template <class Number>
bool take(string_view body, string_view key, Number& into) {
  const auto text = word(body, key);
  if (!text)
    return false;
  const auto parsed = std::from_chars(text->data(), text->data() + text->size(), into);
  return parsed.ec == std::errc{} && parsed.ptr == text->data() + text->size();
}

bool take(string_view body, string_view key, bool& into) {
  int number = 0;
  if (!take(body, key, number) || number < 0 || number > 1)
    return false;
  into = number == 1;
  return true;
}

bool take_facts(string_view body, lease_owner& who) {
  const auto host = word(body, "host"), machine = word(body, "machine"), boot = word(body, "boot"),
             pids = word(body, "pid_space");
  if (!host || !machine || !boot || !pids)
    return false;
  who.host = *host;
  who.machine = *machine;
  who.boot = *boot;
  who.pid_space = *pids;
  return true;
}

/// None: there is no such file, which also holds where its folder is missing.
result<std::optional<std::string>> read_small(const std::string& path) {
  const unique_fd file(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  if (!file && (errno == ENOENT || errno == ENOTDIR))
    return std::nullopt;
  std::array<char, record_bytes_max + 1> text{};
  const ssize_t got = file ? ::read(file.get(), text.data(), text.size()) : -1;
  if (got < 0)
    return why_not("read", path, errno);
  return std::string(text.data(), static_cast<std::size_t>(got));
}

template <class Record, class Parse>
result<std::optional<Record>> read_record(const task_place& place, string_view extension, Parse parse) {
  const auto path = path_of(place, extension);
  auto text = read_small(path);
  if (!text)
    return tl::unexpected(text.error());
  if (!*text)
    return std::nullopt;
  auto record = parse(**text, place.token);
  if (!record)
    return fail(errc::bad_reply, path + " is no whole record of this task");
  return record;
}

/// A new file, whole and durable, and only where there is none: 0 or errno, EEXIST.
int link_durable(const std::string& folder, const std::string& name, const std::string& text) {
  const std::string path = folder + "/" + name, temporary = folder + "/." + name + ".new";
  if (const int error = write_durable_file(temporary, text))
    return error;
  int error = ::link(temporary.c_str(), path.c_str()) == 0 ? 0 : errno;
  struct stat seen {};
  // A network file system may have made it and lost its answer.
  if (error != 0 && ::stat(temporary.c_str(), &seen) == 0 && seen.st_nlink == 2)
    error = 0;
  ::unlink(temporary.c_str());
  return error != 0 ? error : sync_folder(folder);
}

}  // namespace

std::string facts_of(const lease_owner& me) {
  return fmt::format("host={} machine={} boot={} pid_space={}", me.host, me.machine, me.boot, me.pid_space);
}

std::optional<start_record> parse_start(string_view text, string_view token) {
  start_record r;
  r.unrun = body_of(text, unrun_head, token).has_value();
  if (r.unrun)
    return r;
  const auto body = body_of(text, start_head, token);
  if (!body || !take_facts(*body, r.keeper) || !take(*body, "keeper", r.keeper.pid) ||
      !take(*body, "keeper_start", r.keeper.start) || !take(*body, "task", r.task) ||
      !take(*body, "task_start", r.task_start) || r.keeper.pid <= 0 || r.task <= 0)
    return std::nullopt;
  return r;
}

std::optional<local_end> parse_end(string_view text, string_view token) {
  const auto body = body_of(text, end_head, token);
  local_end e;
  int exit = 0, signal = 0;
  std::int64_t rss_kib = 0;
  if (!body || !take(*body, "exit", exit) || !take(*body, "signal", signal) ||
      !take(*body, "core", e.core_dumped) || !take(*body, "timed_out", e.timed_out) ||
      !take(*body, "cancelled", e.cancelled) || !take(*body, "start", e.start_epoch_s) ||
      !take(*body, "end", e.end_epoch_s) || !take(*body, "elapsed_ms", e.elapsed_ms) ||
      !take(*body, "cpu_ms", e.cpu_ms) || !take(*body, "max_rss_kib", rss_kib))
    return std::nullopt;
  e.max_rss_bytes = rss_kib * 1024;
  if (signal == 0 && exit >= 0 && exit <= 255)
    e.exit = exit;
  else if (signal > 0 && exit == -1)
    e.signal = signal;
  else
    return std::nullopt;
  return e;
}

result<std::optional<start_record>> read_start(const task_place& place) {
  return read_record<start_record>(place, "start", parse_start);
}

result<std::optional<local_end>> read_end(const task_place& place) {
  return read_record<local_end>(place, "end", parse_end);
}

result<bool> claim_unrun(const task_place& place) {
  const int error = link_durable(place.records, place.token + ".start",
                                 fmt::format("{} token={}\n", unrun_head, place.token));
  if (error != 0 && error != EEXIST)
    return why_not("write", path_of(place, "start"), error);
  return error == 0;
}

result<void> note_boot(const std::string& records, const lease_owner& me) {
  const std::string name = "boot." + (me.boot.empty() ? std::string("unknown") : me.boot);
  const int error = link_durable(records, name, fmt::format("settle-boot 1 token=- {}\n", facts_of(me)));
  if (error != 0 && error != EEXIST)
    return why_not("write", records + "/" + name, error);
  return {};
}

result<boots> boots_of(const std::string& records, const lease_owner& me) {
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir(records.c_str()), &::closedir);
  if (!folder)
    return why_not("read", records, errno);
  boots found = me.boot.empty() ? boots::earlier : boots::this_one;
  for (;;) {
    errno = 0;
    const dirent* const one = ::readdir(folder.get());
    if (one == nullptr && errno != 0)
      return why_not("read", records, errno);  // half a list proves nothing
    if (one == nullptr)
      return found;
    const string_view name = one->d_name;
    if (!name.starts_with("boot.") || name == "boot." + me.boot)
      continue;
    auto text = read_small(records + "/" + std::string(name));
    if (!text)
      return tl::unexpected(text.error());
    lease_owner who;
    const std::string line = text->value_or("");
    const auto body = body_of(line, "settle-boot 1", "-");
    if (!body || !take_facts(*body, who) || life_of(who, me) != life::gone)
      return boots::elsewhere;
    found = boots::earlier;
  }
}

}  // namespace settle::io::local
