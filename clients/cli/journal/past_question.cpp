#include "clients/cli/journal/past_question.hpp"

#include <cstdio>
#include <fstream>
#include <iostream>
#include <set>
#include <sstream>

#include "clients/cli/failure.hpp"
#include "clients/cli/journal/journal_choice.hpp"
#include "clients/cli/live/history_from.hpp"
#include "clients/cli/live/plant_choice.hpp"
#include "clients/cli/number_text.hpp"
#include "clients/cli/terminal.hpp"
#include "platform/clock.hpp"

namespace tickplant::cli {
namespace {

/// As parse_when(), or nanoseconds UTC as JSON says them.
platform::UnixNanos past_time(std::string_view option, const std::string& text, platform::UnixNanos now) {
  constexpr std::size_t kDigits = 19;  // from 2001 to 2262
  const bool is_nanos = text.size() == kDigits && text.find_first_not_of("0123456789") == std::string::npos;
  return is_nanos ? platform::UnixNanos{std::stoll(text)} : parse_when(option, text, now);
}

/// One run's questions, to one journal.
class PastQuestions {
 public:
  using Show = std::function<void(const PastState&, platform::UnixNanos at)>;

  PastQuestions(const std::filesystem::path& folder, const Show& show) : past_(folder), show_(&show) {}

  void ask(const std::string& symbol, platform::UnixNanos at) {
    const PastState state = past_state(past_, symbol, at);
    (*show_)(state, at);
    say_completeness(state);
  }
  [[nodiscard]] ExitCode finish() const {
    if (past_.replays() != 0) {
      std::string why;
      for (const std::string& note : past_.notes()) why += "\n  " + printable(note);
      std::fflush(stdout);  // first: both may be the same file
      std::fprintf(stderr, "tickplant: %s took a replay of the journal:%s\n",
                   count_text(past_.replays(), "answer").c_str(), why.c_str());
    }
    return code_;
  }

 private:
  /// Each thing once.
  void say_completeness(const PastState& state) {
    const auto say = [&](const std::string& what) {
      code_ = ExitCode::data_lost;
      const std::string line = printable(state.name) + ": " + what;
      if (!said_.insert(line).second) return;
      std::fflush(stdout);
      std::fprintf(stderr, "tickplant: %s\n", line.c_str());
    };
    if (state.is_damaged) say("the journal is damaged before that time; this is as far as it goes");
    if (state.lost != 0) say(count_text(state.lost, "record") + " of its ring are not in the journal");
    const bool begins_late = state.first > 1 && !state.has_session;
    if (begins_late) {
      say("the journal begins in the middle of the session: day values and book lack what was before");
    }
  }

  clients::PastView past_;
  const Show* show_;
  std::set<std::string> said_;
  ExitCode code_ = ExitCode::ok;
};

void ask_lines(std::istream& lines, const std::vector<std::string>& symbols, platform::UnixNanos now,
               PastQuestions& questions) {
  std::string line;
  for (std::size_t number = 1; std::getline(lines, line); ++number) {
    std::istringstream words(line);
    std::string first, second, third;
    words >> first >> second >> third;
    if (first.empty()) continue;
    if (!third.empty() || (second.empty() && symbols.empty())) {
      throw Failure(ExitCode::usage, "line " + std::to_string(number) + " of --at-file is '" + printable(line) + "'",
                    "SYMBOL TIME, or TIME where symbols are named");
    }
    if (!second.empty()) {
      questions.ask(first, past_time("--at-file", second, now));
      continue;
    }
    const platform::UnixNanos at = past_time("--at-file", first, now);
    for (const std::string& symbol : symbols) questions.ask(symbol, at);
  }
}

}  // namespace

void add_past_question(CLI::App& verb, PastQuestion& question) {
  verb.add_option(
          "--at", question.at,
          "as of this receive time, out of the journal: 2026-11-22T09:30, -10min, or nanoseconds UTC; may be given "
          "several times")
      ->type_name("TIME")
      ->allow_extra_args(false);
  verb.add_option("--at-file", question.at_file, "many such questions, a line each: SYMBOL TIME, or TIME; -: stdin")
      ->type_name("FILE");
  verb.add_option("--journal", question.journal, "with --at: its folder, or the plant's name; default: the plant's")
      ->type_name("FOLDER|PLANT");
}

ExitCode answer_past(const PastQuestion& question, const std::vector<std::string>& symbols, const std::string& plant,
                     const std::function<void(const PastState&, platform::UnixNanos at)>& show) {
  if (question.at.empty() && question.at_file.empty()) {
    throw Failure(ExitCode::usage, "--journal is for what was: it needs --at TIME", "--at 2026-11-22T09:30, or -10min");
  }
  const platform::UnixNanos now = platform::system_now();
  std::vector<platform::UnixNanos> times;
  for (const std::string& text : question.at) times.push_back(past_time("--at", text, now));
  std::ifstream file;
  if (!question.at_file.empty() && question.at_file != "-") {
    file.open(question.at_file);
    if (!file) throw Failure(ExitCode::usage, "--at-file '" + question.at_file + "' cannot be read", "name a file");
  }
  const std::string whose = question.journal.empty() ? chosen_plant(plant) : question.journal;
  PastQuestions questions(chosen_journal(whose, journal_environment_of_this_process()), show);
  for (const platform::UnixNanos at : times) {
    for (const std::string& symbol : symbols) questions.ask(symbol, at);
  }
  if (!question.at_file.empty()) ask_lines(question.at_file == "-" ? std::cin : file, symbols, now, questions);
  return questions.finish();
}

}  // namespace tickplant::cli
