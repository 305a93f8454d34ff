// Numbered messages of a SoupBinTCP server, exactly once and in order, for as long as its session lasts: connects, logs
// in, and after a lost connection comes back and goes on at the next sequence.
//
//   SoupBinTcpSource source{options, seed};                  // set-up
//   loop:  source.poll(now, handler);                        // 0: nothing there; then the thread may sleep
//          poll(2) on source.descriptors(), until source.next_deadline()
//
//   waiting --at its time--> connecting --> logging_in --A--> live --Z--> ended
//      ^                         |              |               |
//      +--- on_down(reason) -----+--------------+---------------+
//   stopped: by stop(). start_over() leads from anywhere to waiting.
//
// The handler: on_login(const SessionName&, next), on_message(sequence, span, ts_recv), on_end_of_session(),
// on_down(const DownReason&); where it has an on_unsequenced(span), that too. It must not call back into the source.
// A `next` of on_login that is not one behind the last message is a gap. `ts_recv` is the kernel's stamp of the last
// segment of what was read at once.
//
// Threads: built by the set-up thread; the rest belongs to one. Memory is taken at construction.
// Not here: one connection (soupbintcp_link.hpp), how long to wait (reconnect_backoff.hpp), what messages mean.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "feedhandlers/sources/reconnect_backoff.hpp"
#include "feedhandlers/sources/soupbintcp_link.hpp"

namespace tickplant::feedhandlers::sources {

struct SoupBinTcpSourceOptions {
  TcpOptions tcp{};
  soupbintcp::ClientOptions session{};  // with username and password, which nothing here ever shows
  ReconnectOptions reconnect{};
  std::int64_t reject_wait_nanos = 30 * platform::kNanosPerSecond;  // at least, after a refused login: venues lock
                                                                    // accounts that keep asking
};

enum class SoupBinTcpSourceState : std::uint8_t { waiting, connecting, logging_in, live, ended, stopped };

/// "waiting to connect", "live"; for people.
[[nodiscard]] const char* as_text(SoupBinTcpSourceState state) noexcept;

struct SoupBinTcpSourceCounters {
  std::uint64_t attempts = 0;  // to connect
  std::uint64_t connects = 0;  // that came about
  std::uint64_t logins = 0;
  std::uint64_t rejects = 0;
  std::uint64_t failures = 0;  // attempts and connections that went wrong, for whatever reason
  std::uint64_t silences = 0;  // of them: connections on which nothing was heard
  std::uint64_t messages = 0;
  std::uint64_t repeated_messages = 0;  // dropped
  std::uint64_t missed_messages = 0;    // skipped by the server
  std::uint64_t heartbeats = 0;
  std::uint64_t bytes_received = 0;
  std::uint64_t bytes_sent = 0;
};

class SoupBinTcpSource {
 public:
  using State = SoupBinTcpSourceState;

  /// The first poll() connects. `seed` spreads the waits. Throws SetupError when the kernel gives no descriptor.
  SoupBinTcpSource(const SoupBinTcpSourceOptions& options, std::uint64_t seed);
  SoupBinTcpSource(const SoupBinTcpSource&) = delete;  // its descriptor is given away
  SoupBinTcpSource& operator=(const SoupBinTcpSource&) = delete;

  /// Takes what is there, at most one receive of TcpOptions::read_bytes. How much was done: messages, or 1 for any
  /// other step; 0: nothing was there. Never waits.
  template <typename Handler>
  std::size_t poll(platform::UnixNanos now, Handler&& handler) noexcept {
    if (is_over()) return 0;
    const std::uint64_t messages = link_.session().counters().messages;
    bool was_something = true;
    if (!link_.is_down()) {
      was_something = link_.poll(now, Adapter<Handler>{*this, handler, now});
    } else if (now >= next_attempt_) {
      link_.connect(now);
    } else {
      return 0;
    }
    if (link_.is_down() && note_end(now)) handler.on_down(link_.down_reason());
    const auto taken = static_cast<std::size_t>(link_.session().counters().messages - messages);
    return taken != 0 ? taken : static_cast<std::size_t>(was_something);
  }

  /// Logs out and closes. Nothing happens until start_over().
  void stop(platform::UnixNanos now) noexcept;

  /// Another session, another place in it; a blank session is the current one. A connection there is is closed; the
  /// next poll() connects.
  void start_over(const soupbintcp::SessionName& session, std::uint64_t sequence, platform::UnixNanos now) noexcept;

  /// Becomes readable when poll() would find something; the same one for ever.
  [[nodiscard]] std::span<const int> descriptors() const noexcept { return {&descriptor_, 1}; }
  /// When poll() has something to do even though nothing is readable; soupbintcp::kNoDeadline: never.
  [[nodiscard]] platform::UnixNanos next_deadline() const noexcept;

  [[nodiscard]] State state() const noexcept;
  /// Open: failed again and again, somebody should look. Attempts go on.
  [[nodiscard]] Circuit circuit(platform::UnixNanos now) const noexcept { return backoff_.circuit(now); }
  /// In a row, without a connection that held.
  [[nodiscard]] std::uint32_t failures_in_a_row() const noexcept { return backoff_.failures(); }
  /// Of the newest failure; cause none: there was none.
  [[nodiscard]] const DownReason& last_down() const noexcept { return last_down_; }
  [[nodiscard]] const soupbintcp::SessionName& session() const noexcept { return link_.session().session(); }
  [[nodiscard]] std::uint64_t next_sequence() const noexcept { return link_.session().next_sequence(); }
  [[nodiscard]] SoupBinTcpSourceCounters counters() const noexcept;

  /// "SoupBinTCP 10.1.2.3:18000, session 20190130A, live, next 1234"; with the last failure and the time to the next
  /// attempt where it waits. Neither username nor password.
  [[nodiscard]] std::string describe(platform::UnixNanos now) const;

 private:
  template <typename Handler>
  struct Adapter {
    void on_login(const soupbintcp::SessionName& session, std::uint64_t next) {
      source.backoff_.on_up(now);
      to.on_login(session, next);
    }
    void on_message(std::uint64_t sequence, std::span<const std::byte> message, platform::UnixNanos ts_recv) {
      to.on_message(sequence, message, ts_recv);
    }
    void on_end_of_session() { to.on_end_of_session(); }
    void on_unsequenced(std::span<const std::byte> message) {
      if constexpr (requires { to.on_unsequenced(message); }) to.on_unsequenced(message);
    }

    SoupBinTcpSource& source;
    Handler& to;
    platform::UnixNanos now;
  };

  [[nodiscard]] bool is_over() const noexcept { return over_ != State::waiting; }
  /// False: that was the end of the session, not a failure.
  [[nodiscard]] bool note_end(platform::UnixNanos now) noexcept;

  SoupBinTcpSourceOptions options_;
  SoupBinTcpLink link_;
  ReconnectBackoff backoff_;
  int descriptor_;
  platform::UnixNanos next_attempt_{};
  DownReason last_down_;
  State over_ = State::waiting;  // or ended, or stopped: then nothing is tried
};

}  // namespace tickplant::feedhandlers::sources
