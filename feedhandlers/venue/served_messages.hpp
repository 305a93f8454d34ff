// What the exchange's SoupBinTCP ports have for one client: the messages of the lines, or a spin of its own.
//
// Threads: one. Live messages take their memory at construction, a spin takes it at the login.
// Not here: what is kept (message_history.hpp), what a spin says (glimpse_snapshot.hpp), the session
// (server_connection.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "feedhandlers/byte_order.hpp"
#include "feedhandlers/soupbintcp/sequenced_messages.hpp"
#include "feedhandlers/venue/glimpse_snapshot.hpp"
#include "feedhandlers/venue/message_history.hpp"
#include "feedhandlers/venue/simulated_lines.hpp"

namespace tickplant::feedhandlers::venue {

class ServedMessages : public soupbintcp::SequencedMessages {
 public:
  /// A client logs in: what range() says from now on is for it.
  virtual void on_login() {}
};

/// Read from the history in pieces, as the client goes on.
class LiveMessages final : public ServedMessages {
 public:
  /// `history` outlives this.
  explicit LiveMessages(const MessageHistory& history) : history_(history), blocks_(kPieceBytes) {}

  [[nodiscard]] sequencing::SequenceRange range() const noexcept override { return history_.range(); }
  [[nodiscard]] bool is_complete() const noexcept override { return history_.is_complete(); }
  /// Cheap where it is the one behind the last that was asked for; any other costs a walk in the history.
  [[nodiscard]] std::span<const std::byte> message(std::uint64_t sequence) noexcept override {
    if (sequence != next_ || at_ == end_) {
      end_ = history_.copy({sequence, history_.range().end}, blocks_).bytes;
      at_ = 0;
    }
    const std::size_t length = load_big<std::uint16_t>(blocks_.data() + at_);
    const auto message = std::span<const std::byte>(blocks_).subspan(at_ + kLengthBytes, length);
    at_ += kLengthBytes + length;
    next_ = sequence + 1;
    return message;
  }

 private:
  static constexpr std::size_t kLengthBytes = 2;
  static constexpr std::size_t kPieceBytes = kLengthBytes + 65'535;  // the longest message

  const MessageHistory& history_;
  std::vector<std::byte> blocks_;  // as the history gives them: each behind its length
  std::size_t at_ = 0;
  std::size_t end_ = 0;
  std::uint64_t next_ = 0;  // sequence of the message at `at_`
};

/// Nothing before the login; then the state of the market at that moment.
class SpinMessages final : public ServedMessages {
 public:
  /// `lines` outlive this and keep what was told.
  explicit SpinMessages(const SimulatedLines& lines) : lines_(lines) {}

  void on_login() override { spin_.emplace(*lines_.told(), lines_.next_sequence()); }
  [[nodiscard]] sequencing::SequenceRange range() const noexcept override {
    return spin_ ? spin_->range() : sequencing::SequenceRange{1, 1};
  }
  [[nodiscard]] std::span<const std::byte> message(std::uint64_t sequence) noexcept override {
    return spin_->message(sequence);
  }
  [[nodiscard]] bool is_complete() const noexcept override { return spin_.has_value(); }

 private:
  const SimulatedLines& lines_;
  std::optional<GlimpseSpin> spin_;
};

}  // namespace tickplant::feedhandlers::venue
