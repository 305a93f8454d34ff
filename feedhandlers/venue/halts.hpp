// Halts and how they end: a stock stops trading, interest gathers, a halt cross finds the new price, it trades again.
// New listings begin the same way.
//
//   news      H 'H' T1 ... I ... H 'Q' T3 ... I ... cross, H 'T'      the value jumped
//   pause     H 'P' LUDP ... I ... J ........ I ... cross, H 'T'      a price left its band
//   debut     H 'H' IPO1, K . I ... H 'Q' IPOQ .. I ... cross, H 'T'  public offering; direct listings say O, too
//
// Threads: one. No allocation: at most kMaxHalts at one time.
// Not here: when one is called for (market.cpp).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "feedhandlers/venue/order_flow.hpp"
#include "feedhandlers/venue/random.hpp"
#include "feedhandlers/venue/stock.hpp"
#include "feedhandlers/venue/tape.hpp"

namespace tickplant::feedhandlers::venue {

enum class HaltKind : std::uint8_t { news, pause, debut };

class Halts {
 public:
  static constexpr std::size_t kMaxHalts = 32;

  /// A day of trading lasts `session_nanos`; halts last a part of it.
  Halts(OrderFlow& flow, Tape& tape, Random& random, std::uint64_t session_nanos) noexcept
      : flow_(flow), tape_(tape), random_(random), session_nanos_(session_nanos) {}

  [[nodiscard]] bool has_room() const noexcept { return count_ < kMaxHalts; }

  /// Stops a stock from now on. Only when there is room. A debut's begin has been announced already.
  void begin(Stock& stock, HaltKind kind);

  /// Takes the steps that are due. False when none was.
  bool run_due();

  /// Something happens in a stock that is halted: at least one message.
  void act(Stock& stock);

 private:
  enum class Step : std::uint8_t { waiting, quoting };
  struct Halt {
    Stock* stock = nullptr;
    std::uint64_t quote_at_nanos = 0;  // since midnight
    std::uint64_t resume_at_nanos = 0;
    HaltKind kind = HaltKind::news;
    Step step = Step::waiting;

    [[nodiscard]] std::uint64_t due_nanos() const noexcept {
      return step == Step::waiting ? quote_at_nanos : resume_at_nanos;
    }
  };

  void start_quoting(Halt& halt);
  void resume(Stock& stock);
  void meet_stale_orders(Stock& stock);
  void say_discovery(const Stock& stock);
  void find_next_due() noexcept;

  OrderFlow& flow_;
  Tape& tape_;
  Random& random_;
  std::uint64_t session_nanos_;
  std::array<Halt, kMaxHalts> halts_{};
  std::size_t count_ = 0;
  std::uint64_t next_due_nanos_ = ~std::uint64_t{0};
};

/// Says the trading state of a stock (H).
void say_state(Tape& tape, const Stock& stock, char state, std::string_view reason = "");

}  // namespace tickplant::feedhandlers::venue
