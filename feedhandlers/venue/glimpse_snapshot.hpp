// What the simulated exchange says on its GLIMPSE port: everything a receiver must know at one moment, as ITCH 5.0
// messages, and from which message of the lines it goes on.
//
//   S                        the newest system event
//   R, H, Y, N of each stock as listed, as it trades now, short sale restriction, retail interest (where there is one);
//                            each as it was told last
//   A ...                    each displayed order with what is left of it; stock by stock, in the order in which they
//                            trade: best price first, at one price the oldest
//   G                        end marker (glimpse/end_marker.hpp)
//
// All of it carries the time of the last message told. All orders are said without attribution (A). What nobody was
// told on the lines is not in it either: hidden orders, interest in auctions.
//
// To be quick between two packets, a spin only copies the orders when it is made, 32 bytes each. They are sorted stock
// by stock and encoded one by one when the client is about to read them.
//
// Threads: one, that of the lines.
// Not here: the session in which it is sent (server_connection.hpp), the state it is made from (told_market.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "feedhandlers/soupbintcp/sequenced_messages.hpp"
#include "feedhandlers/venue/itch_encoder.hpp"
#include "feedhandlers/venue/told_market.hpp"

namespace tickplant::feedhandlers::venue {

/// One spin, kept until its client has read it: the market goes on meanwhile.
class GlimpseSpin final : public soupbintcp::SequencedMessages {
 public:
  /// Takes the state of `told`, whose last message had sequence `next_sequence` - 1.
  GlimpseSpin(const ToldMarket& told, std::uint64_t next_sequence);

  [[nodiscard]] sequencing::SequenceRange range() const noexcept override {
    return {1, begins_.size() + orders_.size() + 1};
  }
  [[nodiscard]] std::span<const std::byte> message(std::uint64_t sequence) noexcept override;
  [[nodiscard]] bool is_complete() const noexcept override { return true; }

 private:
  template <class Message>
  void say(Message message);
  void say_states(const ToldMarket& told);
  void take_orders(const ToldMarket& told);
  void sort_stock(std::size_t locate) noexcept;

  SinceMidnight now_;
  std::uint64_t next_sequence_;
  Buffer states_;                          // all messages before the orders
  std::vector<std::size_t> begins_{0};     // of each of them, and where the last one ends
  std::vector<ToldMarket::Order> orders_;  // stock by stock
  std::vector<std::size_t> stock_begins_;  // by locate, in orders_
  std::vector<bool> is_sorted_;            // by locate
  std::vector<Symbol> symbols_;            // by locate
  Buffer current_;                         // the order or the marker that was asked for
};

}  // namespace tickplant::feedhandlers::venue
