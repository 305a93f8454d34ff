// Panes: what the trades of a slice of event time sum up to, once for all windows that contain the slice. A tick
// touches one pane, a window that fires merges the few it is made of.
//
// The panes of an instrument hang in a chain, newest first; they come out of one pool and go back when no window
// needs them.
//
// Threads: one, the shard's.
// Not here: which slices there are (window_plan.hpp), when a window fires (engine.hpp).
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "analytics/state_archive.hpp"
#include "analytics/windows/totals.hpp"
#include "platform/check.hpp"
#include "platform/unix_nanos.hpp"

namespace tickplant::analytics {

using Time = std::int64_t;  // event time, ns UTC
// The years 1897 and 2174: the distance between them is a Time, too.
inline constexpr Time kBeforeAll = std::numeric_limits<Time>::min() / 4;
inline constexpr Time kAfterAll = std::numeric_limits<Time>::max() / 10 * 7;

/// A stretch of event time, half-open.
struct Slice {
  Time start = 0;
  Time end = 0;
  friend constexpr auto operator<=>(const Slice&, const Slice&) = default;
};

/// Where a trade stands among others: event time, then the venue's sequence. Not arrival.
struct TradeKey {
  Time time = 0;
  std::uint64_t order = 0;
  friend constexpr auto operator<=>(const TradeKey&, const TradeKey&) = default;
};
inline constexpr TradeKey kLastKey{kAfterAll, ~std::uint64_t{0}};
inline constexpr TradeKey kFirstKey{kBeforeAll, 0};

/// One trade as windows take it. Prices in price units.
struct WindowTrade {
  TradeKey key;
  std::int64_t price = 0;
  std::uint64_t size = 0;
  std::uint64_t cause = 0;     // CauseSequence
  bool moves_high_low = true;  // counts for open, high, low, average
  bool moves_last = true;      // may set the close
  std::uint32_t quality = 0;   // Quality bits of the record

  void archive(StateArchive& archive) { archive(key, price, size, cause, moves_high_low, moves_last, quality); }
};

/// The content of a pane, and of a window: panes merged.
struct PaneContent {
  // a tick touches these two lines ...
  Totals totals;
  TradeKey last_key = kFirstKey;  // of the close
  std::int64_t close = 0;
  std::int64_t high = std::numeric_limits<std::int64_t>::min();
  std::int64_t low = std::numeric_limits<std::int64_t>::max();
  std::uint64_t last_cause = 0;  // newest input; 0: nothing is in it
  std::uint32_t quality = 0;
  std::uint32_t older = 0;  // next in the chain; of a pane only
  Time start = 0;
  // ... and this one only when it begins, or with a trade out of order
  TradeKey first_key = kLastKey;  // of the open
  std::int64_t open = 0;
  std::uint64_t first_cause = 0;
  Time end = 0;
  Time expiry = 0;              // end of the last window that contains it
  std::uint64_t first_log = 0;  // place of its first trade in the trade log

  void archive(StateArchive& archive) {
    archive(totals, last_key, close, high, low, last_cause, quality, older, start);
    archive(first_key, open, first_cause, end, expiry, first_log);
  }

  /// Nothing is in it, or nothing is left of it.
  [[nodiscard]] bool is_empty() const noexcept { return totals.count == 0 && totals.volume == 0 && !has_close(); }
  [[nodiscard]] bool has_price() const noexcept { return totals.count != 0; }
  [[nodiscard]] bool has_close() const noexcept { return last_key != kFirstKey; }

  /// false: a sum would overflow; nothing changed.
  [[nodiscard]] bool add(const WindowTrade& trade) noexcept {
    if (!totals.add(trade.price, trade.size, trade.moves_high_low)) [[unlikely]]
      return false;
    if (trade.moves_high_low) {
      high = std::max(high, trade.price);
      low = std::min(low, trade.price);
      if (trade.key < first_key) {
        first_key = trade.key;
        open = trade.price;
      }
    }
    if (trade.moves_last && trade.key > last_key) {
      last_key = trade.key;
      close = trade.price;
    }
    if (first_cause == 0) first_cause = trade.cause;
    last_cause = std::max(last_cause, trade.cause);
    quality |= trade.quality;
    return true;
  }

  /// false: a sum overflowed.
  [[nodiscard]] bool merge(const PaneContent& other) noexcept {
    if (other.is_empty()) return true;
    const bool fits = totals.merge(other.totals);
    high = std::max(high, other.high);
    low = std::min(low, other.low);
    if (other.first_key < first_key) {
      first_key = other.first_key;
      open = other.open;
    }
    if (other.last_key > last_key) {
      last_key = other.last_key;
      close = other.close;
    }
    if (first_cause == 0 || (other.first_cause != 0 && other.first_cause < first_cause))
      first_cause = other.first_cause;
    last_cause = std::max(last_cause, other.last_cause);
    quality |= other.quality;
    return fits;
  }
};

struct alignas(64) Pane : PaneContent {};
static_assert(sizeof(Pane) == 192);

/// Index into the pool; 0: none.
using PaneIndex = std::uint32_t;

class PanePool {
 public:
  /// Grows in steps of this many when it runs out: rare, and bounded by what windows and lateness ask for.
  static constexpr std::size_t kStep = 4096;

  explicit PanePool(std::size_t reserved = kStep) { panes_.reserve(reserved + 1), panes_.resize(1); }

  [[nodiscard]] Pane& operator[](PaneIndex index) noexcept { return panes_[index]; }
  [[nodiscard]] const Pane& operator[](PaneIndex index) const noexcept { return panes_[index]; }

  /// An empty pane. References to others may become invalid.
  [[nodiscard]] PaneIndex take(Slice slice) {
    PaneIndex index = free_;
    if (index != 0) {
      free_ = panes_[index].older;
    } else {
      index = static_cast<PaneIndex>(panes_.size());
      if (panes_.size() == panes_.capacity()) panes_.reserve(panes_.size() + std::max(kStep, panes_.size() / 8));
      panes_.emplace_back();
    }
    panes_[index] = Pane{};
    panes_[index].start = slice.start;
    panes_[index].end = slice.end;
    ++used_;
    return index;
  }
  void give_back(PaneIndex index) noexcept {
    panes_[index].older = free_;
    free_ = index;
    --used_;
  }
  [[nodiscard]] std::size_t used() const noexcept { return used_; }

  void archive(StateArchive& archive) { archive(panes_, free_, used_); }

 private:
  std::vector<Pane> panes_;
  PaneIndex free_ = 0;
  std::size_t used_ = 0;
};

}  // namespace tickplant::analytics
