// CME MDP 3.0 as inspect reads it: the incremental feeds in captures, in the order of the capture. Which groups are the
// two lines of one channel a capture does not say, so each group and port counts as a channel by itself: what line B
// repeats is counted again, and changes no book twice.
//
// Threads: one.
#pragma once

#include "clients/cli/inspect/inspected.hpp"
#include "feedhandlers/mdp3/mdp3_feed.hpp"

namespace tickplant::cli {

class Mdp3Inspection final : public CaptureInspection {
 public:
  Mdp3Inspection(Inspected& inspected, const Destinations& destinations);

  /// Whole messages of templates that we know, behind a sending time of this century.
  [[nodiscard]] static bool fits(std::span<const std::byte> payload) noexcept;

  void on_packet(const feedhandlers::Packet& packet) override;
  void finish() override;

 private:
  void begin_day(std::optional<platform::UnixNanos> captured);

  Inspected& inspected_;
  feedhandlers::mdp3::Mdp3Feed feed_;
  bool day_has_begun_ = false;
  std::uint64_t messages_seen_ = 0;
  platform::UnixNanos first_sent_ = platform::kNoTime;
  platform::UnixNanos last_sent_ = platform::kNoTime;
};

}  // namespace tickplant::cli
