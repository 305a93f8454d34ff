#include "daemon/control/watchlists.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "platform/setup_error.hpp"
#include "tests/support/temp_directory.hpp"

namespace tickplant::daemon::this_file {
namespace {

using platform::SetupError;
using testing::ElementsAre;
using testing::IsEmpty;
using Symbols = std::vector<std::string>;

std::string problem_of(auto&& call) {
  try {
    call();
  } catch (const SetupError& error) {
    return error.what();
  }
  return "";
}

TEST(Watchlists, KeepWhatAUserPutsInThem) {
  Watchlists lists;
  EXPECT_THAT(lists.names_of(7), IsEmpty());
  EXPECT_THAT(lists.add(7, "b", Symbols{"AAPL", "IBM", "AAPL"}), ElementsAre("AAPL", "IBM"));
  EXPECT_THAT(lists.add(7, "b", Symbols{"IBM", "A"}), ElementsAre("AAPL", "IBM", "A"));
  (void)lists.add(7, "a", Symbols{});
  (void)lists.add(8, "c", Symbols{"X"});
  EXPECT_THAT(lists.names_of(7), ElementsAre("a", "b"));
  EXPECT_THAT(lists.names_of(8), ElementsAre("c"));
  EXPECT_THAT(lists.remove(7, "b", Symbols{"AAPL", "A"}), ElementsAre("IBM"));
  lists.erase(7, "b");
  EXPECT_THAT(lists.names_of(7), ElementsAre("a"));
}

TEST(Watchlists, RefuseWhatIsNoneAndChangeNothing) {
  Watchlists lists;
  (void)lists.add(7, "tech", Symbols{"AAPL"});
  const std::string before = lists.encode();
  EXPECT_NE(problem_of([&] { (void)lists.symbols_of(7, "teck"); }).find("did you mean tech?"), std::string::npos);
  EXPECT_NE(problem_of([&] { (void)lists.symbols_of(8, "tech"); }), "") << "another user's";
  for (const std::string& name : {std::string(), std::string("a b"), std::string("a\n"), std::string(65, 'a')})
    EXPECT_NE(problem_of([&] { (void)lists.add(7, name, Symbols{"A"}); }), "") << name;
  for (const std::string& symbol : {std::string(), std::string("A B"), std::string("A\n"), std::string(81, 'A')})
    EXPECT_NE(problem_of([&] { (void)lists.add(7, "tech", Symbols{"B", symbol}); }), "") << symbol;
  EXPECT_NE(problem_of([&] { (void)lists.remove(7, "tech", Symbols{"AAPL", "X"}); }), "");
  EXPECT_NE(problem_of([&] { lists.erase(7, "x"); }), "");
  EXPECT_EQ(lists.encode(), before);
}

TEST(Watchlists, HaveLimits) {
  Watchlists lists;
  Symbols many;
  for (std::size_t i = 0; i < Watchlists::kSymbolsOfAList; ++i) many.push_back("S" + std::to_string(i));
  (void)lists.add(1, "full", many);
  EXPECT_NE(problem_of([&] { (void)lists.add(1, "full", Symbols{"ONE"}); }).find("1001 symbols"), std::string::npos);
  for (std::size_t i = 1; i < Watchlists::kListsOfAUser; ++i) (void)lists.add(1, "l" + std::to_string(i), Symbols{});
  EXPECT_NE(problem_of([&] { (void)lists.add(1, "more", Symbols{}); }), "");
  for (uid_t user = 2; user <= Watchlists::kSymbolsOfAll / Watchlists::kSymbolsOfAList; ++user)
    (void)lists.add(user, "full", many);
  EXPECT_NE(problem_of([&] { (void)lists.add(500, "one", Symbols{"A"}); }), "");
  lists.erase(2, "full");
  EXPECT_THAT(lists.add(500, "one", Symbols{"A"}), ElementsAre("A"));
}

TEST(Watchlists, AreWhatWasWritten) {
  const tests::TempDirectory folder;
  std::vector<std::string> alarms;
  EXPECT_THAT(Watchlists::load(folder.path(), alarms).names_of(7), IsEmpty()) << "there is no file yet";
  Watchlists lists;
  (void)lists.add(7, "tech", Symbols{"AAPL@XNAS", "BRK.B"});
  (void)lists.add(4'000'000'000u, "empty", Symbols{});
  write_watchlists(folder.path(), lists.encode());
  write_watchlists(folder.path(), lists.encode());
  const Watchlists again = Watchlists::load(folder.path(), alarms);
  EXPECT_THAT(alarms, IsEmpty());
  EXPECT_EQ(again.encode(), lists.encode());
  EXPECT_THAT(again.symbols_of(7, "tech"), ElementsAre("AAPL@XNAS", "BRK.B"));
  struct stat found {};
  ASSERT_EQ(::stat((folder.path() / Watchlists::kFileName).c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777u, 0600u);
}

TEST(Watchlists, AnyDamageIsFoundAndTheFileSetAside) {
  Watchlists lists;
  (void)lists.add(7, "tech", Symbols{"AAPL", "IBM"});
  const std::string text = lists.encode();
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string damaged = text;
    damaged[i] = static_cast<char>(damaged[i] ^ 1);
    EXPECT_THROW((void)Watchlists::decode(damaged), SetupError) << i;
    EXPECT_THROW((void)Watchlists::decode(text.substr(0, i)), SetupError) << i;
  }
  const tests::TempDirectory folder;
  std::ofstream(folder.path() / Watchlists::kFileName) << text.substr(0, 30);
  std::vector<std::string> alarms;
  EXPECT_THAT(Watchlists::load(folder.path(), alarms).names_of(7), IsEmpty());
  ASSERT_EQ(alarms.size(), 1u);
  EXPECT_FALSE(std::filesystem::exists(folder.path() / Watchlists::kFileName));
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1) << "it is there still";
}

TEST(Watchlists, AWriteThatFailsLeavesTheFileAsItWas) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may write everywhere";
  const tests::TempDirectory folder;
  write_watchlists(folder.path(), Watchlists().encode());
  std::filesystem::permissions(folder.path(), std::filesystem::perms::owner_read | std::filesystem::perms::owner_exec);
  EXPECT_THROW(write_watchlists(folder.path(), "x"), SetupError);
  std::vector<std::string> alarms;
  EXPECT_THAT(Watchlists::load(folder.path(), alarms).names_of(7), IsEmpty());
  std::filesystem::permissions(folder.path(), std::filesystem::perms::owner_all);
}

}  // namespace
}  // namespace tickplant::daemon::this_file
