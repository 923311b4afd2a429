#include "runtime/requests.hpp"

#include "actors/translate/request_json.hpp"
#include "io/lease_owner.hpp"
#include "io/mailbox.hpp"
#include "runtime/settle.hpp"

#include <utility>

namespace settle {

io::result<posted_cancel> posted_cancel::post(const std::string& state_dir, const std::string& run,
                                              std::vector<std::string> items) {
  const std::string letter = actors::letter_name(run, io::this_process().nonce);
  if (auto put = io::post_letter(inbox_of(state_dir), letter, actors::to_json({run, std::move(items)})); !put)
    return tl::unexpected(put.error());
  return posted_cancel(state_dir, letter);
}

io::result<bool> posted_cancel::look(answer& into) const {
  const auto text = io::read_letter(outbox_of(state_), letter_);
  if (!text)
    return false;
  auto read = actors::read_request_answer(*text);
  if (!read)
    return io::fail(io::errc::bad_reply, outbox_of(state_) + "/" + letter_ + ": " + read.error().words);
  into = {read->carried_out, std::move(read->words)};
  io::remove_letter(outbox_of(state_), letter_);
  return true;
}

void posted_cancel::take_back() const {
  io::remove_letter(inbox_of(state_), letter_);
  io::remove_letter(outbox_of(state_), letter_);
}

}  // namespace settle
