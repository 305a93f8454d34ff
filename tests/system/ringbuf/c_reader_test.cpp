// A live plant as a C program sees it that knows nothing but docs/shared-memory.md (tests/system/c_reader/reader.c).
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <iomanip>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "ringbuf/broadcast_writer.hpp"
#include "ringbuf/catalog.hpp"
#include "ringbuf/image_table.hpp"
#include "ringbuf/instrument_directory.hpp"
#include "ringbuf/records/level.hpp"
#include "ringbuf/records/order.hpp"
#include "ringbuf/segment.hpp"
#include "tests/support/temp_directory.hpp"

namespace tickplant::ringbuf::this_file {
namespace {

constexpr std::uint32_t kInstruments = 4;
const std::array<std::string, kInstruments + 1> kSymbols{"-", "AAPL@XNAS", "MSFT@XNAS", "BRK.B@XNYS",
                                                         "BTC-USD@COINBAS"};

/// One feed with its ring, directory and image, written by the test as a daemon would.
class SmallPlant {
 public:
  explicit SmallPlant(std::uint64_t slot_count)
      : catalog_segment_(create("catalog", SegmentKind::catalog, kCatalogSchema, CatalogWriter::payload_bytes(),
                                kCatalogEntryBytes, kCatalogFeedCapacity)),
        instruments_segment_(create("instruments", SegmentKind::instruments, kInstrumentsSchema,
                                    InstrumentDirectoryWriter::payload_bytes(16), kInstrumentEntryBytes, 16)),
        image_segment_(
            create("image.ticks", SegmentKind::image, kImageSchema, 17 * kImageEntryBytes, kImageEntryBytes, 17)),
        ring_segment_(create("ticks", SegmentKind::broadcast, kBroadcastSchema,
                             broadcast_segment_bytes(kTickSlotBytes, slot_count) - kSegmentHeaderBytes, kTickSlotBytes,
                             slot_count)),
        image_(array_at<ImageSlot>(image_segment_.payload(), 0, 17)),
        ring_(TickWriter::over(ring_segment_.payload(), slot_count)) {
    InstrumentDirectoryWriter directory(instruments_segment_.payload(), 16);
    for (std::uint32_t id = 1; id <= kInstruments; ++id) {
      const std::size_t at = kSymbols[id].find('@');
      InstrumentSpec spec;
      spec.symbol = std::string_view(kSymbols[id]).substr(0, at);
      spec.venue = std::string_view(kSymbols[id]).substr(at + 1);
      EXPECT_EQ(directory.find_or_add(spec).id, InstrumentId{id});
    }
    CatalogWriter catalog(catalog_segment_.payload());
    const FeedId feed = catalog.put(CatalogFeed{{}, "nasdaq", "itch50", "XNAS", "ticks", "", "America/New_York"});
    catalog.put(CatalogSegment{"instruments", SegmentKind::instruments, {}, "instruments.seg", 256, 16, 1});
    catalog.put(CatalogSegment{"ticks", SegmentKind::broadcast, feed, "ticks.seg", 64, slot_count, 1});
    catalog.put(CatalogSegment{"image.ticks", SegmentKind::image, feed, image_segment_.path().string(), 256, 17, 1});
    for_each_segment([](WritableSegment& segment) { segment.announce(); });
  }

  void publish(Record record) {
    record.header.stamp = ring_.publish(&record).value;
    image_.apply(record);
  }
  void end_batch() {
    ring_.flush();
    ring_.complete_image();
  }
  void close() {
    end_batch();
    for_each_segment([](WritableSegment& segment) { segment.close(); });
  }

  [[nodiscard]] std::string folder() const { return folder_.path().string(); }
  [[nodiscard]] SegmentHeader& catalog_header() { return catalog_segment_.header(); }

 private:
  WritableSegment create(const char* name, SegmentKind kind, std::uint64_t schema, std::uint64_t payload_bytes,
                         std::uint64_t slot_bytes, std::uint64_t slot_count) const {
    return WritableSegment::create(
        folder_.path(), {kind, schema, kSegmentHeaderBytes + payload_bytes, slot_bytes, slot_count, "small", name},
        platform::UnixNanos{1});
  }
  template <class Action>
  void for_each_segment(Action&& action) {
    for (WritableSegment* segment : {&instruments_segment_, &image_segment_, &ring_segment_, &catalog_segment_}) {
      action(*segment);
    }
  }

  tests::TempDirectory folder_{"/dev/shm"};
  WritableSegment catalog_segment_;
  WritableSegment instruments_segment_;
  WritableSegment image_segment_;
  WritableSegment ring_segment_;
  ImageWriter image_;
  TickWriter ring_;
};

/// Its parts, one behind the other.
template <class... Parts>
std::string text(const Parts&... parts) {
  std::ostringstream out;
  (out << ... << parts);
  return out.str();
}

/// The C program, running. Its messages come with its output.
class CReader {
 public:
  explicit CReader(const std::string& folder, const char* options = "")
      : pipe_(::popen(text("'" TICKPLANT_BINARY_DIR "/bin/c_reader' '", folder, "' ", options, " 2>&1").c_str(), "r")) {
    EXPECT_NE(pipe_, nullptr);
  }
  CReader(const CReader&) = delete;
  CReader& operator=(const CReader&) = delete;
  ~CReader() {
    if (pipe_ != nullptr) ::pclose(pipe_);
  }

  /// Its next line, without the line's end; nothing when it has ended.
  std::optional<std::string> line() {
    std::array<char, 1024> buffer;
    if (std::fgets(buffer.data(), buffer.size(), pipe_) == nullptr) return std::nullopt;
    std::string found(buffer.data());
    if (!found.empty() && found.back() == '\n') found.pop_back();
    return found;
  }
  std::vector<std::string> rest() {
    std::vector<std::string> lines;
    while (auto next = line()) lines.push_back(*next);
    return lines;
  }
  int exit_code() {
    const int status = ::pclose(pipe_);
    pipe_ = nullptr;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

 private:
  std::FILE* pipe_;
};

std::string decimal(const char* name, Price price) {
  if (!is_present(price)) return text(" ", name, "=-");
  const std::int64_t absolute = price.value < 0 ? -price.value : price.value;
  return text(" ", name, price.value < 0 ? "=-" : "=", absolute / kPriceScale, ".", std::setw(9), std::setfill('0'),
              absolute % kPriceScale);
}

/// A record for each sequence, and the line that the C program owes for it.
struct Example {
  Record record;
  std::string line;
};

Example example(std::uint64_t sequence) {
  const InstrumentId id{static_cast<std::uint32_t>(1 + sequence / 5 % kInstruments)};
  const UnixNanos time{1'548'854'400'000'000'000 + static_cast<std::int64_t>(sequence)};
  const Price price{static_cast<std::int64_t>(sequence * 1'234'567) - 1'000'000'000};
  const auto make = [&](const auto& body) { return make_record(id, time, time, body); };
  const auto line = [&](const char* type, const std::string& symbol, const auto&... fields) {
    return text("record ticks ", sequence, " ", type, " ", symbol, " ts=", time.value, fields...);
  };
  const std::string& symbol = kSymbols[id.value];
  switch (sequence % 5) {
    case 0:
      return {
          make(TradeBody{price, {sequence}, sequence + 7, Side::ask, TradeKind::hidden, TradeEligibility::all, 0, {}}),
          line("trade", symbol, decimal("price", price), " size=", sequence, " id=", sequence + 7, " side=2 kind=2")};
    case 1: {
      const Price ask = sequence % 3 == 0 ? kNoPrice : Price{price.value + 1};
      return {make(QuoteBody{price, ask, {sequence}, {3}}),
              line("quote", symbol, decimal("bid", price), decimal("ask", ask), " bid_size=", sequence, " ask_size=3")};
    }
    case 2:
      return {make(OrderBody{sequence, price, {9}, OrderAction::execute, Side::bid, OrderReason::plain, 0, {}}),
              line("order", symbol, decimal("price", price), " size=9 id=", sequence, " action=3 side=1")};
    case 3: {
      GapBody body;
      body.first = sequence;
      body.last = sequence + 5;
      return {make_record(kNoInstrument, time, time, body),
              line("gap", "-", " first=", sequence, " last=", sequence + 5)};
    }
    default: return {make(LevelBody{}), line("level", symbol)};
  }
}

/// What the images must show after the examples 1 to `last`, computed without the image table.
std::vector<std::string> images_after(std::uint64_t last) {
  struct State {
    std::uint64_t stamp = 0;
    Price bid = kNoPrice, ask = kNoPrice, last = kNoPrice;
    std::uint64_t volume = 0, trades = 0;
  };
  std::map<std::uint32_t, State> states;
  for (std::uint64_t sequence = 1; sequence <= last; ++sequence) {
    const Record record = example(sequence).record;
    const std::uint32_t id = record.header.instrument.value;
    if (record.header.type == RecordType::trade) {
      const auto trade = record.as<TradeBody>();
      states[id].last = trade.price;
      states[id].volume += trade.size.value;
      ++states[id].trades;
      states[id].stamp = sequence;
    } else if (record.header.type == RecordType::quote) {
      const auto quote = record.as<QuoteBody>();
      states[id].bid = quote.bid_price;
      states[id].ask = quote.ask_price;
      states[id].stamp = sequence;
    }
  }
  std::vector<std::string> lines;
  for (const auto& [id, state] : states) {
    lines.push_back(text("image ", kSymbols[id], " stamp=", state.stamp, decimal("bid", state.bid),
                         decimal("ask", state.ask), decimal("last", state.last), " volume=", state.volume,
                         " trades=", state.trades));
  }
  return lines;
}

std::vector<std::string> starting_with(const std::vector<std::string>& lines, const std::string& word) {
  std::vector<std::string> found;
  for (const std::string& line : lines) {
    if (line.rfind(word, 0) == 0) found.push_back(line);
  }
  return found;
}

TEST(CReader, PrintsEveryRecordAndTheImagesOfALivePlant) {
  constexpr std::uint64_t kLast = 20'000;
  SmallPlant plant(1 << 15);
  std::jthread writer([&] {
    for (std::uint64_t sequence = 1; sequence <= kLast; ++sequence) {
      plant.publish(example(sequence).record);
      if (sequence % 500 == 0) {
        plant.end_batch();
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
      }
    }
    plant.close();
  });
  CReader reader(plant.folder(), "--from-start --seconds 60");
  const std::vector<std::string> lines = reader.rest();
  EXPECT_EQ(reader.exit_code(), 0);

  EXPECT_THAT(starting_with(lines, "plant"), testing::ElementsAre("plant small"));
  EXPECT_THAT(starting_with(lines, "feed"), testing::ElementsAre("feed 1 nasdaq venue=XNAS ring=ticks"));
  EXPECT_THAT(starting_with(lines, "segment"),
              testing::ElementsAre("segment instruments kind=6 slots=16", "segment ticks kind=2 slots=32768",
                                   "segment image.ticks kind=7 slots=17"));
  const std::vector<std::string> records = starting_with(lines, "record");
  ASSERT_EQ(records.size(), kLast);
  for (std::uint64_t sequence = 1; sequence <= kLast; ++sequence) {
    ASSERT_EQ(records[sequence - 1], example(sequence).line);
  }
  EXPECT_EQ(starting_with(lines, "image"), images_after(kLast));
  EXPECT_EQ(lines.size(), 1 + 1 + 3 + kLast + kInstruments) << "lines that nobody asked for, " << lines.back();
}

TEST(CReader, AccountsForEveryRecordWhenTheRingLapsIt) {
  constexpr std::uint64_t kLast = 300'000;
  SmallPlant plant(64);
  std::vector<Example> examples;
  for (std::uint64_t sequence = 1; sequence <= kLast; ++sequence) examples.push_back(example(sequence));
  CReader reader(plant.folder(), "--from-start --seconds 60");
  for (const Example& next : examples) plant.publish(next.record);
  plant.close();

  std::uint64_t due = 1;
  std::uint64_t overruns = 0;
  for (const std::string& line : reader.rest()) {
    if (line.rfind("record ", 0) == 0) {
      ASSERT_LE(due, kLast);
      ASSERT_EQ(line, examples[due - 1].line);
      ++due;
    } else if (line.rfind("overrun ", 0) == 0) {
      unsigned long long first = 0;
      unsigned long long last = 0;
      ASSERT_EQ(std::sscanf(line.c_str(), "overrun ticks %llu %llu", &first, &last), 2) << line;
      ASSERT_EQ(first, due);
      ASSERT_GE(last, first);
      due = last + 1;
      ++overruns;
    }
  }
  EXPECT_EQ(due, kLast + 1);
  EXPECT_GE(overruns, 1u);
  EXPECT_EQ(reader.exit_code(), 0);
}

TEST(CReader, JoinsLateAndLeavesAfterAsManyRecordsAsAsked) {
  SmallPlant plant(1024);
  for (std::uint64_t sequence = 1; sequence <= 100; ++sequence) plant.publish(example(sequence).record);
  plant.end_batch();
  CReader reader(plant.folder(), "--count 5 --seconds 60");
  for (auto line = reader.line(); line != "segment image.ticks kind=7 slots=17"; line = reader.line()) {
    ASSERT_TRUE(line.has_value()) << "it ended before it had attached";
  }
  for (std::uint64_t sequence = 101; sequence <= 110; ++sequence) plant.publish(example(sequence).record);
  for (std::uint64_t sequence = 101; sequence <= 105; ++sequence) EXPECT_EQ(reader.line(), example(sequence).line);
  EXPECT_EQ(reader.line(), images_after(110).front());
}

TEST(CReader, RefusesAnotherLayoutVersionAndSaysBoth) {
  SmallPlant plant(64);
  plant.catalog_header().layout_major = 2;
  CReader reader(plant.folder());
  EXPECT_THAT(reader.rest(), testing::ElementsAre(testing::HasSubstr("has layout version 2, this reader knows 1")));
  EXPECT_EQ(reader.exit_code(), 1);
}

TEST(CReader, RefusesASegmentThatIsStillBeingBuilt) {
  SmallPlant plant(64);
  plant.catalog_header().state = SegmentState::building;
  CReader reader(plant.folder());
  EXPECT_THAT(reader.rest(), testing::ElementsAre(testing::HasSubstr("still being built")));
  EXPECT_EQ(reader.exit_code(), 1);
}

}  // namespace
}  // namespace tickplant::ringbuf::this_file
