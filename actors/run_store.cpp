#include "actors/run_store.hpp"

#include "io/files.hpp"
#include "io/journal.hpp"

namespace settle::actors {

namespace {

class folder_store final : public run_store {
public:
  folder_store(std::string folder, std::unique_ptr<io::journal_writer> journal)
      : folder_(std::move(folder)), journal_(std::move(journal)) {}

  void append(std::vector<std::string> lines, std::function<void(io::result<void>)> durable) override {
    journal_->append(std::move(lines), std::move(durable));
  }

  io::result<void> keep_document(const std::string& name, std::string_view text) override {
    // Durable before the journal names it: a run is taken over from both.
    const auto path = folder_ + "/" + name;
    if (const int error = io::write_durable_file(path, text))
      return io::fail(io::errc::storage, "cannot write " + path + ": " + io::errno_words(error));
    return {};
  }

private:
  std::string folder_;
  std::unique_ptr<io::journal_writer> journal_;
};

}  // namespace

io::result<std::unique_ptr<run_store>> open_run_folder(const run_facts& facts) {
  for (const char* part : {"/logs/", "/scripts/", "/exits/"}) {
    if (part == std::string_view{"/exits/"} && !facts.exit_records)
      continue;
    if (int error = io::make_folders_above(facts.folder + part, 0700, io::sync_new::no); error != 0)
      return io::fail(io::errc::storage,
                      "cannot make " + facts.folder + part + ": " + io::errno_words(error));
  }
  auto journal = io::journal_writer::open(facts.folder + "/journal.ndjson", true);
  if (!journal)
    return tl::unexpected(journal.error());
  return std::make_unique<folder_store>(facts.folder, std::move(*journal));
}

io::result<std::unique_ptr<run_store>> reopen_run_folder(const run_facts& facts) {
  auto journal = io::journal_writer::open(facts.folder + "/journal.ndjson", false);
  if (!journal)
    return tl::unexpected(journal.error());
  return std::make_unique<folder_store>(facts.folder, std::move(*journal));
}

}  // namespace settle::actors
