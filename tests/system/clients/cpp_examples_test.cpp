// The example programs as processes of their own, beside a plant.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <string>
#include <vector>

#include "platform/unique_fd.hpp"
#include "tests/support/plant_in_folder.hpp"

namespace tickplant::tests::this_file {
namespace {

using testing::HasSubstr;

/// An example with its stdout and stderr in a pipe.
class Example {
 public:
  Example(const std::string& name, const std::filesystem::path& plant_folder, std::vector<std::string> arguments) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) throw std::runtime_error("pipe2");
    output_ = platform::UniqueFd(ends[0]);
    const platform::UniqueFd input(ends[1]);
    const std::string program = std::string(TICKPLANT_BINARY_DIR) + "/bin/examples/" + name;
    const std::string variable = "TICKPLANT_RUNTIME=" + plant_folder.string();
    std::vector<char*> words{const_cast<char*>(program.c_str())};
    for (std::string& argument : arguments) words.push_back(argument.data());
    words.push_back(nullptr);
    char* environment[] = {const_cast<char*>(variable.c_str()), nullptr};
    child_ = ::fork();
    if (child_ != 0) return;
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::dup2(input.get(), STDOUT_FILENO);
    ::dup2(input.get(), STDERR_FILENO);
    ::execve(program.c_str(), words.data(), environment);
    ::_exit(127);
  }
  ~Example() {
    if (child_ > 0) (void)stop(SIGKILL);
  }
  Example(const Example&) = delete;
  Example& operator=(const Example&) = delete;

  /// What it has said so far.
  const std::string& output() {
    char bytes[4096];
    for (ssize_t n = 0; (n = ::read(output_.get(), bytes, sizeof bytes)) > 0;)
      text_.append(bytes, static_cast<std::size_t>(n));
    return text_;
  }
  /// Its exit code, or the signal that ended it, negative.
  int stop(int signal) {
    ::kill(child_, signal);
    return wait();
  }
  int wait() {
    int status = 0;
    ::waitpid(child_, &status, 0);
    child_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  }

 private:
  platform::UniqueFd output_;
  std::string text_;
  pid_t child_ = -1;
};

/// Calls `step` until `example` has said `text`, or ten seconds are over.
template <class Step>
bool says(Example& example, const std::string& text, Step&& step) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (example.output().find(text) == std::string::npos && std::chrono::steady_clock::now() < end) {
    step();
    ::usleep(1'000);
  }
  return example.output().find(text) != std::string::npos;
}

TEST(Examples, MinimalPrintsTheQuotesOfItsSymbol) {
  PlantInFolder made;
  const auto apple = made.define("AAPL");
  const auto other = made.define("OTHER");
  Example minimal("minimal", made.folder(), {"demo", "AAPL"});
  EXPECT_TRUE(says(minimal, "189.0100 x 189.0300", [&] {
    for (int i = 0; i < 50; ++i) made.quote(other, 7, 8);  // its output is buffered: it takes a few
    for (int i = 0; i < 50; ++i) made.quote(apple, 189.01, 189.03);
  })) << minimal.output();
  EXPECT_THAT(minimal.output(), testing::Not(HasSubstr("7.0000")));
  EXPECT_EQ(minimal.stop(SIGTERM), -SIGTERM);
}

TEST(Examples, MinimalSaysWhatIsWrong) {
  const TempDirectory empty{"/dev/shm"};
  Example minimal("minimal", empty.path(), {"demo", "AAPL"});
  EXPECT_EQ(minimal.wait(), 2);
  EXPECT_THAT(minimal.output(), HasSubstr("there is no plant 'demo'"));
  Example without_words("minimal", empty.path(), {});
  EXPECT_EQ(without_words.wait(), 2);
  EXPECT_THAT(without_words.output(), HasSubstr("usage: minimal PLANT SYMBOL"));
}

TEST(Examples, TheTradingProcessDecidesMeasuresAndStopsInOrder) {
  PlantInFolder made;
  const auto apple = made.define("AAPL");
  Example trader("trading_process", made.folder(), {"demo", "--park"});
  ASSERT_TRUE(says(trader, "readable-to-decision", [&] {
    made.trade(apple, 10.02, 100);
    made.quote(apple, 10.01, 10.02, 500, 100);  // the last trade took the offer, the bid is thick: buy
    made.trade(apple, 10.01, 100);
    made.quote(apple, 10.01, 10.02, 100, 500);  // the other way round
    made.quote(apple, 10.00, 10.10, 100, 500);  // too wide
  })) << trader.output();
  EXPECT_EQ(trader.stop(SIGINT), 0);
  EXPECT_THAT(trader.output(), HasSubstr("run        tick-to-decision  p50 "));
  EXPECT_THAT(trader.output(), HasSubstr("lost: 0 records"));
  long long buy = 0, sell = 0, wait = 0;
  const std::size_t at = trader.output().find("decisions: ");
  ASSERT_NE(at, std::string::npos);
  ASSERT_EQ(std::sscanf(trader.output().c_str() + at, "decisions: %lld to buy, %lld to sell, %lld to wait", &buy, &sell,
                        &wait),
            3);
  EXPECT_GT(buy, 0);
  EXPECT_NEAR(double(buy), double(sell), 2) << "as many, but for where it joined and was stopped";
  EXPECT_NEAR(double(buy), double(wait), 2);
}

TEST(Examples, TheTradingProcessTellsHowItIsUsed) {
  const TempDirectory empty{"/dev/shm"};
  Example trader("trading_process", empty.path(), {"--help"});
  EXPECT_EQ(trader.wait(), 2);
  EXPECT_THAT(trader.output(), HasSubstr("usage: trading_process PLANT [SYMBOL...]"));
}

}  // namespace
}  // namespace tickplant::tests::this_file
