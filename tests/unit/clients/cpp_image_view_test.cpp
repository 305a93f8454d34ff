#include "clients/cpp/image_view.hpp"

#include <gtest/gtest.h>

#include "platform/setup_error.hpp"
#include "tests/support/plant_in_folder.hpp"

namespace tickplant::clients::this_file {
namespace {

using ringbuf::DepthEntry;
using ringbuf::ImageEntry;
using ringbuf::InstrumentId;
using ringbuf::NewestEntry;
using ringbuf::TableRead;
using tests::PlantInFolder;

class ImageViewTest : public testing::Test {
 protected:
  PlantInFolder made_{{.rings = {"ticks", "more"}}};
  InstrumentId apple_ = made_.define("AAPL", 0);
  InstrumentId other_ = made_.define("OTHER", 1);
  Plant plant_ = Plant::in_folder(made_.folder());
  ImageView view_{plant_};
  ImageEntry image_;
};

TEST_F(ImageViewTest, ReadsEachInstrumentFromTheTablesOfItsRing) {
  made_.quote(apple_, 1, 2);
  made_.trade(other_, 7, 30, 1);
  made_.depth(apple_, {{tests::dollars(1), {100}, 1}}, {});
  ASSERT_EQ(view_.read(apple_, image_), TableRead::value);
  EXPECT_EQ(image_.ask_price, tests::dollars(2));
  ASSERT_EQ(view_.read(other_, image_), TableRead::value);
  EXPECT_EQ(image_.last_price, tests::dollars(7));
  DepthEntry depth;
  ASSERT_EQ(view_.read(apple_, depth), TableRead::value);
  EXPECT_EQ(depth.bid_count, 1);
  EXPECT_EQ(depth.bid[0].price, tests::dollars(1));
  NewestEntry newest;
  ASSERT_EQ(view_.read(other_, newest), TableRead::value);
  EXPECT_EQ(newest.trade_count, 1u);
}

TEST_F(ImageViewTest, OfWhatNothingWasSaidItSaysNever) {
  EXPECT_EQ(view_.read(apple_, image_), TableRead::never);
  EXPECT_EQ(view_.read(ringbuf::kNoInstrument, image_), TableRead::never);
  EXPECT_EQ(view_.read({63}, image_), TableRead::never);
  EXPECT_EQ(view_.read({1u << 20}, image_), TableRead::never);
}

TEST_F(ImageViewTest, FindsAnInstrumentThatIsDefinedLater) {
  EXPECT_EQ(view_.read({3}, image_), TableRead::never);
  const InstrumentId later = made_.define("LATER", 1);
  made_.quote(later, 1, 2, 1, 1, 1);
  EXPECT_EQ(view_.read(later, image_), TableRead::value);
}

TEST_F(ImageViewTest, SaysBusyWhileAnEntryStaysHalfWritten) {
  made_.quote(apple_, 1, 2);
  ASSERT_EQ(view_.read(apple_, image_), TableRead::value);
  for (ringbuf::WritableSegment& segment : made_.segments().segments()) {
    if (segment.path().filename() != "image.ticks.seg") continue;
    ringbuf::array_at<ringbuf::ImageSlot>(segment.payload(), 0, 2)[1].begin({1'000});
  }
  EXPECT_EQ(view_.read(apple_, image_), TableRead::busy);
}

TEST_F(ImageViewTest, ReadsTheNewTablesOnceThePlantIsReattached) {
  made_.quote(apple_, 1, 2);
  ASSERT_EQ(view_.read(apple_, image_), TableRead::value);
  tests::PlantShape shape = made_.shape();
  shape.instruments = 32;
  made_.succeed(shape);
  const InstrumentId other = made_.define("OTHER", 1);
  ASSERT_NE(other, other_);
  made_.quote(other, 3, 4, 1, 1, 1);
  ASSERT_EQ(view_.read(apple_, image_), TableRead::value) << "the old plant's, as it was left";
  EXPECT_EQ(image_.bid_price, tests::dollars(1));
  ASSERT_TRUE(plant_.reattach());
  ASSERT_EQ(view_.read(other, image_), TableRead::value);
  EXPECT_EQ(image_.bid_price, tests::dollars(3));
}

TEST_F(ImageViewTest, ATableThatCannotBeAttachedIsAnError) {
  std::filesystem::remove(made_.folder() / "image.ticks.seg");
  EXPECT_THROW((void)view_.read(apple_, image_), platform::SetupError);
}

}  // namespace
}  // namespace tickplant::clients::this_file
