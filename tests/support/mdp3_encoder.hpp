// Writes MDP 3.0 packets as the venue does, for tests: plain structs in, bytes out. Written apart from the views, from
// the same table of offsets.
//
// Threads: any; pure functions.
// Not here: reading them (feedhandlers/mdp3/).
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <span>
#include <vector>

namespace tickplant::tests::mdp3 {

using Bytes = std::vector<std::byte>;

inline constexpr std::int64_t kNullPrice = std::numeric_limits<std::int64_t>::max();
inline constexpr std::uint8_t kEnd = 0x80;  // of the event

struct Level {
  std::int64_t price = kNullPrice;
  std::int32_t size = 0;
  std::int32_t security = 0;
  std::uint32_t rpt_seq = 0;
  std::int32_t orders = 0;
  std::uint8_t price_level = 0;
  std::uint8_t action = 0;
  char entry_type = '0';
  friend bool operator==(const Level&, const Level&) = default;
};
struct LevelOrder {
  std::uint64_t order = 0;
  std::uint64_t priority = 0;
  std::int32_t size = 0;
  std::uint8_t level = 0;
  std::uint8_t action = 0;
  friend bool operator==(const LevelOrder&, const LevelOrder&) = default;
};
struct Order {
  std::uint64_t order = 0;
  std::uint64_t priority = 0;
  std::int64_t price = kNullPrice;
  std::int32_t size = 0;
  std::int32_t security = 0;
  std::uint8_t action = 0;
  char entry_type = '0';
  friend bool operator==(const Order&, const Order&) = default;
};
struct Trade {
  std::int64_t price = kNullPrice;
  std::int32_t size = 0;
  std::int32_t security = 0;
  std::uint32_t rpt_seq = 0;
  std::int32_t orders = 0;
  std::uint8_t aggressor = 0;
  std::uint8_t action = 0;
  std::uint32_t trade_id = 0;
  friend bool operator==(const Trade&, const Trade&) = default;
};
struct TradedOrder {
  std::uint64_t order = 0;
  std::int32_t size = 0;
  friend bool operator==(const TradedOrder&, const TradedOrder&) = default;
};
/// Of templates 37 and 49 to 51: what all of them have.
struct Numbered {
  std::int32_t security = 0;
  std::uint32_t rpt_seq = 0;
  friend bool operator==(const Numbered&, const Numbered&) = default;
};

/// Bytes that a newer schema would have appended to each block.
struct Stretch {
  std::size_t root = 0;
  std::size_t entry = 0;
  std::size_t order = 0;
};

/// One packet under construction. A message is opened, filled and closed by its method; `event` is the match event
/// indicator.
class PacketWriter {
 public:
  explicit PacketWriter(std::uint32_t sequence, std::uint64_t sending_time = 0) {
    put(sequence);
    put(sending_time);
  }

  PacketWriter& book(std::uint64_t time, std::uint8_t event, const std::vector<Level>& levels,
                     const std::vector<LevelOrder>& orders = {}, Stretch stretch = {}) {
    begin(46, 11, stretch.root);
    root(time, event, stretch.root);
    group3(32 + stretch.entry, levels.size());
    for (const Level& l : levels) {
      put(l.price);
      put(l.size);
      put(l.security);
      put(l.rpt_seq);
      put(l.orders);
      put(l.price_level);
      put(l.action);
      put(l.entry_type);
      pad(5 + stretch.entry);
    }
    group8(24 + stretch.order, orders.size());
    for (const LevelOrder& o : orders) {
      put(o.order);
      put(o.priority);
      put(o.size);
      put(o.level);
      put(o.action);
      pad(2 + stretch.order);
    }
    return end();
  }

  PacketWriter& order_book(std::uint64_t time, std::uint8_t event, const std::vector<Order>& orders,
                           Stretch stretch = {}) {
    begin(47, 11, stretch.root);
    root(time, event, stretch.root);
    group3(40 + stretch.entry, orders.size());
    for (const Order& o : orders) {
      put(o.order);
      put(o.priority);
      put(o.price);
      put(o.size);
      put(o.security);
      put(o.action);
      put(o.entry_type);
      pad(6 + stretch.entry);
    }
    return end();
  }

  PacketWriter& trades(std::uint64_t time, std::uint8_t event, const std::vector<Trade>& trades,
                       const std::vector<TradedOrder>& orders = {}, Stretch stretch = {}) {
    begin(48, 11, stretch.root);
    root(time, event, stretch.root);
    group3(32 + stretch.entry, trades.size());
    for (const Trade& t : trades) {
      put(t.price);
      put(t.size);
      put(t.security);
      put(t.rpt_seq);
      put(t.orders);
      put(t.aggressor);
      put(t.action);
      put(t.trade_id);
      pad(2 + stretch.entry);
    }
    group8(16 + stretch.order, orders.size());
    for (const TradedOrder& o : orders) {
      put(o.order);
      put(o.size);
      pad(4 + stretch.order);
    }
    return end();
  }

  /// 37 volume, 49 daily statistics, 50 limits and banding, 51 session statistics: all but their numbers is zero.
  PacketWriter& numbered(std::uint16_t template_id, std::uint64_t time, std::uint8_t event,
                         const std::vector<Numbered>& entries, Stretch stretch = {}) {
    const std::size_t bytes = template_id == 37 ? 16 : template_id == 51 ? 24 : 32;
    const std::size_t before = template_id == 37 ? 4 : template_id == 49 ? 12 : template_id == 50 ? 24 : 8;
    begin(template_id, 11, stretch.root);
    root(time, event, stretch.root);
    group3(bytes + stretch.entry, entries.size());
    for (const Numbered& n : entries) {
      pad(before);
      put(n.security);
      put(n.rpt_seq);
      pad(bytes - before - 8 + stretch.entry);
    }
    return end();
  }

  PacketWriter& channel_reset(std::uint64_t time, std::uint8_t event, const std::vector<std::int16_t>& channels) {
    begin(4, 9, 0);
    put(time);
    put(event);
    group3(2, channels.size());
    for (const std::int16_t channel : channels) put(channel);
    return end();
  }

  /// Any template, with a root block of zeros in which `end_of_event_at` (if inside) has the end bit.
  PacketWriter& other(std::uint16_t template_id, std::size_t root_bytes,
                      std::size_t end_of_event_at = ~std::size_t{0}) {
    begin(template_id, root_bytes, 0);
    for (std::size_t i = 0; i < root_bytes; ++i) put(i == end_of_event_at ? kEnd : std::uint8_t{0});
    return end();
  }

  [[nodiscard]] const Bytes& bytes() const noexcept { return bytes_; }

 private:
  template <class T>
  void put(T value) {
    std::byte raw[sizeof value];
    std::memcpy(raw, &value, sizeof value);  // little-endian, as the machine is
    bytes_.insert(bytes_.end(), raw, raw + sizeof value);
  }
  void pad(std::size_t count) { bytes_.insert(bytes_.end(), count, std::byte{0xee}); }
  void begin(std::uint16_t template_id, std::size_t block_length, std::size_t stretch) {
    start_ = bytes_.size();
    put(std::uint16_t{0});
    put(static_cast<std::uint16_t>(block_length + stretch));
    put(template_id);
    put(std::uint16_t{1});
    put(std::uint16_t{9});
  }
  void root(std::uint64_t time, std::uint8_t event, std::size_t stretch) {
    put(time);
    put(event);
    pad(2 + stretch);
  }
  void group3(std::size_t block_length, std::size_t count) {
    put(static_cast<std::uint16_t>(block_length));
    put(static_cast<std::uint8_t>(count));
  }
  void group8(std::size_t block_length, std::size_t count) {
    put(static_cast<std::uint16_t>(block_length));
    pad(5);
    put(static_cast<std::uint8_t>(count));
  }
  PacketWriter& end() {
    const auto size = static_cast<std::uint16_t>(bytes_.size() - start_);
    std::memcpy(bytes_.data() + start_, &size, sizeof size);
    return *this;
  }

  Bytes bytes_;
  std::size_t start_ = 0;
};

}  // namespace tickplant::tests::mdp3
