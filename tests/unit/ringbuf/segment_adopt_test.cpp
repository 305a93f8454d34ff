// Taking over what a predecessor left: in place when it is the same, beside it when it is not.
#include <gmock/gmock.h>
#include <sys/stat.h>

#include <fstream>

#include "tests/unit/ringbuf/segment_fixture.hpp"

namespace tickplant::ringbuf::this_file {
namespace {

class SegmentAdopt : public SegmentTest {
 protected:
  WritableSegment adopt(const SegmentSpec& spec = small_spec()) {
    return WritableSegment::adopt_or_create(folder_.path(), spec, kNow + 5);
  }
  /// A predecessor announced a segment with one recognisable byte.
  void leave_behind(const SegmentSpec& spec = small_spec()) {
    WritableSegment segment = create(spec);
    segment.payload()[9] = std::byte{0x5a};
    segment.announce();
  }
};

TEST_F(SegmentAdopt, BuildsOneWhereThereIsNone) {
  const WritableSegment segment = adopt();
  EXPECT_FALSE(segment.is_adopted());
  EXPECT_TRUE(std::filesystem::exists(file()));
}

TEST_F(SegmentAdopt, KeepsTheBytesAndTheReadersOfTheSameSegment) {
  leave_behind();
  const ReadOnlySegment reader = ReadOnlySegment::attach(file(), kExpected);
  WritableSegment segment = adopt();
  ASSERT_TRUE(segment.is_adopted());
  EXPECT_EQ(segment.payload()[9], std::byte{0x5a});
  segment.payload()[10] = std::byte{0x77};
  EXPECT_EQ(reader.payload()[10], std::byte{0x77}) << "the reader's mapping is of another file";
  EXPECT_EQ(reader.state(), SegmentState::live) << "readers see a pause, not a stop";
}

TEST_F(SegmentAdopt, SignsAsTheNextOwner) {
  leave_behind();
  WritableSegment segment = adopt();
  EXPECT_EQ(segment.header().epoch.load(), 2u);
  EXPECT_EQ(segment.header().heartbeat.load(), kNow.value + 5);
  EXPECT_EQ(segment.header().created_at, kNow.value) << "it is as old as it was";
  EXPECT_TRUE(writer_is_alive(segment.header()));
  EXPECT_EQ(adopt().header().epoch.load(), 3u);
}

TEST_F(SegmentAdopt, OpensAClosedOneAgainOnlyWhenAnnounced) {
  {
    WritableSegment segment = create();
    segment.announce();
    segment.close();
  }
  const ReadOnlySegment reader = ReadOnlySegment::attach(file(), kExpected);
  WritableSegment segment = adopt();
  ASSERT_TRUE(segment.is_adopted());
  EXPECT_EQ(reader.state(), SegmentState::closed);
  segment.announce();
  EXPECT_EQ(reader.state(), SegmentState::live);
}

TEST_F(SegmentAdopt, BuildsAnewWhatIsOfAnotherShapeAndClosesTheOld) {
  const std::vector<std::pair<const char*, void (*)(SegmentSpec&)>> changes{
      {"size", [](SegmentSpec& spec) { spec.segment_bytes += platform::kPageBytes; }},
      {"schema", [](SegmentSpec& spec) { ++spec.schema_hash; }},
      {"kind", [](SegmentSpec& spec) { spec.kind = SegmentKind::image; }},
      {"slot bytes", [](SegmentSpec& spec) { spec.slot_bytes = 32; }},
      {"slot count", [](SegmentSpec& spec) { spec.slot_count = 64; }},
      {"plant", [](SegmentSpec& spec) { spec.plant_name = "other"; }},
  };
  for (const auto& [what, change] : changes) {
    SCOPED_TRACE(what);
    leave_behind();
    const ReadOnlySegment reader = ReadOnlySegment::attach(file(), kExpected);
    SegmentSpec spec = small_spec();
    change(spec);
    WritableSegment segment = adopt(spec);
    EXPECT_FALSE(segment.is_adopted());
    EXPECT_EQ(segment.payload()[9], std::byte{0});
    EXPECT_EQ(reader.payload()[9], std::byte{0x5a}) << "what readers still map must stay";
    EXPECT_EQ(reader.state(), SegmentState::closed);
    segment.remove();
  }
}

TEST_F(SegmentAdopt, BuildsAnewWhatWasNeverAnnounced) {
  { const WritableSegment half_built = create(); }
  EXPECT_FALSE(adopt().is_adopted());
}

TEST_F(SegmentAdopt, BuildsAnewInPlaceOfWhatIsNoSegment) {
  std::ofstream(file()) << "short";
  EXPECT_FALSE(adopt().is_adopted());
  std::ofstream(file()) << std::string(8192, 'x');
  EXPECT_FALSE(adopt().is_adopted());
  EXPECT_NO_THROW((void)adopt());
}

TEST_F(SegmentAdopt, LeavesASegmentOfAnotherLayoutVersionAsItIs) {
  leave_behind();
  std::fstream bytes(file(), std::ios::in | std::ios::out | std::ios::binary);
  bytes.seekp(8).put(static_cast<char>(kLayoutMajor + 1)).flush();
  std::string before(3 * platform::kPageBytes, '\0');
  std::ifstream old(file(), std::ios::binary);
  EXPECT_FALSE(adopt().is_adopted());
  old.read(before.data(), static_cast<std::streamsize>(before.size()));
  EXPECT_EQ(before[0x0c0], 1) << "state of a layout that is not ours";
}

TEST_F(SegmentAdopt, DoesNotFollowALink) {
  WritableSegment::create(folder_.path(),
                          {SegmentKind::broadcast, 77, 3 * platform::kPageBytes, 64, 128, "demo", "other"}, kNow)
      .announce();
  std::filesystem::create_symlink(folder_ / "other.seg", file());
  EXPECT_FALSE(adopt().is_adopted());
  EXPECT_FALSE(std::filesystem::is_symlink(file()));
}

}  // namespace
}  // namespace tickplant::ringbuf::this_file
