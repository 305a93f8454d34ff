// Conflation: what is told and what is merged are together everything, once, wherever between two stores of the writer
// one falls behind, and images and stream stay the full history.
#include "clients/cpp/conflation.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>

#include "ringbuf/records/order.hpp"
#include "tests/property/clients/cpp_stepped_plant.hpp"
#include "tests/support/random.hpp"

namespace tickplant::clients::this_file {
namespace {

using ringbuf::ImageEntry;
using ringbuf::InstrumentId;
using ringbuf::Record;
using ringbuf::RecordType;
using ringbuf::SequenceRange;
using tests::Random;

constexpr std::uint32_t kInstruments = 5;

struct Sums {
  std::uint64_t updates = 0;
  std::uint64_t trades = 0;
  std::uint64_t volume = 0;
  friend bool operator==(const Sums&, const Sums&) = default;

  void add(const Record& record) {
    ++updates;
    if (record.header.type != RecordType::trade) return;
    const auto trade = record.as<ringbuf::TradeBody>();
    if (!has(trade.eligibility, ringbuf::TradeEligibility::volume)) return;
    ++trades, volume += trade.size.value;
  }
};

/// What a client keeps of an instrument: enough to notice a record that is missing in it, or twice.
struct Position {
  std::int64_t bid = 0;
  std::uint64_t day_volume = 0;
  std::uint64_t day_trades = 0;
  friend bool operator==(const Position&, const Position&) = default;

  void enter(const Record& record) {
    if (record.header.type == RecordType::quote) bid = record.as<ringbuf::QuoteBody>().bid_price.value;
    if (record.header.type == RecordType::trade) {
      Sums sums{0, day_trades, day_volume};
      sums.add(record);
      day_trades = sums.trades, day_volume = sums.volume;
    }
  }
  static Position of(const ImageEntry& image) {
    return {is_present(image.bid_price) ? image.bid_price.value : 0, image.volume.value, image.trade_count};
  }
};

/// That plant, and a client that conflates.
class ConflationModel final : public SteppedPlant {
 public:
  ConflationModel(std::uint64_t slot_count, std::uint64_t seed) : SteppedPlant(kInstruments, slot_count, seed) {}

  void join(const Subscription& subscription) {
    filter_.emplace(make_filter(subscription));
    stream_.emplace(make_stream(OnOverrun::conflate));
    joins_with_images_ = subscription.join == Join::image;
    if (joins_with_images_) {
      stream_->start_conflating_with_images(images(), newest(), subscription.lag_max);
    } else {
      subscription.join == Join::newest ? stream_->start_at_newest() : stream_->start_at_oldest();
      stream_->conflate_with(images(), newest(), subscription.lag_max, false);
      begin_at(stream_->next().value);
    }
  }
  /// Joins when that record is in the ring and not in the tables yet.
  void join_at(std::uint64_t sequence, const Subscription& subscription) {
    join_at_ = sequence;
    subscription_ = subscription;
  }
  [[nodiscard]] bool has_joined() const noexcept { return stream_.has_value(); }
  [[nodiscard]] std::uint64_t last() const noexcept { return last_published(); }
  void poll(std::size_t limit) override {
    if (!stream_) return;
    // With images it begins behind what is complete at the poll at which it begins.
    if (!stream_->has_begun()) begin_at(complete_through() + 1);
    if (random_.chance(1, 50) && stream_->has_begun()) stream_->conflate();
    stream_->poll(*this, *filter_, limit);
  }
  void drain() {
    complete();
    for (int i = 0; i < 10'000 && (stream_->lag() != 0 || !stream_->has_begun()); ++i) poll(256);
  }

  // --- the client ---

  void operator()(const Record& record) {
    is_in_order_ &= record.header.stamp >= last_told_ + 1;
    last_told_ = record.header.stamp;
    ++told_count_;
    if (record.header.type == RecordType::session) positions_.clear();  // a day begins with nothing
    if (record.header.instrument == ringbuf::kNoInstrument) return market_wide_.push_back(record.header.stamp);
    sums_[record.header.instrument.value].add(record);
    positions_[record.header.instrument.value].enter(record);
  }
  void on_conflated(InstrumentId id, const ImageEntry& image, const Merged& merged) {
    Sums& sums = sums_[id.value];
    sums.updates += merged.updates, sums.trades += merged.trades, sums.volume += merged.volume.value;
    positions_[id.value] = Position::of(image);
    merged_count_ += merged.updates;
  }
  void on_merged(std::string_view, SequenceRange range) { merged_.push_back(range); }
  void on_lost(std::string_view, SequenceRange range) { lost_.push_back(range); }

  // --- what is to be shown ---

  /// Told and merged are everything since it began, but what was told as lost, for each chosen instrument.
  [[nodiscard]] bool has_told_or_merged_everything() const {
    std::array<Sums, kInstruments + 1> all{};
    for (const Record& record : history()) {
      if (record.header.stamp >= from_ && !is_in(lost_, record.header.stamp)) {
        all[record.header.instrument.value].add(record);
      }
    }
    for (std::uint32_t id = 1; id <= kInstruments; ++id) {
      if (RecordFilter(*filter_).chooses({id}) ? sums_[id] != all[id] : sums_[id] != Sums{}) return false;
    }
    return true;
  }
  [[nodiscard]] bool knows_where_everything_is() const {
    for (std::uint32_t id = 1; id <= kInstruments; ++id) {
      ImageEntry truth;
      const bool is_known = ringbuf::ImageReader(images()).read({id}, truth) == ringbuf::TableRead::value;
      if (!is_known || !RecordFilter(*filter_).chooses({id})) continue;
      const auto found = positions_.find(id);
      if ((found == positions_.end() ? Position{} : found->second) != Position::of(truth)) return false;
    }
    return true;
  }
  /// What newest does not count is told one by one, but in ranges that were told as merged or lost.
  [[nodiscard]] bool has_told_what_is_market_wide() const {
    std::vector<std::uint64_t> due;
    for (const Record& record : history()) {
      const std::uint64_t at = record.header.stamp;
      if (record.header.instrument != ringbuf::kNoInstrument || at < from_) continue;
      if (!is_in(merged_, at) && !is_in(lost_, at)) due.push_back(at);
    }
    return market_wide_ == due;
  }
  [[nodiscard]] bool ranges_are_apart() const {
    for (std::size_t i = 1; i < merged_.size(); ++i) {
      if (merged_[i].first <= merged_[i - 1].last) return false;
    }
    return std::all_of(merged_.begin(), merged_.end(), [](const SequenceRange& range) { return range.count() > 0; });
  }
  [[nodiscard]] bool is_in_order() const noexcept { return is_in_order_; }
  [[nodiscard]] std::uint64_t told_count() const noexcept { return told_count_; }
  [[nodiscard]] std::uint64_t merged_count() const noexcept { return merged_count_; }
  [[nodiscard]] std::size_t times_conflated() const noexcept { return merged_.size(); }
  [[nodiscard]] std::size_t losses() const noexcept { return lost_.size(); }
  [[nodiscard]] const RingStream& stream() const noexcept { return *stream_; }

 private:
  template <class Ranges>
  static bool is_in(const Ranges& ranges, std::uint64_t at) {
    return std::any_of(ranges.begin(), ranges.end(),
                       [&](const SequenceRange& range) { return range.first <= at && at <= range.last; });
  }
  void begin_at(std::uint64_t sequence) {
    from_ = sequence;
    if (joins_with_images_) return;  // positions come with the images
    for (const Record& record : history()) {
      if (record.header.stamp >= from_) break;
      if (record.header.type == RecordType::session) positions_.clear();  // a day begins with nothing
      if (record.header.instrument != ringbuf::kNoInstrument) {
        positions_[record.header.instrument.value].enter(record);
      }
    }
  }

  void on_published(const Record& record) override {
    if (record.header.stamp != join_at_) return;
    join(subscription_);
    poll(1);
  }
  Record any_record() override {
    const InstrumentId id{1 + random_.below(kInstruments)};
    const auto make = [&](InstrumentId about, const auto& body) {
      return ringbuf::make_record(about, {static_cast<std::int64_t>(random_.below(1u << 30))}, {7}, body);
    };
    switch (random_.below(25)) {
      case 0: return make(ringbuf::kNoInstrument, ringbuf::SessionBody{});
      case 1:
      case 2: return make(ringbuf::kNoInstrument, ringbuf::HeartbeatBody{});
      default: break;
    }
    switch (random_.below(4)) {
      case 0: {
        ringbuf::QuoteBody quote;
        quote.bid_price = {1 + static_cast<std::int64_t>(random_.below(1'000))};
        return make(id, quote);
      }
      case 1: return make(id, ringbuf::OrderBody{});
      default: {
        ringbuf::TradeBody trade;
        trade.price = {1}, trade.size = {1 + random_.below(99)};
        trade.eligibility = static_cast<ringbuf::TradeEligibility>(random_.below(8));
        return make(id, trade);
      }
    }
  }

  std::optional<RecordFilter> filter_;
  std::optional<RingStream> stream_;
  Subscription subscription_;
  std::uint64_t join_at_ = 0;
  bool joins_with_images_ = false;
  std::uint64_t from_ = 0;
  std::array<Sums, kInstruments + 1> sums_{};
  std::map<std::uint32_t, Position> positions_;
  std::vector<SequenceRange> merged_, lost_;
  std::vector<std::uint64_t> market_wide_;
  std::uint64_t last_told_ = 0, told_count_ = 0, merged_count_ = 0;
  bool is_in_order_ = true;
};

struct Totals {
  std::uint64_t told = 0, merged = 0, times = 0, losses = 0;
};

void expect_everything_once(ConflationModel& model, std::uint64_t seed, Totals& totals) {
  model.drain();
  EXPECT_EQ(model.stream().lag(), 0u) << "seed " << seed << ": it did not return to the full stream";
  EXPECT_TRUE(model.has_told_or_merged_everything()) << "seed " << seed;
  EXPECT_TRUE(model.has_told_what_is_market_wide()) << "seed " << seed;
  EXPECT_TRUE(model.ranges_are_apart()) << "seed " << seed;
  EXPECT_TRUE(model.is_in_order()) << "seed " << seed;
  EXPECT_EQ(model.stream().merged_count(), model.merged_count());
  EXPECT_TRUE(model.losses() != 0 || model.knows_where_everything_is()) << "seed " << seed;
  totals.told += model.told_count(), totals.merged += model.merged_count();
  totals.times += model.times_conflated(), totals.losses += model.losses();
}

/// `lag_max` 0: only what was overwritten is merged, and what was asked for.
Totals run(std::uint64_t slot_count, std::uint64_t lag_max, std::uint32_t poll_one_in, std::uint64_t runs) {
  Totals totals;
  for (std::uint64_t seed = tests::test_seed(), end = seed + runs; seed < end && !testing::Test::HasFailure(); ++seed) {
    Random random(seed);
    ConflationModel model(slot_count, seed);
    model.write_some(random.below(30));
    Subscription subscription;
    subscription.join = static_cast<Join>(random.below(3));
    if (random.chance(1, 2)) subscription.symbols = {"A", "C"};
    subscription.lag_max = lag_max;
    model.set_poll_chance(1 + random.below(poll_one_in));
    if (random.chance(1, 4)) {
      // At multiples of kPublishEvery the ring says that a record is there before the tables have it.
      model.join_at((model.last() / 32 + 1) * 32, subscription);
      while (!model.has_joined()) model.write_some(1);
    } else {
      model.join(subscription);
    }
    model.write_some(1 + random.below(80));
    expect_everything_once(model, seed, totals);
  }
  return totals;
}

TEST(Conflation, ToldAndMergedAreEverythingOnceWhenTheReaderIsOverrun) {
  const Totals totals = run(16, 0, 60, 3'000);
  EXPECT_GT(totals.told, 10'000u);
  EXPECT_GT(totals.merged, 10'000u);
  EXPECT_GT(totals.times, 1'000u);
}

TEST(Conflation, ToldAndMergedAreEverythingOnceWhenTheReaderLags) {
  const Totals totals = run(1'024, 5, 20, 3'000);
  EXPECT_GT(totals.told, 10'000u);
  EXPECT_GT(totals.merged, 1'000u);
  EXPECT_GT(totals.times, 500u);
  EXPECT_EQ(totals.losses, 0u);
}

TEST(Conflation, ToldAndMergedAreEverythingOnceWhereTheReaderPollsAtEveryStep) {
  const Totals totals = run(64, 0, 2, 2'000);
  EXPECT_GT(totals.told, 10'000u);
  EXPECT_GT(totals.times, 100u) << "when asked to";
}

}  // namespace
}  // namespace tickplant::clients::this_file
