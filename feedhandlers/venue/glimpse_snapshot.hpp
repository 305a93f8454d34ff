// What the simulated exchange says on its GLIMPSE port: everything a receiver must know at one moment, as ITCH 5.0
// messages, and from which message of the lines it goes on.
//
//   S                        the newest system event
//   R, H, Y, N of each stock as listed, as it trades now, short sale restriction, retail interest (where there is one)
//   A ...                    each displayed order with what is left of it; stock by stock, in the order in which they
//                            trade: best price first, at one price the oldest
//   G                        end marker (glimpse/end_marker.hpp)
//
// All of it carries the time of the moment. Orders do not remember who was named when they came, so all are said
// without attribution (A). What nobody was told on the lines is not in it either: hidden orders, interest in auctions.
//
// Threads: one, that of the market.
// Not here: the session in which it is sent (soupbintcp/server_session.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "feedhandlers/soupbintcp/sequenced_messages.hpp"
#include "feedhandlers/venue/itch_encoder.hpp"
#include "feedhandlers/venue/stock.hpp"

namespace tickplant::feedhandlers::venue {

/// What the market said last about trading as a whole and in each stock (S, H): listened to on its way out, since no
/// book holds it.
class SaidStates {
 public:
  struct StockState {
    char state = '\0';  // of H; 0: nothing said yet
    Alpha<4> reason = padded<4>("");
    friend bool operator==(const StockState&, const StockState&) = default;
  };

  /// Locates 1 to `symbols`.
  explicit SaidStates(std::size_t symbols) : stocks_(symbols + 1) {}

  /// A message of the lines, without its length; those that say something else change nothing.
  void on_message(std::span<const std::byte> message) noexcept;

  /// 0: nothing said yet.
  [[nodiscard]] char system_event() const noexcept { return system_event_; }
  [[nodiscard]] StockState of(StockLocate locate) const noexcept {
    return locate.value < stocks_.size() ? stocks_[locate.value] : StockState{};
  }

 private:
  char system_event_ = '\0';
  std::vector<StockState> stocks_;  // by locate
};

/// One spin, kept until its client has read it: the market goes on meanwhile.
class GlimpseSpin final : public soupbintcp::SequencedMessages {
 public:
  /// Takes the state of `stocks`, whose last message had sequence `next_sequence` - 1, at `now`.
  GlimpseSpin(std::span<const Stock> stocks, const SaidStates& said, SinceMidnight now, std::uint64_t next_sequence);

  [[nodiscard]] sequencing::SequenceRange range() const noexcept override { return {1, begins_.size()}; }
  [[nodiscard]] std::span<const std::byte> message(std::uint64_t sequence) noexcept override;
  [[nodiscard]] bool is_complete() const noexcept override { return true; }

 private:
  template <class Message>
  void say(const Message& message) {
    encode(message, bytes_);
    begins_.push_back(bytes_.size());
  }
  void say_stocks(std::span<const Stock> stocks, const SaidStates& said, SinceMidnight now);
  void say_orders(const Stock& stock, Side side, SinceMidnight now);

  Buffer bytes_;
  std::vector<std::size_t> begins_{0};  // of each message, and where the last one ends
};

}  // namespace tickplant::feedhandlers::venue
