// What a feed had told before a restart, and what it tells again behind it: that is in the ring already, and is not
// published twice.
//
//   ... [position] told behind it | new
//   ^ a file is read again from here
//      ^ a server sends again from here
//
// Threads: ToldRecords is plain; Repeats is the feed's own. No allocation but at construction.
// Not here: where what was told is found (daemon/told_feeds.hpp), passing over it (tick_publisher.hpp).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "ringbuf/records/record.hpp"
#include "ringbuf/records/source.hpp"

namespace tickplant::feedhandlers {

/// What was told of a feed, as far as somebody still knows.
struct ToldRecords {
  static constexpr std::size_t kBefore = 64;

  std::optional<ringbuf::Record> position = {};  // its newest source position
  std::vector<ringbuf::Record> before = {};      // of its instruments, ahead of that, the newest kBefore, oldest first
  std::vector<ringbuf::Record> behind = {};      // and behind: of it, or perhaps of another feed in its ring

  [[nodiscard]] bool is_empty() const noexcept { return !position && behind.empty(); }
};

/// The same but for what is of a ring, or of the moment in which it was received.
[[nodiscard]] inline bool says_the_same(const ringbuf::Record& a, const ringbuf::Record& b) noexcept {
  const auto flags = [](const ringbuf::Record& record) {
    return static_cast<std::uint8_t>(record.header.flags) & ~static_cast<std::uint8_t>(ringbuf::RecordFlags::bad_clock);
  };
  if (a.header.type != b.header.type || a.header.instrument != b.header.instrument) return false;
  // Refers to the directory as it is when it is told.
  if (a.header.type == ringbuf::RecordType::definition) return true;
  return a.header.ts_event == b.header.ts_event && flags(a) == flags(b) && a.body == b.body;
}

/// Gives every record that was told since the trading day began, the session's own first, up to the newest position.
/// False: they are not all there any more.
using ToldHistory = std::function<bool(const std::function<void(const ringbuf::Record&)>& take)>;

class Repeats {
 public:
  enum class From : std::uint8_t { beginning, position };

  Repeats(ToldRecords told, From from)
      : told_(std::move(told)), phase_(from == From::beginning && told_.position ? Phase::before : Phase::behind) {
    if (phase_ == Phase::behind && told_.behind.empty()) phase_ = Phase::through;
  }

  /// The feed tells `record`. Was it told before: its number in the ring then, or 0 where nobody knows.
  [[nodiscard]] std::optional<ringbuf::Sequence> told_as(const ringbuf::Record& record) noexcept {
    using ringbuf::RecordType;
    if (record.header.type == RecordType::heartbeat) return std::nullopt;  // of now, not of the source
    if (phase_ == Phase::through) return std::nullopt;
    if (phase_ == Phase::before) {
      pass_over(record);
      return ringbuf::Sequence{0};
    }
    if (record.header.type == RecordType::source_position) return end_of_packet();
    packet_has_records_ = true;
    for (std::size_t i = next_; i < told_.behind.size(); ++i) {
      if (!says_the_same(told_.behind[i], record)) continue;
      next_ = i + 1;
      packet_has_told_ = true;
      if (next_ == told_.behind.size()) phase_ = Phase::through;
      return ringbuf::Sequence{told_.behind[i].header.stamp};
    }
    return std::nullopt;
  }

  /// The position has not come by yet.
  [[nodiscard]] bool is_before() const noexcept { return phase_ == Phase::before; }
  /// What comes from here on is new.
  [[nodiscard]] bool is_through() const noexcept { return phase_ == Phase::through; }

 private:
  enum class Phase : std::uint8_t { before, behind, through };

  /// Packets may be cut otherwise now. A position in the middle of what was told would hide the rest of it from the
  /// next restart: none is told before all is through, which a packet says that has nothing but news.
  [[nodiscard]] std::optional<ringbuf::Sequence> end_of_packet() noexcept {
    const bool is_news = std::exchange(packet_has_records_, false) && !packet_has_told_;
    packet_has_told_ = false;
    if (!is_news) return ringbuf::Sequence{0};
    phase_ = Phase::through;
    return std::nullopt;
  }
  void pass_over(const ringbuf::Record& record) noexcept {
    if (record.header.instrument != ringbuf::kNoInstrument) passed_[passed_count_++ % passed_.size()] = record;
    if (record.header.type != ringbuf::RecordType::source_position || !says_the_same(record, *told_.position)) return;
    if (!is_preceded_by_the_same()) return;
    phase_ = told_.behind.empty() ? Phase::through : Phase::behind;
  }
  /// Another file may have a position of the same number.
  [[nodiscard]] bool is_preceded_by_the_same() const noexcept {
    if (told_.before.size() > passed_count_) return false;
    for (std::size_t back = 1; back <= told_.before.size(); ++back) {
      const ringbuf::Record& passed = passed_[(passed_count_ - back) % passed_.size()];
      if (!says_the_same(told_.before[told_.before.size() - back], passed)) return false;
    }
    return true;
  }

  ToldRecords told_;
  Phase phase_;
  std::size_t next_ = 0;                                       // of told_.behind
  bool packet_has_records_ = false, packet_has_told_ = false;  // since the last position
  std::array<ringbuf::Record, ToldRecords::kBefore> passed_{};
  std::size_t passed_count_ = 0;
};

}  // namespace tickplant::feedhandlers
