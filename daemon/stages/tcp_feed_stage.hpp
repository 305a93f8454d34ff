// A live feed over SoupBinTCP: messages come in order and none is lost while the connection holds; after a lost one the
// feed goes on where it was, and what the server no longer has is a gap.
//
//   SoupBinTcpSource -> packets as MoldUDP64 has them -> PacketFeed -> ring and tables
//
// What one turn receives becomes one packet, so that behind the source a message takes the same way, whichever way it
// came.
//
// Threads: as Stage. Not here: connections (sources/soupbintcp_source.hpp).
#pragma once

#include <array>
#include <memory>
#include <optional>

#include "daemon/stages/feed_stage.hpp"
#include "daemon/stages/server_counters.hpp"
#include "feedhandlers/sources/soupbintcp_source.hpp"

namespace tickplant::daemon {

class TcpFeedStage final : public FeedStage {
 public:
  /// `told`: by a predecessor. Throws SetupError.
  TcpFeedStage(const FeedSetup& setup, ToldFeed told);

  std::size_t do_work() noexcept override;
  [[nodiscard]] std::span<const int> descriptors() const noexcept override { return source_.descriptors(); }
  [[nodiscard]] platform::UnixNanos next_turn() const noexcept override;
  /// Logs out; goes on at the next message of the session it was in.
  void pause() noexcept override;
  [[nodiscard]] bool resume() noexcept override;
  void on_stop() noexcept override;

 private:
  static constexpr std::size_t kPacketBytes = 60'000;

  struct Handler {
    TcpFeedStage& stage;

    void on_login(const feedhandlers::soupbintcp::SessionName& session, std::uint64_t next) const noexcept {
      stage.on_login(session, next);
    }
    void on_message(std::uint64_t sequence, std::span<const std::byte> message,
                    platform::UnixNanos ts_recv) const noexcept {
      stage.on_message(sequence, message, ts_recv);
    }
    void on_end_of_session() const noexcept { stage.on_end_of_session(); }
    void on_down(const feedhandlers::sources::DownReason& reason) const noexcept { stage.on_down(reason); }
  };

  [[nodiscard]] std::int64_t publish_delay(platform::UnixNanos ts_recv) noexcept override {
    return clock_.now() - ts_recv;
  }
  void on_login(const feedhandlers::soupbintcp::SessionName& session, std::uint64_t next) noexcept;
  void on_message(std::uint64_t sequence, std::span<const std::byte> message, platform::UnixNanos ts_recv) noexcept;
  void on_end_of_session() noexcept;
  void on_down(const feedhandlers::sources::DownReason& reason) noexcept;
  void begin_packet(std::uint64_t sequence) noexcept;
  /// Hands over what is in the packet. `count`: what its header says, messages or the end of the session.
  void send(std::uint16_t count) noexcept;
  void send_messages() noexcept;
  void count_all() noexcept;

  feedhandlers::sources::SoupBinTcpSource source_;
  std::unique_ptr<feedhandlers::PacketFeed> feed_;
  feedhandlers::soupbintcp::SessionName configured_session_;
  bool resumes_ = false;           // logs in to a predecessor's session
  bool wants_start_over_ = false;  // the server does not have it any more

  std::array<std::byte, kPacketBytes> packet_;
  std::size_t packet_bytes_ = 0;  // 0: none is begun
  std::uint16_t message_count_ = 0;
  platform::UnixNanos ts_recv_{};
  feedhandlers::soupbintcp::SessionName session_;
  bool has_logged_in_ = false;
  std::uint64_t next_ = 1;
  std::uint64_t packet_count_ = 0;

  FollowingCounter packets_, bytes_, reconnects_;
  ServerCounters server_;
};

}  // namespace tickplant::daemon
