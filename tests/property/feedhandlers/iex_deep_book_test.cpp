// Books of DEEP against an obvious model of maps, over random events in random packets, some of which are lost: every
// book is what was received, and where something was lost it says so.
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "tests/support/iex_feed_in_memory.hpp"
#include "tests/support/random.hpp"

namespace tickplant::tests::iex::this_file {
namespace {

using ringbuf::has;
using ringbuf::InstrumentId;
using ringbuf::QuoteBody;
using ringbuf::RecordFlags;
using ringbuf::RecordType;
using ringbuf::Side;

constexpr std::array<std::string_view, 4> kNames{"ZXIET", "ZEXIT", "ZIEXT", "WWE"};

struct Book {
  std::map<std::int64_t, std::uint64_t, std::greater<>> bids;  // our price to shares; begin() is the best
  std::map<std::int64_t, std::uint64_t> asks;

  void set(Side side, std::int64_t price, std::uint64_t size) {
    const auto put = [&](auto& levels) { size == 0 ? levels.erase(price) : (levels[price] = size, std::size_t{1}); };
    side == Side::bid ? put(bids) : put(asks);
  }
  [[nodiscard]] QuoteBody best() const {
    QuoteBody quote;
    if (!bids.empty()) quote.bid_price = {bids.begin()->first}, quote.bid_size = {bids.begin()->second};
    if (!asks.empty()) quote.ask_price = {asks.begin()->first}, quote.ask_size = {asks.begin()->second};
    return quote;
  }
  friend bool operator==(const Book&, const Book&) = default;
};
using Books = std::map<std::string_view, Book>;

struct Update {
  std::string_view name;
  Side side = Side::bid;
  std::int64_t price = 0;  // of the wire
  std::uint32_t size = 0;
  bool is_complete = true;

  [[nodiscard]] Bytes message(std::int64_t time) const {
    const std::uint8_t flags = is_complete ? 1 : 0;
    return side == Side::bid ? encode(PriceLevelBuy{flags, time, symbol(name), size, price})
                             : encode(PriceLevelSell{flags, time, symbol(name), size, price});
  }
};

/// An exchange whose books are all that it has.
class Venue {
 public:
  explicit Venue(std::uint64_t seed) : random_(seed) {}

  /// One event: up to four levels of one instrument. A level is only taken away where there is one.
  std::vector<Update> event() {
    const std::string_view name = kNames[random_.below(kNames.size())];
    std::vector<Update> updates(1 + random_.below(4));
    for (Update& update : updates) {
      update.name = name;
      update.side = random_.chance(1, 2) ? Side::bid : Side::ask;
      update.price = (update.side == Side::bid ? 99'0000 : 101'0000) + 100 * std::int64_t{random_.below(30)};
      const std::int64_t price = update.price * 100'000;
      Book& book = books_[name];
      const bool is_there = update.side == Side::bid ? book.bids.contains(price) : book.asks.contains(price);
      update.size = is_there && random_.chance(1, 2) ? 0 : 1 + random_.below(1'000);
      update.is_complete = &update == &updates.back();
      book.set(update.side, price, update.size);
    }
    return updates;
  }
  void close() { books_.clear(); }
  [[nodiscard]] const Books& books() const { return books_; }
  [[nodiscard]] Random& random() { return random_; }

 private:
  Random random_;
  Books books_;
};

Book book_of(const FeedInMemory& plant, std::string_view name) {
  Book book;
  const InstrumentId id = plant.id_of(name);
  if (id == ringbuf::kNoInstrument) return book;
  for (const Side side : {Side::bid, Side::ask})
    plant.book.for_each_level(id, side, [&](const feedhandlers::OrderBook::Level& level) {
      book.set(side, level.price.value, level.size.value);
    });
  return book;
}

/// The ten best of each side.
Book depth_of(const FeedInMemory& plant, std::string_view name) {
  Book book;
  const ringbuf::DepthEntry depth = plant.depth_of(name);
  for (std::size_t i = 0; i < depth.bid_count; ++i)
    book.set(Side::bid, depth.bid[i].price.value, depth.bid[i].size.value);
  for (std::size_t i = 0; i < depth.ask_count; ++i)
    book.set(Side::ask, depth.ask[i].price.value, depth.ask[i].size.value);
  return book;
}

Book cut_to_ten(Book book) {
  while (book.bids.size() > 10) book.bids.erase(std::prev(book.bids.end()));
  while (book.asks.size() > 10) book.asks.erase(std::prev(book.asks.end()));
  return book;
}

class IexDeepBook : public testing::Test {
 protected:
  IexDeepBook() { plant_.feed.begin_day({.midnight = {1}, .date = 20170826}); }

  void send(std::uint32_t session, const std::vector<Update>& updates, bool is_lost) {
    const std::uint64_t first = next_;
    next_ += updates.size();
    if (is_lost) {
      was_lost_ = true;
      return;
    }
    std::vector<Bytes> messages;
    for (const Update& update : updates) {
      messages.push_back(update.message(++time_));
      received_[update.name].set(update.side, update.price * 100'000, update.size);
      complete_[update.name] = update.is_complete;
    }
    const Bytes payload = segment({.session = session, .first_sequence = first}, messages);
    plant_.feed.on_packet({.payload = as_span(payload), .ts_recv = {time_}}, 0);
    is_told_ = was_lost_;  // a packet behind it has come
    follow();
  }

  /// What somebody who reads the ring knows.
  void follow() {
    for (const ringbuf::Record& record : plant_.take()) {
      const std::uint32_t id = record.header.instrument.value;
      if (record.header.type == RecordType::level) {
        const auto level = record.as<ringbuf::LevelBody>();
        rebuilt_[id].set(level.side, level.price.value, level.size.value);
      }
      if (record.header.type == RecordType::quote) quotes_[id] = record.as<QuoteBody>();
      if (record.header.type == RecordType::gap) ++gaps_;
      if (record.header.type == RecordType::session) rebuilt_.clear(), quotes_.clear();
      const bool is_about_one = record.header.type == RecordType::level || record.header.type == RecordType::quote;
      if (!is_about_one || !has(record.header.flags, RecordFlags::end_of_event)) continue;
      ASSERT_EQ(quotes_[id], rebuilt_[id].best()) << "at the end of an event all records agree";
    }
  }

  void check(const Books& truth) {
    for (const std::string_view name : kNames) {
      const InstrumentId id = plant_.id_of(name);
      const Book book = book_of(plant_, name);
      ASSERT_EQ(book, received_[name]) << name;
      if (received_.at(name) == Book{} && !complete_.contains(name)) continue;
      ASSERT_EQ(rebuilt_[id.value], book) << "from the records of " << name;
      if (complete_[name]) {
        ASSERT_EQ(depth_of(plant_, name), cut_to_ten(book)) << name;
      }
      ASSERT_TRUE(plant_.book.is_maybe_bad(id) || !is_told_) << name << " lost something and does not say so";
      if (!was_lost_) {
        ASSERT_FALSE(plant_.book.is_maybe_bad(id)) << name << " lost nothing";
        ASSERT_EQ(book, truth.contains(name) ? truth.at(name) : Book{}) << name;
      }
    }
  }

  /// The venue starts anew.
  void close() {
    received_.clear();
    complete_.clear();
    next_ = 1;
    was_lost_ = is_told_ = false;
  }

  FeedInMemory plant_;
  Books received_;
  std::map<std::string_view, bool> complete_;  // its last message received ended an event
  std::map<std::uint32_t, Book> rebuilt_;      // by instrument, from level records alone
  std::map<std::uint32_t, QuoteBody> quotes_;
  std::uint64_t next_ = 1;
  std::int64_t time_ = 1'503'746'516'000'000'000;
  std::uint64_t gaps_ = 0;
  bool was_lost_ = false;
  bool is_told_ = false;
};

TEST_F(IexDeepBook, IsWhatWasReceivedAndSaysWhenSomethingWasLost) {
  const std::uint64_t seed = test_seed();
  SCOPED_TRACE("TICKPLANT_TEST_SEED=" + std::to_string(seed));
  Venue venue{seed};
  std::uint64_t lost_packets = 0;
  for (std::uint32_t session = 1; session <= 12; ++session) {
    close();
    venue.close();
    const std::uint32_t loss_percent = session % 3 == 0 ? 0 : session % 3 == 1 ? 2 : 20;
    std::vector<Update> waiting;  // packets end where they please, in mid-event too
    for (int packet = 0; packet < 150; ++packet) {
      const std::size_t size = 1 + venue.random().below(9);
      while (waiting.size() < size)
        for (const Update& update : venue.event()) waiting.push_back(update);
      const bool flush = packet == 149;
      const std::vector<Update> updates(waiting.begin(),
                                        flush ? waiting.end() : waiting.begin() + static_cast<std::ptrdiff_t>(size));
      waiting.erase(waiting.begin(), waiting.begin() + static_cast<std::ptrdiff_t>(updates.size()));
      // The first comes for sure: before it there is no run of numbers in which something could be missing.
      const bool is_lost = packet > 0 && venue.random().chance(loss_percent, 100);
      lost_packets += is_lost;
      ASSERT_NO_FATAL_FAILURE(send(session, updates, is_lost));
      if (packet % 10 == 0 || flush) {
        // In mid-packet-run the truth is ahead of what was sent.
        ASSERT_NO_FATAL_FAILURE(check(waiting.empty() ? venue.books() : received_));
      }
    }
    if (loss_percent == 0) {
      EXPECT_EQ(plant_.feed.normaliser().counters().refused_levels, 0u);
    }
  }
  EXPECT_GT(lost_packets, 50u) << "the test is about loss";
  EXPECT_GT(gaps_, 30u);
  EXPECT_EQ(plant_.feed.sessions().sessions_seen(), 12u);
}

TEST_F(IexDeepBook, IsTheVenuesOwnWhereNothingIsLostWhateverComesTwice) {
  const std::uint64_t seed = test_seed() + 1;
  SCOPED_TRACE("TICKPLANT_TEST_SEED=" + std::to_string(seed - 1));
  Venue venue{seed};
  Bytes before;
  for (int round = 0; round < 1'000; ++round) {
    const std::vector<Update> updates = venue.event();
    ASSERT_NO_FATAL_FAILURE(send(7, updates, false));
    if (!before.empty() && venue.random().chance(1, 3)) {
      plant_.feed.on_packet({.payload = as_span(before), .ts_recv = {time_}}, 0);
      ASSERT_TRUE(plant_.take().empty()) << "seen before";
    }
    before = segment({.session = 7, .first_sequence = next_ - updates.size()}, [&] {
      std::vector<Bytes> messages;
      for (const Update& update : updates) messages.push_back(update.message(time_));
      return messages;
    }());
    if (round % 25 != 0) continue;
    ASSERT_NO_FATAL_FAILURE(check(venue.books()));
  }
  EXPECT_EQ(plant_.feed.normaliser().counters().unknown_levels, 0u);
}

}  // namespace
}  // namespace tickplant::tests::iex::this_file
