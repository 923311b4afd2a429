#include "actors/item_job.hpp"

namespace settle::actors {

void array_facts::add_log_stem(std::string_view stem) {
  log_stems += stem;
  stem_ends.push_back(static_cast<std::uint32_t>(log_stems.size()));
}

std::string_view array_facts::log_stem(std::uint32_t index) const {
  const auto begin = index == 0 ? 0 : stem_ends.at(index - 1);
  return std::string_view{log_stems}.substr(begin, stem_ends.at(index) - begin);
}

const job_spec* item_job::spec() const {
  const auto* own = std::get_if<whole>(&of_);
  return own ? own->get() : nullptr;
}

const std::string& item_job::job_name() const {
  const auto* s = spec();
  return s ? s->job_name : array().job_name;
}

std::optional<std::uint32_t> item_job::array_index() const {
  const auto* s = spec();
  return s ? s->array_index : std::optional{index_};
}

bool item_job::keeps_record() const {
  const auto* s = spec();
  return s ? !s->exit_record.empty() : array().exit_records;
}

bool item_job::claims() const {
  const auto* s = spec();
  return s ? !s->claim.empty() : true;  // only Slurm has arrays
}

std::string item_job::token() const {
  const auto* s = spec();
  return s ? s->token : make_token(array().run_id, mine_.item, mine_.submission);
}

std::string item_job::error_file() const {
  const auto* s = spec();
  return s ? s->error_file : log_file(array().run_folder, array().log_stem(index_), "err");
}

std::string item_job::exit_record() const {
  if (const auto* s = spec())
    return s->exit_record;
  return array().exit_records ? exit_record_file(array().run_folder, token()) : std::string{};
}

std::string item_job::claim() const {
  const auto* s = spec();
  return s ? s->claim : claim_file(array().run_folder, token());
}

std::string item_job::generates_source() const {
  const auto* s = spec();  // no generator is in an array
  return s ? s->generates_source : std::string{};
}

std::shared_ptr<const job_spec> item_job::own() const {
  const auto* own = std::get_if<whole>(&of_);
  return own && !(*own)->array_index ? *own : nullptr;
}

}  // namespace settle::actors
