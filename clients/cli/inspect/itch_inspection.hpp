// NASDAQ TotalView-ITCH 5.0 as inspect reads it: MoldUDP64 in captures, put in order as a live line is, and day files.
//
// Threads: one.
#pragma once

#include <map>
#include <string>

#include "clients/cli/inspect/inspected.hpp"
#include "feedhandlers/itch50/itch50_feed.hpp"
#include "feedhandlers/sequencing/reorder_buffer.hpp"
#include "feedhandlers/sources/byte_stream.hpp"

namespace tickplant::cli {

class ItchInspection final : public CaptureInspection {
 public:
  explicit ItchInspection(Inspected& inspected);

  /// A message, not empty, that is as long as its type says.
  [[nodiscard]] static bool is_message(std::span<const std::byte> message) noexcept;
  /// A MoldUDP64 packet in which most messages are so.
  [[nodiscard]] static bool fits(std::span<const std::byte> payload) noexcept;

  /// All of a day file, then finish().
  void read_day_file(feedhandlers::sources::ByteStream stream);
  void on_packet(const feedhandlers::Packet& packet) override;
  void finish() override;

 private:
  /// What the feed does not see, since its place was taken or gone.
  struct Dropped {
    std::uint64_t packets = 0;
    std::uint64_t duplicate_messages = 0;
    std::uint64_t late_messages = 0;
  };

  auto deliver();
  void begin_day(std::optional<platform::UnixNanos> captured);
  void put_in_order(const feedhandlers::Packet& packet);
  void observe(feedhandlers::itch50::Message message);

  Inspected& inspected_;
  feedhandlers::itch50::Itch50Feed feed_;
  feedhandlers::sequencing::ReorderBuffer reorder_;  // with the waits of a live line's defaults
  std::map<std::string, Dropped> dropped_;           // by session
  bool day_has_begun_ = false;
  std::uint64_t messages_seen_ = 0;
};

}  // namespace tickplant::cli
