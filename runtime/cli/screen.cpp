#include "runtime/cli/screen.hpp"

#include <cstdlib>
#include <cstring>

#include <sys/ioctl.h>
#include <unistd.h>

namespace settle::cli {

namespace {

bool is_set(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr && *value != '\0';
}

bool moves_cursor(int fd) {
  const char* term = std::getenv("TERM");
  return ::isatty(fd) == 1 && term != nullptr && *term != '\0' && std::strcmp(term, "dumb") != 0;
}

}  // namespace

screen::screen()
    : out_(STDOUT_FILENO), err_(STDERR_FILENO), terminal_(moves_cursor(STDOUT_FILENO)),
      colour_(terminal_ && !is_set("NO_COLOR")) {}

screen::~screen() {
  clear_status();
  out_.flush();
}

std::size_t screen::columns() const {
  if (!terminal_)
    return 0;
  winsize size{};
  constexpr std::size_t usual = 80;
  return ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : usual;
}

void screen::line(std::string_view text) {
  clear_status();
  out_.add(text);
  out_.add("\n");
}

void screen::words(std::string_view text) {
  prompt(text);
  err_.add("\n");
  err_.flush();
}

void screen::prompt(std::string_view text) {
  clear_status();
  out_.flush();
  err_.add(text);
  err_.flush();
}

void screen::status(std::string_view text) {
  if (!terminal_ || text == shown_)
    return;
  // One write: the new text over the old one, then the rest of the old one away. Nothing blinks.
  out_.add("\r");
  out_.add(text);
  out_.add("\x1b[K");
  shown_ = text;
}

void screen::clear_status() {
  if (shown_.empty())
    return;
  out_.add("\r\x1b[K");
  shown_.clear();
}

bool screen::flush(int wake_fd, int patience_ms) {
  return out_.flush(wake_fd, patience_ms);
}

bool can_ask() {
  return ::isatty(STDIN_FILENO) == 1 && ::isatty(STDERR_FILENO) == 1;
}

}  // namespace settle::cli
