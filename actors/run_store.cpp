#include "actors/run_store.hpp"

#include "io/files.hpp"
#include "io/journal.hpp"
#include "io/lease.hpp"

namespace settle::actors {

namespace {

class folder_store final : public run_store {
public:
  folder_store(std::string folder, std::shared_ptr<io::lease> lease,
               std::unique_ptr<io::journal_writer> journal)
      : folder_(std::move(folder)), lease_(std::move(lease)), journal_(std::move(journal)) {}

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
  std::shared_ptr<io::lease> lease_;  ///< outlives the writer: released when the last line is on disk
  std::unique_ptr<io::journal_writer> journal_;
};

/// One process supervises a run: whoever writes its journal holds its folder's lease.
io::result<std::unique_ptr<run_store>> open_folder(const run_facts& facts, bool create, bool take_over) {
  auto taken = io::lease::acquire(facts.folder, {.take_over = take_over});
  if (!taken)
    return io::fail(taken.error().code, "run " + facts.id + ": " + taken.error().words);
  std::shared_ptr<io::lease> lease = std::move(*taken);
  io::journal_guard guard;
  guard.may_write = [lease, id = facts.id, folder = facts.folder]() -> io::result<void> {
    if (lease->still_ours())
      return {};
    if (io::is_missing(folder))
      return io::fail(io::errc::storage, "run " + id + " is gone: somebody removed " + folder);
    return io::fail(io::errc::storage, "another process has taken over run " + id);
  };
  guard.beat = [lease] { lease->beat(); };
  auto journal = io::journal_writer::open(io::journal_in(facts.folder), create, std::move(guard));
  if (!journal)
    return tl::unexpected(journal.error());
  return std::make_unique<folder_store>(facts.folder, std::move(lease), std::move(*journal));
}

io::result<void> make_parts(const std::string& folder, bool exits) {
  for (const char* part : {"/logs/", "/scripts/", "/exits/"}) {
    if (part == std::string_view{"/exits/"} && !exits)
      continue;
    if (int error = io::make_folders_above(folder + part, 0700, io::sync_new::no); error != 0)
      return io::fail(io::errc::storage, "cannot make " + folder + part + ": " + io::errno_words(error));
  }
  return {};
}

}  // namespace

io::result<std::unique_ptr<run_store>> open_run_folder(const run_facts& facts) {
  if (auto made = make_parts(facts.folder, facts.exit_records || facts.backend == "local"); !made)
    return tl::unexpected(made.error());
  return open_folder(facts, true, false);
}

io::result<std::unique_ptr<run_store>> reopen_run_folder(const run_facts& facts, bool take_over) {
  auto opened = open_folder(facts, false, take_over);
  if (!opened)
    return opened;
  // A run that was only left here has none yet; whether it leaves records, its journal tells later.
  if (auto made = make_parts(facts.folder, true); !made)
    return tl::unexpected(made.error());
  return opened;
}

}  // namespace settle::actors
