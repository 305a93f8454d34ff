// Where the exchange's messages leave: gives each its time and the day's numbers, and encodes it into the caller's
// buffer.
//
// Threads: one.
// Not here: what is said and when (matching_engine.hpp, market.cpp), bytes (itch_encoder.hpp).
#pragma once

#include <array>
#include <cstdint>

#include "feedhandlers/venue/itch_encoder.hpp"
#include "platform/check.hpp"

namespace tickplant::feedhandlers::venue {

class Tape {
 public:
  /// What follows is said at `now` and goes to the end of `out`.
  void begin(SinceMidnight now, Buffer& out) noexcept {
    TP_CHECK(now >= now_);
    now_ = now;
    out_ = &out;
  }

  template <class Message>
  void write(const Message& message) {
    encode_framed(message, *out_);
    ++messages_;
  }

  /// Of a message about a stock; about none with locate 0.
  [[nodiscard]] Header header(StockLocate locate = {}) const noexcept { return {locate, {}, now_}; }

  /// As NASDAQ numbers orders: 4 n + engine, each engine on its own. The engine follows from the locate.
  [[nodiscard]] OrderReference next_reference(StockLocate locate) noexcept {
    const std::size_t engine = locate.value % last_order_.size();
    return {++last_order_[engine] * last_order_.size() + engine};
  }
  [[nodiscard]] MatchNumber next_match() noexcept { return {++last_match_}; }

  [[nodiscard]] SinceMidnight now() const noexcept { return now_; }
  [[nodiscard]] std::uint64_t messages() const noexcept { return messages_; }

 private:
  SinceMidnight now_{};
  Buffer* out_ = nullptr;
  std::array<std::uint64_t, 4> last_order_{};
  std::uint64_t last_match_ = 0;
  std::uint64_t messages_ = 0;
};

}  // namespace tickplant::feedhandlers::venue
