// The newest trades of all instruments, so that one can be taken back: a ring of them in order of arrival, those of one
// instrument linked.
//
// Threads: one, the shard's.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>

#include "analytics/state_archive.hpp"
#include "analytics/windows/pane.hpp"

namespace tickplant::analytics {

struct LoggedTrade {
  std::uint64_t trade_id = 0;
  WindowTrade trade;
  std::uint64_t previous = 0;  // place of the instrument's trade before it; 0: none
  bool was_late = false;       // when it came
  bool is_cancelled = false;
  std::uint64_t number = 0;  // among the trades of all shards

  void archive(StateArchive& archive) { archive(trade_id, trade, previous, was_late, is_cancelled, number); }
};

class TradeLog {
 public:
  /// `capacity`: a power of two, or 0: nothing is kept.
  explicit TradeLog(std::uint64_t capacity)
      : capacity_(capacity),
        trades_(static_cast<LoggedTrade*>(capacity == 0 ? nullptr : std::calloc(capacity, sizeof(LoggedTrade)))) {
    if (capacity != 0 && trades_ == nullptr) throw std::bad_alloc{};
  }

  [[nodiscard]] bool keeps() const noexcept { return capacity_ != 0; }

  /// A trade of whatever shard: what is kept is the same for one shard as for eight.
  void count_trade() noexcept { ++seen_; }
  /// Its place: from 1, never used again.
  std::uint64_t append(const LoggedTrade& trade) noexcept {
    ++last_;
    LoggedTrade& place = trades_[last_ & (capacity_ - 1)];
    place = trade;
    place.number = seen_;
    return last_;
  }
  /// nullptr: too old, or never there.
  [[nodiscard]] LoggedTrade* find(std::uint64_t place) noexcept {
    if (place == 0 || place > last_ || place + capacity_ <= last_) return nullptr;
    LoggedTrade& trade = trades_[place & (capacity_ - 1)];
    return trade.number + capacity_ > seen_ ? &trade : nullptr;
  }
  [[nodiscard]] std::uint64_t last() const noexcept { return last_; }

  void archive(StateArchive& archive) {
    archive.expect(capacity_, "trades kept for corrections");
    archive(last_, seen_);
    for (std::uint64_t place = last_ > capacity_ ? last_ - capacity_ + 1 : 1; keeps() && place <= last_; ++place) {
      archive(trades_[place & (capacity_ - 1)]);
    }
  }

 private:
  struct Free {
    void operator()(LoggedTrade* trades) const noexcept { std::free(trades); }
  };

  std::uint64_t capacity_;
  std::unique_ptr<LoggedTrade[], Free> trades_;  // pages that no trade has reached yet take no memory
  std::uint64_t last_ = 0;
  std::uint64_t seen_ = 0;
};

}  // namespace tickplant::analytics
