// The options of our other programs, out of what they print for --help.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "clients/cli/help/help_text.hpp"
#include "clients/cli/help/man_page.hpp"
#include "platform/setup_error.hpp"

namespace tickplant::cli::this_file {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

/// As CLI11 itself prints it.
std::string help_of_a_program() {
  CLI::App app{"venue: a market.\n\nExamples:\n  venue --rate 5    slowly\n", "venue"};
  std::string file;
  int ttl = 1;
  CLI::Option* replay = app.add_option("-r,--replay", file, "a day file")->type_name("FILE")->group("What is said");
  app.add_option("--ttl", ttl, "routers a packet may pass")
      ->type_name("N")
      ->capture_default_str()
      ->check(CLI::Range(0, 255).description("0 to 255"))
      ->excludes(replay);
  bool quick = false;
  app.add_flag("--a-flag-with-a-very-long-name-indeed", quick, "quick");
  return app.help();
}

TEST(ReadHelp, FindsNamesValuesBoundsDefaultsAndGroups) {
  const CommandRow row = read_help("venue", help_of_a_program());
  EXPECT_EQ(row.help, "venue: a market.");
  ASSERT_THAT(row.options, SizeIs(4));
  EXPECT_THAT(row.options[0].names, ElementsAre("-h", "--help"));
  const OptionRow& ttl = row.options[1];
  EXPECT_THAT(ttl.names, ElementsAre("--ttl"));
  EXPECT_EQ(ttl.value.name, "N");
  EXPECT_EQ(ttl.value.bounds, "0 to 255");
  EXPECT_EQ(ttl.default_text, "1");
  EXPECT_EQ(ttl.help, "routers a packet may pass");
  EXPECT_TRUE(row.options[2].is_flag());
  EXPECT_EQ(row.options[2].help, "quick");
  EXPECT_EQ(row.options[3].group, "What is said");
  ASSERT_THAT(row.examples, SizeIs(1));
  EXPECT_EQ(row.examples[0].command, "venue --rate 5");
}

TEST(ReadHelp, RefusesWhatIsNone) {
  EXPECT_THROW((void)read_help("venue", ""), platform::SetupError);
  EXPECT_THROW((void)read_help("venue", "bash: venue: no such file\n"), platform::SetupError);
}

TEST(ManPage, LeavesTheProgramsNameOutOfItsOwnDescriptionAndMakesDashesDashes) {
  const std::string page = man_page(read_help("venue", help_of_a_program()), {.version = "1.2", .section = 8});
  EXPECT_THAT(page, HasSubstr(".TH \"VENUE\" 8"));
  EXPECT_THAT(page, HasSubstr("venue \\- a market\n"));
  EXPECT_THAT(page, HasSubstr("\\fB\\-r\\fR, \\fB\\-\\-replay\\fR \\fIFILE\\fR"));
  EXPECT_THAT(page, HasSubstr("0 to 255; default: 1."));
}

TEST(ManPage, KeepsALineThatBeginsWithADotText) {
  CommandRow row;
  row.path = {"a"};
  row.help = "b";
  row.notes = {".TH is no request here.", "'quoted'"};
  const std::string page = man_page(row, {.version = "1"});
  EXPECT_THAT(page, HasSubstr("\n\\&.TH is"));
  EXPECT_THAT(page, HasSubstr("\n\\&\\(aqquoted"));
}

}  // namespace
}  // namespace tickplant::cli::this_file
