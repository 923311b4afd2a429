#include "actors/bridge/slurm_examination.hpp"

#include "actors/translate/site_findings.hpp"
#include "io/slurm/commands.hpp"

#include <memory>
#include <span>
#include <utility>

namespace settle::actors {

namespace {

/// What the coroutines share; none outlives examine_site.
struct desk {
  examination how;
  site_answers answers;
  std::vector<core::clock_reading> readings;
};
using desk_ptr = std::shared_ptr<desk>;

asio::awaitable<io::command_result> ask(desk_ptr d, io::command what) {
  auto answer = co_await d->how.run(std::move(what));
  co_return answer;
}

void keep_reading(desk& d, std::optional<core::epoch_seconds> told, core::duration asked) {
  if (told)
    d.readings.push_back({*told, asked, d.how.now().wall});
}

asio::awaitable<void> ask_version(desk_ptr d) {
  auto command = slurm::version_command(d->how.command_deadline);
  const auto said = co_await ask(d, std::move(command));
  if (const auto version = slurm::parse_version(said.out); version && said.end.exit == 0)
    d->answers.client = *version;
  else
    d->answers.client = io::fail(io::errc::unavailable, slurm::describe_failure("sbatch --version", said));
}

asio::awaitable<void> ask_listing(desk_ptr d) {
  auto command = slurm::list_command(d->how.uid, d->how.command_deadline);
  auto said = co_await ask(d, std::move(command));
  const auto latency = said.elapsed;
  const auto listing = slurm::read_listing(std::move(said));
  if (listing)
    d->answers.listing = latency;
  else
    d->answers.listing = tl::unexpected(listing.error());
}

asio::awaitable<void> ask_ping(desk_ptr d) {
  auto command = slurm::ping_command(d->how.command_deadline);
  const auto said = co_await ask(d, std::move(command));
  d->answers.pinged = slurm::parse_controllers(said.out);
}

asio::awaitable<void> ask_config(desk_ptr d) {
  auto command = slurm::config_command(d->how.command_deadline);
  const auto asked = d->how.now().wall;
  const auto said = co_await ask(d, std::move(command));
  auto config = slurm::read_config(said);
  if (config)
    keep_reading(*d, config->answered_at, asked);
  d->answers.config = std::move(config);
}

asio::awaitable<void> ask_diagnostics(desk_ptr d) {
  auto command = slurm::diagnostics_command(d->how.command_deadline);
  const auto asked = d->how.now().wall;
  const auto said = co_await ask(d, std::move(command));
  keep_reading(*d, slurm::parse_diagnostics_time(said.out), asked);
  d->answers.backlog = slurm::read_dbd_queue_size(said);
}

asio::awaitable<void> ask_federation(desk_ptr d) {
  auto command = slurm::federation_command(d->how.command_deadline);
  const auto said = co_await ask(d, std::move(command));
  d->answers.federation = slurm::read_federation(said);
}

/// The very question of a run, about an id that hardly is ours: an answer without rows is an answer.
asio::awaitable<void> ask_accounting(desk_ptr d) {
  const std::uint64_t some_id = 1;
  std::size_t taken = 0;
  auto commands =
      slurm::account_commands(d->how.uid, std::span(&some_id, 1), 1, d->how.command_deadline, taken);
  auto command = std::move(commands.front());
  auto said = co_await ask(d, std::move(command));
  const auto latency = said.elapsed;
  d->answers.accounting_disabled = slurm::says_accounting_disabled(said);
  const auto table = slurm::read_accounting(std::move(said));
  if (table)
    d->answers.accounting = latency;
  else
    d->answers.accounting = tl::unexpected(table.error());
}

}  // namespace

asio::awaitable<void> examine_site(examination how, std::function<void(site_answer)> done) {
  auto d = std::make_shared<desk>();
  d->how = std::move(how);
  co_await ask_version(d);
  if (d->answers.client) {
    co_await ask_listing(d);
    if (*d->answers.listing) {
      co_await ask_config(d);
      co_await ask_diagnostics(d);
      co_await ask_federation(d);
    } else {
      co_await ask_ping(d);
    }
    co_await ask_accounting(d);
  }
  d->answers.clock = core::measure_skew(d->readings);
  done({facts_of(d->answers), findings_of(d->answers, d->how.rules)});
}

}  // namespace settle::actors
