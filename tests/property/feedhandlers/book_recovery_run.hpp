// An exchange, a line that loses packets, a feed that recovers by snapshots, and a reader of its ring: what the laws of
// book recovery are about.
//
// Threads: one.
// Not here: the laws (itch50_book_recovery_property_test.cpp).
#pragma once

#include <gtest/gtest.h>

#include <deque>
#include <optional>
#include <string>

#include "feedhandlers/glimpse/snapshot_reader.hpp"
#include "tests/property/feedhandlers/glimpse_exchange.hpp"
#include "tests/support/itch_published.hpp"
#include "tests/support/mold_writer.hpp"
#include "tests/support/random.hpp"
#include "tests/support/reader_books.hpp"

namespace tickplant::tests {

struct RecoveryRunOptions {
  std::uint64_t seed = 1;
  std::uint32_t symbols = 24;
  std::uint32_t orders_per_stock = 20;
  bool late_packets = false;       // some lost packets come after all, out of order
  std::uint64_t joins_before = 1;  // the first message that the feed hears is a random one below this
  std::size_t kept_messages_max = 4096;
};

class RecoveryRun {
 public:
  using Message = feedhandlers::itch50::Message;
  using Purpose = feedhandlers::itch50::RecoveryPurpose;
  using State = feedhandlers::itch50::RecoveryState;

  static constexpr feedhandlers::OrderBookConfig kBook{.instrument_count = itch::FeedInMemory::kInstruments + 1,
                                                       .order_capacity = 4096,
                                                       .level_capacity = 8192,
                                                       .max_levels_per_side = 512};

  /// `book` and `recovery` come from outside: their pages are costly to get again and again.
  RecoveryRun(const RecoveryRunOptions& options, feedhandlers::OrderBook& book,
              feedhandlers::itch50::BookRecovery& recovery, feedhandlers::PublishedForms forms = {})
      : options_(options),
        random_(options.seed),
        exchange_(options.seed, options.symbols, options.orders_per_stock),
        plant_(book, forms),
        recovery_(recovery) {
    plant_.feed.set_recovery(&recovery);
    plant_.feed.begin_day({.midnight = kMidnight, .date = 20190130});
    exchange_.open();
    if (options.joins_before > 1) skip_to(1 + random_.below(static_cast<std::uint32_t>(options.joins_before)));
    read();
  }

  /// The exchange goes on; one in `one_in` packets gets lost (0: none).
  void happen(std::uint32_t one_in) {
    exchange_.happen();
    if (random_.chance(1, 3)) send(one_in);
  }

  /// All that the exchange has said is on the line, and what is left of it has arrived: with a heartbeat, so that
  /// nothing lost stays unknown.
  void catch_up() {
    send(0);
    heartbeat();
  }

  void begin(Purpose purpose = Purpose::rebuild) {
    plant_.feed.begin_recovery(purpose);
    spin_.reset();
  }
  /// The snapshot is of this moment.
  void take_spin() {
    spin_.emplace(exchange_.spin());
    spun_ = 0;
    reader_ = {};
    reader_.on_login(1);
  }
  [[nodiscard]] bool has_spin() const { return spin_.has_value(); }
  /// Up to `count` messages of the snapshot arrive; with the last one its end.
  void receive_spin(std::uint64_t count) {
    for (; count > 0 && spin_.has_value(); --count) {
      (void)reader_.on_message(spin_->message(++spun_),
                               [&](Message message) { plant_.feed.on_snapshot_message(message, now()); });
      if (random_.chance(1, 16)) read();
      if (reader_.state() != feedhandlers::glimpse::SpinState::complete) continue;
      plant_.feed.on_snapshot_end(reader_.live_from());
      spin_.reset();
    }
    read();
  }
  bool step() {
    const bool more = plant_.feed.recovery_step(now());
    read();
    return more;
  }
  void heartbeat() {
    const Bytes packet = mold_heartbeat(kSession, next_);
    receive(packet);
  }

  /// What the stage does, in random pieces.
  void recover_a_bit(Purpose purpose = Purpose::rebuild) {
    if (plant_.feed.recovery_state() == State::idle) {
      begin(purpose);
    } else if (plant_.feed.recovery_state() == State::fetching && !has_spin()) {
      if (random_.chance(1, 8)) take_spin();
    } else if (plant_.feed.recovery_state() == State::fetching) {
      receive_spin(1 + random_.below(60));
    } else {
      (void)step();
    }
  }

  /// Every book that is not flagged is the exchange's own, in the feed and at the reader. Returns how many are flagged.
  std::size_t compare() {
    std::size_t flagged = 0;
    for (const feedhandlers::venue::Stock& stock : exchange_.stocks()) {
      const auto id = plant_.feed.normaliser().known_instrument(stock.engine.locate());
      if (id == ringbuf::kNoInstrument || plant_.book.is_maybe_bad(id)) {
        ++flagged;
        continue;
      }
      SCOPED_TRACE(plant_.directory.reader().symbol_of(id));
      EXPECT_EQ(plant_.book.open_orders(id), stock.engine.open_orders());
      EXPECT_EQ(books_.open_orders(id), stock.engine.open_orders());
      for (const auto side : {ringbuf::Side::bid, ringbuf::Side::ask}) compare(stock, id, side);
      compare_tables(id);
      if (testing::Test::HasFailure()) break;
    }
    return flagged;
  }

  [[nodiscard]] itch::FeedInMemory& plant() { return plant_; }
  [[nodiscard]] GlimpseExchange& exchange() { return exchange_; }
  [[nodiscard]] const feedhandlers::itch50::BookRecovery& recovery() const { return recovery_; }
  [[nodiscard]] Random& random() { return random_; }
  [[nodiscard]] std::uint64_t lost_packets() const { return lost_packets_; }
  [[nodiscard]] std::uint64_t delivered() const { return delivered_; }
  /// Of the newest calls.
  [[nodiscard]] const itch::Records& records() const { return records_; }

 private:
  static constexpr const char* kSession = "LIVE";
  static constexpr platform::UnixNanos kMidnight{1'548'824'400 * platform::kNanosPerSecond};

  [[nodiscard]] platform::UnixNanos now() {
    received_ += 1000;
    return kMidnight + received_;
  }

  [[nodiscard]] std::vector<Message> unsent() {
    return feedhandlers::venue::unframed(std::span(exchange_.stream()).subspan(sent_bytes_));
  }
  void skip_to(std::uint64_t sequence) {
    while (exchange_.messages() < sequence) exchange_.happen();
    for (const Message& message : unsent()) {
      if (next_ >= sequence) break;
      ++next_;
      sent_bytes_ += 2 + message.size();
    }
  }

  void send(std::uint32_t one_in) {
    const std::vector<Message> messages = unsent();
    for (std::size_t at = 0; at < messages.size();) {
      const std::size_t count = std::min<std::size_t>(1 + random_.below(6), messages.size() - at);
      std::vector<Bytes> blocks;
      for (std::size_t i = at; i < at + count; ++i) blocks.push_back(to_bytes(messages[i]));
      const Bytes packet = mold_packet(kSession, next_, blocks);
      at += count;
      next_ += count;
      if (one_in != 0 && random_.chance(1, one_in)) {
        ++lost_packets_;
        if (options_.late_packets && random_.chance(1, 2)) late_.push_back(packet);
        continue;
      }
      expected_.insert(expected_.end(), blocks.begin(), blocks.end());
      receive(packet);
      if (!late_.empty() && random_.chance(1, 20)) {
        receive(late_.front());
        late_.pop_front();
      }
    }
    sent_bytes_ = exchange_.stream().size();
  }

  void receive(const Bytes& packet) {
    plant_.feed.on_packet({.payload = as_span(packet), .ts_recv = now()}, 0, [&](Message message) {
      ++delivered_;
      if (options_.late_packets) return;
      ASSERT_FALSE(expected_.empty()) << "a message nobody sent, or for the second time";
      ASSERT_EQ(to_bytes(message), expected_.front()) << "out of order";
      expected_.pop_front();
    });
    if (!options_.late_packets) {
      ASSERT_TRUE(expected_.empty()) << "a message was held back";
    }
    read();
  }

  void read() {
    records_ = published_.take();
    for (const ringbuf::Record& record : records_) books_.apply(record);
  }

  void compare(const feedhandlers::venue::Stock& stock, ringbuf::InstrumentId id, ringbuf::Side side) {
    using feedhandlers::OrderBook;
    using feedhandlers::itch50::Price4;
    const auto& queue = stock.engine.displayed(side);
    ASSERT_EQ(plant_.book.level_count(id, side), queue.level_count());
    for (std::uint32_t i = 0; i < queue.level_count(); ++i) {
      const auto& level = queue.level(i);
      const ringbuf::Price price = to_price(Price4{level.price_e4});
      const OrderBook::Level truth{price, {level.shares}, level.orders};
      ASSERT_EQ(plant_.book.level(id, side, i), truth) << "level " << i;
      ReaderBooks::Queue orders;
      for (auto at = level.oldest; at != feedhandlers::venue::kNoOrder; at = stock.engine.order(at).newer)
        orders.push_back({stock.engine.order(at).reference.value, side, price.value, stock.engine.order(at).shares});
      ASSERT_TRUE(books_.queue(id, side, price.value) == orders) << "queue of level " << i;
    }
  }

  void compare_tables(ringbuf::InstrumentId id) {
    ringbuf::DepthEntry depth;
    if (ringbuf::DepthReader{plant_.depth}.read(id, depth) != ringbuf::TableRead::value) return;
    for (const auto side : {ringbuf::Side::bid, ringbuf::Side::ask}) {
      const auto& levels = side == ringbuf::Side::bid ? depth.bid : depth.ask;
      const std::uint32_t count = side == ringbuf::Side::bid ? depth.bid_count : depth.ask_count;
      ASSERT_EQ(count, std::min<std::uint32_t>(plant_.book.level_count(id, side), ringbuf::kDepthLevels));
      for (std::uint32_t i = 0; i < count; ++i) {
        const feedhandlers::OrderBook::Level level = plant_.book.level(id, side, i);
        ASSERT_TRUE((levels[i] == ringbuf::DepthLevel{level.price, level.size, level.order_count, 0}));
      }
    }
    ringbuf::ImageEntry image;
    if (ringbuf::ImageReader{plant_.image}.read(id, image) != ringbuf::TableRead::value) return;
    const ringbuf::QuoteBody bbo = plant_.book.bbo(id);
    ASSERT_EQ((ringbuf::QuoteBody{image.bid_price, image.ask_price, image.bid_size, image.ask_size}), bbo);
    ASSERT_FALSE(has(image.quality, ringbuf::Quality::gap_inside));
  }

  RecoveryRunOptions options_;
  Random random_;
  GlimpseExchange exchange_;
  itch::FeedInMemory plant_;
  feedhandlers::itch50::BookRecovery& recovery_;
  itch::Published published_{plant_};
  ReaderBooks books_;
  itch::Records records_;
  std::optional<feedhandlers::venue::GlimpseSpin> spin_;
  std::uint64_t spun_ = 0;  // messages of it that were received
  feedhandlers::glimpse::SnapshotReader reader_;
  std::uint64_t next_ = 1;  // sequence of what is sent next
  std::size_t sent_bytes_ = 0;
  std::int64_t received_ = 40'000 * platform::kNanosPerSecond;
  std::uint64_t lost_packets_ = 0;
  std::uint64_t delivered_ = 0;
  std::deque<Bytes> expected_;
  std::deque<Bytes> late_;
};

}  // namespace tickplant::tests
