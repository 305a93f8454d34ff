// A million joins beside a feed at full speed: each time, images and stream are together the full history.
//
// What a record says follows from its sequence alone, so what is known at any sequence does too, and every join is
// checked against that, whenever it came. One mapping and real threads: TSan sees both sides.
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <thread>
#include <vector>

#include "ringbuf/records/order.hpp"
#include "tests/stress/clients/cpp_feed_memory.hpp"
#include "tests/support/random.hpp"
#include "tests/support/stress_request.hpp"

namespace tickplant::clients::this_file {
namespace {

using ringbuf::ImageEntry;
using ringbuf::InstrumentId;
using ringbuf::Record;
using ringbuf::RecordType;
using ringbuf::SequenceRange;

constexpr std::uint32_t kInstruments = 7;
constexpr std::uint64_t kSlots = 1024;
/// Under sanitizers a writer and a reader that wait for each other's core are slower still.
constexpr std::uint64_t kJoins = 1'000'000 / (tests::kStressDivisor == 1 ? 1 : 5);

/// A first try, and one in so many, waits until the writer has lapped it, and must be told so.
constexpr std::uint64_t kTriesPerLap = 2'000;

// A day is a session record, then kRounds rounds over all instruments. The instrument's records are by turns a quote, a
// trade, an order and an imbalance; the n-th trade of a day has size n.
constexpr std::uint64_t kKinds = 4;
constexpr std::uint64_t kRounds = 10 * kKinds;
constexpr std::uint64_t kDay = 1 + kRounds * kInstruments;

/// Where sequence `at` lies.
struct Place {
  explicit Place(std::uint64_t at) : day((at - 1) / kDay), offset((at - 1) % kDay) {}
  [[nodiscard]] bool is_session() const noexcept { return offset == 0; }
  [[nodiscard]] InstrumentId instrument() const noexcept {
    return {1 + static_cast<std::uint32_t>((offset - 1) % kInstruments)};
  }
  [[nodiscard]] std::uint64_t round() const noexcept { return (offset - 1) / kInstruments; }
  /// Rounds of the day that an instrument has behind it.
  [[nodiscard]] std::uint64_t rounds_of(InstrumentId id) const noexcept {
    return offset < id.value ? 0 : (offset - id.value) / kInstruments + 1;
  }
  std::uint64_t day, offset;
};

std::uint64_t sequence_of(std::uint64_t day, std::uint64_t round, InstrumentId id) {
  return day * kDay + 1 + round * kInstruments + id.value;
}

/// How many records of kind `kind` are among the first `rounds`.
std::uint64_t count_of(std::uint64_t rounds, std::uint64_t kind) { return (rounds + kKinds - 1 - kind) / kKinds; }

/// What is known of an instrument; 0 = nothing.
struct Known {
  std::uint64_t quote = 0, last_trade = 0, first_trade = 0, imbalance = 0, trades = 0, volume = 0, previous_close = 0;
  friend bool operator==(const Known&, const Known&) = default;

  static Known at(std::uint64_t sequence, InstrumentId id) {
    const Place place(sequence);
    const std::uint64_t rounds = place.rounds_of(id);
    const auto newest = [&](std::uint64_t kind) {
      const std::uint64_t count = count_of(rounds, kind);
      return count == 0 ? 0 : sequence_of(place.day, (count - 1) * kKinds + kind, id);
    };
    Known known;
    known.quote = newest(0), known.last_trade = newest(1), known.imbalance = newest(3);
    known.trades = count_of(rounds, 1);
    known.volume = known.trades * (known.trades + 1) / 2;
    if (known.trades != 0) known.first_trade = sequence_of(place.day, 1, id);
    if (place.day != 0) known.previous_close = sequence_of(place.day - 1, kRounds - kKinds + 1, id);
    return known;
  }
  static std::uint64_t number(ringbuf::Price price) {
    return is_present(price) ? static_cast<std::uint64_t>(price.value) : 0;
  }
  static Known of(const ImageEntry& image) {
    return {number(image.bid_price), number(image.last_price), number(image.open),          image.auction_paired.value,
            image.trade_count,       image.volume.value,       number(image.previous_close)};
  }
  void begin_day() { *this = {.previous_close = last_trade != 0 ? last_trade : previous_close}; }
};

/// Orders and sessions up to and with `sequence`: what no image holds.
std::uint64_t never_in_images(std::uint64_t sequence) {
  if (sequence == 0) return 0;
  const Place place(sequence);
  std::uint64_t count = place.day * (1 + kRounds / kKinds * kInstruments) + 1;
  for (std::uint32_t id = 1; id <= kInstruments; ++id) count += count_of(place.rounds_of({id}), 2);
  return count;
}

ringbuf::Price price_of(std::uint64_t sequence) { return {static_cast<std::int64_t>(sequence)}; }

/// Writes as fast as it can until it is told to stop; at any batch it may lose its core.
void write(feedhandlers::TickPublisher publisher, const std::atomic<bool>& must_stop, std::uint64_t seed) {
  tests::Random random(seed);
  std::vector<InstrumentId> ids;
  for (std::uint32_t id = 1; id <= kInstruments; ++id) ids.push_back({id});
  constexpr auto kFlags = ringbuf::RecordFlags::end_of_event;
  for (std::uint64_t at = 1; !must_stop.load(std::memory_order_relaxed);) {
    for (std::uint32_t n = 1 + random.below(16); n > 0; --n, ++at) {
      const Place place(at);
      if (place.is_session()) {
        publisher.begin_session({1}, {}, ids);
        continue;
      }
      const InstrumentId id = place.instrument();
      const auto number = ringbuf::Size{at};
      switch (place.round() % kKinds) {
        case 0:
          publisher.publish(id, {1}, ringbuf::QuoteBody{price_of(at), price_of(at + 1), number, number}, kFlags);
          break;
        case 1: {
          ringbuf::TradeBody trade;
          trade.price = price_of(at), trade.trade_id = at, trade.size = {place.round() / kKinds + 1};
          publisher.publish(id, {1}, trade, kFlags);
          break;
        }
        case 2: {
          ringbuf::OrderBody order;
          order.order_id = at;
          publisher.publish(id, {1}, order, kFlags);
          break;
        }
        default: publisher.publish(id, {1}, ringbuf::ImbalanceBody{number, number, price_of(at)}, kFlags); break;
      }
    }
    publisher.end_batch();
    // Where both have one core between them, a join would find the writer further only once in a time slice.
    if (random.chance(1, 32)) std::this_thread::yield();
  }
}

/// One join, from its images on.
class Joined {
 public:
  void operator()(const Record& record) {
    const std::uint64_t at = record.header.stamp;
    wrong_ += at > last_ ? 0 : 1;
    last_ = at;
    const Place place(at);
    if (place.is_session()) {
      wrong_ += record.header.type == RecordType::session ? 0 : 1;
      for (Known& known : known_) known.begin_day();
      ++never_in_images_;
      return;
    }
    const InstrumentId id = record.header.instrument;
    if (id != place.instrument()) return void(++wrong_);
    Known& known = known_[id.value];
    switch (place.round() % kKinds) {
      case 0:
        known.quote = Known::number(record.as<ringbuf::QuoteBody>().bid_price);
        wrong_ += record.header.type == RecordType::quote ? 0 : 1;
        break;
      case 1: {
        const auto trade = record.as<ringbuf::TradeBody>();
        known.last_trade = trade.trade_id;
        if (known.first_trade == 0) known.first_trade = trade.trade_id;
        ++known.trades, known.volume += trade.size.value;
        break;
      }
      case 2:
        wrong_ += record.as<ringbuf::OrderBody>().order_id == at ? 0 : 1;
        ++never_in_images_;
        break;
      default: known.imbalance = record.as<ringbuf::ImbalanceBody>().paired_size.value; break;
    }
  }
  void on_image(InstrumentId id, const ImageEntry& image) {
    known_[id.value] = Known::of(image);
    image_stamp_[id.value] = image.stamp;
    ++images_;
  }
  void on_lost(std::string_view, SequenceRange range) {
    lost_never_in_images_ += never_in_images(range.last) - never_in_images(range.first - 1);
    ++losses_;
  }

  /// Told are exactly those orders and sessions of (joined, at] that were not reported as lost.
  [[nodiscard]] bool has_heard_the_rest(std::uint64_t joined, std::uint64_t at) const {
    return never_in_images_ + lost_never_in_images_ == never_in_images(at) - never_in_images(joined);
  }
  /// Knows each instrument as of sequence `at`, or of its image where that is newer.
  [[nodiscard]] bool knows_all(std::uint64_t at) const {
    for (std::uint32_t id = 1; id <= kInstruments; ++id) {
      const std::uint64_t as_of = std::max(at, image_stamp_[id]);
      if (as_of != 0 && known_[id] != Known::at(as_of, {id})) return false;
    }
    return true;
  }
  [[nodiscard]] std::uint64_t wrong() const noexcept { return wrong_; }
  [[nodiscard]] std::uint64_t losses() const noexcept { return losses_; }
  [[nodiscard]] bool has_images_again() const noexcept { return images_ > kInstruments; }

 private:
  std::array<Known, kInstruments + 1> known_{};
  std::array<std::uint64_t, kInstruments + 1> image_stamp_{};
  std::uint64_t last_ = 0, never_in_images_ = 0, lost_never_in_images_ = 0;
  std::uint64_t images_ = 0, losses_ = 0, wrong_ = 0;
};

struct Tally {
  std::uint64_t joins = 0, lapped = 0, wrong = 0, with_a_new_day = 0, records = 0;
};

/// Joins until `joins` were not lapped, and found the writer further than the one before did.
Tally join_again_and_again(const FeedMemory& memory, std::uint64_t joins, std::uint64_t seed) {
  tests::Random random(seed);
  RecordFilter filter = memory.filter();
  Tally tally;
  std::uint64_t before = ~std::uint64_t{0};
  for (std::uint64_t tries = 1; tally.joins < joins; ++tries) {
    RingStream stream = memory.stream();
    stream.start_with_images(ringbuf::ImageReader(memory.images()));
    Joined joined;
    while (!stream.has_begun() || stream.poll(joined, filter, 0) != 0) stream.poll(joined, filter, 0);
    const std::uint64_t joined_at = stream.next().value - 1;
    const bool waits_for_a_lap = tries % kTriesPerLap == 1;
    while (waits_for_a_lap && memory.published() <= joined_at + kSlots) std::this_thread::yield();
    for (std::uint32_t polls = random.below(4) + (waits_for_a_lap ? 1 : 0); polls > 0; --polls) {
      tally.records += stream.poll(joined, filter, 1 + random.below(32));
    }
    // Images that were asked for again, behind a session or a loss, may be waiting for the writer.
    while (!stream.is_following()) stream.poll(joined, filter, 0), std::this_thread::yield();
    const std::uint64_t at = stream.next().value - 1;
    tally.wrong += joined.wrong() + (joined.has_heard_the_rest(joined_at, at) ? 0 : 1) + (joined.knows_all(at) ? 0 : 1);
    tally.wrong += waits_for_a_lap && joined.losses() == 0 ? 1 : 0;
    if (joined.losses() != 0) {
      ++tally.lapped;
      continue;
    }
    if (joined_at == before) {
      std::this_thread::yield();  // the writer has lost its core
      continue;
    }
    before = joined_at;
    ++tally.joins;
    tally.with_a_new_day += joined.has_images_again() ? 1 : 0;
  }
  return tally;
}

TEST(LateJoinStress, ImagesAndStreamAreTheFullHistoryAtEachOfAMillionJoins) {
  const std::uint64_t reader_count = std::max(2u, std::thread::hardware_concurrency()) - 1;
  const std::uint64_t joins = tests::stress_count("TICKPLANT_STRESS_JOINS", kJoins);
  const std::uint64_t seed = tests::test_seed();
  FeedMemory memory(kInstruments, kSlots);
  std::atomic<bool> must_stop = false;
  std::vector<Tally> tallies(reader_count);
  {
    std::jthread writer([&] { write(memory.publisher(), must_stop, seed); });
    std::vector<std::jthread> readers(reader_count);
    for (std::uint64_t i = 0; i < reader_count; ++i) {
      readers[i] = std::jthread([&, i] {
        tallies[i] = join_again_and_again(memory, (joins + reader_count - 1) / reader_count, seed + 1 + i);
      });
    }
    for (std::jthread& reader : readers) reader.join();
    must_stop = true;
  }
  Tally all;
  for (const Tally& tally : tallies) {
    all.joins += tally.joins, all.lapped += tally.lapped, all.wrong += tally.wrong, all.records += tally.records;
    all.with_a_new_day += tally.with_a_new_day;
  }
  EXPECT_EQ(all.wrong, 0u) << "seed " << seed;
  EXPECT_GE(all.joins, joins);
  EXPECT_GT(all.records, all.joins / 100) << "the feed ran meanwhile; with a core each, there are many more";
  EXPECT_GT(all.lapped, 0u);
  EXPECT_GT(all.with_a_new_day, 0u) << "a session between the copies of the images";
  tests::record_count("joins", all.joins);
  tests::record_count("lapped", all.lapped);
  tests::record_count("records", all.records);
}

}  // namespace
}  // namespace tickplant::clients::this_file
