#include "ringbuf/counters.hpp"

#include <gmock/gmock.h>

#include "ringbuf/private_payload.hpp"
#include "tests/unit/ringbuf/segment_fixture.hpp"

namespace tickplant::ringbuf::this_file {
namespace {

using testing::HasSubstr;

constexpr std::uint32_t kCapacity = 20;
constexpr CounterSpec kPackets{"packets", "datagrams received", "packets"};

CounterSpec named(std::string_view name) { return {name, "meaning", "units"}; }

class Counters : public testing::Test {
 protected:
  [[nodiscard]] std::string add_error(std::string_view owner, const CounterSpec& spec) {
    return error_of([&] { (void)writer_.add(owner, spec); });
  }

  PrivatePayload memory_{CountersWriter::payload_bytes(kCapacity)};
  CountersWriter writer_{memory_.bytes(), kCapacity};
  CountersReader reader_{std::as_const(memory_).bytes()};
};

TEST_F(Counters, AreReadWithAllThatAPersonNeeds) {
  Counter packets = writer_.add("ingest", kPackets);
  packets.add(3);
  packets.add(4);
  ASSERT_EQ(reader_.size(), 1u);
  const CounterReading reading = reader_.read(0);
  EXPECT_EQ(reading.owner, "ingest");
  EXPECT_EQ(reading.name, "packets");
  EXPECT_EQ(reading.meaning, "datagrams received");
  EXPECT_EQ(reading.unit, "packets");
  EXPECT_EQ(reading.kind, CounterKind::total);
  EXPECT_EQ(reading.value, 7u);
}

TEST_F(Counters, ALevelGoesUpAndDown) {
  Counter level = writer_.add("ingest", {"queue", "fill level", "records", CounterKind::level});
  level.set(9);
  level.set(4);
  EXPECT_EQ(reader_.find("ingest", "queue"), 4u);
  level.raise_to(3);
  EXPECT_EQ(level.value(), 4u);
  level.raise_to(5);
  EXPECT_EQ(level.value(), 5u);
}

TEST_F(Counters, AreFoundByOwnerAndName) {
  writer_.add("a", kPackets).add(1);
  writer_.add("b", kPackets).add(2);
  EXPECT_EQ(reader_.find("a", "packets"), 1u);
  EXPECT_EQ(reader_.find("b", "packets"), 2u);
  EXPECT_EQ(reader_.find("c", "packets"), std::nullopt);
  EXPECT_EQ(reader_.find("a", "gaps"), std::nullopt);
}

TEST_F(Counters, OfDifferentOwnersNeverShareALine) {
  std::vector<std::string> names;
  for (int i = 0; i < 10; ++i) names.push_back("counter" + std::to_string(i));
  for (const std::string& name : names) {  // registered in turns: ten counters each, two lines each
    writer_.add("a", named(name));
    writer_.add("b", named(name));
  }
  const auto descriptors = array_at<CounterDescriptor>(memory_.bytes(), sizeof(CounterControl), kCapacity);
  std::array<std::string_view, kCapacity> owner_of_line{};
  std::array<bool, kCapacity * kCountersPerLine> is_taken{};
  for (const CounterDescriptor& descriptor : descriptors) {
    EXPECT_FALSE(std::exchange(is_taken[descriptor.value_index], true));
    std::string_view& owner = owner_of_line[descriptor.value_index / kCountersPerLine];
    EXPECT_TRUE(owner.empty() || owner == descriptor.owner.data());
    owner = descriptor.owner.data();
  }
  EXPECT_EQ(std::count_if(owner_of_line.begin(), owner_of_line.end(), [](auto o) { return !o.empty(); }), 4);
}

TEST_F(Counters, HaveTheDocumentedBytes) {
  writer_.add("first", named("x")).add(1);
  writer_.add("ingest", kPackets).add(258);
  const std::string bytes(reinterpret_cast<const char*>(memory_.bytes().data()), memory_.bytes().size());
  EXPECT_EQ(bytes.substr(0, 16), std::string("\2\0\0\0\0\0\0\0\24\0\0\0\0\0\0\0", 16));
  const std::string descriptor = bytes.substr(0x40 + 256, 256);
  EXPECT_STREQ(descriptor.data(), "packets");
  EXPECT_STREQ(descriptor.data() + 64, "datagrams received");
  EXPECT_STREQ(descriptor.data() + 192, "packets");
  EXPECT_STREQ(descriptor.data() + 208, "ingest");
  EXPECT_EQ(descriptor.substr(240, 8), std::string("\10\0\0\0\1\0\0\0", 8));
  EXPECT_EQ(bytes.substr(0x40 + 256 * kCapacity + 8 * 8, 8), std::string("\2\1\0\0\0\0\0\0", 8));
  EXPECT_EQ(bytes.size(), 0x40u + 256 * kCapacity + 64 * kCapacity);
}

TEST_F(Counters, GoOnWhereAPredecessorStopped) {
  writer_.add("ingest", kPackets).add(7);
  writer_.add("ingest", {"queue", "fill level", "records", CounterKind::level}).set(9);
  CountersWriter successor(memory_.bytes(), kCapacity);
  EXPECT_EQ(reader_.find("ingest", "packets"), 7u);  // readable between the two lives
  successor.add("journal", kPackets).add(1);
  successor.add("ingest", kPackets).add(1);
  successor.add("ingest", {"queue", "fill level", "records", CounterKind::level});
  EXPECT_EQ(reader_.size(), 3u);
  EXPECT_EQ(reader_.find("ingest", "packets"), 8u);
  EXPECT_EQ(reader_.find("ingest", "queue"), 0u) << "a level starts anew";
  EXPECT_EQ(reader_.find("journal", "packets"), 1u);
}

TEST_F(Counters, RefuseASecondRegistration) {
  writer_.add("ingest", kPackets);
  EXPECT_THAT(add_error("ingest", kPackets), HasSubstr("counter 'ingest.packets' is registered twice"));
}

TEST_F(Counters, RefuseAnotherKindThanTheyHad) {
  writer_.add("ingest", kPackets);
  CountersWriter successor(memory_.bytes(), kCapacity);
  CounterSpec level = kPackets;
  level.kind = CounterKind::level;
  EXPECT_THAT(error_of([&] { (void)successor.add("ingest", level); }), HasSubstr("has changed its kind"));
}

TEST_F(Counters, SayWhenTheTableIsFull) {
  for (std::uint32_t i = 0; i < kCapacity; ++i) writer_.add("owner" + std::to_string(i), kPackets).add(i);
  EXPECT_THAT(add_error("one more", kPackets),
              HasSubstr("counter 'one more.packets' has no place: the table holds 20"));
  EXPECT_EQ(reader_.find("owner19", "packets"), 19u);
}

TEST_F(Counters, RefuseTextsThatDoNotFit) {
  EXPECT_EQ(add_error(std::string(31, 'o'), {std::string(63, 'n'), std::string(127, 'm'), std::string(15, 'u')}), "");
  EXPECT_THAT(add_error(std::string(32, 'o'), kPackets), HasSubstr("its owner has 32 bytes"));
  EXPECT_THAT(add_error("a", named(std::string(64, 'n'))), HasSubstr("its name has 64 bytes"));
  EXPECT_THAT(add_error("a", {"n", std::string(128, 'm'), "u"}), HasSubstr("its meaning has 128 bytes"));
  EXPECT_THAT(add_error("a", {"n", "m", std::string(16, 'u')}), HasSubstr("its unit has 16 bytes"));
  EXPECT_THAT(add_error("", kPackets), HasSubstr("its owner has 0 bytes"));
  EXPECT_THAT(add_error("a", {"n", "", "u"}), HasSubstr("its meaning has 0 bytes"));
  EXPECT_EQ(reader_.size(), 1u);
}

TEST_F(Counters, RefuseATableThatDoesNotFitItsSegment) {
  const auto payload = std::as_const(memory_).bytes();
  EXPECT_THAT(error_of([&] { CountersReader reader(payload.first(payload.size() - 1)); }),
              HasSubstr("counters table claims 6464 bytes, its segment has 6463"));
  EXPECT_THAT(error_of([&] { CountersReader reader(payload.first(8)); }), HasSubstr("claims 64 bytes"));
  object_at<CounterControl>(memory_.bytes(), 0).capacity = ~std::uint64_t{0} / 320 + 1;
  EXPECT_THAT(error_of([&] { CountersReader reader(payload); }), HasSubstr("counters table claims"));
}

TEST_F(Counters, OfADeadPlantCanStillBePrinted) {
  const tests::TempDirectory folder{"/dev/shm"};
  SegmentSpec spec{SegmentKind::counters,
                   kCountersSchema,
                   kSegmentHeaderBytes + CountersWriter::payload_bytes(kCapacity),
                   kCounterDescriptorBytes,
                   kCapacity,
                   "demo",
                   "counters"};
  {
    WritableSegment segment = WritableSegment::create(folder.path(), spec, kNow);
    CountersWriter(segment.payload(), kCapacity).add("ingest", kPackets).add(3);
    segment.announce();
  }
  const auto dead = ReadOnlySegment::attach(folder / "counters.seg", {SegmentKind::counters, kCountersSchema});
  EXPECT_EQ(CountersReader(dead.payload()).find("ingest", "packets"), 3u);
}

}  // namespace
}  // namespace tickplant::ringbuf::this_file
