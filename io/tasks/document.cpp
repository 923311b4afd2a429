#include "io/tasks/document.hpp"

#include "io/tasks/env_reader.hpp"
#include "io/tasks/fields.hpp"
#include "io/tasks/json_input.hpp"
#include "io/tasks/syntax.hpp"
#include "io/tasks/task_reader.hpp"
#include "io/tasks/wanted.hpp"
#include "io/tasks/wording.hpp"

#include <simdjson.h>

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace settle::tasks {

namespace {

namespace od = simdjson::ondemand;
constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
constexpr std::string_view what_it_is = "a task document is an object with \"tasks\", or a list of tasks";

class document_reading {
public:
  document_reading(std::string_view text, std::size_t capacity, const document* parent)
      : in_(text), text_(text), capacity_(capacity) {
    if (parent)
      doc_ = without_tasks(*parent);
  }

  parsed run() {
    if (text_.find_first_not_of(" \t\r\n") == std::string_view::npos)
      in_.problem_at({1, 1}, "the document is empty; " + std::string(what_it_is));
    else
      read_root();
    if (!in_.broken()) {
      wanted_.fill(doc_.defaults);
      check_groups(in_, doc_);
    }
    parsed out;
    in_.finish(out);
    out.doc = std::move(doc_);
    return out;
  }

private:
  void read_root() {
    od::document json;
    if (const auto error =
            parser_.iterate(simdjson::padded_string_view(text_.data(), text_.size(), capacity_)).get(json))
      return in_.broke(error);
    od::json_type kind{};
    if (const auto error = json.type().get(kind))
      return in_.broke(error);
    if (kind == od::json_type::object)
      read_object_root(json);
    else if (kind == od::json_type::array)
      read_array_root(json);
    else
      return refuse_root();
    if (!in_.broken() && !at_end(json))
      in_.broke(simdjson::TRAILING_CONTENT);
  }

  /// current_location is out of bounds exactly when nothing follows.
  static bool at_end(od::document& json) {
    return json.current_location().error() == simdjson::OUT_OF_BOUNDS;
  }

  void refuse_root() {
    if (find_syntax_error(text_))
      return in_.broke(simdjson::TAPE_ERROR);
    const auto start = text_.find_first_not_of(" \t\r\n");
    in_.problem_at(in_.where(text_.data() + start),
                   std::string(what_it_is) + "; this is " + shown(text_.substr(start, 40)));
  }

  void read_array_root(od::document& json) {
    od::array list;
    if (const auto error = json.get_array().get(list))
      return in_.broke(error);
    read_tasks(list);
  }

  void read_object_root(od::document& json) {
    od::object root;
    const place start = in_.where(text_.data() + text_.find('{'));
    if (const auto error = json.get_object().get(root))
      return in_.broke(error);
    given_fields given;
    seen_keys strange;
    bool like_a_task = false;
    in_.each_field(root, [&](std::string_view key, place at, od::value& v) {
      const field f = find_field(key);
      like_a_task = like_a_task || f == field::command;
      if (f == field::unknown ? !strange.first(in_, key, at) : !given.first(in_, f, at))
        return in_.skip(v);
      if (accept_key(in_, key, f, level::document, at, v) && (f == field::tasks || !in_.is_null(v)))
        read_root_field(f, v);
    });
    if (!in_.broken() && !given.has(field::tasks))
      in_.problem_at(start, std::string("\"tasks\" is missing: ") + std::string(what_it_is) +
                                (like_a_task ? " (put [ and ] around a single task)" : ""));
  }

  void read_root_field(field f, od::value& v) {
    if (f <= field::sbatch_args)
      return read_resource(in_, f, v, doc_.defaults);
    switch (f) {
    case field::tasks: {
      if (!in_.is_kind(v, od::json_type::array, "\"tasks\""))
        return;
      od::array list;
      if (const auto error = v.get_array().get(list))
        return in_.broke(error);
      return read_tasks(list);
    }
    case field::env:
      return read_env_rules(in_, v, "\"env\"", doc_.env);
    case field::groups:
      return read_env_groups(in_, v, doc_.groups);
    default:
      in_.text(v, f == field::init ? "\"init\"" : "\"title\"", f == field::init ? doc_.init : doc_.title);
    }
  }

  void read_tasks(od::array list) {
    std::size_t count = 0;
    if (const auto error = list.count_elements().get(count))
      return in_.broke(error);
    doc_.tasks.reserve(count);  // a task is large: no doubling
    in_.each_element(list, [&](od::value& v, place at) {
      task& t = doc_.tasks.emplace_back();
      const std::uint16_t given = read_task(in_, v, at, t, own_);
      t.wants = wanted_.share(own_, given);
      if (given != 0)
        own_ = {};
    });
  }

  od::parser parser_;
  json_input in_;
  std::string_view text_;
  std::size_t capacity_;
  document doc_;
  wanted wanted_;
  resources own_;  // of the task that is being read
};

/// `padded` holds SIMDJSON_PADDING bytes more than the text.
parsed parse_padded(const std::string& padded, std::size_t size, const document* parent) {
  const std::size_t skipped =
      std::string_view(padded).starts_with(byte_order_mark) ? byte_order_mark.size() : 0;
  const std::string_view text = std::string_view(padded).substr(skipped, size - skipped);
  return document_reading(text, padded.size() - skipped, parent).run();
}

parsed unreadable(const std::string& path, int error) {
  parsed out;
  out.problems.push_back({{0, 0}, path + " cannot be read: " + std::generic_category().message(error)});
  return out;
}

/// Reads to the end of whatever the path names; an errno, or 0.
int read_all(int fd, std::string& out) {
  struct stat info {};
  if (fstat(fd, &info) != 0)
    return errno;
  if (S_ISDIR(info.st_mode))
    return EISDIR;
  std::size_t size = 0;
  const std::size_t guess = S_ISREG(info.st_mode) ? static_cast<std::size_t>(info.st_size) + 1 : 65'536;
  out.reserve(guess + simdjson::SIMDJSON_PADDING);
  out.resize(guess);
  while (true) {
    const ssize_t got = read(fd, out.data() + size, out.size() - size);
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      return errno;
    if (got == 0)
      break;
    size += static_cast<std::size_t>(got);
    if (size == out.size())
      out.resize(size * 2);
  }
  out.resize(size);
  return 0;
}

}  // namespace

std::shared_ptr<const resources> nothing_wanted() {
  static const auto nothing = std::make_shared<const resources>();
  return nothing;
}

document without_tasks(const document& doc) {
  document out;
  out.title = doc.title;
  out.env = doc.env;
  out.groups = doc.groups;
  out.defaults = doc.defaults;
  out.init = doc.init;
  return out;
}

parsed parse_document(std::string_view text, const document* parent) {
  std::string padded;
  padded.reserve(text.size() + simdjson::SIMDJSON_PADDING);
  padded.append(text).append(simdjson::SIMDJSON_PADDING, ' ');
  return parse_padded(padded, text.size(), parent);
}

parsed read_document(const std::string& path, const document* parent) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return unreadable(path, errno);
  std::string text;
  const int error = read_all(fd, text);
  close(fd);
  if (error != 0)
    return unreadable(path, error);
  const std::size_t size = text.size();
  text.append(simdjson::SIMDJSON_PADDING, ' ');
  return parse_padded(text, size, parent);
}

}  // namespace settle::tasks
