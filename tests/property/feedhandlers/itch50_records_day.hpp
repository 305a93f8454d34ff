// Made-up days with every fault, for laws about what the feed publishes: a day file or packets of two lines that are
// lost, late and doubled, two days in a row.
//
// Threads: one.
// Not here: the laws (itch50_records_*_test.cpp).
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/support/itch_published.hpp"
#include "tests/support/itch_session.hpp"
#include "tests/support/mold_writer.hpp"

namespace tickplant::tests::itch {

inline constexpr platform::UnixNanos kMidnight{1'548'824'400'000'000'000};

struct DayOptions {
  std::string_view name;
  SessionOptions session;
  bool packets = false;  // MoldUDP64 with faults; else a day file
  feedhandlers::PublishedForms forms{.quotes = true, .levels = true, .depth = true};
};

/// Prints as its name in a parametrised test.
inline void PrintTo(const DayOptions& options, std::ostream* out) { *out << options.name; }

inline std::vector<DayOptions> all_days() {
  const std::uint64_t seed = test_seed();
  return {
      {"quiet", {.seed = seed, .symbols = 5, .live_orders = 300}},
      {"deep_book", {.seed = seed + 1, .symbols = 1, .live_orders = 600, .young_percent = 10}},
      {"crossed", {.seed = seed + 2, .symbols = 3, .live_orders = 200, .may_cross = true}},
      {"messages_lost", {.seed = seed + 3, .symbols = 4, .live_orders = 200, .dropped_per_million = 30'000}},
      {"lengths_wrong", {.seed = seed + 4, .symbols = 4, .live_orders = 200, .bad_length_per_million = 30'000}},
      {"packets_with_faults", {.seed = seed + 5, .symbols = 4, .live_orders = 200}, true},
      {"orders_alone", {.seed = seed + 6, .symbols = 2, .live_orders = 100}, false, {false, false, true}},
  };
}

class Day {
 public:
  explicit Day(const DayOptions& options) : options_(options) {
    Session session{options.session};
    session.open(file_);
    session.trade(3'000, file_);
    session.close(file_);
    messages_ = unframed(file_);
  }

  [[nodiscard]] const std::vector<std::span<const std::byte>>& messages() const { return messages_; }

  /// All of it, as day number `day`; `observe()` after each message, each packet and the start.
  template <class Observe>
  void play(FeedInMemory& plant, std::int32_t day, Observe&& observe) const {
    plant.feed.begin_day({.midnight = kMidnight + day * platform::kNanosPerDay, .date = 20190130 + day});
    observe();
    if (options_.packets) return play_packets(plant, day, observe);
    for (std::size_t at = 0; at < messages_.size(); at += 64) {
      const std::size_t count = std::min<std::size_t>(64, messages_.size() - at);
      plant.feed.on_messages(std::span{messages_}.subspan(at, count), at + 1, [&](auto) { observe(); });
      observe();
    }
  }

 private:
  template <class Observe>
  void play_packets(FeedInMemory& plant, std::int32_t day, Observe&& observe) const {
    Random random{options_.session.seed};
    const std::string session = "DAY " + std::to_string(day);
    std::vector<Bytes> packets;
    for (std::size_t at = 0; at < messages_.size();) {
      const std::size_t count = std::min<std::size_t>(1 + random.below(8), messages_.size() - at);
      std::vector<Bytes> held;
      for (std::size_t i = at; i < at + count; ++i) held.push_back(to_bytes(messages_[i]));
      if (!random.chance(1, 20)) packets.push_back(mold_packet(session, at + 1, held));
      if (random.chance(1, 10)) packets.push_back(mold_packet(session, at + 1, held));
      if (random.chance(1, 10) && packets.size() > 1) std::swap(packets.back(), packets[packets.size() - 2]);
      at += count;
    }
    platform::UnixNanos recv = kMidnight + day * platform::kNanosPerDay;
    for (const Bytes& packet : packets) {
      recv = recv + 1'000'000;
      plant.feed.on_packet({.payload = as_span(packet), .ts_recv = recv}, 100, [&](auto) { observe(); });
      observe();
    }
  }

  DayOptions options_;
  Buffer file_;
  std::vector<std::span<const std::byte>> messages_;
};

/// Two days through one plant. A law overrides on_records(): all that one message (or one packet, one session) became.
class RecordsLaw : public testing::TestWithParam<DayOptions> {
 protected:
  virtual void on_records(const Records& records) = 0;
  virtual void at_the_end() {}

  void hold() {
    SCOPED_TRACE(testing::Message() << GetParam().name << ", TICKPLANT_TEST_SEED=" << test_seed());
    const Day day{GetParam()};
    for (const std::int32_t number : {0, 1}) {
      day.play(plant_, number, [&] {
        const Records records = published_.take();
        if (!HasFailure() && !records.empty()) on_records(records);
      });
    }
    ASSERT_FALSE(HasFailure()) << "behind sequence " << plant_.publisher.last().value;
    at_the_end();
  }

  [[nodiscard]] ringbuf::InstrumentId last_instrument() const { return {plant_.directory.reader().count()}; }

  feedhandlers::OrderBook book_{FeedInMemory::kBookConfig};
  FeedInMemory plant_{book_, GetParam().forms};
  Published published_{plant_};
};

inline std::string name_of(const testing::TestParamInfo<DayOptions>& info) { return std::string{info.param.name}; }

}  // namespace tickplant::tests::itch
