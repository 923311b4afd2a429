// What an item's actor knows of its job: its names and its files. Of an array's task they are worked out when they are
// asked for: a run has a million of them, and as a rule nobody asks.
#pragma once

#include "actors/job_spec.hpp"
#include "actors/keys.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace settle::actors {

/// What all tasks of one array have in common.
struct array_facts {
  std::string job_name;  ///< the array's
  std::string run_id;
  std::string run_folder;     ///< absolute
  bool exit_records = false;  ///< their scripts leave one each
  /// Of their own log files, in the run's folder `logs`: by index, one behind the other, each with its end.
  std::string log_stems;
  std::vector<std::uint32_t> stem_ends;

  void add_log_stem(std::string_view stem);
  std::string_view log_stem(std::uint32_t index) const;
};

class item_job {
public:
  /// A job of its own, or one that was described whole.
  item_job(std::shared_ptr<const job_spec> own) : of_(std::move(own)) {}
  /// The task `index` of an array.
  item_job(std::shared_ptr<const array_facts> array, token_parts mine, std::uint32_t index)
      : of_(std::move(array)), mine_(mine), index_(index) {}

  const std::string& job_name() const;
  std::optional<std::uint32_t> array_index() const;
  bool keeps_record() const;
  bool claims() const;  ///< its script claims its task
  std::string token() const;
  std::string error_file() const;
  std::string exit_record() const;       ///< empty: its script leaves none
  std::string claim() const;             ///< empty: its script claims nothing
  std::string generates_source() const;  ///< empty: no generator
  /// To be ordered by itself; nullptr: a task of an array, which is ordered as a whole.
  std::shared_ptr<const job_spec> own() const;

private:
  using whole = std::shared_ptr<const job_spec>;
  using part = std::shared_ptr<const array_facts>;
  const job_spec* spec() const;
  const array_facts& array() const { return *std::get<part>(of_); }

  std::variant<whole, part> of_;
  token_parts mine_{};
  std::uint32_t index_ = 0;
};

}  // namespace settle::actors
