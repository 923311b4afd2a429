#include "io/tasks/document.hpp"

#include "io/files.hpp"
#include "io/tasks/env_reader.hpp"
#include "io/tasks/fields.hpp"
#include "io/tasks/json_input.hpp"
#include "io/tasks/syntax.hpp"
#include "io/tasks/task_reader.hpp"
#include "io/tasks/wanted.hpp"
#include "io/tasks/wording.hpp"

#include <simdjson.h>

#include <utility>

namespace settle::tasks {

namespace {

namespace od = simdjson::ondemand;
constexpr std::string_view what_it_is = "a task document is an object with \"tasks\", or a list of tasks";

class document_reading {
public:
  document_reading(const json_text& text, const document* parent) : text_(text), in_(text) {
    if (parent)
      doc_ = without_tasks(*parent);
  }

  parsed run() {
    if (text_.blank())
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
    in_.read_root([&](od::document& json, json_input::kind kind, place start) {
      if (kind == json_input::kind::object)
        read_object_root(json, start);
      else if (kind == json_input::kind::array)
        read_array_root(json);
      else
        return refuse_root(start), false;
      return true;
    });
  }

  void refuse_root(place start) {
    const auto text = text_.text();
    if (find_syntax_error(text))
      return in_.broke(simdjson::TAPE_ERROR);
    in_.problem_at(start, std::string(what_it_is) + "; this is " +
                              shown(text.substr(text.find_first_not_of(json_blanks), 40)));
  }

  void read_array_root(od::document& json) {
    od::array list;
    if (const auto error = json.get_array().get(list))
      return in_.broke(error);
    read_tasks(list);
  }

  void read_object_root(od::document& json, place start) {
    od::object root;
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
    doc_.places.reserve(count);
    in_.each_element(list, [&](od::value& v, place at) {
      task& t = doc_.tasks.emplace_back();
      const std::uint16_t given = read_task(in_, v, at, t, doc_.places.emplace_back(), own_);
      t.wants = wanted_.share(own_, given);
      if (given != 0)
        own_ = {};
    });
  }

  const json_text& text_;
  json_input in_;
  document doc_;
  wanted wanted_;
  resources own_;  // of the task that is being read
};

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
  std::string room;
  room.reserve(text.size() + simdjson::SIMDJSON_PADDING);
  room.append(text);
  const json_text padded(std::move(room));
  return document_reading(padded, parent).run();
}

parsed read_document(const std::string& path, const document* parent) {
  std::string text;
  if (const int error = io::read_whole_file(path, text)) {
    parsed unreadable;
    unreadable.problems.push_back({{0, 0}, path + " cannot be read: " + io::errno_words(error)});
    return unreadable;
  }
  const json_text padded(std::move(text));
  return document_reading(padded, parent).run();
}

}  // namespace settle::tasks
