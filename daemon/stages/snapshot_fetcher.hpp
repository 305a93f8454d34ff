// Puts a feed's books right from the venue's GLIMPSE server: sees when they are in doubt, or when it is time to compare
// them, fetches a spin, and has the feed work on it, a bounded piece a turn, between its packets.
//
//   idle --books in doubt, or time to compare--> fetching --whole--> working --told--> idle
//                                                    ^                  |
//                                                    +-- void: again ---+
//
// Threads: of the feed.
// Not here: the connection (sources/glimpse_source.hpp), what becomes of the messages (itch50/book_recovery.hpp).
#pragma once

#include <cstddef>
#include <string>

#include "config/plant_config.hpp"
#include "feedhandlers/feed.hpp"
#include "feedhandlers/sources/glimpse_source.hpp"

namespace tickplant::daemon {

class SnapshotFetcher {
 public:
  static constexpr std::int64_t kRetryNanos = platform::kNanosPerSecond;  // after an attempt that the feed found void

  /// Throws SetupError: no such host, unreadable password.
  explicit SnapshotFetcher(const config::FeedConfig& feed);

  /// How much was done; 0: nothing was there. `has_ended`: the venue's session, so that there is nothing to compare.
  std::size_t turn(feedhandlers::SnapshotRecovery& books, platform::UnixNanos now, bool has_ended) noexcept;
  /// When turn() has something to do although nothing is readable.
  [[nodiscard]] platform::UnixNanos next_turn() const noexcept;
  /// Becomes readable when turn() would find something; the same one for ever.
  [[nodiscard]] int descriptor() const noexcept { return source_.descriptors().front(); }

  [[nodiscard]] const feedhandlers::sources::GlimpseSource& source() const noexcept { return source_; }

 private:
  struct Handler {
    feedhandlers::SnapshotRecovery& books;
    platform::UnixNanos now;
    bool compares_sessions;

    bool takes(const feedhandlers::soupbintcp::SessionName& session) const noexcept {
      return !compares_sessions || books.on_snapshot_session(feedhandlers::soupbintcp::session_id(session));
    }
    void on_spin() const noexcept {}  // begun before the server took the state of its books
    void on_message(std::span<const std::byte> message, platform::UnixNanos) const noexcept {
      books.on_snapshot_message(message, now);
    }
  };

  void begin_when_wanted(feedhandlers::SnapshotRecovery& books, platform::UnixNanos now, bool has_ended) noexcept;
  std::size_t fetch(feedhandlers::SnapshotRecovery& books, platform::UnixNanos now) noexcept;

  enum class State : std::uint8_t { idle, fetching, working };

  feedhandlers::sources::GlimpseSource source_;
  std::int64_t compare_interval_;
  bool same_session_;  // the server names it as the lines do
  State state_ = State::idle;
  bool compares_all_ = false;
  bool has_more_ = false;
  platform::UnixNanos not_before_{};
  platform::UnixNanos next_compare_ = platform::kNoTime;
};

}  // namespace tickplant::daemon
