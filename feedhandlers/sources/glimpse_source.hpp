// Fetches a spin from a GLIMPSE server when asked to: the state of the venue in the messages that would lead there, and
// from which sequence the live feed goes on.
//
//   GlimpseSource source{options, seed};                     // set-up
//   source.request(now);
//   loop:  source.poll(now, handler);                        // a bounded piece of it
//          if (source.state() == GlimpseState::complete) ... source.live_from()
//
//   idle --request()--> connecting --> logging_in --login at 1--> spinning --G--> complete
//                          ^  |             |                       |
//                          |  +-----------> failed <----------------+
//                          +---next_attempt()-+                     cancel() leads from anywhere to idle
//
// The handler: on_spin() as the first message of a spin is about to come, and what came before is void (a spin that was
// cut cannot be resumed); on_message(span, ts_recv) for each ITCH message of it. Where it has a takes(const
// SessionName&), a spin of a session that it does not take fails before its first message. It must not call back into
// the source.
//
// Threads: built by the set-up thread; the rest belongs to one. Memory is taken at construction.
// Not here: keeping live messages until the spin is over, what messages mean, one connection (soupbintcp_link.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "feedhandlers/glimpse/snapshot_reader.hpp"
#include "feedhandlers/sources/reconnect_backoff.hpp"
#include "feedhandlers/sources/soupbintcp_link.hpp"

namespace tickplant::feedhandlers::sources {

struct GlimpseSourceOptions {
  /// read_bytes is the piece that one poll() works on: it holds up the live feed of the same thread for so long.
  TcpOptions tcp{.read_bytes = 16 << 10};
  soupbintcp::ClientOptions session{};  // its sequence is always 1; username and password are never shown
  ReconnectOptions retry{};             // stable_nanos says nothing here: a spin is good when it is whole
  std::int64_t reject_wait_nanos = 30 * platform::kNanosPerSecond;  // at least, after a refused login
  std::int64_t attempt_nanos = 120 * platform::kNanosPerSecond;     // from connecting to the marker
};

enum class GlimpseState : std::uint8_t { idle, connecting, logging_in, spinning, complete, failed };

/// "idle", "spinning"; for people.
[[nodiscard]] const char* as_text(GlimpseState state) noexcept;

enum class SpinFailureCause : std::uint8_t {
  none,
  link,            /// down_reason: no connection, no login, or it broke in the middle
  not_from_start,  /// logged in at another message than the first
  bad_marker,      /// of the marker's type, but not one
  ended_early,     /// end of session without a marker
  too_slow,        /// not whole after attempt_nanos
  other_session,   /// the handler does not take it
};

struct SpinFailure {
  SpinFailureCause cause = SpinFailureCause::none;
  DownReason down_reason{};
  friend bool operator==(const SpinFailure&, const SpinFailure&) = default;
};

[[nodiscard]] std::string as_text(const SpinFailure& failure);

struct GlimpseSourceCounters {
  std::uint64_t requests = 0;  // that began something
  std::uint64_t attempts = 0;
  std::uint64_t connects = 0;  // of them: connections that came about
  std::uint64_t complete = 0;
  std::uint64_t failures = 0;  // attempts that failed
  std::uint64_t messages = 0;  // of all spins, also of those that were cut
  std::uint64_t bytes_received = 0;
};

class GlimpseSource {
 public:
  using State = GlimpseState;

  /// Nothing is done before request(). `seed` spreads the waits. Throws SetupError when the kernel gives no descriptor.
  GlimpseSource(const GlimpseSourceOptions& options, std::uint64_t seed);
  GlimpseSource(const GlimpseSource&) = delete;  // its descriptor is given away
  GlimpseSource& operator=(const GlimpseSource&) = delete;

  /// A spin of now: the next poll() connects, or the first one after next_attempt(), so that asking again and again
  /// does not hurry a server that fails. False: one is under way already.
  bool request(platform::UnixNanos now) noexcept;

  /// Takes the next piece, one receive of TcpOptions::read_bytes. How much was done: messages, or 1 for any other step;
  /// 0: nothing was there. Never waits.
  template <typename Handler>
  std::size_t poll(platform::UnixNanos now, Handler&& handler) noexcept {
    if (state_ == State::idle || state_ == State::complete) return 0;
    const std::uint64_t messages = reader_.counters().messages;
    bool was_something = true;
    if (state_ == State::failed) {
      if (now < next_attempt_) return 0;
      begin(now);
    } else {
      was_something = link_.poll(now, Adapter<Handler>{*this, handler});
    }
    if (settle(now)) was_something = true;
    const auto taken = static_cast<std::size_t>(reader_.counters().messages - messages);
    return taken != 0 ? taken : static_cast<std::size_t>(was_something);
  }

  /// Whatever is under way is void.
  void cancel(platform::UnixNanos now) noexcept;

  [[nodiscard]] State state() const noexcept {
    return state_ == State::connecting && !link_.is_connecting() ? State::logging_in : state_;
  }
  /// Of a complete spin: the first live message that it does not know of; 0 otherwise.
  [[nodiscard]] std::uint64_t live_from() const noexcept { return state_ == State::complete ? reader_.live_from() : 0; }
  /// Why the newest attempt that failed did; cause none: none did since a spin was whole.
  [[nodiscard]] const SpinFailure& failure() const noexcept { return failure_; }
  /// When failed: the next poll() at this time or later tries again.
  [[nodiscard]] platform::UnixNanos next_attempt() const noexcept { return next_attempt_; }
  /// In a row.
  [[nodiscard]] std::uint32_t failures_in_a_row() const noexcept { return failures_in_a_row_; }
  /// Open: failed again and again, somebody should look. Attempts go on.
  [[nodiscard]] Circuit circuit(platform::UnixNanos now) const noexcept { return backoff_.circuit(now); }

  /// Becomes readable when poll() would find something; the same one for ever.
  [[nodiscard]] std::span<const int> descriptors() const noexcept { return {&descriptor_, 1}; }
  /// When poll() has something to do even though nothing is readable; soupbintcp::kNoDeadline: never.
  [[nodiscard]] platform::UnixNanos next_deadline() const noexcept;

  [[nodiscard]] GlimpseSourceCounters counters() const noexcept;
  [[nodiscard]] const glimpse::SpinCounters& spin_counters() const noexcept { return reader_.counters(); }

  /// "GLIMPSE 10.1.2.3:18000, spinning, 123456 messages"; with the last failure and the time to the next attempt where
  /// it waits. Neither username nor password.
  [[nodiscard]] std::string describe(platform::UnixNanos now) const;

 private:
  template <typename Handler>
  struct Adapter {
    void on_login(const soupbintcp::SessionName& session, std::uint64_t next) {
      if constexpr (requires { to.takes(session); }) {
        if (!to.takes(session)) return source.spoil(SpinFailureCause::other_session);
      }
      source.reader_.on_login(next);
      if (source.reader_.state() != glimpse::SpinState::spinning) return source.spoil(SpinFailureCause::not_from_start);
      source.begin_spin();
      to.on_spin();
    }
    void on_message(std::uint64_t, std::span<const std::byte> message, platform::UnixNanos ts_recv) {
      if (source.spoiled_ == SpinFailureCause::other_session) return;  // came in one piece with the login
      const auto state =
          source.reader_.on_message(message, [&](std::span<const std::byte> itch) { to.on_message(itch, ts_recv); });
      if (state == glimpse::SpinState::broken) source.spoil(SpinFailureCause::bad_marker);
    }
    void on_end_of_session() {
      source.reader_.on_end_of_session();
      if (source.reader_.state() == glimpse::SpinState::broken) source.spoil(SpinFailureCause::ended_early);
    }

    GlimpseSource& source;
    Handler& to;
  };

  void begin(platform::UnixNanos now) noexcept;
  void begin_spin() noexcept {
    state_ = State::spinning;
    spin_began_at_ = reader_.counters().messages;
  }
  /// The first thing that went wrong counts.
  void spoil(SpinFailureCause cause) noexcept {
    if (spoiled_ == SpinFailureCause::none) spoiled_ = cause;
  }
  /// Complete, failed, or under way. Whether that is news.
  bool settle(platform::UnixNanos now) noexcept;
  void fail(const SpinFailure& failure, platform::UnixNanos now) noexcept;

  GlimpseSourceOptions options_;
  SoupBinTcpLink link_;
  ReconnectBackoff backoff_;
  glimpse::SnapshotReader reader_;
  int descriptor_;
  State state_ = State::idle;                          // never logging_in: the link knows that
  SpinFailureCause spoiled_ = SpinFailureCause::none;  // in this attempt
  SpinFailure failure_;
  platform::UnixNanos next_attempt_{};
  platform::UnixNanos attempt_deadline_{};
  std::uint64_t spin_began_at_ = 0;  // messages of those before
  std::uint32_t failures_in_a_row_ = 0;
  std::uint64_t requests_ = 0;
};

}  // namespace tickplant::feedhandlers::sources
