// A journal of chance, for who asks what was: several segments, rings and feeds, sessions, books of orders and levels,
// losses told and untold, restarts, instruments that come late.
//
// Threads: one.
#pragma once

#include <array>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "ringbuf/records/imbalance.hpp"
#include "ringbuf/records/level.hpp"
#include "ringbuf/records/order.hpp"
#include "ringbuf/records/quote.hpp"
#include "ringbuf/records/source.hpp"
#include "tests/support/journal_in_folder.hpp"
#include "tests/support/random.hpp"

namespace tickplant::tests {

class RandomPast {
 public:
  struct Shape {
    std::uint64_t segment_bytes = ringbuf::kJournalUnitBytes;
    std::uint32_t instruments = 12;
    bool has_restarts = true;
    bool has_large_books = false;  // orders come and stay
  };

  RandomPast(const std::filesystem::path& folder, Random& random, const Shape& shape)
      : random_(&random), shape_(shape), journal_(folder, shape.segment_bytes) {
    journal_.restate = [this] { tell_facts(); };
    known_ = shape.instruments / 2;
    tell_facts();
  }
  RandomPast(const RandomPast&) = delete;
  RandomPast& operator=(const RandomPast&) = delete;

  /// Blocks up to the `count`th segment's start.
  void write_segments(std::uint64_t count) {
    while (journal_.place().segment < count) write_block();
  }
  void write_block() {
    if (random_->chance(1, 40)) lose();
    if (shape_.has_restarts && random_->chance(1, 80)) restart();
    if (known_ < shape_.instruments && random_->chance(1, 20)) define_next();
    const std::uint32_t ring = random_->chance(3, 4) ? 0 : 1;
    std::vector<ringbuf::Record> records(1 + random_->below(random_->chance(1, 4) ? 600 : 40));
    const std::uint64_t first = next_[ring];
    for (ringbuf::Record& record : records) record = some_record(ring);
    journal_.append(JournalInFolder::header_of(ringbuf::BlockKind::ticks, ring + 1, first, records),
                    std::as_bytes(std::span(records)));
  }

  [[nodiscard]] JournalInFolder& journal() noexcept { return journal_; }
  /// The time of the newest record.
  [[nodiscard]] ringbuf::UnixNanos now() const noexcept { return now_; }
  [[nodiscard]] static std::string name_of(std::uint32_t id) { return "S" + std::to_string(id) + "@XNAS"; }
  [[nodiscard]] std::uint32_t some_instrument() { return 1 + random_->below(known_); }
  [[nodiscard]] ringbuf::UnixNanos some_time() {
    return ringbuf::UnixNanos{kTestTime - 5 + random_->below(static_cast<std::uint32_t>(now_.value - kTestTime) + 10)};
  }

 private:
  static constexpr std::array<const char*, 2> kRings{"ticks", "other"};
  static constexpr std::uint16_t kFeeds = 3;  // the third one in the second ring

  static std::uint16_t feed_of(std::uint32_t id) noexcept { return static_cast<std::uint16_t>(1 + id % kFeeds); }
  static std::uint32_t ring_of(std::uint16_t feed) noexcept { return feed == kFeeds ? 1 : 0; }

  void tell_facts() {
    ringbuf::FactsBuilder facts;
    facts.add(ringbuf::PlantFact{});
    for (std::uint32_t ring = 0; ring < 2; ++ring) {
      facts.add(JournalInFolder::ring_fact(ring + 1, kRings[ring], ringbuf::BlockKind::ticks, next_[ring]));
    }
    for (std::uint16_t feed = 1; feed <= kFeeds; ++feed) {
      ringbuf::FeedEntry entry;
      entry.id = {feed};
      ringbuf::set_text(entry.name, "feed-" + std::to_string(feed));
      ringbuf::set_text(entry.venue, "XNAS");
      ringbuf::set_text(entry.ring, kRings[ring_of(feed)]);
      if (feed == 1) ringbuf::set_text(entry.time_zone, "America/New_York");
      facts.add(entry);
    }
    for (std::uint32_t id = 1; id <= known_; ++id) facts.add(instrument(id));
    journal_.append_facts(facts);
  }
  ringbuf::InstrumentEntry instrument(std::uint32_t id) const {
    auto entry = JournalInFolder::instrument(id + shift_, "S" + std::to_string(id), "XNAS");
    entry.feed = {feed_of(id)};
    entry.size_scale = static_cast<std::int8_t>(id % 3);
    return entry;
  }
  void define_next() {
    ringbuf::FactsBuilder facts;
    facts.add(instrument(++known_));
    journal_.append_facts(facts);
  }
  void lose() {
    const std::uint32_t ring = random_->below(2);
    const std::uint64_t count = 1 + random_->below(50), silent = random_->chance(1, 3) ? random_->below(5) : 0;
    const std::uint64_t first = next_[ring] + silent;
    next_[ring] = first + count;
    if (random_->chance(1, 2)) return;  // nobody says so
    ringbuf::FactsBuilder facts;
    facts.add(ringbuf::LossFact{ring + 1, ringbuf::LossReason::overrun, first, first + count - 1, 0});
    journal_.append_facts(facts);
  }
  /// Instruments get other numbers, as where a plant is built anew.
  void restart() {
    journal_.begin_epoch(journal_.chain().epoch() + 1);
    shift_ = random_->below(4) * 100;
    if (random_->chance(1, 3)) journal_.begin_unit();
    tell_facts();
  }

  ringbuf::Record some_record(std::uint32_t ring) {
    if (random_->chance(1, 3)) now_ = now_ + random_->below(20);
    ringbuf::Record record = some_body(ring);
    record.header.stamp = next_[ring]++;
    return record;
  }
  template <class Body>
  ringbuf::Record made(std::uint32_t id, const Body& body) {
    const auto flags = random_->chance(1, 20) ? ringbuf::RecordFlags::maybe_bad_book : ringbuf::RecordFlags::none;
    return ringbuf::make_record({id}, now_ + -3, now_, body, flags);
  }
  ringbuf::Record some_body(std::uint32_t ring) {
    using namespace ringbuf;
    const std::uint32_t instrument = 1 + random_->below(known_ < 4 ? known_ : random_->chance(1, 2) ? 3 : known_);
    // Some lie in a ring that is not their feed's.
    const std::uint32_t id = instrument + shift_;
    const Price price{(100 + random_->below(30)) * 10'000'000LL};
    const Side side = random_->chance(1, 2) ? Side::bid : Side::ask;
    if (shape_.has_large_books && random_->chance(9, 10)) {
      OrderBody order;
      order.order_id = next_[ring], order.price = price, order.size = {5}, order.side = side;
      return made(id, order);
    }
    if (!shape_.has_large_books && random_->chance(1, 700)) {
      SessionBody session;
      session.trading_date = 20200101 + static_cast<std::int32_t>(random_->below(300));
      session.feed = {ring == 1 ? kFeeds : static_cast<std::uint16_t>(1 + random_->below(2))};
      return made(0, session);
    }
    if (!shape_.has_large_books && random_->chance(1, 900))
      return made(random_->chance(1, 2) ? 0 : id, BookClearBody{});
    switch (random_->below(10)) {
      case 0: return made(id, QuoteBody{price, {price.value + 5}, {random_->below(9)}, {2}});
      case 1:
      case 2: {
        TradeBody trade;
        trade.price = price, trade.size = {1 + random_->below(9)}, trade.trade_id = next_[ring];
        trade.eligibility = static_cast<TradeEligibility>(random_->below(8));
        return made(id, trade);
      }
      case 3: {
        StatusBody status;
        status.kind = random_->chance(1, 2) ? StatusKind::price_band : StatusKind::trading_action;
        status.price[0] = price;
        return made(id, status);
      }
      case 4: {
        LevelBody level;
        level.price = price, level.size = {random_->below(3)}, level.order_count = 1, level.side = side;
        return made(id, level);
      }
      case 5: return made(0, SourcePositionBody{});
      case 6: return made(id, ImbalanceBody{});
      default: {
        OrderBody order;
        order.order_id = random_->below(60) + (random_->chance(1, 9) ? 5'000'000 + next_[ring] : 0);
        order.price = price, order.size = {1 + random_->below(4)}, order.side = side;
        order.action = static_cast<OrderAction>(1 + random_->below(4));
        return made(id, order);
      }
    }
  }

  Random* random_;
  Shape shape_;
  JournalInFolder journal_;
  std::array<std::uint64_t, 2> next_{1, 1};
  std::uint32_t known_ = 0, shift_ = 0;
  ringbuf::UnixNanos now_{kTestTime};
};

}  // namespace tickplant::tests
