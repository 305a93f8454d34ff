// The book of each instrument that is not flagged equals a model of maps, however many packets are lost or late: the
// venue below keeps whole books, tells them as MDP 3.0 does, and both its lines lose packets of their own.
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <map>
#include <vector>

#include "tests/support/mdp3_in_memory.hpp"
#include "tests/support/random.hpp"

namespace tickplant::tests::mdp3::this_file {
namespace {

using ringbuf::Side;

using Side2 = std::map<std::int64_t, std::int32_t>;  // by key: larger is better on both sides
using Book = std::array<Side2, 2>;

/// One instrument at the venue: price levels to a depth, or orders.
struct Listed {
  std::int32_t security = 0;
  bool by_orders = false;
  std::uint32_t rpt_seq = 0;
  Book book;
  std::map<std::uint64_t, std::tuple<std::size_t, std::int64_t, std::int32_t>> orders;  // side, price, size
};

class Venue {
 public:
  static constexpr std::size_t kDepth = 4;
  static constexpr std::int32_t kInstruments = 8;  // the last two by orders

  explicit Venue(std::uint64_t seed) : random_(seed) {
    for (std::int32_t i = 0; i < kInstruments; ++i) {
      listed_.emplace_back();
      listed_.back().security = 1000 + i;
      listed_.back().by_orders = i >= kInstruments - 2;
    }
  }

  Bytes next_packet() {
    ++sequence_;
    PacketWriter packet(sequence_, 10 * sequence_);
    const std::uint32_t messages = 1 + random_.below(3);
    for (std::uint32_t i = 0; i < messages; ++i) message(packet, i + 1 == messages ? kEnd : std::uint8_t{0x04});
    return packet.bytes();
  }

  /// What a reader of all packets so far must see, best first.
  [[nodiscard]] std::vector<std::array<std::vector<std::pair<std::int64_t, std::int32_t>>, 2>> visible() const {
    std::vector<std::array<std::vector<std::pair<std::int64_t, std::int32_t>>, 2>> all;
    for (const Listed& one : listed_) {
      all.emplace_back();
      for (std::size_t side = 0; side < 2; ++side)
        for (const auto& [key, size] : top(one, side)) all.back()[side].emplace_back(price_of(key, side), size);
    }
    return all;
  }
  [[nodiscard]] std::uint32_t sequence() const { return sequence_; }
  [[nodiscard]] const std::vector<Listed>& listed() const { return listed_; }

 private:
  using Levels = std::vector<std::pair<std::int64_t, std::int32_t>>;

  static std::int64_t price_of(std::int64_t key, std::size_t side) { return side == 0 ? key : -key; }
  static Levels top(const Listed& one, std::size_t side) {
    Levels levels(one.book[side].rbegin(), one.book[side].rend());
    if (!one.by_orders && levels.size() > kDepth) levels.resize(kDepth);
    return levels;
  }

  void message(PacketWriter& packet, std::uint8_t event) {
    const std::uint64_t time = 10 * sequence_;
    if (random_.chance(1, 100) && may_reset()) return reset(packet, time, event);
    Listed& one = listed_[random_.below(kInstruments)];
    if (one.by_orders) return orders(packet, one, time, event);
    if (random_.chance(1, 10)) {
      static constexpr std::array<std::uint16_t, 4> kNumbered{37, 49, 50, 51};
      packet.numbered(kNumbered[random_.below(4)], time, event, {{one.security, ++one.rpt_seq}});
    } else if (random_.chance(1, 10)) {
      packet.trades(time, event, {{5, 1, one.security, ++one.rpt_seq, 1, 1, 0, 1}});
    } else {
      packet.book(time, event, levels(one));
    }
  }

  /// Not soon after another one: a reset that was lost shows by numbers that come again, unless as many entries were
  /// lost behind it as there had been ahead of it.
  [[nodiscard]] bool may_reset() const {
    return std::all_of(listed_.begin(), listed_.end(),
                       [](const Listed& one) { return one.by_orders || one.rpt_seq >= 20; });
  }

  void reset(PacketWriter& packet, std::uint64_t time, std::uint8_t event) {
    for (Listed& one : listed_) {
      one.book = {};
      one.orders.clear();
      one.rpt_seq = 0;
    }
    packet.channel_reset(time, event, {1});
  }

  Level entry(Listed& one, std::size_t side, std::int64_t key, std::int32_t size, std::size_t index,
              std::uint8_t action) {
    return {price_of(key, side),  size, one.security, ++one.rpt_seq, 1, static_cast<std::uint8_t>(index + 1), action,
            side == 0 ? '0' : '1'};
  }

  std::vector<Level> levels(Listed& one) {
    std::vector<Level> out;
    if (random_.chance(1, 60)) {
      one.book = {};
      out.push_back({kNullPrice, 0, one.security, ++one.rpt_seq, 0, 0, 0, 'J'});
      return out;
    }
    if (random_.chance(1, 10)) out.push_back({5, 9, one.security, ++one.rpt_seq, 0, 1, 0, 'E'});
    const std::size_t side = std::size_t{random_.below(2)};
    Side2& book = one.book[side];
    const Levels before = top(one, side);
    const auto size = static_cast<std::int32_t>(1 + random_.below(50));
    const std::uint32_t choice = random_.below(20);
    if (choice == 0 && !before.empty()) {  // all from the best to the n-th
      const std::size_t n = random_.below(static_cast<std::uint32_t>(before.size()));
      for (std::size_t i = 0; i <= n; ++i) book.erase(before[i].first);
      out.push_back(entry(one, side, before[n].first, 0, n, 3));
      refill(one, side, before.size() - n - 1, out);
    } else if (choice == 1 && !before.empty()) {  // all from the n-th on, also those that nobody sees
      const std::size_t n = random_.below(static_cast<std::uint32_t>(before.size()));
      book.erase(book.begin(), std::next(book.find(before[n].first)));
      out.push_back(entry(one, side, before[n].first, 0, n, 4));
    } else if (choice == 2 && !before.empty()) {  // another price in the place of the n-th
      const std::size_t n = random_.below(static_cast<std::uint32_t>(before.size()));
      const std::int64_t key = before[n].first + (random_.chance(1, 2) ? 1 : -1);
      if (!book.contains(key)) {
        book.erase(before[n].first);
        book[key] = size;
        out.push_back(entry(one, side, key, size, n, 5));
      }
    } else if (choice < 9 && !before.empty()) {  // one goes
      const std::size_t n = random_.below(static_cast<std::uint32_t>(before.size()));
      book.erase(before[n].first);
      out.push_back(entry(one, side, before[n].first, 0, n, 2));
      refill(one, side, before.size() - 1, out);
    } else {  // one comes or changes
      const std::int64_t key = 2 * static_cast<std::int64_t>(random_.below(12)) - 12;
      const bool is_new = !book.contains(key);
      if (!is_new && book[key] == size) return out;
      book[key] = size;
      const Levels after = top(one, side);
      const auto at = std::find_if(after.begin(), after.end(), [&](const auto& level) { return level.first == key; });
      if (at != after.end())
        out.push_back(entry(one, side, key, size, static_cast<std::size_t>(at - after.begin()), is_new ? 0 : 1));
    }
    return out;
  }

  /// What comes into sight behind the `count` levels that are left.
  void refill(Listed& one, std::size_t side, std::size_t count, std::vector<Level>& out) {
    const Levels after = top(one, side);
    for (std::size_t i = count; i < after.size(); ++i)
      out.push_back(entry(one, side, after[i].first, after[i].second, i, 0));
  }

  void orders(PacketWriter& packet, Listed& one, std::uint64_t time, std::uint8_t event) {
    Order order;
    order.security = one.security;
    order.size = static_cast<std::int32_t>(1 + random_.below(50));
    if (one.orders.empty() || random_.chance(1, 2)) {
      const std::size_t side = std::size_t{random_.below(2)};
      const auto key = static_cast<std::int64_t>(random_.below(20)) - 10;
      order.order = ++last_order_;
      order.price = price_of(key, side);
      order.entry_type = side == 0 ? '0' : '1';
      one.orders[order.order] = {side, key, order.size};
      one.book[side][key] += order.size;
    } else {
      const auto found = std::next(one.orders.begin(), random_.below(static_cast<std::uint32_t>(one.orders.size())));
      auto& [side, key, size] = found->second;
      order.order = found->first;
      order.entry_type = side == 0 ? '0' : '1';
      if ((one.book[side][key] -= size) == 0) one.book[side].erase(key);
      if (random_.chance(1, 2)) {
        order.action = 2;
        order.price = price_of(key, side);
        one.orders.erase(found);
      } else {
        order.action = 1;
        key = static_cast<std::int64_t>(random_.below(20)) - 10;
        size = order.size;
        order.price = price_of(key, side);
        one.book[side][key] += size;
      }
    }
    packet.order_book(time, event, {order});
  }

  Random random_;
  std::vector<Listed> listed_;
  std::uint32_t sequence_ = 0;
  std::uint64_t last_order_ = 0;
};

struct Seen {
  std::uint64_t compared = 0;
  std::uint64_t flagged = 0;
};

using Visible = decltype(std::declval<Venue>().visible());

void compare(const FeedInMemory& plant, const Venue& venue, const Visible& expected, Seen& seen) {
  const auto& normaliser = plant.feed.normaliser();
  for (std::size_t i = 0; i < venue.listed().size(); ++i) {
    const feedhandlers::mdp3::SecurityId security{venue.listed()[i].security};
    const ringbuf::InstrumentId id = normaliser.known_instrument(security);
    if (normaliser.is_doubtful(security)) {
      ++seen.flagged;
      continue;
    }
    ++seen.compared;
    for (const std::size_t side : {0U, 1U}) {
      std::vector<std::pair<std::int64_t, std::int32_t>> levels;
      plant.book.for_each_level(id, side == 0 ? Side::bid : Side::ask, [&](const auto& level) {
        levels.emplace_back(level.price.value, static_cast<std::int32_t>(level.size.value));
      });
      ASSERT_EQ(levels, expected[i][side]) << "instrument " << i << ", side " << side;
    }
  }
}

/// One packet in `lost_one_in` is lost on each line; line B is up to three packets behind.
Seen run(std::uint64_t seed, std::uint32_t lost_one_in, bool with_line_b, FeedInMemory& plant) {
  Venue venue(seed);
  Random chance(seed + 1);
  std::vector<Visible> visible{venue.visible()};  // by packet number
  std::deque<Bytes> line_b;
  std::uint32_t newest = 0;
  Seen seen;
  const auto receive = [&](const Bytes& bytes) {
    plant.send(bytes);
    (void)plant.take();
    newest = std::max(newest, feedhandlers::load_little<std::uint32_t>(bytes.data()));
    compare(plant, venue, visible[newest], seen);
  };
  for (int i = 0; i < 1500 && !testing::Test::HasFatalFailure(); ++i) {
    const Bytes bytes = venue.next_packet();
    visible.push_back(venue.visible());
    if (with_line_b && (lost_one_in == 0 || !chance.chance(1, lost_one_in))) line_b.push_back(bytes);
    if (lost_one_in == 0 || !chance.chance(1, lost_one_in)) receive(bytes);
    while (line_b.size() > chance.below(4)) {
      receive(line_b.front());
      line_b.pop_front();
    }
  }
  return seen;
}

constexpr feedhandlers::mdp3::FeedOptions kOptions{.channels = {}, .market_depth = Venue::kDepth};

TEST(Mdp3LostPackets, LeaveNoBookInDoubtWhereNoneIsLost) {
  FeedInMemory plant(kOptions);
  const std::uint64_t seed = test_seed();
  SCOPED_TRACE("TICKPLANT_TEST_SEED=" + std::to_string(seed));
  const Seen seen = run(seed, 0, true, plant);
  EXPECT_GT(seen.compared, 10'000U);
  EXPECT_LT(seen.flagged, 200U) << "before they were first heard of";
  EXPECT_EQ(plant.counters().book_mismatches, 0U);
  EXPECT_EQ(plant.counters().refused_entries, 0U);
  EXPECT_EQ(plant.counters().rpt_seq_jumps, 0U);
}

TEST(Mdp3LostPackets, LeaveBooksThatAreNotFlaggedEqualToTheModel) {
  for (std::uint64_t round = 0; round < 6; ++round) {
    const std::uint64_t seed = test_seed() + 1000 * round;
    SCOPED_TRACE("TICKPLANT_TEST_SEED=" + std::to_string(test_seed()) + ", round " + std::to_string(round));
    FeedInMemory plant(kOptions);
    const Seen seen = run(seed, round % 2 == 0 ? 15 : 60, false, plant);
    ASSERT_FALSE(testing::Test::HasFatalFailure());
    EXPECT_GT(seen.compared, 200U);
    EXPECT_GT(seen.flagged, 200U);
    EXPECT_GT(plant.counters().rpt_seq_jumps, 0U);
    EXPECT_GT(plant.counters().cleared_instruments, 0U);
  }
}

TEST(Mdp3LostPackets, LeaveThemEqualAlsoWhereTheOtherLineIsLateWithThem) {
  for (std::uint64_t round = 0; round < 6; ++round) {
    const std::uint64_t seed = test_seed() + 1000 * round + 500;
    SCOPED_TRACE("TICKPLANT_TEST_SEED=" + std::to_string(test_seed()) + ", round " + std::to_string(round));
    FeedInMemory plant(kOptions);
    const Seen seen = run(seed, round % 2 == 0 ? 8 : 30, true, plant);
    ASSERT_FALSE(testing::Test::HasFatalFailure());
    EXPECT_GT(seen.compared, 200U);
    EXPECT_GT(plant.counters().stale_entries, 0U);
    EXPECT_GT(plant.feed.packets().late_messages, 0U);
  }
}

}  // namespace
}  // namespace tickplant::tests::mdp3::this_file
