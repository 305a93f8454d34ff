// Derived records, functions and the derived image as a C program sees them that knows nothing but
// docs/shared-memory.md.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <string>
#include <vector>

#include "ringbuf/broadcast_writer.hpp"
#include "ringbuf/catalog.hpp"
#include "ringbuf/derived_image_table.hpp"
#include "ringbuf/functions_table.hpp"
#include "ringbuf/instrument_directory.hpp"
#include "ringbuf/segment.hpp"
#include "tests/support/temp_directory.hpp"

namespace tickplant::ringbuf::this_file {
namespace {

using testing::Contains;
using testing::ElementsAre;

constexpr std::uint64_t kSlots = 64;
constexpr std::uint32_t kCapacity = 16;

class DerivedPlant {
 public:
  DerivedPlant() {
    InstrumentSpec apple;
    apple.symbol = "AAPL";
    apple.venue = "XNAS";
    InstrumentDirectoryWriter(instruments_.payload(), kCapacity).find_or_add(apple);
    FunctionsWriter functions(functions_.payload(), kCapacity, {7, 1, "test", "test.yaml"});
    add(functions, FunctionKind::window, "T60");
    add(functions, FunctionKind::indicator, "T60.sma(20)");
    add(functions, FunctionKind::signal, "T60.cross");
    CatalogWriter catalog(catalog_.payload());
    for (WritableSegment* segment : {&instruments_, &functions_, &ring_, &image_}) {
      const SegmentHeader& header = segment->header();
      catalog.put(CatalogSegment{segment->path().stem().string(),
                                 header.kind,
                                 {},
                                 segment->path().filename().string(),
                                 header.slot_bytes,
                                 header.slot_count,
                                 1});
    }
    for (WritableSegment* segment : all()) segment->announce();
  }

  template <class Body>
  void publish(std::uint16_t function, const Body& body) {
    DerivedRecord record;
    record.header.cause_seq = {90 + writer_.last().value};
    record.header.instrument = {1};
    record.header.function = {function};
    record.header.revision = 2;
    record = make_derived(record.header, body);
    record.header.stamp = writer_.publish(&record).value;
    image_writer_.apply(record);
  }
  /// What the C program says of it.
  std::vector<std::string> read() {
    writer_.complete_batch();
    for (WritableSegment* segment : all()) segment->close();
    std::FILE* pipe = ::popen(
        ("'" TICKPLANT_BINARY_DIR "/bin/c_reader' '" + folder_.path().string() + "' --from-start 2>&1").c_str(), "r");
    EXPECT_NE(pipe, nullptr);
    std::vector<std::string> lines;
    std::array<char, 1024> buffer;
    while (pipe != nullptr && std::fgets(buffer.data(), buffer.size(), pipe) != nullptr) {
      lines.emplace_back(buffer.data());
      lines.back().pop_back();
    }
    EXPECT_EQ(::pclose(pipe), 0);
    return lines;
  }

 private:
  static void add(FunctionsWriter& functions, FunctionKind kind, const char* name) {
    FunctionSpec spec;
    spec.kind = kind;
    spec.set = "standard";
    spec.name = name;
    functions.add(spec);
  }
  WritableSegment create(const char* name, SegmentKind kind, std::uint64_t schema, std::uint64_t payload_bytes,
                         std::uint64_t slot_bytes, std::uint64_t slot_count) const {
    return WritableSegment::create(
        folder_.path(), {kind, schema, kSegmentHeaderBytes + payload_bytes, slot_bytes, slot_count, "small", name},
        platform::UnixNanos{1});
  }
  std::array<WritableSegment*, 5> all() { return {&instruments_, &functions_, &ring_, &image_, &catalog_}; }

  tests::TempDirectory folder_{"/dev/shm"};
  WritableSegment catalog_ = create("catalog", SegmentKind::catalog, kCatalogSchema, CatalogWriter::payload_bytes(),
                                    kCatalogEntryBytes, kCatalogFeedCapacity);
  WritableSegment instruments_ =
      create("instruments", SegmentKind::instruments, kInstrumentsSchema,
             InstrumentDirectoryWriter::payload_bytes(kCapacity), kInstrumentEntryBytes, kCapacity);
  WritableSegment functions_ = create("functions", SegmentKind::functions, kFunctionsSchema,
                                      FunctionsWriter::payload_bytes(kCapacity), kFunctionEntryBytes, kCapacity);
  WritableSegment ring_ =
      create("derived", SegmentKind::broadcast, kBroadcastSchema,
             broadcast_segment_bytes(kDerivedSlotBytes, kSlots) - kSegmentHeaderBytes, kDerivedSlotBytes, kSlots);
  WritableSegment image_ = create("derived_image", SegmentKind::derived_image, kDerivedImageSchema,
                                  17 * kDerivedImageEntryBytes, kDerivedImageEntryBytes, 17);
  DerivedWriter writer_ = DerivedWriter::over(ring_.payload(), kSlots);
  std::array<std::uint8_t, 4> places_{0, 1, 0, 0};
  DerivedImageWriter image_writer_{array_at<DerivedImageSlot>(image_.payload(), 0, 17), places_, 0};
};

TEST(CDerivedReader, SeesFunctionsDerivedRecordsAndTheDerivedImage) {
  DerivedPlant plant;
  WindowRowBody row;
  row.end = {120};
  row.open = {1'250'000'000};
  row.high = {1'500'000'000};
  row.low = {-500'000'000};
  row.close = {1'000'000'000};
  row.volume = {300};
  row.average_5min = 1.5;
  plant.publish(1, row);
  IndicatorValuesBody values;
  values.end = {120};
  values.count = 2;
  values.value[0] = 2.5;
  plant.publish(2, values);
  SignalBody cross;
  cross.what = SignalValue::death;
  cross.price = {2'000'000'000};
  plant.publish(3, cross);

  const std::vector<std::string> lines = plant.read();
  EXPECT_THAT(lines, Contains("function 1 T60 kind=1 set=standard"));
  EXPECT_THAT(lines, Contains("function 2 T60.sma(20) kind=2 set=standard"));
  std::vector<std::string> derived;
  for (const std::string& line : lines) {
    if (line.starts_with("derived")) derived.push_back(line);
  }
  EXPECT_THAT(derived,
              ElementsAre("derived derived 1 row T60 AAPL@XNAS cause=90 revision=2 end=120 open=1.250000000 "
                          "high=1.500000000 low=-0.500000000 close=1.000000000 volume=300",
                          "derived derived 2 values T60.sma(20) AAPL@XNAS cause=91 revision=2 end=120 2.5 0",
                          "derived derived 3 signal T60.cross AAPL@XNAS cause=92 revision=2 what=2 status=0 "
                          "price=2.000000000",
                          "derived_image AAPL@XNAS sequence=3 T60 end=120 close=1.000000000 cross=2 average_5min=1.5 "
                          "indicators=2"));
}

}  // namespace
}  // namespace tickplant::ringbuf::this_file
