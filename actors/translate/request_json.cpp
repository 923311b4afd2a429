#include "actors/translate/request_json.hpp"

#include "actors/translate/json_writer.hpp"
#include "actors/translate/line_reader.hpp"

#include <utility>

namespace settle::actors {

namespace {

constexpr std::string_view ending = ".json";
constexpr std::int32_t letter_version = 1;

io::result<simdjson::dom::object> object_in(simdjson::dom::parser& parser, std::string_view text,
                                            io::errc code) {
  simdjson::dom::object found;
  if (parser.parse(text.data(), text.size()).get(found) != simdjson::SUCCESS)
    return io::fail(code, "no JSON object");
  if (line_reader in(found); in.whole<std::int32_t>("v") != letter_version)
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
  line_reader in(*object);
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
  line_reader in(*object);
  request_answer out{in.truth("carried_out"), in.text("words")};
  if (!in.ok())
    return io::fail(io::errc::bad_reply, "an answer with a field that is missing or of the wrong type");
  return out;
}

}  // namespace settle::actors
