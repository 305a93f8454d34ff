// tickplant manual FOLDER, hidden: writes the manual pages, for the build to install.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>

#include "clients/cli/failure.hpp"
#include "clients/cli/help/help_text.hpp"
#include "clients/cli/help/man_page.hpp"
#include "clients/cli/verbs/verbs.hpp"

namespace tickplant::cli {
namespace {

namespace fs = std::filesystem;

struct ManualArguments {
  std::string folder;
  std::string daemon_help, venue_help;  // files: what those programs print for --help
};

std::string page_name(const CommandRow& row) { return man_name(row) + "(1)"; }

ManSection environment_of_command() {
  return {
      "ENVIRONMENT",
      {{"TICKPLANT_PLANT", "the plant where --plant is not given"},
       {"TICKPLANT_CONFIG", "the config of tickplant start where --config is not given"},
       {"TICKPLANT_RUNTIME",
        "the folder that the plant is in, whatever its name; else /run/tickplant/NAME and the user's own are tried"},
       {"TICKPLANT_RINGS_TICKS_SLOTS", "and so on: any key of a config can be set, rings.ticks.slots by this"},
       {"NO_COLOR", "set to anything: no colours, unless --color always"}}};
}

std::string text_of(const std::string& file) {
  std::ostringstream text;
  text << std::ifstream(file, std::ios::binary).rdbuf();
  return text.str();
}

void write_page(const fs::path& folder, const CommandRow& row, const ManContext& context) {
  const fs::path section = folder / ("man" + std::to_string(context.section));
  fs::create_directories(section);
  const fs::path path = section / (man_name(row) + '.' + std::to_string(context.section));
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << man_page(row, context);
  if (!file.flush()) throw Failure(ExitCode::data_lost, "cannot write '" + path.string() + "'", "make room there");
}

void write_command(const fs::path& folder, const CommandRow& table) {
  ManContext context{.version = TICKPLANT_VERSION, .sections = {exit_status(), environment_of_command()}};
  for (const CommandRow& verb : table.parts) context.see_also.push_back(page_name(verb));
  context.see_also.insert(context.see_also.end(), {"tickplantd(8)", "tickplant-venue(1)"});
  write_page(folder, table, context);
  for (const OptionRow& option : table.options) {
    if (option.names.back() != "--help" && option.names.back() != "--version") context.everywhere.push_back(option);
  }
  for (const CommandRow* row : all_commands(table)) {
    if (row == &table) continue;
    context.see_also = {"tickplant(1)"};
    for (const CommandRow& part : row->parts) context.see_also.push_back(page_name(part));
    write_page(folder, *row, context);
  }
}

void write_programs(const fs::path& folder, const ManualArguments& arguments) {
  if (!arguments.daemon_help.empty()) {
    const ManSection codes{"EXIT STATUS",
                           {{"0", "stopped in order, or the config is valid"},
                            {"1", "something broke"},
                            {"2", "wrong arguments, a config that is refused, or the machine lacks what it asks for"}}};
    const ManSection signals{
        "SIGNALS",
        {{"SIGTERM, SIGINT", "drain, write what is left, and end"}, {"SIGHUP", "read the analytics file again"}}};
    write_page(folder, read_help("tickplantd", text_of(arguments.daemon_help)),
               {.version = TICKPLANT_VERSION,
                .section = 8,
                .sections = {codes, signals},
                .see_also = {"tickplant(1)", "tickplant-config(1)", "tickplant-doctor(1)"}});
  }
  if (!arguments.venue_help.empty()) {
    const ManSection codes{"EXIT STATUS",
                           {{"0", "the market closed, or it was told to end"},
                            {"1", "something broke"},
                            {"2", "wrong arguments or set-up"},
                            {"4", "the replayed file is cut or damaged; what was intact has been told"}}};
    write_page(folder, read_help("tickplant-venue", text_of(arguments.venue_help)),
               {.version = TICKPLANT_VERSION, .sections = {codes}, .see_also = {"tickplantd(8)", "tickplant(1)"}});
  }
}

}  // namespace

void add_manual(CLI::App& app, const Common&, Run& run) {
  auto arguments = std::make_shared<ManualArguments>();
  CLI::App* verb = app.add_subcommand("manual", "write the manual pages into man1 and man8 of a folder");
  verb->group("");
  verb->add_option("folder", arguments->folder, "where")->required();
  verb->add_option("--daemon-help", arguments->daemon_help, "a file: what tickplantd --help prints");
  verb->add_option("--venue-help", arguments->venue_help, "a file: what tickplant-venue --help prints");
  verb->callback([arguments, &app, &run] {
    run = [arguments, &app] {
      write_command(arguments->folder, command_table(app));
      write_programs(arguments->folder, *arguments);
      return ExitCode::ok;
    };
  });
}

}  // namespace tickplant::cli
