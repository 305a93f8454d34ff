// An outside client that records what it is shown over the plant's whole life: sequence -> hash of the 64 bytes, and
// per instrument what the newest table must count.
//
// Threads: one.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "clients/cpp/subscriber.hpp"
#include "ringbuf/newest_table.hpp"

namespace tickplant::tests {

class KillRecorder {
 public:
  void operator()(const ringbuf::Record& record) {
    const std::uint64_t q = record.header.stamp;
    if (q < next_ && next_ != 0) ++shown_twice;
    if (q > next_ && next_ != 0) missing_untold += q - next_;
    next_ = q + 1;
    ++records;
    keep(q, hash_of(record));
    count(record);
  }
  void on_lost(std::string_view, ringbuf::SequenceRange range) {
    lost += range.count();
    if (range.first != next_ && next_ != 0) ++missing_untold;
    next_ = range.last + 1;
  }
  void on_attached(std::string_view, ringbuf::Sequence) { ++reconnects; }

  /// What another client, who came later, was shown.
  void compare(const ringbuf::Record& record) {
    const std::uint64_t hash = hash_of(record);
    ++compared;
    keep(record.header.stamp, hash);
  }

  /// By instrument id.
  std::vector<ringbuf::NewestEntry> newest;
  std::uint64_t records = 0, lost = 0, compared = 0;
  std::uint64_t shown_twice = 0;
  std::uint64_t missing_untold = 0;
  std::uint64_t two_contents = 0;
  std::uint64_t reconnects = 0;

 private:
  void keep(std::uint64_t q, std::uint64_t hash) {
    const auto [kept, is_new] = hash_by_sequence_.try_emplace(q, hash);
    two_contents += kept->second == hash ? 0 : 1;
  }

  void count(const ringbuf::Record& record) {
    const std::uint32_t id = record.header.instrument.value;
    if (id == 0) return;
    if (id >= newest.size()) newest.resize(id + 1);
    ringbuf::NewestEntry& entry = newest[id];
    entry.stamp = record.header.stamp;
    ++entry.update_count;
    if (record.header.type != ringbuf::RecordType::trade) return;
    const auto trade = record.as<ringbuf::TradeBody>();
    if (!ringbuf::has(trade.eligibility, ringbuf::TradeEligibility::volume)) return;
    ++entry.trade_count;
    entry.volume.value += trade.size.value;
  }

  static std::uint64_t hash_of(const ringbuf::Record& record) noexcept {
    std::uint64_t words[sizeof record / 8];
    std::memcpy(words, &record, sizeof record);
    std::uint64_t hash = 0;
    for (const std::uint64_t word : words) {
      hash = (hash ^ word) * 0x9e3779b97f4a7c15u;
      hash ^= hash >> 32;
    }
    return hash;
  }

  std::unordered_map<std::uint64_t, std::uint64_t> hash_by_sequence_;
  std::uint64_t next_ = 0;  // 0: nothing seen yet
};

}  // namespace tickplant::tests
