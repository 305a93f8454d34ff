// IEX TOPS and DEEP as inspect reads them: IEX-TP packets in captures, in the order of the capture.
//
// Threads: one.
#pragma once

#include "clients/cli/inspect/inspected.hpp"
#include "feedhandlers/iex/iex_feed.hpp"

namespace tickplant::cli {

class IexInspection final : public CaptureInspection {
 public:
  explicit IexInspection(Inspected& inspected);

  /// An IEX-TP packet with TOPS or DEEP inside, heartbeats too: the header says what it is.
  [[nodiscard]] static bool fits(std::span<const std::byte> payload) noexcept;

  void on_packet(const feedhandlers::Packet& packet) override;
  void finish() override;

 private:
  void begin_day(std::optional<platform::UnixNanos> captured);
  void observe(feedhandlers::iex::Message message);

  Inspected& inspected_;
  feedhandlers::iex::IexFeed feed_;
  bool day_has_begun_ = false;
  std::uint64_t messages_seen_ = 0;
};

}  // namespace tickplant::cli
