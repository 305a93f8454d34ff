// tickplant journal list | verify | audit | export | repair: what a plant wrote, without the plant. The verbs that work
// on its files are in journal/upkeep_verbs.cpp.
#include <fcntl.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <map>
#include <memory>

#include "clients/cli/failure.hpp"
#include "clients/cli/journal/journal_audit.hpp"
#include "clients/cli/journal/journal_choice.hpp"
#include "clients/cli/journal/journal_export.hpp"
#include "clients/cli/journal/journal_repair.hpp"
#include "clients/cli/journal/journal_survey.hpp"
#include "clients/cli/journal/progress_line.hpp"
#include "clients/cli/journal/survey_text.hpp"
#include "clients/cli/journal/upkeep_verbs.hpp"
#include "clients/cli/live/json_text.hpp"
#include "clients/cli/live/options.hpp"
#include "clients/cli/number_text.hpp"
#include "clients/cli/text_table.hpp"
#include "clients/cli/verbs/verbs.hpp"

namespace tickplant::cli {
namespace {

struct JournalArguments {
  std::string journal;
  std::string out;
  ExportWish wish;
  AuditWish audit;
  std::string from, until;
};

std::filesystem::path journal_of(const JournalArguments& arguments) {
  return chosen_journal(arguments.journal, journal_environment_of_this_process());
}

ExitCode list_journal(const JournalArguments& arguments, const Common& common) {
  const JournalSurvey survey = survey_journal(journal_of(arguments), SurveyDepth::headers);
  if (common.json) {
    print_json(survey_json(survey));
  } else {
    std::fputs(list_text(survey, style_for(STDOUT_FILENO, common.color)).c_str(), stdout);
  }
  return ExitCode::ok;
}

ExitCode verify_journal(const JournalArguments& arguments, const Common& common) {
  const std::filesystem::path folder = journal_of(arguments);
  std::optional<ProgressLine> line("verified");
  const JournalSurvey survey =
      survey_journal(folder, SurveyDepth::all, [&](std::uint64_t bytes) { line->show(bytes); });
  const std::uint64_t rate = line->rate(survey.bytes);
  line.reset();
  if (common.json) {
    Json out = survey_json(survey);
    out["bytes_per_second"] = rate;
    print_json(out);
  } else {
    std::fputs(verdict_text(survey, style_for(STDOUT_FILENO, common.color)).c_str(), stdout);
    std::fputs(fact_line("verified", count_text(survey.blocks, "block") + ", " + bytes_text(survey.bytes) + ", " +
                                         count_text(rate / 1'000'000) + " MB/s")
                   .c_str(),
               stdout);
  }
  if (!survey.is_damaged()) return ExitCode::ok;
  std::fprintf(stderr,
               "tickplant: the journal in '%s' is damaged\n  remedy: tickplant journal repair '%s' --out NEWFOLDER\n",
               folder.c_str(), folder.c_str());
  return ExitCode::check_failed;
}

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

std::unique_ptr<std::FILE, CloseFile> new_file(const std::string& path) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (fd < 0) {
    throw Failure(errno == EACCES ? ExitCode::permission : ExitCode::usage,
                  platform::with_errno("cannot make '" + path + "'", errno), "name a file that is not there yet");
  }
  return std::unique_ptr<std::FILE, CloseFile>(::fdopen(fd, "w"));
}

ExitCode export_records(JournalArguments arguments, const Common& common) {
  const std::filesystem::path folder = journal_of(arguments);
  if (common.json) arguments.wish.format = ExportFormat::json;
  arguments.wish.from = parse_bound("--from", arguments.from);
  arguments.wish.until = parse_bound("--until", arguments.until);
  if (arguments.wish.format == ExportFormat::dbn && arguments.out.empty() && ::isatty(STDOUT_FILENO) != 0) {
    throw Failure(ExitCode::usage, "DBN is not for a terminal", "name a file: --out FILE, or redirect stdout");
  }
  std::unique_ptr<std::FILE, CloseFile> file;
  if (!arguments.out.empty()) file = new_file(arguments.out);
  std::FILE* out = file ? file.get() : stdout;
  const ExportResult result = export_journal(folder, arguments.wish, out);
  if (std::fflush(out) != 0 || std::ferror(out) != 0) {
    const std::string where = arguments.out.empty() ? "stdout" : "'" + arguments.out + "'";
    throw Failure(ExitCode::data_lost, "the records could not be written to " + where, "make room, and do it again");
  }
  if (!arguments.out.empty()) {
    std::fprintf(stderr, "tickplant: %s in '%s'\n", count_text(result.records, "record").c_str(),
                 arguments.out.c_str());
  }
  if (result.left_out != 0) {
    std::fprintf(stderr,
                 "tickplant: %s left out: sizes of DBN end at 4,294,967,294\n  remedy: csv and json have them\n",
                 count_text(result.left_out, "record").c_str());
  }
  if (result.is_damaged) {
    std::fprintf(stderr,
                 "tickplant: the journal is damaged at %s, what lies behind was not exported\n  remedy: tickplant "
                 "journal repair '%s' --out NEWFOLDER\n",
                 result.end.c_str(), folder.c_str());
  }
  const bool is_all = !result.is_damaged && result.lost == 0 && result.left_out == 0;
  return is_all ? ExitCode::ok : ExitCode::data_lost;
}

ExitCode repair(const JournalArguments& arguments, const Common& common) {
  const std::filesystem::path folder = journal_of(arguments);
  std::optional<ProgressLine> line("salvaged");
  const RepairResult result = repair_journal(folder, arguments.out, [&](std::uint64_t bytes) { line->show(bytes); });
  line.reset();
  if (common.json) {
    Json lost = Json::object();
    for (const auto& [ring, count] : result.lost) lost[ring] = count;
    print_json({{"from", folder.string()},
                {"folder", arguments.out},
                {"blocks", result.blocks},
                {"records", result.records},
                {"bytes", result.bytes},
                {"segments", result.segments},
                {"holes", result.holes},
                {"lost", std::move(lost)}});
    return ExitCode::ok;
  }
  std::string text =
      fact_line("salvaged", count_text(result.records, "record") + " in " + count_text(result.blocks, "block") + ", " +
                                bytes_text(result.bytes) + ", " + count_text(result.segments, "segment"));
  for (const auto& [ring, count] : result.lost) {
    text += fact_line("lost", printable(ring) + ' ' + count_text(count, "record"));
  }
  if (result.lost.empty()) text += fact_line("lost", "no record that another one of its ring follows");
  std::fputs((text + fact_line("journal", arguments.out)).c_str(), stdout);
  return ExitCode::ok;
}

/// What a result is of.
std::string name_of(const ringbuf::DerivedRecord& record) {
  return "instrument " + std::to_string(record.header.instrument.value) + ", function " +
         std::to_string(record.header.function.value) + ", revision " + std::to_string(record.header.revision) +
         ", input " + std::to_string(record.header.cause_seq.value);
}

/// In which of their words they differ: "receive time 1700 / 1701, body +40 0 / 12", recorded first.
std::string what_differs(const analytics::ResultDifference& difference) {
  static constexpr std::array<const char*, 8> kWords{"stamp",
                                                     "event time",
                                                     "input",
                                                     "first input",
                                                     "last input",
                                                     "instrument and function",
                                                     "revision and quality",
                                                     "receive time"};
  std::string text;
  for (std::size_t word = 1; word < ringbuf::kDerivedRecordBytes / 8; ++word) {
    const auto value = [&](const ringbuf::DerivedRecord& record) {
      std::uint64_t out = 0;
      std::memcpy(&out, reinterpret_cast<const std::byte*>(&record) + 8 * word, sizeof out);
      return out;
    };
    const std::uint64_t recorded = value(*difference.recorded), computed = value(*difference.computed);
    if (recorded == computed) continue;
    const std::size_t in_body = 8 * (word - std::min(word, kWords.size()));
    text += (text.empty() ? "" : ", ") + (word < kWords.size() ? kWords[word] : "body +" + std::to_string(in_body)) +
            ' ' + std::to_string(recorded) + " / " + std::to_string(computed);
  }
  return text;
}

Json json_of(const AuditedLife& life) {
  Json json{{"first_cause", life.first_cause},
            {"is_from_snapshot", life.is_from_snapshot},
            {"config_hash", life.config_hash},
            {"shards", life.shards},
            {"restarts", life.restarts},
            {"inputs", life.counts.inputs},
            {"equal", life.counts.results},
            {"unpublished", life.counts.unpublished},
            {"lost_inputs", life.counts.lost_inputs},
            {"lost_behind", life.counts.lost_behind},
            {"uncompared", life.counts.uncompared}};
  if (!life.problem.empty()) json["problem"] = life.problem;
  if (life.difference) {
    Json difference{{"ring", life.difference->ring}, {"cause", life.difference->cause}};
    if (life.difference->recorded) difference["recorded"] = name_of(*life.difference->recorded);
    if (life.difference->computed) difference["computed"] = name_of(*life.difference->computed);
    if (life.difference->recorded && life.difference->computed) difference["words"] = what_differs(*life.difference);
    json["difference"] = std::move(difference);
  }
  return json;
}

std::string text_of(const AuditedLife& life) {
  std::string text = fact_line(life.is_from_snapshot ? "from snapshot" : "from input",
                               count_text(life.first_cause) + ", " + count_text(life.shards, "shard") + ", " +
                                   count_text(life.counts.inputs, "input") +
                                   (life.restarts == 0 ? "" : ", over " + count_text(life.restarts, "restart")));
  text += fact_line("results", count_text(life.counts.results) + " equal" +
                                   (life.counts.unpublished == 0 ? ""
                                                                 : ", " + count_text(life.counts.unpublished) +
                                                                       " never published: it was killed"));
  if (life.counts.lost_inputs != 0) {
    text += fact_line("missing", count_text(life.counts.lost_inputs) + " of input or results behind input " +
                                     count_text(life.counts.lost_behind) + ": " +
                                     count_text(life.counts.uncompared, "result") + " from there on were not compared");
  }
  if (!life.problem.empty()) text += fact_line("problem", printable(life.problem));
  if (life.difference) {
    const analytics::ResultDifference& difference = *life.difference;
    text += fact_line("differs", "at input " + count_text(difference.cause) + ", ring " + printable(difference.ring));
    if (difference.recorded) text += fact_line("recorded", name_of(*difference.recorded));
    text += fact_line("computed", difference.computed ? name_of(*difference.computed) : "nothing more");
    if (difference.recorded && difference.computed) text += fact_line("not the same", what_differs(difference));
  }
  return text;
}

std::string text_of_states(const JournalAudit& audit) {
  std::string text;
  if (audit.states != 0) text = fact_line("states", count_text(audit.states, "checkpoint") + " equal");
  if (!audit.state_difference) return text;
  const StateDifference& difference = *audit.state_difference;
  return text + fact_line("state differs", "at input " + count_text(difference.cause) + " from what " +
                                               printable(difference.file.filename().string()) + " holds; " +
                                               (difference.equal_at == 0
                                                    ? "no one before was compared"
                                                    : "at input " + count_text(difference.equal_at) + " it was equal"));
}

std::string text_of(const AuditedAlerts& alerts) {
  std::string text;
  const std::uint64_t all = alerts.equal + alerts.uncompared + alerts.missing + alerts.waiting;
  if (all != 0) {
    text = count_text(alerts.equal) + " equal to the result they repeat";
    if (alerts.uncompared != 0) text += ", " + count_text(alerts.uncompared) + " whose result is not here";
    if (alerts.missing != 0) text += ", " + count_text(alerts.missing) + " results were never repeated: lost";
    if (alerts.waiting != 0) text += ", " + count_text(alerts.waiting) + " results not repeated yet";
    text = fact_line("alerts", text);
  }
  if (!alerts.difference) return text;
  const AlertDifference& difference = *alerts.difference;
  const std::string source =
      "result " + count_text(difference.source) + " of shard " + std::to_string(difference.shard);
  return text + fact_line("alert differs", "number " + count_text(difference.alert_seq) +
                                               (difference.is_twice ? " repeats once more " : " is not ") + source);
}

Json json_of(const AuditedAlerts& alerts) {
  Json json{{"equal", alerts.equal},
            {"uncompared", alerts.uncompared},
            {"missing", alerts.missing},
            {"waiting", alerts.waiting},
            {"difference", nullptr}};
  if (const auto& found = alerts.difference) {
    json["difference"] = {{"alert_seq", found->alert_seq},
                          {"shard", found->shard},
                          {"source", found->source},
                          {"is_twice", found->is_twice}};
  }
  return json;
}

ExitCode audit(const JournalArguments& arguments, const Common& common) {
  const std::filesystem::path folder = journal_of(arguments);
  std::optional<ProgressLine> line("audited");
  const JournalAudit result = audit_journal(folder, arguments.audit, [&](std::uint64_t bytes) { line->show(bytes); });
  line.reset();
  if (common.json) {
    Json lives = Json::array();
    for (const AuditedLife& life : result.lives) lives.push_back(json_of(life));
    Json difference = nullptr;
    if (const auto& found = result.state_difference) {
      difference = {{"file", found->file.string()}, {"cause", found->cause}, {"equal_at", found->equal_at}};
    }
    print_json({{"folder", folder.string()},
                {"checkpoint", result.checkpoint.empty() ? Json(nullptr) : Json(result.checkpoint.string())},
                {"lives", std::move(lives)},
                {"states", result.states},
                {"state_difference", std::move(difference)},
                {"alerts", json_of(result.alerts)},
                {"results_before", result.results_before},
                {"is_equal", result.is_equal()},
                {"end", std::string(ringbuf::text_of(result.end.kind))}});
  } else {
    if (!result.checkpoint.empty()) {
      std::fputs(fact_line("begins with", printable(result.checkpoint.filename().string())).c_str(), stdout);
    }
    for (const AuditedLife& life : result.lives) std::fputs(text_of(life).c_str(), stdout);
    std::fputs(text_of_states(result).c_str(), stdout);
    std::fputs(text_of(result.alerts).c_str(), stdout);
    if (result.results_before != 0) {
      std::fputs(fact_line("before", count_text(result.results_before, "result") +
                                         " of a daemon whose start is not in the journal")
                     .c_str(),
                 stdout);
    }
    std::fputs(
        fact_line("verdict", result.lives.empty() ? "nothing was computed"
                             : result.is_equal()  ? "computed again, every result and state is the same, to the bit"
                                                  : "not the same")
            .c_str(),
        stdout);
  }
  return result.is_equal() ? ExitCode::ok : ExitCode::check_failed;
}

CLI::App* add_part(CLI::App& verb, const char* name, const char* purpose, std::string& journal) {
  CLI::App* part = verb.add_subcommand(name, purpose);
  part->add_option("journal", journal, "its folder, or the plant's name")->type_name("FOLDER|PLANT")->required();
  return part;
}

void add_export(CLI::App& verb, const std::shared_ptr<JournalArguments>& arguments, const Common& common, Run& run) {
  CLI::App* part = add_part(verb, "export", "records of a ring, as CSV, JSON or DBN", arguments->journal);
  part->footer(
      "Examples:\n"
      "  tickplant journal export demo --ring ticks --out ticks.csv\n"
      "  tickplant journal export demo --ring derived --format json --symbols AAPL,MSFT@XNAS\n"
      "  tickplant journal export demo --format dbn --schema mbo --symbols AAPL --out aapl.dbn\n"
      "  tickplant journal export demo --ring ticks --from 2026-11-22T09:30 --until 2026-11-22T10:00\n"
      "Times are receive times, in UTC. Exit code 4: records of the range are not in the journal; stderr says which.");
  part->add_option("--ring", arguments->wish.ring, "this ring; default: the only one of ticks")->type_name("RING");
  static const std::map<std::string, ExportFormat> kFormats{
      {"csv", ExportFormat::csv}, {"json", ExportFormat::json}, {"dbn", ExportFormat::dbn}};
  add_choice(
      *part, "--format", {"csv", "json", "dbn"},
      [arguments](const std::string& word) { arguments->wish.format = kFormats.at(word); },
      "json: one object a line, as of tail --json; dbn: ticks as a file that Databento's tools read")
      ->default_str("csv");
  using feedhandlers::dbn::Schema;
  static const std::map<std::string, Schema> kSchemas{
      {"mbo", Schema::mbo}, {"mbp-1", Schema::mbp_1}, {"trades", Schema::trades}};
  add_choice(
      *part, "--schema", {"mbo", "mbp-1", "trades"},
      [arguments](const std::string& word) { arguments->wish.schema = kSchemas.at(word); },
      "of dbn: orders and trades, best prices and trades, or trades")
      ->default_str("trades");
  part->add_option("--symbols", arguments->wish.symbols, "these instruments, separated by commas")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->type_name("SYMBOLS");
  part->add_option("--from", arguments->from, "a sequence, or a time")->type_name("WHEN");
  part->add_option("--until", arguments->until, "the same; left out itself")->type_name("WHEN");
  part->add_option("--out", arguments->out, "into this file, which is not there yet; default: stdout")
      ->type_name("FILE");
  part->callback(
      [arguments, &common, &run] { run = [arguments, &common] { return export_records(*arguments, common); }; });
}

}  // namespace

void add_journal(CLI::App& app, const Common& common, Run& run) {
  auto arguments = std::make_shared<JournalArguments>();
  CLI::App* verb = app.add_subcommand(
      "journal", "list, verify, audit, export, repair, compress, save or restore what a plant wrote");
  verb->require_subcommand(1);
  verb->footer(
      "Examples:\n"
      "  tickplant journal list demo\n"
      "  tickplant journal verify /var/lib/tickplant/demo/journal\n"
      "  tickplant journal audit demo\n"
      "  tickplant journal export demo --ring ticks --out ticks.csv\n"
      "  tickplant journal repair demo --out /data/salvaged\n"
      "  tickplant journal compress demo\n"
      "  tickplant journal savepoint before-upgrade demo\n"
      "  tickplant journal restore /backup/journal /var/lib/tickplant/demo/journal\n"
      "A journal may be read while it is being written.");
  CLI::App* list = add_part(*verb, "list", "its segments and rings, what is lost, how it ends", arguments->journal);
  list->footer(
      "Examples:\n"
      "  tickplant journal list demo\n"
      "  tickplant journal list --json /var/lib/tickplant/demo/journal | jq '.rings[].lost'\n"
      "Reads headers and facts alone.");
  list->callback(
      [arguments, &common, &run] { run = [arguments, &common] { return list_journal(*arguments, common); }; });
  CLI::App* verify = add_part(*verb, "verify", "read every byte, and say what is damaged", arguments->journal);
  verify->footer(
      "Examples:\n"
      "  tickplant journal verify demo\n"
      "  tickplant journal verify /backup/journal && echo whole\n"
      "A torn end (a kill, a power cut) is no damage: nothing of it had been called durable.\n"
      "Exit code 1: it is damaged; each damage has a line.");
  verify->callback(
      [arguments, &common, &run] { run = [arguments, &common] { return verify_journal(*arguments, common); }; });
  CLI::App* again =
      add_part(*verb, "audit", "compute everything again, and compare with what was published", arguments->journal);
  again->footer(
      "Examples:\n"
      "  tickplant journal audit demo\n"
      "  tickplant journal audit demo --from 1000000 --until 2000000\n"
      "Results behind missing input are not compared, up to the state that analytics put down behind it.\n"
      "Exit code 1: they differ, or nothing could be compared to the end.");
  again
      ->add_option("--from", arguments->audit.from,
                   "an input, as in cause_seq: begins with the newest checkpoint or savepoint before it; default: "
                   "with the journal")
      ->type_name("INPUT");
  again->add_option("--until", arguments->audit.until, "stops behind this input; default: at the journal's end")
      ->type_name("INPUT")
      ->default_str("");
  again->callback([arguments, &common, &run] { run = [arguments, &common] { return audit(*arguments, common); }; });
  add_export(*verb, arguments, common, run);
  CLI::App* mend = add_part(*verb, "repair", "what is whole in it, as a new journal", arguments->journal);
  mend->footer(
      "Examples:\n"
      "  tickplant journal repair demo --out /data/salvaged\n"
      "The old one is only read. Put the new one where the old one was while the plant is stopped.");
  mend->add_option("--out", arguments->out, "a folder that is not there yet, or empty")
      ->type_name("NEWFOLDER")
      ->required();
  mend->callback([arguments, &common, &run] { run = [arguments, &common] { return repair(*arguments, common); }; });
  add_journal_upkeep(*verb, common, run);
}

}  // namespace tickplant::cli
