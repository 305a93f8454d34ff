// Analytics in memory, for tests: instruments, records in order, an engine or several shards of it, and what they said
// as lines that can be compared.
//
// Threads: one.
// Not here: what should come out (slow_windows in analytics_slow_windows.hpp).
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "analytics/engine.hpp"
#include "config/load_analytics.hpp"
#include "ringbuf/records/quote.hpp"

namespace tickplant::tests {

using analytics::Time;

inline constexpr Time kSecond = 1'000'000'000;
inline constexpr Time kMinute = 60 * kSecond;
/// One cent: what prices in these tests are counts of.
inline constexpr std::int64_t kCent = 10'000'000;

/// The instruments of a test; ids from 1 in the order they are added.
class AnalyticsInstruments final : public analytics::InstrumentLookup {
 public:
  ringbuf::InstrumentId add(const std::string& symbol, std::uint16_t feed = 1, std::int64_t price_unit = kCent,
                            std::uint32_t lot = 0, const std::string& venue = "XTST", std::int8_t size_scale = 0) {
    facts_.push_back({symbol, venue, ringbuf::FeedId{feed}, price_unit, size_scale, lot});
    return {static_cast<std::uint32_t>(facts_.size())};
  }
  [[nodiscard]] std::optional<analytics::InstrumentFacts> find(ringbuf::InstrumentId id) const override {
    if (id.value == 0 || id.value > facts_.size()) return std::nullopt;
    return facts_[id.value - 1];
  }
  [[nodiscard]] std::size_t count() const noexcept { return facts_.size(); }

 private:
  std::vector<analytics::InstrumentFacts> facts_;
};

// ---- records. Prices in cents. Receive time = event time unless said.

inline ringbuf::Record trade(ringbuf::InstrumentId id, Time time, std::int64_t cents, std::uint64_t size,
                             std::uint64_t trade_id, std::optional<Time> received = {},
                             ringbuf::TradeEligibility eligibility = ringbuf::TradeEligibility::all) {
  ringbuf::TradeBody body;
  body.price = {cents * kCent};
  body.size = {size};
  body.trade_id = trade_id;
  body.eligibility = eligibility;
  return ringbuf::make_record(id, {time}, {received.value_or(time)}, body);
}
/// A tick that is no trade: time passes, and nothing else.
inline ringbuf::Record quote(ringbuf::InstrumentId id, Time time, std::optional<Time> received = {}) {
  return ringbuf::make_record(id, {time}, {received.value_or(time)}, ringbuf::QuoteBody{});
}
/// `idle`: since the feed's last packet.
inline ringbuf::Record heartbeat(Time received, std::uint16_t feed = 1, Time idle = 0) {
  ringbuf::HeartbeatBody body;
  body.feed = {feed};
  body.idle_nanos = static_cast<std::uint64_t>(idle);
  return ringbuf::make_record(ringbuf::kNoInstrument, {received}, {received}, body);
}
inline ringbuf::Record gap(std::uint16_t feed, Time received) {
  ringbuf::GapBody body;
  body.feed = {feed};
  return ringbuf::make_record(ringbuf::kNoInstrument, {received}, {received}, body);
}
inline ringbuf::Record cancel(ringbuf::InstrumentId id, Time time, std::uint64_t trade_id,
                              std::optional<Time> received = {}) {
  ringbuf::TradeCancelBody body;
  body.trade_id = trade_id;
  return ringbuf::make_record(id, {time}, {received.value_or(time)}, body);
}
inline ringbuf::Record correction(ringbuf::InstrumentId id, Time time, std::uint64_t trade_id, std::int64_t cents,
                                  std::uint64_t size, std::optional<Time> received = {}) {
  ringbuf::TradeCancelBody body;
  body.trade_id = trade_id;
  body.price = {cents * kCent};
  body.size = {size};
  body.kind = ringbuf::TradeCancelKind::corrected;
  return ringbuf::make_record(id, {time}, {received.value_or(time)}, body);
}

// ---- configuration

struct WindowsYaml {
  Time bound = 0, lateness = 0, idle = 3600 * kSecond;
  std::string when_all_idle = "hold";
  Time max_future = 86'400 * kSecond;
  std::uint64_t corrections = 0;  // trades kept
  std::string groups = {};        // further lines of `watermarks`
  std::string set_lines = {};     // further lines of the set
};

/// An analytics file with one set, "all". `windows`: lines of its windows, "{name: T60, size: 1m}".
inline std::string windows_yaml(const WindowsYaml& yaml, const std::vector<std::string>& windows) {
  const auto ns = [](Time time) { return std::to_string(time) + "ns"; };
  std::string text = "watermarks:\n  default: {bound: " + ns(yaml.bound) + ", lateness: " + ns(yaml.lateness) +
                     ", idle: " + ns(yaml.idle) + ", when_all_idle: " + yaml.when_all_idle +
                     ", max_future: " + ns(yaml.max_future) + "}\n" + yaml.groups +
                     "corrections: {trades: " + std::to_string(yaml.corrections) + "}\nsets:\n  all:\n" +
                     yaml.set_lines + "    windows:\n";
  for (const std::string& window : windows) text += "      - " + window + "\n";
  return text;
}

// ---- results as text

struct RowText {
  bool with_revision = true;  // and with what it was that caused the row
  bool with_inputs = false;
};

/// "T60 1 [60000000000,120000000000) 3 trades 100 102 99 101 volume 7 ..."
inline std::string to_line(const ringbuf::DerivedRecord& record, const analytics::Program& program, RowText what = {}) {
  const auto row = record.as<ringbuf::WindowRowBody>();
  const auto price = [&](ringbuf::Price p) {
    return is_present(p) ? std::to_string(p.value / row.price_unit) : std::string("-");
  };
  const auto wide = [](std::array<std::uint64_t, 2> words) {
    return std::to_string(words[1]) + ":" + std::to_string(words[0]);
  };
  const auto real = [](double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.17g", value);
    return value != value ? std::string("-") : std::string(text);
  };
  const auto& header = record.header;
  std::string line = program.name_of(header.function) + " " + std::to_string(header.instrument.value) + " [" +
                     std::to_string(row.start.value) + "," + std::to_string(row.end.value) + ")";
  if (what.with_revision) {
    line += " rev " + std::to_string(header.revision) + " kind " + std::to_string(static_cast<int>(row.kind)) +
            " basis " + std::to_string(static_cast<int>(header.basis)) + " cause " +
            std::to_string(header.cause_seq.value) + " recv " + std::to_string(header.ts_recv.value) + " wm " +
            std::to_string(row.watermark.value);
  }
  if (what.with_inputs) {
    line += " inputs " + std::to_string(header.input_first.value) + "-" + std::to_string(header.input_last.value);
  }
  if (what.with_revision) line += " quality " + std::to_string(static_cast<std::uint32_t>(header.quality));
  return line + " trades " + std::to_string(row.count) + " ohlc " + price(row.open) + " " + price(row.high) + " " +
         price(row.low) + " " + price(row.close) + " volume " + std::to_string(row.volume.value) + " notional " +
         wide(row.notional) + " sums " + wide(row.sum) + " " + wide(row.sum_of_squares) + " times " +
         std::to_string(row.first_time.value) + " " + std::to_string(row.last_time.value) + " vwap " + real(row.vwap) +
         " average " + real(row.average) + " deviation " + real(row.deviation) + " of five minutes " +
         real(row.average_5min) + " trend " + std::to_string(static_cast<int>(row.trend)) + " volatile " +
         std::to_string(row.is_volatile);
}

/// In the order in which results are told: by cause; revisions first; rows that fire by end, function, start.
inline auto canonical_key(const ringbuf::DerivedRecord& record) {
  const auto row = record.as<ringbuf::WindowRowBody>();
  const bool fires = row.kind != ringbuf::RowKind::late;
  return std::tuple(record.header.cause_seq.value, fires, fires ? row.end.value : 0, record.header.function.value,
                    row.start.value, record.header.instrument.value);
}

/// Keeps everything.
class AnalyticsResults final : public analytics::EngineOutput {
 public:
  void publish(const ringbuf::DerivedRecord& record) noexcept override {
    (record.header.type == ringbuf::DerivedType::window_row ? rows : others).push_back(record);
  }
  [[nodiscard]] bool wants_finals() const noexcept override { return true; }
  void on_final(const ringbuf::DerivedRecord& record) noexcept override { finals.push_back(record); }
  void on_late(const analytics::LateTick& tick) noexcept override { late.push_back(tick); }

  std::vector<ringbuf::DerivedRecord> rows, finals, others;
  std::vector<analytics::LateTick> late;
};

/// One plant's analytics from the first record to the end of input.
class AnalyticsRun {
 public:
  AnalyticsRun(const std::string& yaml, const AnalyticsInstruments& instruments, std::uint32_t shards = 1,
               const std::vector<std::string>& feeds = {"one"})
      : instruments_(instruments),
        feeds_(named(feeds)),
        program_(config::load_analytics_text(yaml, "test.yaml"), feeds_) {
    for (std::uint32_t i = 0; i < shards; ++i) {
      engines_.push_back(
          std::make_unique<analytics::Engine>(program_, ringbuf::Shard{i, shards}, instruments, results_));
    }
  }

  AnalyticsRun& on(const ringbuf::Record& record) {
    ++cause_;
    for (const auto& engine : engines_) engine->on_record({cause_}, record);
    return *this;
  }
  AnalyticsRun& on(const std::vector<ringbuf::Record>& records) {
    for (const ringbuf::Record& record : records) on(record);
    return *this;
  }
  AnalyticsRun& pause() {
    for (const auto& engine : engines_) engine->on_pause({cause_});
    return *this;
  }
  /// Until nothing is left to sweep. false: it goes on and on.
  [[nodiscard]] bool settle() {
    for (int i = 0; i < 10'000; ++i) {
      if (std::none_of(engines_.begin(), engines_.end(), [](const auto& e) { return e->is_sweeping(); })) return true;
      pause();
    }
    return false;
  }
  /// From here on what this file says.
  AnalyticsRun& reload(const std::string& yaml) {
    ++cause_;
    later_.push_back(
        std::make_unique<analytics::Program>(config::load_analytics_text(yaml, "test.yaml"), feeds_, &program()));
    for (const auto& engine : engines_) engine->reload(program());
    return *this;
  }
  /// The plant ends, and another one goes on with its state.
  AnalyticsRun& restart() {
    for (std::uint32_t i = 0; i < engines_.size(); ++i) {
      const std::vector<std::byte> state = state_of(*engines_[i]);
      const ringbuf::Shard shard{i, static_cast<std::uint32_t>(engines_.size())};
      engines_[i] = std::make_unique<analytics::Engine>(program(), shard, instruments_, results_);
      analytics::StateArchive archive(state);
      engines_[i]->archive(archive);
      if (!archive.is_at_end() || state_of(*engines_[i]) != state) throw std::logic_error("another state was read");
    }
    return *this;
  }
  [[nodiscard]] std::vector<std::byte> state() { return state_of(*engines_.front()); }
  /// Throws StateMismatch.
  void take_up(std::span<const std::byte> state) {
    analytics::StateArchive archive(state);
    engines_.front()->archive(archive);
    if (!archive.is_at_end()) throw analytics::StateMismatch("more than a state");
  }
  [[nodiscard]] static std::vector<std::byte> state_of(analytics::Engine& engine) {
    std::vector<std::byte> state;
    analytics::StateArchive archive(state);
    engine.archive(archive);
    return state;
  }
  /// A plant that had taken so many records before it began.
  AnalyticsRun& begin_behind(std::uint64_t cause) {
    cause_ = cause;
    return *this;
  }
  /// Records were there and are gone for the plant.
  AnalyticsRun& lose() {
    for (const auto& engine : engines_) engine->on_lost({cause_});
    return *this;
  }
  AnalyticsRun& finish() {
    for (const auto& engine : engines_) engine->finish({cause_ + 1});
    return *this;
  }

  /// The newest.
  [[nodiscard]] const analytics::Program& program() const noexcept {
    return later_.empty() ? program_ : *later_.back();
  }
  [[nodiscard]] const analytics::Engine& engine(std::size_t shard = 0) const noexcept { return *engines_[shard]; }
  [[nodiscard]] std::uint64_t cause() const noexcept { return cause_; }
  [[nodiscard]] const std::vector<analytics::LateTick>& late() const noexcept { return results_.late; }
  [[nodiscard]] std::vector<ringbuf::CorrectionBody> corrections() const {
    std::vector<ringbuf::CorrectionBody> all;
    for (const auto& record : results_.others) {
      if (record.header.type == ringbuf::DerivedType::correction) all.push_back(record.as<ringbuf::CorrectionBody>());
    }
    return all;
  }

  /// Results that are no rows, as they were told.
  [[nodiscard]] std::vector<ringbuf::DerivedRecord> others(ringbuf::DerivedType type) const {
    std::vector<ringbuf::DerivedRecord> found;
    for (const auto& record : results_.others) {
      if (record.header.type == type) found.push_back(record);
    }
    return found;
  }

  /// Sums over shards.
  [[nodiscard]] analytics::EngineCounts counts() const {
    analytics::EngineCounts sum;
    for (const auto& engine : engines_) sum += engine->counts();
    return sum;
  }
  [[nodiscard]] std::uint64_t fully_dropped(const std::string& function) const {
    std::uint64_t sum = 0;
    for (const auto& engine : engines_) sum += engine->fully_dropped()[id_of(function).value];
    return sum;
  }
  [[nodiscard]] std::uint64_t output_hash() const {
    std::uint64_t sum = 0;
    for (const auto& engine : engines_) sum += engine->output_hash();
    return sum;
  }

  [[nodiscard]] const std::vector<ringbuf::DerivedRecord>& rows_as_told() const noexcept { return results_.rows; }
  /// In canonical order.
  [[nodiscard]] std::vector<ringbuf::DerivedRecord> rows() const { return sorted(results_.rows); }
  /// By function, instrument, start.
  [[nodiscard]] std::vector<ringbuf::DerivedRecord> finals() const {
    std::vector<ringbuf::DerivedRecord> all = results_.finals;
    std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
      const auto key = [](const ringbuf::DerivedRecord& r) {
        return std::tuple(r.header.function.value, r.header.instrument.value,
                          r.as<ringbuf::WindowRowBody>().start.value);
      };
      return key(a) < key(b);
    });
    return all;
  }
  [[nodiscard]] std::vector<std::string> row_lines(RowText what = {}) const { return lines(rows(), what); }
  /// What windows hold in the end, whatever the way there.
  [[nodiscard]] std::vector<std::string> final_lines() const { return lines(finals(), {false, false}); }

  /// All rows of one window, oldest first.
  [[nodiscard]] std::vector<ringbuf::WindowRowBody> rows_of(const std::string& function, ringbuf::InstrumentId id,
                                                            Time start) const {
    std::vector<ringbuf::WindowRowBody> found;
    for (const auto& record : records_of(function, id, start)) found.push_back(record.as<ringbuf::WindowRowBody>());
    return found;
  }
  [[nodiscard]] std::vector<ringbuf::DerivedRecord> records_of(const std::string& function, ringbuf::InstrumentId id,
                                                               Time start) const {
    return matching(rows(), function, id, start);
  }
  [[nodiscard]] std::vector<ringbuf::DerivedRecord> finals_of(const std::string& function, ringbuf::InstrumentId id,
                                                              Time start) const {
    return matching(finals(), function, id, start);
  }

  [[nodiscard]] std::vector<std::string> lines(const std::vector<ringbuf::DerivedRecord>& records,
                                               RowText what = {}) const {
    std::vector<std::string> all;
    all.reserve(records.size());
    for (const auto& record : records) all.push_back(to_line(record, program(), what));
    return all;
  }

 private:
  const AnalyticsInstruments& instruments_;
  static std::vector<analytics::NamedFeed> named(const std::vector<std::string>& names) {
    std::vector<analytics::NamedFeed> feeds;
    for (const std::string& name : names) {
      feeds.push_back({name, ringbuf::FeedId{static_cast<std::uint16_t>(feeds.size() + 1)}});
    }
    return feeds;
  }
  [[nodiscard]] ringbuf::FunctionId id_of(const std::string& function) const {
    for (const analytics::Function& each : program().functions()) {
      if (each.name == function) return each.id;
    }
    return {};
  }
  [[nodiscard]] std::vector<ringbuf::DerivedRecord> matching(const std::vector<ringbuf::DerivedRecord>& records,
                                                             const std::string& function, ringbuf::InstrumentId id,
                                                             Time start) const {
    std::vector<ringbuf::DerivedRecord> found;
    for (const auto& record : records) {
      if (record.header.function == id_of(function) && record.header.instrument == id &&
          record.as<ringbuf::WindowRowBody>().start.value == start) {
        found.push_back(record);
      }
    }
    return found;
  }
  static std::vector<ringbuf::DerivedRecord> sorted(std::vector<ringbuf::DerivedRecord> records) {
    std::stable_sort(records.begin(), records.end(),
                     [](const auto& a, const auto& b) { return canonical_key(a) < canonical_key(b); });
    return records;
  }

  std::vector<analytics::NamedFeed> feeds_;
  analytics::Program program_;
  std::vector<std::unique_ptr<const analytics::Program>> later_;
  AnalyticsResults results_;
  std::vector<std::unique_ptr<analytics::Engine>> engines_;
  std::uint64_t cause_ = 0;
};

}  // namespace tickplant::tests
