#include "io/lease_owner.hpp"

#include "io/process_stat.hpp"
#include "io/unique_fd.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <signal.h>
#include <sys/random.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <type_traits>

namespace settle::io {
namespace {

using std::string_view;

/// The first bytes of a small file of the system; empty where it cannot be read.
std::string small_file(const std::string& path) {
  const unique_fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  std::array<char, 1024> text{};
  const ssize_t count = file ? ::read(file.get(), text.data(), text.size()) : -1;
  return {text.data(), count > 0 ? static_cast<std::size_t>(count) : 0};
}

std::string first_line(const std::string& path) {
  const std::string text = small_file(path);
  return text.substr(0, text.find('\n'));
}

/// One token in a line of ours, whatever the system called it.
std::string printable(std::string name) {
  std::replace_if(
      name.begin(), name.end(), [](unsigned char c) { return c <= ' ' || c >= 127; }, '?');
  return name;
}

std::string host_name() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0)
    return {};
  return printable(name.data());
}

/// A digest: the id itself is not for other programs' files.
std::string machine_digest() {
  const std::string id = first_line("/etc/machine-id");
  if (id.size() < 32)
    return {};                                   // "uninitialized", or none
  std::uint64_t digest = 14695981039346656037u;  // FNV-1a
  for (const char c : "settle lease " + id)
    digest = (digest ^ static_cast<unsigned char>(c)) * 1099511628211u;
  return fmt::format("{:016x}", digest);
}

std::string pid_space_name() {
  std::array<char, 64> name{};
  const ssize_t count = ::readlink("/proc/self/ns/pid", name.data(), name.size());
  return count > 0 ? printable({name.data(), static_cast<std::size_t>(count)}) : std::string();
}

std::string new_nonce() {
  static std::atomic<std::uint64_t> calls{0};
  std::array<std::uint64_t, 2> bits{};
  if (::getrandom(bits.data(), sizeof bits, 0) != static_cast<ssize_t>(sizeof bits))  // a kernel before 3.17
    bits = {static_cast<std::uint64_t>(std::chrono::system_clock::now().time_since_epoch().count()),
            (static_cast<std::uint64_t>(::getpid()) << 32) + ++calls};
  return fmt::format("{:016x}{:016x}", bits[0], bits[1]);
}

template <class Number>
bool parse_number(string_view text, Number& number) {
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
  return parsed.ec == std::errc{} && parsed.ptr == text.data() + text.size();
}

bool is_running(const lease_owner& owner) {
  if (owner.pid <= 0 || (::kill(owner.pid, 0) != 0 && errno == ESRCH))
    return false;
  const auto look = look_at_process(owner.pid);
  if (!look)  // it ended meanwhile, or its /proc is hidden from us
    return ::kill(owner.pid, 0) == 0 || errno != ESRCH;
  return look->lives() && (owner.start == 0 || look->start == owner.start);  // 0: it could not read its own
}

bool take_key(string_view key, string_view value, lease_text& text, unsigned& seen) {
  lease_owner& owner = text.owner;
  const auto is = [&](string_view name, unsigned bit) { return key == name && (seen |= bit, true); };
  if (is("host", 1))
    return owner.host = value, !value.empty();
  if (is("boot", 2))
    return owner.boot = value, true;
  if (is("pid", 4))
    return parse_number(value, owner.pid);
  if (is("start", 8))
    return parse_number(value, owner.start);
  if (is("nonce", 16))
    return owner.nonce = value, !value.empty();
  if (is("state", 32)) {
    text.state = value == "released" ? lease_state::released : lease_state::held;
    return value == "released" || value == "held";
  }
  if (key == "machine")
    owner.machine = value;
  else if (key == "pid_space")
    owner.pid_space = value;
  else if (key == "beat")
    return parse_number(value, text.beat);
  else if (key == "since")
    return parse_number(value, owner.since);
  return true;  // of a newer settle
}

}  // namespace

lease_owner this_process() {
  lease_owner me;
  me.host = host_name();
  me.machine = machine_digest();
  me.boot = printable(first_line("/proc/sys/kernel/random/boot_id"));
  me.pid_space = pid_space_name();
  me.pid = ::getpid();
  if (const auto look = look_at_this_process())
    me.start = look->start;
  me.nonce = new_nonce();
  me.since =
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch())
          .count();
  return me;
}

std::string to_text(const lease_text& text) {
  const lease_owner& owner = text.owner;
  return fmt::format("host={}\nmachine={}\nboot={}\npid_space={}\npid={}\nstart={}\nnonce={}\nsince={}\n"
                     "beat={:020}\nstate={:<8}\n",
                     owner.host.empty() ? "unknown" : owner.host, owner.machine, owner.boot, owner.pid_space,
                     owner.pid, owner.start, owner.nonce, owner.since, text.beat,
                     text.state == lease_state::released ? "released" : "held");
}

std::optional<lease_text> parse_lease(string_view bytes) {
  lease_text text;
  unsigned seen = 0;
  while (!bytes.empty()) {
    const auto end = bytes.find('\n');
    if (end == string_view::npos)
      return std::nullopt;  // a last line that is cut
    string_view line = bytes.substr(0, end);
    bytes.remove_prefix(end + 1);
    const auto equals = line.find('=');
    if (equals == string_view::npos)
      return std::nullopt;
    string_view value = line.substr(equals + 1);
    value = value.substr(0, value.find_last_not_of(' ') + 1);
    if (!take_key(line.substr(0, equals), value, text, seen))
      return std::nullopt;
  }
  return seen == 63 ? std::optional(text) : std::nullopt;
}

life life_of(const lease_owner& owner, const lease_owner& me) {
  if (owner.host != me.host || owner.machine != me.machine || owner.boot.empty() || me.boot.empty())
    return life::unknown;
  if (owner.boot != me.boot)  // without an id of the machine it might be another one of that name
    return me.machine.empty() ? life::unknown : life::gone;
  if (owner.pid_space != me.pid_space)
    return life::unknown;
  return is_running(owner) ? life::alive : life::gone;
}

}  // namespace settle::io
