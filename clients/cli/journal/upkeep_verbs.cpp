#include "clients/cli/journal/upkeep_verbs.hpp"

#include <cstdio>
#include <memory>
#include <optional>
#include <string>

#include "clients/cli/failure.hpp"
#include "clients/cli/journal/journal_choice.hpp"
#include "clients/cli/journal/journal_compress.hpp"
#include "clients/cli/journal/journal_index.hpp"
#include "clients/cli/journal/journal_restore.hpp"
#include "clients/cli/journal/journal_savepoint.hpp"
#include "clients/cli/journal/progress_line.hpp"
#include "clients/cli/live/daemon_call.hpp"
#include "clients/cli/live/json_text.hpp"
#include "clients/cli/live/plant_choice.hpp"
#include "clients/cli/number_text.hpp"
#include "clients/cli/text_table.hpp"

namespace tickplant::cli {
namespace {

struct UpkeepArguments {
  std::string journal, to;
  bool results_only = false;
};

ExitCode compress(const UpkeepArguments& arguments, const Common& common) {
  const std::filesystem::path folder = chosen_journal(arguments.journal, journal_environment_of_this_process());
  std::optional<ProgressLine> line("compressed");
  const CompressedJournal result =
      compress_journal(folder, arguments.results_only, [&](std::uint64_t bytes) { line->show(bytes); });
  line.reset();
  if (common.json) {
    print_json({{"folder", folder.string()},
                {"segments", result.segments},
                {"bytes_before", result.bytes},
                {"bytes_after", result.file_bytes},
                {"refused", result.refused}});
  } else {
    std::fputs(fact_line("compressed", count_text(result.segments, "segment") + ", " + bytes_text(result.bytes) +
                                           " are " + bytes_text(result.file_bytes) + " now")
                   .c_str(),
               stdout);
  }
  for (const std::string& why : result.refused) std::fprintf(stderr, "tickplant: %s\n", why.c_str());
  return result.refused.empty() ? ExitCode::ok : ExitCode::check_failed;
}

ExitCode restore(const UpkeepArguments& arguments, const Common& common) {
  std::optional<ProgressLine> line("checked");
  const RestoreResult result =
      restore_journal(arguments.journal, arguments.to, [&](std::uint64_t bytes) { line->show(bytes); });
  line.reset();
  const bool is_cut = result.end.kind != ringbuf::JournalEndKind::tail;
  const std::uint64_t left_out =
      is_cut && result.end.last_behind >= result.end.number ? result.end.last_behind - result.end.number + 1 : 0;
  if (common.json) {
    print_json({{"from", arguments.journal},
                {"folder", arguments.to},
                {"blocks", result.blocks},
                {"bytes", result.bytes},
                {"segments", result.segments},
                {"compressed", result.compressed},
                {"checkpoints", result.checkpoints},
                {"end", std::string(text_of(result.end.kind))},
                {"left_out", left_out}});
    return ExitCode::ok;
  }
  std::string text =
      fact_line("restored", count_text(result.blocks, "block") + ", " + bytes_text(result.bytes) + ", " +
                                count_text(result.segments, "segment") + " (" + count_text(result.compressed) +
                                " compressed), " + count_text(result.checkpoints, "checkpoint"));
  if (is_cut) {
    text += fact_line("left out", "what the copy has behind block " + std::to_string(result.end.number - 1) +
                                      " of a journal that was being written" +
                                      (left_out == 0 ? "" : ", at most " + count_text(left_out, "block")));
  }
  std::fputs((text + fact_line("journal", arguments.to)).c_str(), stdout);
  return ExitCode::ok;
}

ExitCode index(const UpkeepArguments& arguments, const Common& common) {
  const std::filesystem::path folder = chosen_journal(arguments.journal, journal_environment_of_this_process());
  std::optional<ProgressLine> line("indexed");
  const IndexedJournal result = index_journal(folder, [&](std::uint64_t bytes) { line->show(bytes); });
  line.reset();
  if (common.json) {
    print_json({{"folder", folder.string()},
                {"segments", result.segments},
                {"records", result.records},
                {"bytes", result.bytes},
                {"index_bytes", result.index_bytes},
                {"refused", result.refused.empty() ? Json(nullptr) : Json(result.refused)}});
  } else {
    std::fputs(
        fact_line("indexed", count_text(result.segments, "segment") + ", " + count_text(result.records, "record") +
                                 ", " + bytes_text(result.index_bytes) + " for " + bytes_text(result.bytes))
            .c_str(),
        stdout);
  }
  if (!result.refused.empty()) std::fprintf(stderr, "tickplant: %s\n", result.refused.c_str());
  return result.refused.empty() ? ExitCode::ok : ExitCode::check_failed;
}

struct SavepointArguments {
  std::string name, journal;
  bool by_daemon = false;
};

ExitCode savepoint_by_daemon(const SavepointArguments& arguments, const Common& common) {
  const DaemonCall call{arguments.journal, "journal savepoint", clients::ControlRole::admin};
  return ask_daemon(call, [&](const clients::Plant& plant, clients::ControlClient& daemon) {
    const clients::ChangeDone done = daemon.make_savepoint(arguments.name);
    const std::string& file = done.lines.front();
    if (common.json) {
      print_json({{"plant", plant.name()},
                  {"savepoint", arguments.name},
                  {"file", file},
                  {"bytes", std::filesystem::file_size(file)},
                  {"request", done.request_id}});
      return ExitCode::ok;
    }
    std::fputs((fact_line("savepoint", arguments.name) + fact_line("file", file) +
                fact_line("start from it", "tickplantd --config FILE --savepoint " + arguments.name))
                   .c_str(),
               stdout);
    return ExitCode::ok;
  });
}

ExitCode rotate(const std::string& wanted, const Common& common) {
  return ask_daemon({wanted, "journal rotate", clients::ControlRole::admin}, [&](const clients::Plant& plant,
                                                                                 clients::ControlClient& daemon) {
    const clients::ChangeDone done = daemon.rotate_journal();
    const std::string& segment = done.lines.front();
    if (common.json) {
      print_json({{"plant", plant.name()}, {"segment", std::stoull(segment)}, {"request", done.request_id}});
    } else {
      std::printf("the journal of plant '%s' goes on in segment %s; those before are complete\n", plant.name().c_str(),
                  segment.c_str());
    }
    return ExitCode::ok;
  });
}

ExitCode savepoint(const SavepointArguments& arguments, const Common& common) {
  if (arguments.by_daemon) return savepoint_by_daemon(arguments, common);
  const std::filesystem::path folder = chosen_journal(arguments.journal, journal_environment_of_this_process());
  std::optional<ProgressLine> line("computed");
  const MadeSavepoint made = make_savepoint(folder, {arguments.name, "tickplant " TICKPLANT_VERSION},
                                            [&](std::uint64_t bytes) { line->show(bytes); });
  line.reset();
  const std::string from = made.from.empty() ? "the journal's beginning" : made.from.filename().string();
  if (common.json) {
    print_json({{"savepoint", arguments.name},
                {"file", made.file.string()},
                {"bytes", made.bytes},
                {"cause_seq", made.cause},
                {"from", made.from.empty() ? Json(nullptr) : Json(made.from.filename().string())},
                {"inputs", made.inputs},
                {"equal", made.results}});
    return ExitCode::ok;
  }
  const std::string text =
      fact_line("savepoint",
                arguments.name + ", " + bytes_text(made.bytes) + ", everything up to input " + count_text(made.cause)) +
      fact_line("computed", from + ", then " + count_text(made.inputs, "input") + " again, " +
                                count_text(made.results, "result") + " equal to what was published") +
      fact_line("file", made.file.string()) +
      fact_line("start from it", "tickplantd --config FILE --savepoint " + arguments.name);
  std::fputs(text.c_str(), stdout);
  return ExitCode::ok;
}

void add_savepoint(CLI::App& verb, const Common& common, Run& run) {
  auto arguments = std::make_shared<SavepointArguments>();
  CLI::App* save = verb.add_subcommand("savepoint", "what was computed so far, under a name, for a start from there");
  save->add_option("name", arguments->name, "letters, digits, dots, dashes, underscores")
      ->type_name("NAME")
      ->required();
  save->add_option("journal", arguments->journal, "its folder, or the plant's name")
      ->type_name("FOLDER|PLANT")
      ->required();
  save->add_flag("--by-daemon", arguments->by_daemon,
                 "let the plant's daemon put down what it has, instead of computing it here");
  save->footer(
      "Examples:\n"
      "  tickplant journal savepoint before-upgrade demo\n"
      "  tickplantd --config demo.yaml --savepoint before-upgrade\n"
      "The plant may be running. A start from it computes the journal behind it again and goes on with that: windows\n"
      "and indicators that the analytics file still has keep their state. It stays until its file is removed, and is\n"
      "good while the journal has the ticks behind it (journal.keep, journal.delete_after).\n"
      "Exit code 1: there is no state to put down; the message says why.");
  save->callback([arguments, &common, &run] { run = [arguments, &common] { return savepoint(*arguments, common); }; });
}

}  // namespace

void add_journal_upkeep(CLI::App& verb, const Common& common, Run& run) {
  auto arguments = std::make_shared<UpkeepArguments>();
  CLI::App* press = verb.add_subcommand("compress", "its old segments, now; they are read as before");
  press->add_option("journal", arguments->journal, "its folder, or the plant's name")
      ->type_name("FOLDER|PLANT")
      ->required();
  press->add_flag("--results-only", arguments->results_only, "and drop their ticks: what was computed stays");
  press->footer(
      "Examples:\n"
      "  tickplant journal compress demo\n"
      "  tickplant journal compress --results-only /backup/journal\n"
      "The newest segments, 6 MiB and two, stay as they are. The daemon does the same by journal.compress_after.\n"
      "Exit code 1: some segment is damaged, or could not be written; it stays as it was.");
  press->callback([arguments, &common, &run] { run = [arguments, &common] { return compress(*arguments, common); }; });
  CLI::App* indexing = verb.add_subcommand("index", "its complete segments, for fast questions about the past");
  indexing->add_option("journal", arguments->journal, "its folder, or the plant's name")
      ->type_name("FOLDER|PLANT")
      ->required();
  indexing->footer(
      "Examples:\n"
      "  tickplant journal index demo\n"
      "The daemon does the same while journal.index is true. Indexes that are there are checked, every byte; what is\n"
      "missing or damaged is made. Questions: tickplant image --at, book --at.\n"
      "Exit code 1: some segment is damaged, or an index could not be written; what was before it has one.");
  indexing->callback([arguments, &common, &run] { run = [arguments, &common] { return index(*arguments, common); }; });
  add_savepoint(verb, common, run);
  auto plant = std::make_shared<std::string>();
  CLI::App* turn = verb.add_subcommand("rotate", "a running plant's journal goes on in a new file, now");
  add_plant_option(*turn, *plant);
  turn->footer(
      "Examples:\n"
      "  tickplant journal rotate --plant demo && tickplant journal compress demo\n"
      "All files before it are complete and can be copied. For the daemon's own user, root, and members of\n"
      "control.admins_group (exit code 5: you are none). Exit code 1: the disk does not let it.");
  turn->callback([plant, &common, &run] { run = [plant, &common] { return rotate(*plant, common); }; });
  CLI::App* back = verb.add_subcommand("restore", "a journal for a daemon, made of a copy of one");
  back->add_option("from", arguments->journal, "the copy's folder")->type_name("FOLDER")->required();
  back->add_option("to", arguments->to, "a folder that is not there yet, or empty")->type_name("NEWFOLDER")->required();
  back->footer(
      "Examples:\n"
      "  cp -rL /var/lib/tickplant/demo/journal /backup/   while it is being written: twice, files are compressed "
      "meanwhile\n"
      "  tickplant journal restore /backup/journal /var/lib/tickplant/demo/journal\n"
      "Every block is checked. Exit code 1: the copy is damaged before its end; tickplant journal repair salvages it.");
  back->callback([arguments, &common, &run] { run = [arguments, &common] { return restore(*arguments, common); }; });
}

}  // namespace tickplant::cli
