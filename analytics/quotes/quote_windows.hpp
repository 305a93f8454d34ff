// Quotes of instruments by panes: a chain of them for each instrument and each family of windows that has quote values,
// and what stood before the oldest one kept. A pane that no open window needs goes back to the pool; its last quote is
// what stands before the next.
//
// Between sessions, where windows of sessions have no pane, quotes are kept in one that ends with the next open: what
// stands then is known.
//
// Threads: one, the shard's. Takes memory with new instruments, and when the pool grows.
// Not here: what a pane says (quote_window.hpp), trades (windows/pane.hpp), when windows are final (cohort.hpp).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "analytics/quotes/quote_window.hpp"
#include "analytics/state_archive.hpp"
#include "analytics/windows/window_plan.hpp"

namespace tickplant::analytics {

class QuoteWindows {
 public:
  /// `specs`: windows of `plan` that have quote values; each has panes. `plan` outlives this.
  QuoteWindows(const WindowPlan& plan, std::span<const std::uint16_t> specs);

  [[nodiscard]] bool is_empty() const noexcept { return families_.empty(); }
  /// The next slot.
  void add_instrument();

  /// A quote that stands from `time` on. false: it came when windows of a family it belongs to were final.
  bool on_quote(std::uint32_t slot, Time time, const StandingQuote& quote, Time watermark, Time lateness);
  /// Of [start, end), a window of `family` whose panes have not been freed.
  [[nodiscard]] QuoteWindowValues values(std::uint32_t slot, std::size_t family, Time start, Time end);
  /// Panes of which all windows are final go back.
  void free(std::uint32_t slot, Time watermark, Time lateness) noexcept;

  [[nodiscard]] bool has_panes(std::uint32_t slot) const noexcept;
  void archive(StateArchive& archive) { archive(chains_, panes_, free_, used_); }

  /// Of all instruments.
  [[nodiscard]] std::size_t panes() const noexcept { return used_; }

 private:
  struct QuotePane {
    QuoteWindow window;
    Time start = 0;  // between sessions: of the quote that made it
    Time end = 0;
    Time expiry = 0;      // end of the last window that contains it
    PaneIndex older = 0;  // next in the chain
    std::uint32_t reserved = 0;

    void archive(StateArchive& archive) { archive(window, start, end, expiry, older); }
  };
  struct Chain {
    StandingQuote before{};         // stood before the oldest pane
    Time before_time = kBeforeAll;  // since then
    PaneIndex newest = 0;
    std::uint32_t reserved = 0;

    void archive(StateArchive& archive) { archive(before, before_time, newest); }
  };
  struct Family {
    const WindowFamily* family = nullptr;
    std::uint16_t index = 0;                // of the plan
    std::vector<std::uint16_t> specs = {};  // with quote values
  };
  static constexpr std::uint8_t kNone = 0xff;

  /// Where a quote of this time belongs, slice or gap between two; nullopt: no window can come to ask for it.
  [[nodiscard]] static std::optional<Slice> slice_of(const WindowFamily& family, Time time) noexcept;
  [[nodiscard]] Time expiry_of(const Family& family, Slice slice) const noexcept;
  bool add_to_chain(const Family& family, Chain& chain, Time time, const StandingQuote& quote, Time watermark,
                    Time lateness);
  [[nodiscard]] PaneIndex take();

  const WindowPlan& plan_;
  std::vector<Family> families_;
  std::array<std::uint8_t, kMaxFamilies> place_{};  // by family of the plan: in families_
  std::vector<Chain> chains_;                       // by slot, then family
  std::vector<QuotePane> panes_;                    // 0: none
  PaneIndex free_ = 0;
  std::size_t used_ = 0;
  std::vector<PaneIndex> found_;  // scratch: panes of one window, newest first
};

}  // namespace tickplant::analytics
