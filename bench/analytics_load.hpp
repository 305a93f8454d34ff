// Trades for the suites of analytics, always the same: how many instruments, how unevenly they trade, how late their
// trades come, how fast event time passes.
//
// Threads: one.
// Not here: reading them (analytics_path.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "analytics/instrument_facts.hpp"
#include "ringbuf/records/record.hpp"

namespace tickplant::bench {

inline constexpr std::int64_t kSecond = 1'000'000'000;
inline constexpr std::int64_t kMinute = 60 * kSecond;
/// 13:30 UTC of a day in 2024: on the minute, like everything that follows from it.
inline constexpr std::int64_t kLoadStart = 1'706'016'600 * kSecond;
inline constexpr std::int64_t kLoadUnit = 100'000;  // prices are counts of 1e-4

/// How often the most traded instrument trades against the others.
enum class Popularity : std::uint8_t { uniform, zipf };
/// mixed: as golden trades come; 90 % within 50 ms, 8 % within 5 s, 1.7 % within a minute, the rest within five.
enum class Delays : std::uint8_t { none, mixed };

struct LoadShape {
  std::uint32_t instruments = 10'000;
  Popularity popularity = Popularity::uniform;
  Delays delays = Delays::none;
  std::uint64_t trades = 1'000'000;
  std::uint64_t trades_per_minute = 1'000'000;  // of event time
};

[[nodiscard]] std::string name_of(const LoadShape& shape);

/// In the order in which they come. Instrument ids from 1.
[[nodiscard]] std::vector<ringbuf::Record> make_load(const LoadShape& shape);

/// One trade of each instrument, in the order of their ids, within the minute that begins at kLoadStart + `minute`.
[[nodiscard]] std::vector<ringbuf::Record> make_minute(std::uint32_t instruments, std::int64_t minute);

/// A record that no instrument is in: time passes.
[[nodiscard]] ringbuf::Record make_heartbeat(std::int64_t time);

/// Every id up to `count` is an instrument of feed 1.
class LoadInstruments final : public analytics::InstrumentLookup {
 public:
  explicit LoadInstruments(std::uint32_t count) : count_(count) {}
  [[nodiscard]] std::optional<analytics::InstrumentFacts> find(ringbuf::InstrumentId id) const override {
    if (id.value == 0 || id.value > count_) return std::nullopt;
    return analytics::InstrumentFacts{"S" + std::to_string(id.value), "XBEN", {1}, kLoadUnit, 0, 100};
  }

 private:
  std::uint32_t count_;
};

}  // namespace tickplant::bench
