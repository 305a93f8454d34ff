#include "ringbuf/catalog.hpp"

#include <gmock/gmock.h>

#include "ringbuf/plant_folder.hpp"
#include "ringbuf/private_payload.hpp"
#include "tests/unit/ringbuf/segment_fixture.hpp"

namespace tickplant::ringbuf::this_file {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

CatalogFeed nasdaq() { return {{1}, "nasdaq", "itch50", "XNAS", "ticks.nasdaq", "us", "America/New_York"}; }
CatalogFeed coinbase() { return {{2}, "coinbase", "coinbase_ws", "CBSE", "ticks.coinbase", "", "UTC"}; }
CatalogSegment ticks() { return {"ticks.nasdaq", SegmentKind::broadcast, {1}, "us/ticks.nasdaq.seg", 64, 1u << 16, 1}; }

class Catalog : public testing::Test {
 protected:
  PrivatePayload memory_{CatalogWriter::payload_bytes()};
  CatalogWriter writer_{memory_.bytes()};
  CatalogReader reader_{std::as_const(memory_).bytes()};
};

TEST_F(Catalog, IsEmptyAtFirst) {
  EXPECT_TRUE(reader_.feeds().empty());
  EXPECT_TRUE(reader_.segments().empty());
  EXPECT_EQ(reader_.version(), 0u);
  EXPECT_EQ(reader_.find_feed("nasdaq"), std::nullopt);
}

TEST_F(Catalog, GivesBackEveryFieldOfFeedsAndSegments) {
  EXPECT_EQ(writer_.put(nasdaq()), FeedId{1});
  EXPECT_EQ(writer_.put(coinbase()), FeedId{2});
  writer_.put(ticks());
  EXPECT_THAT(reader_.feeds(), ElementsAre(nasdaq(), coinbase()));
  EXPECT_THAT(reader_.segments(), ElementsAre(ticks()));
}

TEST_F(Catalog, FindsByNameAndById) {
  writer_.put(nasdaq());
  writer_.put(coinbase());
  writer_.put(ticks());
  EXPECT_EQ(reader_.find_feed("coinbase"), coinbase());
  EXPECT_EQ(reader_.find_feed("coin"), std::nullopt);
  EXPECT_EQ(reader_.find_feed(FeedId{1}), nasdaq());
  EXPECT_EQ(reader_.find_feed(FeedId{3}), std::nullopt);
  EXPECT_EQ(reader_.find_segment("ticks.nasdaq"), ticks());
  EXPECT_EQ(reader_.find_segment("image.nasdaq"), std::nullopt);
}

TEST_F(Catalog, ChangesAnEntryInPlace) {
  writer_.put(nasdaq());
  writer_.put(ticks());
  CatalogSegment next = ticks();
  next.epoch = 2;
  next.slot_count = 1u << 20;
  writer_.put(next);
  CatalogFeed moved = nasdaq();
  moved.entitlement_folder = "";
  EXPECT_EQ(writer_.put(moved), FeedId{1});
  EXPECT_THAT(reader_.segments(), ElementsAre(next));
  EXPECT_THAT(reader_.feeds(), ElementsAre(moved));
}

TEST_F(Catalog, ItsVersionGrowsWithChangesAlone) {
  writer_.put(nasdaq());
  EXPECT_EQ(reader_.version(), 1u);
  writer_.put(nasdaq());
  EXPECT_EQ(reader_.version(), 1u);
  writer_.put(ticks());
  EXPECT_EQ(reader_.version(), 2u);
  CatalogSegment next = ticks();
  next.epoch = 2;
  writer_.put(next);
  EXPECT_EQ(reader_.version(), 3u);
}

TEST_F(Catalog, HasTheDocumentedBytes) {
  writer_.put(nasdaq());
  writer_.put(ticks());
  const std::string bytes(reinterpret_cast<const char*>(memory_.bytes().data()), memory_.bytes().size());
  EXPECT_EQ(bytes.substr(0, 24), std::string("\2\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0", 24));
  const std::string feed = bytes.substr(0x40, 256);
  EXPECT_EQ(feed.substr(0, 16), std::string("\1\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0", 16));
  EXPECT_STREQ(feed.data() + 16, "XNAS");
  EXPECT_STREQ(feed.data() + 24, "nasdaq");
  EXPECT_STREQ(feed.data() + 56, "itch50");
  EXPECT_STREQ(feed.data() + 88, "America/New_York");
  EXPECT_STREQ(feed.data() + 128, "ticks.nasdaq");
  EXPECT_STREQ(feed.data() + 192, "us");
  const std::string segment = bytes.substr(0x4040, 256);
  EXPECT_EQ(segment.substr(0, 24), std::string("\2\0\0\0\0\0\0\0\2\0\0\0\1\0\0\0\100\0\0\0\0\0\0\0", 24));
  EXPECT_EQ(segment.substr(24, 16), std::string("\0\0\1\0\0\0\0\0\1\0\0\0\0\0\0\0", 16));
  EXPECT_STREQ(segment.data() + 40, "ticks.nasdaq");
  EXPECT_STREQ(segment.data() + 104, "us/ticks.nasdaq.seg");
}

TEST_F(Catalog, SaysWhenItIsFull) {
  CatalogFeed feed = nasdaq();
  for (std::uint32_t i = 1; i <= kCatalogFeedCapacity; ++i) {
    feed.name = "feed" + std::to_string(i);
    EXPECT_EQ(writer_.put(feed).value, i);
  }
  EXPECT_THAT(error_of([&] { writer_.put(nasdaq()); }), HasSubstr("no place for feed 'nasdaq', it holds 64"));
  EXPECT_EQ(writer_.put(feed).value, kCatalogFeedCapacity) << "changing a known one still works";
  CatalogSegment segment = ticks();
  for (std::uint32_t i = 1; i <= kCatalogSegmentCapacity; ++i) {
    segment.name = "segment" + std::to_string(i);
    writer_.put(segment);
  }
  EXPECT_THAT(error_of([&] { writer_.put(ticks()); }), HasSubstr("no place for segment 'ticks.nasdaq', it holds 512"));
  EXPECT_EQ(reader_.segments().size(), kCatalogSegmentCapacity);
}

TEST_F(Catalog, RefusesTextsThatDoNotFitRatherThanCutThem) {
  CatalogFeed feed = nasdaq();
  feed.name = std::string(31, 'n');
  EXPECT_EQ(error_of([&] { writer_.put(feed); }), "");
  feed.name += 'n';
  EXPECT_THAT(error_of([&] { writer_.put(feed); }), HasSubstr("use at most 31"));
  feed = nasdaq();
  feed.venue = "TOOLONGX";
  EXPECT_THAT(error_of([&] { writer_.put(feed); }), HasSubstr("venue of 'nasdaq' is 'TOOLONGX', 8 bytes long"));
  CatalogSegment segment = ticks();
  segment.file = std::string(152, 'f');
  EXPECT_THAT(error_of([&] { writer_.put(segment); }), HasSubstr("use at most 151"));
  feed.venue = "";
  feed.name = "";
  EXPECT_THAT(error_of([&] { writer_.put(feed); }), HasSubstr("a feed without a name"));
}

TEST_F(Catalog, ASuccessorKeepsIdsAndTellsAgainWhatWasCutShort) {
  writer_.put(nasdaq());
  writer_.put(coinbase());
  auto slots = array_at<CatalogSlot>(memory_.bytes(), kCatalogFeedsOffset, 2);
  slots[1].begin({3});  // its writer dies here
  EXPECT_THAT(error_of([&] { (void)reader_.feeds(); }), HasSubstr("catalog entry 1 is half written"));
  CatalogWriter successor(memory_.bytes());
  EXPECT_THAT(reader_.feeds(), ElementsAre(nasdaq()));
  EXPECT_EQ(successor.put(coinbase()), FeedId{2});
  EXPECT_THAT(reader_.feeds(), ElementsAre(nasdaq(), coinbase()));
  EXPECT_EQ(reader_.version(), 4u);
}

TEST_F(Catalog, RefusesAPayloadThatIsTooShort) {
  EXPECT_THAT(error_of([&] { CatalogReader reader(std::as_const(memory_).bytes().first(1000)); }),
              HasSubstr("catalog table claims 147520 bytes, its segment has 1000"));
}

TEST_F(Catalog, LeadsFromThePlantsNameToARing) {
  const tests::TempDirectory root{"/dev/shm"};
  const RuntimeEnvironment environment{std::nullopt, std::nullopt, 1234, root.path()};
  {
    const auto folder = plant_folder("demo", environment);
    make_owned_folder(folder / "us");
    SegmentSpec ring{SegmentKind::broadcast, 77, 2 * kSegmentHeaderBytes, 64, 64, "demo", "ticks.nasdaq"};
    WritableSegment::create(folder / "us", ring, kNow).announce();
    SegmentSpec spec{
        SegmentKind::catalog, kCatalogSchema,          kSegmentHeaderBytes + CatalogWriter::payload_bytes(),
        kCatalogEntryBytes,   kCatalogSegmentCapacity, "demo",
        kCatalogSegmentName};
    WritableSegment catalog = WritableSegment::create(folder, spec, kNow);
    CatalogWriter(catalog.payload()).put(ticks());
    catalog.announce();
  }
  const auto folder = plant_folder("demo", environment);
  const auto segment =
      ReadOnlySegment::attach(segment_path(folder, kCatalogSegmentName), {SegmentKind::catalog, kCatalogSchema});
  const CatalogReader catalog(segment.payload());
  const auto ring = ReadOnlySegment::attach(folder / catalog.find_segment("ticks.nasdaq")->file, kExpected);
  EXPECT_EQ(ring.header().slot_count, 64u);
}

}  // namespace
}  // namespace tickplant::ringbuf::this_file
