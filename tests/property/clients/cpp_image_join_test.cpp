// Late join: images and stream together equal the full history, wherever between two stores of the writer one joins.
#include "clients/cpp/image_join.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <functional>
#include <map>
#include <set>

#include "ringbuf/private_payload.hpp"
#include "ringbuf/records/order.hpp"
#include "tests/property/clients/cpp_stepped_plant.hpp"
#include "tests/support/random.hpp"
#include "tests/support/recording_handler.hpp"

namespace tickplant::clients::this_file {
namespace {

using ringbuf::ImageEntry;
using ringbuf::ImageSlot;
using ringbuf::InstrumentId;
using ringbuf::Price;
using ringbuf::Record;
using ringbuf::RecordType;
using ringbuf::StatusKind;
using tests::Random;

constexpr std::uint32_t kInstruments = 6;

/// What a client keeps for itself from images and records: the slow, obvious version of the image.
void enter(std::map<std::uint32_t, ImageEntry>& state, const Record& record) {
  if (record.header.type == RecordType::session) {
    for (auto& [id, image] : state) {
      ImageEntry fresh;
      fresh.previous_close = is_present(image.last_price) ? image.last_price : image.previous_close;
      image = fresh;
    }
    return;
  }
  if (record.header.instrument == ringbuf::kNoInstrument || !enters_image(record)) return;
  ImageEntry& image = state[record.header.instrument.value];
  switch (record.header.type) {
    case RecordType::quote: {
      const auto quote = record.as<ringbuf::QuoteBody>();
      image.bid_price = quote.bid_price, image.ask_price = quote.ask_price;
      image.bid_size = quote.bid_size, image.ask_size = quote.ask_size;
      break;
    }
    case RecordType::trade: {
      const auto trade = record.as<ringbuf::TradeBody>();
      if (has(trade.eligibility, ringbuf::TradeEligibility::volume)) {
        image.volume.value += trade.size.value, ++image.trade_count;
        image.notional_low += static_cast<std::uint64_t>(trade.price.value) * trade.size.value;
      }
      if (has(trade.eligibility, ringbuf::TradeEligibility::last)) {
        image.last_price = trade.price, image.last_size = trade.size;
        image.last_trade_id = trade.trade_id, image.last_trade_time = record.header.ts_event;
      }
      if (has(trade.eligibility, ringbuf::TradeEligibility::open_high_low)) {
        if (!is_present(image.open)) image.open = image.high = image.low = trade.price;
        image.high = std::max(image.high, trade.price), image.low = std::min(image.low, trade.price);
      }
      break;
    }
    case RecordType::status: {
      const auto status = record.as<ringbuf::StatusBody>();
      if (status.kind == StatusKind::short_sale) {
        image.short_sale = status.code;
      } else if (status.kind == StatusKind::price_band) {
        image.band_reference = status.price[0], image.band_upper = status.price[1], image.band_lower = status.price[2];
      } else {
        image.trading_status = status.trading_status;
      }
      break;
    }
    case RecordType::imbalance: {
      const auto imbalance = record.as<ringbuf::ImbalanceBody>();
      image.auction_paired = imbalance.paired_size, image.auction_imbalance = imbalance.imbalance_size;
      image.auction_reference = imbalance.reference_price, image.auction_side = imbalance.side;
      break;
    }
    case RecordType::auction_prices: {
      const auto auction = record.as<ringbuf::AuctionPricesBody>();
      image.auction_near = auction.price[0], image.auction_far = auction.price[1];
      break;
    }
    default: break;
  }
}

/// The values of an image; not when it got them (stamp, times, trading date) and not its quality.
bool has_values_of(ImageEntry a, ImageEntry b) {
  for (ImageEntry* image : {&a, &b}) {
    image->stamp = 0, image->ts_event = {}, image->ts_recv = {};
    image->trading_date = 0, image->quality = ringbuf::Quality::none;
  }
  return std::memcmp(&a, &b, sizeof a) == 0;
}

Record next_record(Random& random, bool with_sessions) {
  const InstrumentId id{1 + random.below(kInstruments)};
  const auto price = [&] { return Price{1 + static_cast<std::int64_t>(random.below(1000))}; };
  const auto make = [&](InstrumentId about, const auto& body) {
    return ringbuf::make_record(about, {static_cast<std::int64_t>(random.below(1u << 30))}, {7}, body);
  };
  switch (random.below(with_sessions ? 10 : 9)) {
    case 0:
    case 1: return make(id, ringbuf::QuoteBody{price(), price(), {random.below(99)}, {random.below(99)}});
    case 2:
    case 3: {
      ringbuf::TradeBody trade;
      trade.price = price(), trade.size = {random.below(99)}, trade.trade_id = random.next();
      trade.eligibility = static_cast<ringbuf::TradeEligibility>(random.below(8));
      return make(id, trade);
    }
    case 4: {
      ringbuf::StatusBody status;
      status.kind = static_cast<StatusKind>(1 + random.below(10));
      status.trading_status = static_cast<ringbuf::TradingStatus>(random.below(8));
      status.code = static_cast<char>('A' + random.below(26));
      status.price = {price(), price(), price()};
      return make(id, status);
    }
    case 5:
      return make(id, ringbuf::ImbalanceBody{{random.below(99)}, {random.below(99)}, price(), ringbuf::Side::ask});
    case 6: {
      ringbuf::AuctionPricesBody auction;
      auction.price = {price(), price(), price()};
      auction.kind = static_cast<ringbuf::AuctionPricesKind>(1 + random.below(3));
      return make(id, auction);
    }
    case 7: return make(id, ringbuf::OrderBody{});
    case 8: return make(id, ringbuf::TradeCancelBody{});
    default: return make(ringbuf::kNoInstrument, ringbuf::SessionBody{});
  }
}

TEST(EntersImage, IsTrueOfExactlyTheRecordsThatChangeAnImage) {
  const std::uint64_t seed = tests::test_seed();
  Random random(seed);
  std::set<std::pair<RecordType, bool>> met;
  for (int i = 0; i < 20'000; ++i) {
    ringbuf::PrivatePayload bytes(sizeof(ImageSlot) * 8);
    ringbuf::ImageWriter writer(ringbuf::array_at<ImageSlot>(bytes.bytes(), 0, 8));
    const ringbuf::ImageReader reader(ringbuf::array_at<ImageSlot>(std::as_const(bytes).bytes(), 0, 8));
    Record record = next_record(random, false);
    Record first = ringbuf::make_record(record.header.instrument, {1}, {1}, ringbuf::QuoteBody{});
    first.header.stamp = 1;
    record.header.stamp = 2;
    writer.apply(first);
    ImageEntry before, after;
    ASSERT_EQ(reader.read(record.header.instrument, before), ringbuf::TableRead::value);
    writer.apply(record);
    ASSERT_EQ(reader.read(record.header.instrument, after), ringbuf::TableRead::value);
    // A record may repeat what the image has. Then both answers are right, but changing means entering.
    EXPECT_TRUE(enters_image(record) || has_values_of(before, after)) << "seed " << seed << ", record " << i;
    std::map<std::uint32_t, ImageEntry> kept{{record.header.instrument.value, before}};
    enter(kept, record);
    EXPECT_TRUE(has_values_of(kept.begin()->second, after)) << "seed " << seed << ", record " << i;
    met.emplace(record.header.type, enters_image(record));
  }
  EXPECT_EQ(met.size(), 10u) << "trade, status and auction prices both ways; quote and imbalance; order and cancel";
}

/// A plant with a client that joins with images.
class LateJoinModel final : public SteppedPlant {
 public:
  LateJoinModel(std::uint64_t slot_count, std::uint64_t seed) : SteppedPlant(kInstruments, slot_count, seed) {}

  void join(const Subscription& subscription) {
    filter_.emplace(make_filter(subscription));
    stream_.emplace(make_stream(OnOverrun::report));
    stream_->start_with_images(ringbuf::ImageReader(images()));
    seen_ = {};
    state_.clear();
  }
  void poll(std::size_t limit) override {
    if (!stream_) return;
    if (!stream_->has_begun()) from_ = complete_through() + 1;
    stream_->poll(*this, *filter_, limit);
  }
  void drain() {
    for (ringbuf::Sequence before{0}; before != stream_->next() || !stream_->has_begun();) {
      before = stream_->next();
      poll(256);
    }
  }

  // --- the client ---

  void operator()(const Record& record) {
    seen_(record);
    enter(state_, record);
  }
  void on_image(InstrumentId id, const ImageEntry& image) {
    seen_.on_image(id, image);
    state_[id.value] = image;
  }
  void on_lost(std::string_view ring, ringbuf::SequenceRange range) { seen_.on_lost(ring, range); }

  // --- what is to be shown ---

  [[nodiscard]] bool knows_where_everything_is() const {
    for (std::uint32_t id = 1; id <= kInstruments; ++id) {
      ImageEntry truth;
      if (!filter_choice(id) || ringbuf::ImageReader(images()).read({id}, truth) != ringbuf::TableRead::value) {
        continue;
      }
      const auto known = state_.find(id);
      if (!has_values_of(known == state_.end() ? ImageEntry{} : known->second, truth)) return false;
    }
    return true;
  }
  /// What never enters an image: everything since the join, but what was lost.
  [[nodiscard]] std::vector<std::uint64_t> due_of_other_types() const {
    std::vector<std::uint64_t> sequences;
    for (const Record& record : history()) {
      const std::uint64_t at = record.header.stamp;
      const bool is_lost = std::any_of(seen_.lost.begin(), seen_.lost.end(), [&](const auto& lost) {
        return lost.second.first <= at && at <= lost.second.last;
      });
      const bool is_chosen =
          record.header.instrument == ringbuf::kNoInstrument || filter_choice(record.header.instrument.value);
      if (at >= from_ && is_chosen && !is_lost && !enters_image(record)) sequences.push_back(at);
    }
    return sequences;
  }
  [[nodiscard]] std::vector<std::uint64_t> seen_of_other_types() const {
    std::vector<std::uint64_t> sequences;
    for (const Record& record : seen_.records) {
      if (!enters_image(record)) sequences.push_back(record.header.stamp);
    }
    return sequences;
  }
  [[nodiscard]] const tests::RecordingHandler& seen() const noexcept { return seen_; }

 private:
  [[nodiscard]] bool filter_choice(std::uint32_t id) const { return RecordFilter(*filter_).chooses({id}); }
  Record any_record() override { return next_record(random_, true); }

  std::uint64_t from_ = 0;

  std::optional<RecordFilter> filter_;
  std::optional<RingStream> stream_;
  tests::RecordingHandler seen_;
  std::map<std::uint32_t, ImageEntry> state_;
};

void expect_full_history(LateJoinModel& model, std::uint64_t seed) {
  model.drain();
  EXPECT_TRUE(model.knows_where_everything_is()) << "seed " << seed;
  EXPECT_EQ(model.seen_of_other_types(), model.due_of_other_types()) << "seed " << seed;
  const std::vector<std::uint64_t> told = model.seen().sequences();
  EXPECT_TRUE(std::is_sorted(told.begin(), told.end(), std::less_equal<>{})) << "seed " << seed;
}

TEST(ImageJoin, TogetherWithTheStreamIsTheFullHistoryWhereverOneJoins) {
  std::size_t images_again = 0, told = 0;
  for (std::uint64_t seed = tests::test_seed(), end = seed + 600; seed < end && !testing::Test::HasFailure(); ++seed) {
    Random random(seed);
    LateJoinModel model(1024, seed);
    model.write_some(random.below(30));
    model.join({.symbols = random.chance(1, 2) ? std::vector<std::string>{"A", "C"} : std::vector<std::string>{}});
    model.set_poll_chance(1 + random.below(20));
    model.write_some(1 + random.below(30));
    expect_full_history(model, seed);
    EXPECT_EQ(model.seen().lost.size(), 0u);
    images_again += model.seen().images.size() > kInstruments ? 1 : 0;
    told += model.seen().records.size();
  }
  EXPECT_GT(images_again, 0u) << "a session fell between the copies of the images";
  EXPECT_GT(told, 0u);
}

TEST(ImageJoin, TogetherWithTheStreamIsTheFullHistoryAfterLosses) {
  std::size_t losses = 0, told = 0;
  for (std::uint64_t seed = tests::test_seed(), end = seed + 600; seed < end && !testing::Test::HasFailure(); ++seed) {
    Random random(seed);
    LateJoinModel model(16, seed);
    model.write_some(random.below(30));
    model.join({});
    model.set_poll_chance(10 + random.below(40));
    model.write_some(1 + random.below(60));
    expect_full_history(model, seed);
    losses += model.seen().lost.size();
    told += model.seen().records.size();
  }
  EXPECT_GT(losses, 100u);
  EXPECT_GT(told, 0u);
}

/// A ring of 16 slots with two instruments, written by hand.
class ImageJoinByHand : public testing::Test {
 protected:
  ImageJoinByHand() {
    ringbuf::InstrumentSpec spec;
    spec.venue = "X";
    for (const char* symbol : {"A", "B"}) spec.symbol = symbol, (void)directory_.find_or_add(spec);
    stream_.start_with_images(ringbuf::ImageReader(slots_));
  }
  Record publish_quote(InstrumentId id) {
    Record record = ringbuf::make_record(id, {1}, {1}, ringbuf::QuoteBody{});
    record.header.stamp = ring_.publish(&record).value;
    return record;
  }
  std::size_t poll() { return stream_.poll(seen_, filter_, 64); }

  ringbuf::PrivatePayload directory_bytes_{ringbuf::InstrumentDirectoryWriter::payload_bytes(2)};
  ringbuf::InstrumentDirectoryWriter directory_{directory_bytes_.bytes(), 2};
  ringbuf::PrivatePayload image_bytes_{sizeof(ImageSlot) * 3};
  std::span<ImageSlot> slots_ = ringbuf::array_at<ImageSlot>(image_bytes_.bytes(), 0, 3);
  ringbuf::ImageWriter images_{slots_};
  ringbuf::PrivatePayload ring_bytes_{ringbuf::broadcast_segment_bytes(64, 16) - ringbuf::kSegmentHeaderBytes};
  ringbuf::TickWriter ring_ = ringbuf::TickWriter::over(ring_bytes_.bytes(), 16);
  RecordFilter filter_{directory_.reader(), {}};
  RingStream stream_{"ticks", ringbuf::TickReader::over(std::as_const(ring_bytes_).bytes(), 16, {1}), 16};
  tests::RecordingHandler seen_;
};

TEST_F(ImageJoinByHand, AnEntryThatStaysHalfWrittenHoldsTheStreamUntilItIsRepaired) {
  images_.apply(publish_quote({1}));
  images_.apply(publish_quote({2}));
  ring_.complete_image();
  slots_[1].begin({3});  // and there its writer died
  const Record later = ringbuf::make_record({2}, {1}, {1}, ringbuf::OrderBody{});
  ring_.publish(&later);
  EXPECT_EQ(poll(), 0u);
  ASSERT_EQ(seen_.images.size(), 1u);
  EXPECT_EQ(seen_.images[0].first, InstrumentId{2});
  EXPECT_TRUE(seen_.records.empty());
  slots_[1].end({3});
  EXPECT_EQ(poll(), 1u);
  EXPECT_EQ(seen_.images.size(), 2u);
  EXPECT_EQ(seen_.records.size(), 1u);
}

TEST_F(ImageJoinByHand, ALossIsMadeGoodOnceTheImagesCoverItAndNotBefore) {
  EXPECT_EQ(poll(), 0u);
  std::vector<Record> batch;
  for (int i = 0; i < 40; ++i) batch.push_back(publish_quote({1}));
  EXPECT_EQ(poll(), 1u) << "the loss";
  EXPECT_EQ(seen_.lost.size(), 1u);
  EXPECT_EQ(poll(), 0u);
  EXPECT_TRUE(seen_.images.empty() && seen_.records.empty()) << "the tables do not have what was lost yet";
  for (const Record& record : batch) images_.apply(record);
  ring_.complete_image();
  EXPECT_GT(poll(), 0u);
  ASSERT_EQ(seen_.images.size(), 1u);
  EXPECT_EQ(seen_.images[0].second.stamp, 40u);
  EXPECT_TRUE(seen_.records.empty()) << "all in the image";
}

}  // namespace
}  // namespace tickplant::clients::this_file
