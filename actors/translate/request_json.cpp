#include "actors/translate/request_json.hpp"

#include "actors/translate/json_writer.hpp"

#include <simdjson.h>

#include <utility>

namespace settle::actors {

namespace {

constexpr std::string_view ending = ".json";
constexpr std::int64_t letter_version = 1;

/// Fields of a letter by name and type: null counts as left out, one of the wrong type makes it no letter of ours. Anybody
/// may have written it, and it is small: read strictly, not quickly as a journal is.
class letter_reader {
public:
  explicit letter_reader(simdjson::dom::object o) : object_(o) {}
  bool ok() const noexcept { return ok_; }

  std::string text(std::string_view name) {
    std::string_view value;
    return present(name) && good(field_.get(value)) ? std::string(value) : std::string{};
  }
  bool truth(std::string_view name) {
    bool value = false;
    return present(name) && good(field_.get(value)) && value;
  }
  /// A list of strings; where it is there it must not be empty.
  std::vector<std::string> texts(std::string_view name) {
    std::vector<std::string> out;
    simdjson::dom::array list;
    if (!present(name) || !good(field_.get(list)))
      return out;
    for (const auto element : list) {
      std::string_view value;
      if (good(element.get(value)))
        out.emplace_back(value);
    }
    ok_ = ok_ && !out.empty();
    return out;
  }
  void need(bool condition) { ok_ = ok_ && condition; }

private:
  bool present(std::string_view name) {
    return object_.at_key(name).get(field_) == simdjson::SUCCESS && !field_.is_null();
  }
  bool good(simdjson::error_code code) {
    ok_ = ok_ && code == simdjson::SUCCESS;
    return code == simdjson::SUCCESS;
  }
  simdjson::dom::object object_;
  simdjson::dom::element field_;
  bool ok_ = true;
};

io::result<simdjson::dom::object> object_in(simdjson::dom::parser& parser, std::string_view text,
                                            io::errc code) {
  simdjson::dom::object found;
  if (parser.parse(text.data(), text.size()).get(found) != simdjson::SUCCESS)
    return io::fail(code, "no JSON object");
  std::int64_t version = 0;
  if (found["v"].get(version) != simdjson::SUCCESS || version != letter_version)
    return io::fail(code, "a version that this settle does not know: a newer one wrote it");
  return found;
}

}  // namespace

std::string letter_name(std::string_view run, std::string_view unique) {
  return std::string(run) + "." + std::string(unique) + std::string(ending);
}

std::string_view run_of_letter(std::string_view name) {
  return name.ends_with(ending) ? name.substr(0, name.find('.')) : std::string_view{};
}

std::string to_json(const cancel_request& request) {
  json_writer w;
  w.open();
  w.text("request", "cancel");
  w.whole("v", letter_version);
  w.text("run", request.run);
  if (!request.items.empty())
    w.texts("items", request.items);
  w.close();
  return w.take();
}

io::result<cancel_request> read_cancel_request(std::string_view text) {
  simdjson::dom::parser parser;
  const auto object = object_in(parser, text, io::errc::bad_input);
  if (!object)
    return tl::unexpected(object.error());
  letter_reader in(*object);
  if (const auto what = in.text("request"); what != "cancel")
    return io::fail(io::errc::bad_input, "a request \"" + what + "\" that this settle does not know");
  cancel_request out{in.text("run"), {}};
  in.need(!out.run.empty());
  out.items = in.texts("items");
  if (!in.ok())
    return io::fail(io::errc::bad_input, "a request with a field that is missing or of the wrong type");
  return out;
}

std::string to_json(const request_answer& answer) {
  json_writer w;
  w.open();
  w.text("answer", "cancel");
  w.whole("v", letter_version);
  w.truth("carried_out", answer.carried_out);
  w.text("words", answer.words);
  w.close();
  return w.take();
}

io::result<request_answer> read_request_answer(std::string_view text) {
  simdjson::dom::parser parser;
  const auto object = object_in(parser, text, io::errc::bad_reply);
  if (!object)
    return tl::unexpected(object.error());
  letter_reader in(*object);
  request_answer out{in.truth("carried_out"), in.text("words")};
  if (!in.ok())
    return io::fail(io::errc::bad_reply, "an answer with a field that is missing or of the wrong type");
  return out;
}

}  // namespace settle::actors
