// What a daemon that computes adds to a plant: functions, derived image and derived rings, written by the test.
//
//   PlantInFolder made;
//   ComputingPlant computed{made};                         // T60 and S300_60, sma(5), a cross, a volume anomaly
//   computed.row(apple, "T60", start, {.close = 189.02});
//
// Threads: one. The files are gone with the PlantInFolder.
#pragma once

#include <deque>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

#include "ringbuf/alert_ring.hpp"
#include "ringbuf/broadcast_writer.hpp"
#include "ringbuf/derived_image_table.hpp"
#include "ringbuf/functions_table.hpp"
#include "tests/support/plant_in_folder.hpp"

namespace tickplant::tests {

struct ComputingShape {
  std::uint32_t shards = 1;
  std::uint64_t ring_slots = 64;
  std::vector<std::string> windows = {"T60", "S300_60"};
  bool has_alerts = false;  // a ring of them
};

struct RowContent {
  double open = 10, high = 12, low = 9, close = 11;
  std::uint64_t volume = 300;
  std::uint64_t count = 3;
  double average_5min = std::numeric_limits<double>::quiet_NaN();
  ringbuf::Trend trend = ringbuf::Trend::neutral;
  std::uint32_t revision = 0;
  ringbuf::Quality quality = ringbuf::Quality::none;
};

class ComputingPlant {
 public:
  static constexpr std::int64_t kMinute = 60 * platform::kNanosPerSecond;

  explicit ComputingPlant(PlantInFolder& made, ComputingShape shape = {}) : made_(made), shape_(std::move(shape)) {
    using namespace ringbuf;
    constexpr std::uint32_t kFunctions = 32;
    auto& functions = make(kFunctionsSegmentName, SegmentKind::functions, kFunctionsSchema,
                           FunctionsWriter::payload_bytes(kFunctions), kFunctionEntryBytes, kFunctions);
    FunctionsWriter writer(functions.payload(), kFunctions, {7, shape_.shards, "of a test", "test.yaml"});
    std::vector<std::uint8_t> places(kFunctions + 1);
    std::uint8_t place = 0;
    FunctionId first{};
    for (const std::string& window : shape_.windows) {
      const FunctionId id = writer.add({FunctionKind::window, ++place, {}, 0, kMinute, kMinute, "all", window, ""});
      places[id.value] = place;
      if (first.value == 0) first = id;
    }
    const std::string on = shape_.windows.front() + '.';
    writer.add({FunctionKind::indicator, 0, first, 0, 0, 0, "all", on + "sma(5)", ""});
    writer.add({FunctionKind::indicator, 0, first, 1, 0, 0, "all", on + "rsi(14)", ""});
    writer.add({FunctionKind::signal, 0, {}, 0, 0, 0, "all", "ticks.price_x_ma_5min", ""});
    writer.add({FunctionKind::signal, 0, first, 0, 0, 0, "all", on + "volume", ""});
    reader_.emplace(functions.payload());
    places_ = places;
    const std::uint64_t entries = std::uint64_t{made.shape().instruments} + 1;
    auto& image = make(kDerivedImageSegmentName, SegmentKind::derived_image, kDerivedImageSchema,
                       entries * kDerivedImageEntryBytes, kDerivedImageEntryBytes, entries);
    const auto slots = array_at<DerivedImageSlot>(image.payload(), 0, entries);
    for (std::uint32_t shard = 0; shard < shape_.shards; ++shard) {
      auto& ring = make(shard == 0 ? "derived" : "derived." + std::to_string(shard), SegmentKind::broadcast,
                        kBroadcastSchema, sizeof(BroadcastControl<>) + kDerivedSlotBytes * shape_.ring_slots,
                        kDerivedSlotBytes, shape_.ring_slots);
      rings_.push_back(DerivedWriter::over(ring.payload(), shape_.ring_slots, {0}));
      images_.emplace_back(slots, places_, static_cast<std::uint16_t>(shard));
    }
    if (shape_.has_alerts) {
      auto& ring = make(kAlertsSegmentName, SegmentKind::broadcast, kBroadcastSchema,
                        sizeof(BroadcastControl<>) + kDerivedSlotBytes * shape_.ring_slots, kDerivedSlotBytes,
                        shape_.ring_slots);
      alerts_.emplace(AlertRingWriter::over(ring.payload(), shape_.ring_slots, {0}, {}));
    }
    for (WritableSegment& segment : segments_) segment.announce();
  }

  [[nodiscard]] ringbuf::FunctionId function(const std::string& name) const {
    const auto found = reader_->find(name);
    if (!found) throw std::runtime_error("no function " + name);
    return *found;
  }

  /// A reload has added a window.
  void add_window(const std::string& name) {
    ringbuf::FunctionsWriter(segments_.front().payload())
        .add({ringbuf::FunctionKind::window, 0, {}, 0, kMinute, kMinute, "all", name, ""});
  }

  /// The row of the window that starts there.
  ringbuf::Sequence row(ringbuf::InstrumentId id, const std::string& window, platform::UnixNanos start,
                        const RowContent& content = {}) {
    ringbuf::WindowRowBody body;
    body.start = start;
    body.end = start + kMinute;
    body.count = content.count;
    body.open = dollars(content.open);
    body.high = dollars(content.high);
    body.low = dollars(content.low);
    body.close = dollars(content.close);
    body.volume = {content.volume};
    body.notional = {30, 0};
    body.sum = {33, 0};
    body.sum_of_squares = {363, 0};
    body.first_time = start + 1;
    body.last_time = start + 2;
    body.vwap = 10.5;
    body.average = 11;
    body.deviation = 0.25;
    body.average_5min = content.average_5min;
    body.price_unit = 100'000;
    body.watermark = body.end + 5;
    body.trend = content.trend;
    body.kind = content.revision == 0 ? ringbuf::RowKind::on_time : ringbuf::RowKind::late;
    auto header = header_of(id, window, body.end);
    header.revision = content.revision;
    header.quality = content.quality;
    header.basis = ringbuf::Basis::first;
    return publish(ringbuf::make_derived(header, body));
  }
  ringbuf::Sequence values(ringbuf::InstrumentId id, const std::string& first, platform::UnixNanos start,
                           const std::vector<double>& numbers) {
    ringbuf::IndicatorValuesBody body;
    body.start = start;
    body.end = start + kMinute;
    body.count = static_cast<std::uint16_t>(numbers.size());
    std::copy(numbers.begin(), numbers.end(), body.value.begin());
    auto header = header_of(id, first, body.end);
    header.basis = ringbuf::Basis::final;
    return publish(ringbuf::make_derived(header, body));
  }
  ringbuf::Sequence signal(ringbuf::InstrumentId id, const std::string& name, platform::UnixNanos time,
                           ringbuf::SignalValue what, double price) {
    ringbuf::SignalBody body;
    body.start = body.end = time;
    body.index = 4;
    body.price = dollars(price);
    body.value[0] = price;
    body.value[1] = price - 0.5;
    body.value[2] = 5'000;
    body.what = what;
    body.fired = what == ringbuf::SignalValue::volume ? ringbuf::SignalBody::kByZ : std::uint8_t{0};
    return publish(ringbuf::make_derived(header_of(id, name, time), body));
  }
  /// In the ring of alerts, as if shard 0 had said it.
  ringbuf::DerivedRecord alert(ringbuf::InstrumentId id, platform::UnixNanos time) {
    ringbuf::DerivedRecord record = ringbuf::make_derived(
        {.ts_event = time, .cause_seq = {++cause_}, .instrument = id, .ts_recv = time}, ringbuf::AlertBody{});
    record.header.stamp = alerts_->publish(record, 0, {cause_}).value;
    alerts_->complete_batch();
    return record;
  }
  ringbuf::Sequence publish(ringbuf::DerivedRecord record) {
    const std::size_t shard = record.header.instrument.value % rings_.size();
    const ringbuf::Sequence sequence = rings_[shard].publish(&record);
    record.header.stamp = sequence.value;
    images_[shard].apply(record);
    rings_[shard].complete_batch();
    return sequence;
  }

 private:
  ringbuf::DerivedHeader header_of(ringbuf::InstrumentId id, const std::string& name, platform::UnixNanos time) {
    ringbuf::DerivedHeader header;
    header.instrument = id;
    header.function = function(name);
    header.ts_event = header.ts_recv = time;
    header.cause_seq = {++cause_};
    return header;
  }
  ringbuf::WritableSegment& make(const std::string& name, ringbuf::SegmentKind kind, std::uint64_t schema,
                                 std::uint64_t payload_bytes, std::uint64_t slot_bytes, std::uint64_t slot_count) {
    const ringbuf::SegmentSpec spec{
        kind, schema, ringbuf::kSegmentHeaderBytes + payload_bytes, slot_bytes, slot_count, made_.shape().name, name};
    segments_.push_back(ringbuf::WritableSegment::adopt_or_create(made_.folder(), spec, made_.now(), false,
                                                                  ringbuf::WritableSegment::Takeover::never));
    ringbuf::WritableSegment& segment = segments_.back();
    ringbuf::CatalogWriter(made_.segments().segments().front().payload())
        .put(ringbuf::CatalogSegment{name,
                                     kind,
                                     {},
                                     segment.path().filename().string(),
                                     slot_bytes,
                                     slot_count,
                                     segment.header().epoch.load(std::memory_order_relaxed)});
    return segment;
  }

  PlantInFolder& made_;
  ComputingShape shape_;
  std::deque<ringbuf::WritableSegment> segments_;
  std::optional<ringbuf::FunctionsReader> reader_;
  std::vector<std::uint8_t> places_;
  std::vector<ringbuf::DerivedWriter> rings_;
  std::vector<ringbuf::DerivedImageWriter> images_;
  std::optional<ringbuf::AlertRingWriter> alerts_;
  std::uint64_t cause_ = 100;
};

}  // namespace tickplant::tests
