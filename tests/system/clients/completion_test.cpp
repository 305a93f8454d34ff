// Completions in a real shell, and manual pages in a real formatter: what `tickplant` writes about itself is taken by
// those it is written for.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <sstream>

#include "clients/cli/command_line.hpp"
#include "clients/cli/help/command_table.hpp"
#include "clients/cli/help/live_values.hpp"
#include "clients/cli/help/man_page.hpp"
#include "tests/support/computing_plant.hpp"
#include "tests/support/plant_in_folder.hpp"
#include "tests/system/clients/command.hpp"

namespace tickplant::tests::this_file {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::IsSupersetOf;
using testing::Not;

struct Shelled {
  int exit_code = -1;
  std::string out;  // both outputs
};

Shelled in_shell(const std::string& command) {
  Shelled result;
  std::FILE* pipe = ::popen((command + " 2>&1").c_str(), "re");
  if (pipe == nullptr) throw std::runtime_error("popen");
  for (int c; (c = std::fgetc(pipe)) != EOF;) result.out += static_cast<char>(c);
  const int status = ::pclose(pipe);
  result.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return result;
}

bool is_there(const std::string& program) { return in_shell("command -v " + program).exit_code == 0; }

std::string text_in(const std::filesystem::path& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

class Completion : public testing::Test {
 protected:
  std::string script(const std::string& shell) {
    const std::filesystem::path file = directory_ / ("tickplant." + shell);
    const Answer answer = command_.run({"completion", shell}, {}, file);
    EXPECT_EQ(answer.exit_code, 0) << answer.err;
    return file;
  }
  /// What bash offers behind `words`, cut as readline cuts them; the last one is being typed. `line`: as typed.
  std::vector<std::string> offered(const std::vector<std::string>& words, const std::string& line) {
    const std::string file = directory_ / "try";
    std::ofstream out(file);
    out << "PATH=" TICKPLANT_BINARY_DIR "/bin:$PATH\nsource " << script("bash") << "\nCOMP_WORDS=(";
    for (const std::string& word : words) out << " '" << word << '\'';
    out << ")\nCOMP_CWORD=" << words.size() - 1 << "\nCOMP_LINE='" << line << "'\nCOMP_POINT=${#COMP_LINE}\n"
        << "_tickplant\nprintf '%s\\n' \"${COMPREPLY[@]}\"\n";
    out.close();
    const Shelled result = in_shell("bash " + file);
    EXPECT_EQ(result.exit_code, 0) << result.out;
    std::vector<std::string> offers;
    std::istringstream lines(result.out);
    for (std::string offer; std::getline(lines, offer);) {
      if (!offer.empty()) offers.push_back(offer);
    }
    return offers;
  }
  /// The same where readline cuts at blanks alone.
  std::vector<std::string> offered(const std::string& line) {
    std::vector<std::string> words;
    std::istringstream in(line);
    for (std::string word; in >> word;) words.push_back(word);
    if (line.ends_with(' ')) words.emplace_back();
    return offered(words, line);
  }

  TempDirectory directory_;
  Command command_;
};

TEST_F(Completion, OffersVerbsThenTheirParts) {
  EXPECT_THAT(offered("tickplant "), AllOf(IsSupersetOf({"start", "tail", "journal"}), Not(Contains("live-values"))));
  EXPECT_THAT(offered("tickplant jo"), ElementsAre("journal"));
  EXPECT_THAT(offered("tickplant journal "), IsSupersetOf({"list", "verify", "export"}));
  EXPECT_THAT(offered("tickplant --json --color never jo"), ElementsAre("journal"));
}

TEST_F(Completion, OffersTheOptionsOfTheVerbReachedAndThoseOfAllVerbs) {
  EXPECT_THAT(offered("tickplant journal export --"), IsSupersetOf({"--format", "--out", "--json", "--color"}));
  EXPECT_THAT(offered("tickplant rings --"), Not(Contains("--format")));
  EXPECT_THAT(offered("tickplant journal export demo --fo"), ElementsAre("--format"));
}

TEST_F(Completion, OffersTheWordsThatAnOptionTakes) {
  EXPECT_THAT(offered("tickplant movers --by "), ElementsAre("change", "volume", "trades"));
  EXPECT_THAT(offered("tickplant --color a"), ElementsAre("auto", "always"));
  EXPECT_THAT(offered("tickplant rings --color n"), ElementsAre("never"));
  EXPECT_THAT(offered("tickplant health --ignore ga"), ElementsAre("gaps"));
  EXPECT_THAT(offered("tickplant tail --count "), IsEmpty());
  EXPECT_THAT(offered("tickplant completion "), ElementsAre("bash", "zsh", "fish"));
  EXPECT_THAT(offered("tickplant completion bash "), IsEmpty()) << "one is all it takes";
}

TEST_F(Completion, GoesOnInAListBehindItsComma) {
  EXPECT_THAT(offered("tickplant tail --type trade,qu"), ElementsAre("trade,quote"));
}

TEST_F(Completion, KnowsAnOptionAndItsValueInOneWord) {
  EXPECT_THAT(offered({"tickplant", "movers", "--by", "=", "v"}, "tickplant movers --by=v"), ElementsAre("volume"));
}

TEST_F(Completion, OffersFilesAndFoldersWhereTheyAreMeant) {
  std::ofstream(directory_ / "capture.pcap") << "x";
  std::filesystem::create_directory(directory_ / "capture.d");
  const std::string folder = directory_.path();
  EXPECT_THAT(offered("tickplant inspect " + folder + "/cap"), IsSupersetOf({folder + "/capture.pcap"}));
  EXPECT_THAT(offered("tickplant journal list " + folder + "/cap"), ElementsAre(folder + "/capture.d"));
}

TEST_F(Completion, AsksTheRunningPlantForItsSymbolsAndRings) {
  PlantInFolder made;
  made.define("AAPL");
  made.define("AAL");
  made.define("MSFT");
  made.beat(platform::system_now());
  const std::string plant = "tickplant tail --plant " + made.folder().string();
  EXPECT_THAT(offered(plant + " AA"), ElementsAre("AAL", "AAPL"));
  EXPECT_THAT(offered(plant + " --ring "), ElementsAre("ticks"));
  EXPECT_THAT(offered("tickplant feed status --plant " + made.folder().string() + ' '), ElementsAre("feed-ticks"));
  EXPECT_THAT(offered({"tickplant", "tail", "--plant", made.folder(), "AAPL", "@", "X"}, plant + " AAPL@X"),
              ElementsAre("XNAS"))
      << "readline keeps what stands before the @";
}

TEST_F(Completion, QuotesWhatTheShellWouldTakeForItsOwn) {
  PlantInFolder made;
  made.define("AAPL");
  const ComputingPlant computed(made);
  made.beat(platform::system_now());
  EXPECT_THAT(offered("tickplant tail --plant " + made.folder().string() + " --derived --function T60.s"),
              Contains("T60.sma\\(5\\)"));
}

TEST_F(Completion, IsSilentWithoutAPlant) {
  EXPECT_THAT(offered("tickplant tail --plant /nowhere/at/all AA"), IsEmpty());
  EXPECT_THAT(cli::live_values("symbols", "", "/nowhere/at/all"), IsEmpty());
  EXPECT_THAT(cli::live_values("nonsense", "", ""), IsEmpty());
}

TEST_F(Completion, IsAScriptThatEachShellCanRead) {
  for (const std::string shell : {"bash", "zsh", "fish"}) {
    if (!is_there(shell)) continue;
    const Shelled result = in_shell(shell + " -n " + script(shell));
    EXPECT_EQ(result.exit_code, 0) << shell << ": " << result.out;
  }
}

TEST_F(Completion, NamesEveryVerbAndOptionInEachScript) {
  const cli::CommandRow table = cli::command_table(cli::CommandLine().app());
  for (const std::string shell : {"bash", "zsh", "fish"}) {
    const std::string text = text_in(script(shell));
    for (const cli::CommandRow* row : cli::all_commands(table)) {
      EXPECT_THAT(text, HasSubstr(row->name())) << shell;
      for (const cli::OptionRow& option : row->options) {
        const std::string name = option.names.back();
        EXPECT_THAT(text, HasSubstr(shell == "fish" ? "-l " + name.substr(2) : name)) << shell;
      }
    }
  }
}

TEST_F(Completion, IsNoJsonAndNoOtherShells) {
  EXPECT_EQ(command_.run({"completion", "bash", "--json"}).exit_code, 2);
  const Answer other = command_.run({"completion", "zhs"});
  EXPECT_EQ(other.exit_code, 2);
  EXPECT_THAT(other.err, HasSubstr("did you mean 'zsh'?"));
}

class ManualPages : public testing::Test {
 protected:
  ManualPages() {
    const Answer answer = Command().run({"manual", directory_.path()});
    EXPECT_EQ(answer.exit_code, 0) << answer.err;
  }
  TempDirectory directory_;
};

TEST_F(ManualPages, SayOfEachVerbEverythingThatTheTableSays) {
  const cli::CommandRow table = cli::command_table(cli::CommandLine().app());
  for (const cli::CommandRow* row : cli::all_commands(table)) {
    const std::string text = text_in(directory_ / "man1" / (cli::man_name(*row) + ".1"));
    for (const char* section :
         {".SH NAME", ".SH SYNOPSIS", ".SH OPTIONS", ".SH EXAMPLES", ".SH \"EXIT STATUS\"", ".SH \"SEE ALSO\""}) {
      EXPECT_THAT(text, HasSubstr(section)) << row->full_name();
    }
    for (const cli::OptionRow& option : row->options) {
      std::string name = option.names.back();
      for (std::size_t at = 0; (at = name.find('-', at)) != std::string::npos; at += 2) name.insert(at, 1, '\\');
      EXPECT_THAT(text, HasSubstr(name)) << row->full_name();
    }
  }
}

TEST_F(ManualPages, ExplainEachExitCode) {
  const std::string text = text_in(directory_ / "man1" / "tickplant-tail.1");
  const std::string status = text.substr(text.find("EXIT STATUS"));
  for (const char* code : {"0", "1", "2", "3", "4", "5"}) {
    EXPECT_THAT(status, HasSubstr(std::string(".TP\n\\fB") + code + "\\fR\n"));
  }
}

TEST_F(ManualPages, AreRoffWithoutAWarning) {
  if (!is_there("groff")) GTEST_SKIP() << "no groff";
  for (const auto& page : std::filesystem::directory_iterator(directory_ / "man1")) {
    const Shelled result = in_shell("groff -ww -man -Tutf8 -z " + page.path().string());
    EXPECT_EQ(result.out, "") << page.path();
  }
}

}  // namespace
}  // namespace tickplant::tests::this_file
