// The file of sequence numbers: what is written comes back, what is damaged is refused, a death leaves the old or the
// new.
#include "daemon/sequence_file.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "platform/setup_error.hpp"
#include "platform/unique_fd.hpp"
#include "tests/support/child_process.hpp"
#include "tests/support/random.hpp"
#include "tests/support/temp_directory.hpp"

namespace tickplant::daemon::this_file {
namespace {

using testing::AllOf;
using testing::HasSubstr;

SequenceFile two_rings() {
  return {"demo", {{"ticks", false, 120'034, 68'719'596'770, 1'700'000'000'000'000'000}, {"b", true, 5, 5, -1}}};
}

std::string refusal(const std::string& text) {
  try {
    (void)decode_sequences(text);
  } catch (const platform::SetupError& error) {
    return error.problem();
  }
  return "";
}

class SequenceFileTest : public testing::Test {
 protected:
  [[nodiscard]] std::string path() const { return folder_ / "sequences"; }
  void write(const SequenceFile& file) const { write_sequences(fd_.get(), path(), file); }
  [[nodiscard]] std::optional<SequenceFile> read() const { return read_sequences(fd_.get(), path()); }

  tests::TempDirectory folder_;
  platform::UniqueFd fd_{::open(folder_.path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
};

TEST(SequenceFileText, IsReadBackAsItWasWritten) {
  EXPECT_EQ(decode_sequences(encode(two_rings())), two_rings());
  const SequenceFile empty{"demo", {}};
  EXPECT_EQ(decode_sequences(encode(empty)), empty);
}

TEST(SequenceFileText, CanBeReadByAnOperator) {
  EXPECT_THAT(encode(two_rings()), testing::StartsWith("tickplant-sequences 1\n"
                                                       "plant demo\n"
                                                       "ring ticks leased 120034 68719596770 1700000000000000000\n"
                                                       "ring b ended 5 5 -1\n"
                                                       "checksum "));
}

TEST(SequenceFileText, IsRefusedWithAnyByteChangedOrMissing) {
  const std::string text = encode(two_rings());
  for (std::size_t at = 0; at < text.size(); ++at) {
    for (const int change : {1, 0x20, 0x80}) {
      std::string damaged = text;
      damaged[at] = static_cast<char>(damaged[at] ^ change);
      EXPECT_NE(refusal(damaged), "") << "byte " << at;
    }
    EXPECT_NE(refusal(text.substr(0, at)), "") << "cut off at " << at;
  }
  EXPECT_NE(refusal(text + "x"), "");
}

TEST(SequenceFileText, OfAnotherVersionIsRefusedWithBoth) {
  EXPECT_THAT(refusal("tickplant-sequences 2\nwhatever\n"), AllOf(HasSubstr("version 2"), HasSubstr("reads 1")));
  EXPECT_THAT(refusal("#!/bin/sh\n"), HasSubstr("is not a file of sequences"));
  EXPECT_THAT(refusal(""), HasSubstr("is not a file of sequences"));
}

TEST_F(SequenceFileTest, IsNotThereAtFirst) { EXPECT_EQ(read(), std::nullopt); }

TEST_F(SequenceFileTest, ReplacesTheOldOneAndIsOurs) {
  write({"demo", {}});
  write(two_rings());
  EXPECT_EQ(read(), two_rings());
  struct stat status {};
  ASSERT_EQ(::stat(path().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0600u);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "sequences.new"));
}

TEST_F(SequenceFileTest, NamesTheFileThatIsDamagedAndTheRemedy) {
  folder_.write("sequences", "tickplant-sequences 1\nplant demo\nchecksum 00000000\n");
  try {
    (void)read();
    FAIL() << "a damaged file was taken";
  } catch (const platform::SetupError& error) {
    EXPECT_THAT(error.problem(), AllOf(HasSubstr(path()), HasSubstr("its checksum is wrong")));
    EXPECT_THAT(error.remedy(), HasSubstr("rm '" + path()));
  }
}

TEST_F(SequenceFileTest, IsTheOldOrTheNewOneAfterDeathAtAnyMoment) {
  tests::Random random(tests::test_seed());
  write({"demo", {{"ticks", false, 0, 1, 7}}});
  std::uint64_t newest = 0;
  for (int death = 0; death < 40; ++death) {
    tests::ChildProcess writer([&] {
      for (std::uint64_t limit = newest + 1;; ++limit) write({"demo", {{"ticks", false, limit, limit, 7}}});
    });
    ::usleep(random.below(3'000));
    writer.kill();
    const std::optional<SequenceFile> left = read();
    ASSERT_TRUE(left.has_value());
    ASSERT_EQ(left->leases.size(), 1u);
    EXPECT_GE(left->leases[0].limit, newest) << "what was on disk is gone";
    newest = left->leases[0].limit;
  }
  EXPECT_GT(newest, 1u) << "nothing was ever written";
}

}  // namespace
}  // namespace tickplant::daemon::this_file
