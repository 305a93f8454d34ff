// What stands in the way of building, taking over or attaching a segment, met where it is met seldom.
#include <gmock/gmock.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

#include "tests/unit/ringbuf/segment_fixture.hpp"

namespace tickplant::ringbuf::this_file {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class SegmentRefusals : public SegmentTest {
 protected:
  WritableSegment adopt(const SegmentSpec& spec = small_spec()) {
    return WritableSegment::adopt_or_create(folder_.path(), spec, kNow);
  }
  void leave_behind() {
    WritableSegment segment = create();
    segment.payload()[9] = std::byte{0x5a};
    segment.announce();
  }
  template <class Value>
  void poke(std::size_t offset, Value value) {
    std::fstream out(file(), std::ios::binary | std::ios::in | std::ios::out);
    out.seekp(static_cast<std::streamoff>(offset));
    out.write(reinterpret_cast<const char*>(&value), sizeof value);
    ASSERT_TRUE(out.flush());
  }
};

TEST_F(SegmentRefusals, BuildsAnewWhateverFieldOfTheHeaderDiffers) {
  const std::vector<std::pair<const char*, std::size_t>> fields{
      {"byte order", offsetof(SegmentHeader, endian_probe)},  {"minor version", offsetof(SegmentHeader, layout_minor)},
      {"header size", offsetof(SegmentHeader, header_bytes)}, {"cache line", offsetof(SegmentHeader, cache_line_bytes)},
      {"size", offsetof(SegmentHeader, segment_bytes)},       {"segment name", offsetof(SegmentHeader, segment_name)}};
  for (const auto& [what, offset] : fields) {
    SCOPED_TRACE(what);
    leave_behind();
    poke(offset, std::uint8_t{0x77});
    WritableSegment segment = adopt();
    EXPECT_FALSE(segment.is_adopted());
    EXPECT_EQ(segment.payload()[9], std::byte{0});
  }
}

TEST_F(SegmentRefusals, DoesNotCloseWhatAMachineOfAnotherByteOrderLeft) {
  leave_behind();
  poke(offsetof(SegmentHeader, endian_probe), std::uint32_t{0x04030201});
  std::ifstream old(file(), std::ios::binary);
  (void)adopt();
  old.seekg(offsetof(SegmentHeader, state));
  EXPECT_EQ(old.get(), static_cast<int>(SegmentState::live)) << "not ours to say";
}

TEST_F(SegmentRefusals, SaysThatItsTemporaryNameIsTaken) {
  std::filesystem::create_directory(file().string() + ".building");
  EXPECT_THAT(error_of([&] { create(); }), AllOf(HasSubstr("cannot create segment"), HasSubstr("File exists")));
}

TEST_F(SegmentRefusals, SaysThatFilesMayNotBecomeSoLarge) {
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  rlimit small = before;
  small.rlim_cur = platform::kPageBytes;
  auto* const handler = std::signal(SIGXFSZ, SIG_IGN);
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  const std::string error = error_of([&] { create(); });
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  std::signal(SIGXFSZ, handler);
  EXPECT_THAT(error, AllOf(HasSubstr("cannot allocate 12288 bytes"), HasSubstr("ulimit -f")));
  EXPECT_TRUE(std::filesystem::is_empty(folder_.path())) << "what was begun is taken away";
}

TEST_F(SegmentRefusals, AttachSaysWhatTheSystemSaysOfAPathThatCannotBe) {
  const auto path = folder_.write("plain", "") / "ticks.seg";
  EXPECT_THAT(error_of([&] { (void)ReadOnlySegment::attach(path, kExpected); }),
              AllOf(HasSubstr("cannot open segment"), HasSubstr("Not a directory")));
}

TEST_F(SegmentRefusals, AttachesASegmentWithoutSlots) {
  SegmentSpec spec = small_spec();
  spec.slot_bytes = spec.slot_count = 0;
  create(spec).announce();
  EXPECT_EQ(attach_error(), "");
}

TEST_F(SegmentRefusals, NamesAGroupWithoutANameByItsNumber) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give files to any group";
  create().announce();
  constexpr gid_t kNobodysGroup = 54'321;
  ASSERT_EQ(::chown(file().c_str(), 0, kNobodysGroup), 0);
  ASSERT_EQ(::chmod(file().c_str(), 0640), 0);
  ASSERT_EQ(::chmod(folder_.path().c_str(), 0711), 0);
  ASSERT_EQ(::seteuid(65534), 0);
  const std::string error = attach_error();
  ASSERT_EQ(::seteuid(0), 0);
  EXPECT_THAT(error, HasSubstr("is open to group '54321'"));
}

TEST(SegmentKindNames, AreThoseOfTheDocument) {
  EXPECT_EQ(name_of(SegmentKind::none), "none");
  EXPECT_EQ(name_of(SegmentKind::gating), "gating");
  EXPECT_EQ(name_of(static_cast<SegmentKind>(99)), "unknown");
}

}  // namespace
}  // namespace tickplant::ringbuf::this_file
