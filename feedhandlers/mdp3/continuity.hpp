// Whether we have seen all that happened to one instrument: its entries carry consecutive numbers (rpt_seq), whatever
// packets were lost.
//
//   unheard --1--> complete --next--> complete           a run starts with 1: after start of week or a reset
//   unheard --other--> broken                            joined in the middle: what came before is not in the book
//   complete --packet lost--> uncertain --next--> complete     the loss was not about this instrument
//   complete, uncertain --jump--> broken                       it was
//   any --number again--> broken                               a reset was lost
//   any --reset--> complete                                    the venue emptied the book: it is known again
//
// `losses` is the channel's count of losses: an instrument that was complete at another count is uncertain. So a loss
// costs nothing per instrument.
//
// Threads: one. Not here: which packets were lost (mdp3_feed.hpp), what doubt means for records (normaliser.hpp).
#pragma once

#include <cstdint>

#include "feedhandlers/mdp3/fields.hpp"

namespace tickplant::feedhandlers::mdp3 {

class Continuity {
 public:
  enum class State : std::uint8_t { unheard, complete, uncertain, broken };
  enum class Step : std::uint8_t {
    next,    // as expected; `cleared` when it ended an uncertainty
    first,   // number 1
    joined,  // the first one heard, and not number 1
    jump,    // entries are missing
    stale,   // of a late packet, and later ones were applied: must not be
    again,   // seen before, and not late: the run began anew and nobody told us
  };
  struct Verdict {
    Step step = Step::next;
    bool cleared = false;
  };

  [[nodiscard]] State state(std::uint32_t losses) const noexcept {
    return state_ == State::complete && losses_ != losses ? State::uncertain : state_;
  }
  [[nodiscard]] std::uint32_t last() const noexcept { return last_; }

  /// `is_late`: of a packet that was missing. It may be what was lost, but ends no uncertainty: others may be lost yet.
  Verdict on_entry(RptSeq number, std::uint32_t losses, bool is_late) noexcept {
    const State before = state(losses);
    if (before == State::unheard) {
      accept(number, is_late ? losses - 1 : losses);
      state_ = number.value == 1 ? State::complete : State::broken;
      return {number.value == 1 ? Step::first : Step::joined, false};
    }
    if (is_late && number.value <= last_) return {Step::stale, false};
    const bool is_again = number.value <= last_;
    const bool follows = !is_again && number.value - last_ == 1;
    accept(number, is_late ? losses_ : losses);
    if (follows) return {Step::next, before == State::uncertain && !is_late};
    state_ = State::broken;
    return {is_again ? Step::again : Step::jump, false};
  }

  /// The book turned out not to be what the venue has.
  void on_mismatch() noexcept { state_ = State::broken; }

  /// The venue emptied this book in its entry `number`; the run goes on.
  void on_book_reset(std::uint32_t losses) noexcept {
    state_ = State::complete;
    losses_ = losses;
  }

  /// The venue starts all runs of the channel anew, with 1.
  void on_channel_reset(std::uint32_t losses) noexcept {
    last_ = 0;
    on_book_reset(losses);
  }

  /// Nothing is known any more.
  void forget() noexcept { *this = {}; }

 private:
  void accept(RptSeq number, std::uint32_t losses) noexcept {
    last_ = number.value;
    losses_ = losses;
  }

  std::uint32_t last_ = 0;
  std::uint32_t losses_ = 0;
  State state_ = State::unheard;
};

}  // namespace tickplant::feedhandlers::mdp3
