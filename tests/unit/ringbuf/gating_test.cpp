#include "ringbuf/gating.hpp"

#include <gtest/gtest.h>

#include "ringbuf/private_payload.hpp"

namespace tickplant::ringbuf::this_file {
namespace {

class GatingTest : public testing::Test {
 protected:
  PrivatePayload bytes_{sizeof(GatingPage<>)};
  GatingPage<>& page_ = object_at<GatingPage<>>(bytes_.bytes(), 0);
  Gate gate_{page_, 64};
};

TEST_F(GatingTest, IsOpenWhenNobodyReadsWithoutLoss) {
  EXPECT_EQ(gate_.room({0}), 64u);
  EXPECT_EQ(gate_.room({1'000'000}), 64u);
}

TEST_F(GatingTest, WithoutAPageIsAlwaysOpen) { EXPECT_GT(Gate().room({1'000'000}), 1u << 30); }

TEST_F(GatingTest, LeavesRoomForWhatTheReaderHasRead) {
  GatingReader reader(page_, 3, {1});
  EXPECT_EQ(gate_.room({0}), 64u);
  EXPECT_EQ(gate_.room({60}), 4u);
  EXPECT_EQ(gate_.room({64}), 0u);
  reader.advance({11});
  EXPECT_EQ(gate_.room({64}), 10u);
}

TEST_F(GatingTest, WaitsForTheSlowest) {
  GatingReader fast(page_, 0, {60}), slow(page_, 15, {21});
  EXPECT_EQ(gate_.room({80}), 4u);
  slow.advance({70});
  EXPECT_EQ(gate_.room({80}), 43u) << "now the other one is the slowest";
}

TEST_F(GatingTest, WaitsForNobodyWhoHasStopped) {
  GatingReader reader(page_, 0, {1});
  reader.stop();
  EXPECT_EQ(gate_.room({64}), 64u);
}

TEST_F(GatingTest, HasNoRoomLessThanNone) {
  GatingReader reader(page_, 0, {1});  // of a live source, which did not wait
  EXPECT_EQ(gate_.room({1000}), 0u);
}

TEST_F(GatingTest, IsOpenForAReaderThatIsAheadOfTheWriter) {
  GatingReader reader(page_, 0, {101});
  EXPECT_EQ(gate_.room({50}), 64u);
}

}  // namespace
}  // namespace tickplant::ringbuf::this_file
