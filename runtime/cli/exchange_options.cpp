#include "runtime/cli/exchange_options.hpp"

#include "runtime/cli/option_kinds.hpp"

namespace settle::cli {

namespace {

void add_import(CLI::App& parent, import_arguments& to) {
  CLI::App& app = *parent.add_subcommand("import", "a finished run of scripthut's becomes one of settle's");
  app.add_option("FILE", to.file, "scripthut's run.json; - reads standard input")->required()->type_name("");
  app.add_flag("--json", to.json, "one JSON object on stdout");
  add_state(app, to.state_dir);
}

void add_export(CLI::App& parent, export_arguments& to) {
  CLI::App& app = *parent.add_subcommand("export", "prints a run as scripthut's run.json");
  add_which(app, to.run);
  app.add_option("-o,--output", to.output, "the file to write, in place of stdout")->type_name("FILE");
  app.add_flag("--json", to.json, "changes nothing: what is printed is JSON");
  add_state(app, to.state_dir);
}

}  // namespace

void add_exchange(CLI::App& parent, exchange_arguments& to) {
  add_import(parent, to.in);
  add_export(parent, to.out);
}

std::optional<invocation> chosen_exchange(const CLI::App& app, const exchange_arguments& from) {
  if (app.got_subcommand("import"))
    return from.in;
  if (app.got_subcommand("export"))
    return from.out;
  return std::nullopt;
}

}  // namespace settle::cli
