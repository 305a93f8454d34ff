// A day file played again: its messages as they are, time stamps unchanged, at their own pace, faster, or at a rate.
//
// Threads: one. Not here: reading and unpacking the file (sources/day_file_source.hpp).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "feedhandlers/sources/day_file_source.hpp"
#include "feedhandlers/venue/pacer.hpp"
#include "feedhandlers/venue/script.hpp"

namespace tickplant::feedhandlers::venue {

/// The file, .gz and .zst too, positioned at its first message. Throws SetupError: cannot be opened, is not an ITCH day
/// file.
[[nodiscard]] sources::DayFileSource open_day_file(const std::string& file);

class Replay final : public Script {
 public:
  /// The first message is due at `begin`, none from `end` on. `message_bytes`: the longest that can be sent.
  Replay(sources::DayFileSource source, const PaceOptions& pace, SinceStart end, std::size_t message_bytes,
         SinceStart begin = {});

  [[nodiscard]] SinceStart next_due() const noexcept override { return due_; }
  [[nodiscard]] std::span<const std::byte> take(SinceStart now) override;
  void stop(SinceStart now) override;

  /// Why the file was not played to its end: it is cut, damaged, or has a message that is too long; else empty.
  [[nodiscard]] const std::string& problem() const noexcept { return problem_; }

 private:
  void look_ahead();

  sources::DayFileSource source_;
  sources::MessageBatch batch_;
  std::size_t at_ = 0;              // of the next message in the batch
  std::vector<std::byte> current_;  // the message that was taken: the batch may be gone by then
  Pacer pacer_;
  SinceStart begin_;
  SinceStart end_;
  std::size_t message_bytes_;
  std::uint64_t index_ = 0;  // of the next message
  SinceMidnight stamp_;      // of the last message that had one
  SinceStart due_;
  std::string problem_;
};

}  // namespace tickplant::feedhandlers::venue
