// What holds for the answers of all verbs: each exit code where it can be made to happen, two lines for whoever
// misspelt something, and no colours where nobody wants them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pty.h>

#include <fstream>

#include "ringbuf/counter_names.hpp"
#include "tests/support/computing_plant.hpp"
#include "tests/support/plant_in_folder.hpp"
#include "tests/system/clients/command.hpp"

namespace tickplant::tests::this_file {
namespace {

using testing::HasSubstr;
using testing::Not;

const std::string kGoldenJournal = TICKPLANT_SOURCE_DIR "/tests/golden/journal/v1";
const std::string kDemo = TICKPLANT_SOURCE_DIR "/config/demo.yaml";

class Answers : public testing::Test {
 protected:
  Answers() : apple_(made_.define("AAPL")) {
    made_.count("housekeeping", "ready_at", static_cast<std::uint64_t>(platform::system_now().value),
                ringbuf::CounterKind::level);
    made_.quote(apple_, 189.01, 189.03);
    made_.trade(apple_, 189.02, 50);
    made_.trade(apple_, 190.02, 50);
  }
  Command::Arguments of_plant(Command::Arguments arguments) {
    made_.beat(platform::system_now());
    arguments.insert(arguments.end(), {"--plant", made_.folder()});
    return arguments;
  }
  Answer run(Command::Arguments arguments) { return command_.run(of_plant(std::move(arguments))); }

  /// The remedy's line, of an answer that is two lines.
  void expect_remedy(const Command::Arguments& arguments, int exit_code, const std::string& problem,
                     const std::string& remedy) {
    const Answer answer = command_.run(arguments);
    EXPECT_EQ(answer.exit_code, exit_code) << answer.err;
    EXPECT_EQ(std::count(answer.err.begin(), answer.err.end(), '\n'), 2) << answer.err;
    EXPECT_THAT(answer.err, testing::StartsWith("tickplant: " + problem));
    EXPECT_THAT(answer.err, HasSubstr("\n  remedy: " + remedy));
    EXPECT_EQ(answer.out, "");
  }

  PlantInFolder made_;
  ringbuf::InstrumentId apple_;
  Command command_;
};

TEST_F(Answers, ExitWith0Or1AsTheAnswerIsYesOrNo) {
  EXPECT_EQ(run({"health"}).exit_code, 0);
  made_.count("feed.feed-ticks", std::string(ringbuf::counter::kGaps), 3);
  EXPECT_EQ(run({"health"}).exit_code, 1);
  EXPECT_EQ(run({"health", "--ignore", "gaps"}).exit_code, 0);
}

TEST_F(Answers, ExitWith2WhereTheCommandLineOrAConfigIsWrong) {
  EXPECT_EQ(command_.run({"nonsense"}).exit_code, 2);
  EXPECT_EQ(command_.run({"config", "check", "/nowhere/at/all.yaml"}).exit_code, 2);
}

TEST_F(Answers, ExitWith3WhereThereIsNoPlant) {
  const TempDirectory empty;
  const Command::Environment elsewhere{{"TICKPLANT_RUNTIME", empty.path()}, {"XDG_RUNTIME_DIR", empty.path()}};
  for (const char* verb : {"status", "top", "rings", "counters", "health", "movers", "stop"}) {
    EXPECT_EQ(command_.run({verb, "--plant", "/nowhere/at/all"}).exit_code, 3) << verb;
  }
  EXPECT_EQ(command_.run({"tail", "--plant", "nobody"}, elsewhere).exit_code, 3);
}

TEST_F(Answers, ExitWith4WhereTheyAreNotWhole) {
  EXPECT_EQ(command_.run({"journal", "export", kGoldenJournal, "--ring", "ticks"}).exit_code, 4);
  EXPECT_EQ(command_.run({"config", "show", kDemo}, {}, "/dev/full").exit_code, 4) << "nobody has got it";
}

TEST_F(Answers, ExitWith5WherePermissionIsMissing) {
  const std::string folder = made_.folder();
  const std::string command = TICKPLANT_BINARY_DIR "/bin/tickplant";
  made_.beat(platform::system_now());
  if (::geteuid() != 0) {
    for (const auto& file : std::filesystem::directory_iterator(folder)) {
      std::filesystem::permissions(file.path(), std::filesystem::perms::none);
    }
    EXPECT_EQ(command_.run({"rings", "--plant", folder}).exit_code, 5);
    return;
  }
  // Root may read everything: somebody else asks.
  const std::string as_nobody = "setpriv --reuid=65534 --regid=65534 --clear-groups ";
  if (std::system((as_nobody + command + " --version >/dev/null 2>&1").c_str()) != 0) {
    GTEST_SKIP() << "nobody else may run " << command;
  }
  const int status = std::system((as_nobody + command + " rings --plant " + folder + " >/dev/null 2>&1").c_str());
  EXPECT_EQ(WEXITSTATUS(status), 5);
}

TEST_F(Answers, NameTheNearestOfWhatWasMisspelt) {
  expect_remedy({"tial"}, 2, "'tial' is no verb of `tickplant`", "did you mean 'tail'?");
  expect_remedy({"journal", "lst"}, 2, "'lst' is no verb of `tickplant journal`", "did you mean 'list'?");
  expect_remedy({"rings", "--jsn"}, 2, "'--jsn' is no option of `tickplant rings`", "did you mean '--json'?");
  expect_remedy({"--jsn", "rings"}, 2, "'--jsn' is no option of `tickplant rings`", "did you mean '--json'?");
  expect_remedy({"movers", "--by", "volum"}, 2, "'volum' is no value of --by", "did you mean 'volume'?");
  expect_remedy({"--color", "alway", "rings"}, 2, "'alway' is no value of --color", "did you mean 'always'?");
  expect_remedy({"journal", "export", "x", "--format", "cvs"}, 2, "'cvs' is no value of --format",
                "did you mean 'csv'?");
  expect_remedy({"movers", "--by", "qqqqqqq"}, 2, "'qqqqqqq' is no value", "one of: change, volume, trades");
  expect_remedy({"tail", "--from", "newst"}, 2, "'newst' is no value of --from", "did you mean 'newest'?");
  expect_remedy({"top", "--interval", "1"}, 2, "--interval: is '1', without a unit", "write a whole number");
  expect_remedy({"health", "--ignore", "gasp"}, 2, "there is no reason 'gasp'", "did you mean 'gaps'?");
}

TEST_F(Answers, NameTheNearestOfWhatThePlantHas) {
  expect_remedy(of_plant({"image", "AAPLE"}), 2, "symbol 'AAPLE' is unknown", "did you mean AAPL@XNAS?");
  expect_remedy(of_plant({"book", "AAPLE"}), 2, "symbol 'AAPLE' is unknown", "did you mean AAPL@XNAS?");
  expect_remedy(of_plant({"latency", "--symbol", "AAPLE"}), 2, "symbol 'AAPLE' is", "did you mean AAPL@XNAS?");
  expect_remedy(of_plant({"tail", "--ring", "tiks"}), 2, "plant 'demo' has no ring 'tiks'", "did you mean 'ticks'?");
  expect_remedy(of_plant({"tail", "--type", "trad"}), 2, "there is no record type 'trad'", "did you mean 'trade'?");
  expect_remedy(of_plant({"feed", "status", "feed-tiks"}), 2, "plant 'demo' has no feed", "did you mean 'feed-ticks'?");
  EXPECT_THAT(run({"instruments", "--venue", "XNSA"}).err, HasSubstr("did you mean 'XNAS'?"));
}

TEST_F(Answers, NameTheNearestPlant) {
  const TempDirectory runtime("/dev/shm");
  std::filesystem::create_directories(runtime / "tickplant/demo");
  const PlantInFolder demo({}, runtime / "tickplant/demo");
  const Command::Environment there{{"XDG_RUNTIME_DIR", runtime.path()}};
  const Answer answer = command_.run({"rings", "--plant", "dmo"}, there);
  EXPECT_EQ(answer.exit_code, 3);
  if (answer.err.find("demo") == std::string::npos) GTEST_SKIP() << "plants are looked for elsewhere: " << answer.err;
  EXPECT_THAT(answer.err, HasSubstr("did you mean 'demo'?"));
}

/// What `arguments` print on a terminal.
std::string on_terminal(Command::Arguments arguments, const Command::Environment& environment) {
  arguments.insert(arguments.begin(), "tickplant");
  int terminal = -1;
  const pid_t pid = ::forkpty(&terminal, nullptr, nullptr, nullptr);
  if (pid < 0) throw std::runtime_error("forkpty");
  if (pid == 0) {
    std::vector<char*> argv;
    for (std::string& word : arguments) argv.push_back(word.data());
    argv.push_back(nullptr);
    ::unsetenv("NO_COLOR");
    for (const auto& [name, value] : environment) ::setenv(name.c_str(), value.c_str(), 1);
    ::execv(TICKPLANT_BINARY_DIR "/bin/tickplant", argv.data());
    ::_exit(127);
  }
  std::string out;
  char buffer[4'096];
  for (ssize_t bytes; (bytes = ::read(terminal, buffer, sizeof buffer)) > 0;) {
    out.append(buffer, static_cast<std::size_t>(bytes));
  }
  ::close(terminal);
  ::waitpid(pid, nullptr, 0);
  return out;
}

TEST_F(Answers, AreColouredOnATerminalAloneAndNotAgainstNoColor) {
  ComputingPlant computed(made_);
  computed.row(apple_, "T60", platform::UnixNanos{1'700'000'040'000'000'000}, {.close = 11});
  made_.count("feed.feed-ticks", std::string(ringbuf::counter::kGaps), 3);
  const std::vector<Command::Arguments> verbs{of_plant({"status"}),        of_plant({"feed", "status"}),
                                              of_plant({"health"}),        of_plant({"rings"}),
                                              of_plant({"counters"}),      of_plant({"instruments"}),
                                              of_plant({"movers"}),        of_plant({"image", "--all"}),
                                              of_plant({"image", "AAPL"}), of_plant({"book", "AAPL"}),
                                              of_plant({"bars", "AAPL"}),  of_plant({"top", "--once"}),
                                              of_plant({"doctor"}),        {"journal", "list", kGoldenJournal}};
  for (Command::Arguments verb : verbs) {
    made_.beat(platform::system_now());
    const std::string name = verb[0] + ' ' + verb[1];
    EXPECT_THAT(command_.run(verb).out, Not(HasSubstr("\x1b"))) << name << " into a file";
    EXPECT_THAT(on_terminal(verb, {{"NO_COLOR", "1"}}), Not(HasSubstr("\x1b["))) << name << " with NO_COLOR";
    const bool is_coloured = on_terminal(verb, {}).find("\x1b[") != std::string::npos;
    verb.insert(verb.end(), {"--color", "always"});
    const bool may_be_coloured = command_.run(verb).out.find("\x1b[") != std::string::npos;
    EXPECT_EQ(is_coloured, may_be_coloured) << name << ": on a terminal as with --color always";
    EXPECT_EQ(on_terminal(verb, {{"NO_COLOR", "1"}}).find("\x1b[") != std::string::npos, may_be_coloured)
        << name << ": who says always means it";
    verb.back() = "never";
    EXPECT_THAT(on_terminal(verb, {}), Not(HasSubstr("\x1b["))) << name << " --color never";
  }
  EXPECT_THAT(on_terminal(of_plant({"rings"}), {}), HasSubstr("\x1b[1m"));
  EXPECT_THAT(on_terminal(of_plant({"rings"}), {{"NO_COLOR", ""}}), HasSubstr("\x1b[1m")) << "empty is not set";
}

}  // namespace
}  // namespace tickplant::tests::this_file
