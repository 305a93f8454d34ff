// The instruments of one set whose feeds keep time together: their panes, windows and what is computed on them.
//
// A minute boundary is due for every instrument at once. It is noted, and each instrument catches up before its own
// next trade, or when the sweep comes by: a few instruments a record, so that no tick waits for ten thousand rows.
// What an instrument finds then is what it would have found at the boundary, since nothing came in between; rows carry
// the input that caused them, and so do not depend on when the sweep came.
//
// Threads: one, the shard's. After set-up only new instruments and new kinds of trouble take memory.
// Not here: event time (group_clock.hpp), reading records (engine.hpp), indicators and signals (bar_functions.hpp).
// Where: trades and panes in cohort.cpp, boundaries and the sweep in cohort_boundaries.cpp, rows and bars in
// cohort_rows.cpp, late trades and corrections in cohort_revisions.cpp, the rest in the file of its name.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <vector>

#include "analytics/bar_functions.hpp"
#include "analytics/bar_watcher.hpp"
#include "analytics/engine_counts.hpp"
#include "analytics/engine_output.hpp"
#include "analytics/feed_sessions.hpp"
#include "analytics/input_quality.hpp"
#include "analytics/instrument_facts.hpp"
#include "analytics/nbbo/nbbo_symbols.hpp"
#include "analytics/program.hpp"
#include "analytics/quotes/quote_windows.hpp"
#include "analytics/tick_functions.hpp"
#include "analytics/windows/arrival_windows.hpp"
#include "analytics/windows/pane.hpp"
#include "analytics/windows/trade_log.hpp"
#include "analytics/windows/window_row.hpp"

namespace tickplant::analytics {

class Cohort final : private SignalListener {
 public:
  /// `listens_as`: since when it hears the feeds (InputQuality::add_listener).
  Cohort(const SetProgram& set, const GroupProgram& group, TradeLog& log, std::span<const InputQuality> feeds,
         std::span<const FeedSessions> sessions, EngineOutput& output, EngineCounts& counts,
         std::vector<std::uint64_t>& fully_dropped, std::size_t listens_as = 0);

  /// Returns its slot.
  std::uint32_t add_instrument(ringbuf::InstrumentId id, std::uint16_t feed, const InstrumentFacts& facts);
  /// It says what it has to say of what was due, and then nothing more: the instrument is looked after elsewhere.
  void drop_instrument(std::uint32_t slot) noexcept;
  [[nodiscard]] std::size_t instruments() const noexcept { return headers_.size() - dropped_; }

  /// Who wants bars as soon as they are out, and which set this is to it; nullptr: nobody.
  void watch_as(BarWatcher* watcher, std::uint16_t set) noexcept {
    watcher_ = watcher;
    watched_as_ = set;
  }
  /// `watch`: what the watcher calls the instrument; kNobody: it does not want it any more.
  void watch(std::uint32_t slot, std::uint32_t watch) noexcept { watches_[slot] = watch; }
  /// What was due for the instrument before has been said.
  void settle(std::uint32_t slot) noexcept { catch_up(slot); }
  /// A trade of that size moves no price.
  [[nodiscard]] bool is_odd_lot(std::uint32_t slot, std::uint64_t size) const noexcept {
    return size < headers_[slot].lot;
  }

  /// A trade, at a watermark that does not know it yet.
  void on_trade(const Step& step, std::uint32_t slot, const WindowTrade& trade, std::uint64_t trade_id,
                Time watermark) noexcept;
  /// An earlier trade is taken back, or (`corrected`) becomes this price and size.
  void on_cancel(const Step& step, std::uint32_t slot, std::uint64_t trade_id, bool corrected, std::int64_t price,
                 std::uint64_t size, Time watermark) noexcept;
  /// false: nothing is said of quotes.
  [[nodiscard]] bool takes_quotes() const noexcept { return !quotes_.is_empty(); }
  /// Another quote stands from `time` on; one without sides: none does.
  void on_quote(std::uint32_t slot, Time time, const StandingQuote& quote, Time watermark) noexcept;
  /// The feed's trading day begins at `time`: nothing stands any more. A pass over the instruments.
  void forget_quotes(std::uint16_t feed, Time time, Time watermark) noexcept;
  /// Likewise of the consolidated quote of its symbol.
  void on_nbbo(std::uint32_t slot, Time time, const StandingQuote& quote, Time watermark) noexcept;
  /// A change of a consolidated quote at `time` is told, as one of `instrument`.
  void publish_nbbo(const Step& step, ringbuf::InstrumentId instrument, Time time, const NbboSymbol& symbol,
                    const Nbbo& nbbo, std::uint32_t quality) noexcept;

  /// Until the watermark comes here nothing is due.
  [[nodiscard]] Time next_boundary() const noexcept { return next_boundary_; }
  /// The watermark rose from `from` to `to`, at or past next_boundary().
  void on_boundary(const Step& step, Time from, Time to);
  /// The newest event time at which open windows are to be shown next; kAfterAll: never.
  [[nodiscard]] Time next_early() const noexcept { return next_early_; }
  /// It has come to `newest`, at or past next_early().
  void on_early(const Step& step, Time newest, Time watermark);
  /// Goes on with what is due, by so many steps: an instrument's rows, a block's indicators, or what follows from them
  /// for one instrument. More when boundaries pile up; how many is a function of the input alone.
  void sweep(std::size_t steps) noexcept;
  [[nodiscard]] bool is_sweeping() const noexcept { return !boundaries_.empty() || is_waiting(); }
  [[nodiscard]] std::size_t boundaries() const noexcept { return boundaries_.size(); }
  [[nodiscard]] std::size_t panes() const noexcept { return panes_.used() + quotes_.panes() + nbbo_.panes(); }
  /// All instruments catch up.
  void sweep_all() noexcept;

  /// Of the same set and group. Throws StateMismatch.
  void archive(StateArchive& archive);

  void prefetch(std::uint32_t slot) const noexcept;
  /// Once the first has arrived: the panes that a trade in order touches.
  void prefetch_state(std::uint32_t slot) const noexcept;
  /// No window that will be asked about begins before; `watermark`: of now.
  [[nodiscard]] Time oldest_asked(Time watermark) const noexcept {
    const Time oldest = boundaries_.empty() ? watermark : boundaries_.front().from;
    return oldest - lateness_ - set_.plan.longest();
  }

 private:
  struct alignas(64) Header {
    std::uint64_t caught_up = 0;  // boundaries before this one have been seen to
    std::int64_t price_unit = 1;
    std::uint64_t last_logged = 0;  // newest trade in the log
    ringbuf::InstrumentId id{};
    std::uint16_t feed = 0;
    std::uint16_t lot = 0;  // trades below it do not move prices, where the set says so; 0: all do
    std::array<PaneIndex, kMaxFamilies> newest{};
  };
  static_assert(sizeof(Header) == 64 && std::has_unique_object_representations_v<Header>);

  /// A window that is due at a boundary: it fires, or becomes final.
  struct Due {
    Time end = 0;
    Time start = 0;
    std::uint16_t spec = 0;
    friend auto operator<=>(const Due&, const Due&) = default;
    void archive(StateArchive& archive) { archive(end, start, spec); }
  };
  struct Boundary {
    Step step;
    Time from = 0, to = 0;
    std::uint64_t swept_before = 0;  // slots that the sweep had passed in all when it was noted
    bool is_listed = false;          // `fires` and `finals` have all that is due; else each instrument looks
    bool is_early = false;           // nothing is due: open windows are shown, those with a trade since `shown_before`
    std::uint64_t shown_before = 0;
    std::uint16_t shown_spec = 0;  // whose time it is
    std::vector<Due> fires, finals;

    void archive(StateArchive& archive) {
      archive(step, from, to, swept_before, is_listed, is_early, shown_before, shown_spec, fires, finals);
    }
  };
  /// A spec whose open windows are shown now and then.
  struct Early {
    std::uint16_t spec = 0;
    Time next = kBeforeAll;      // event time
    std::uint64_t shown_at = 0;  // the input at which they were shown last
    void archive(StateArchive& archive) { archive(spec, next, shown_at); }
  };
  /// How often a window was written that took late trades: most never do.
  struct Revised {
    std::uint32_t slot = 0;
    std::uint16_t spec = 0;
    Time end = 0;
    std::uint32_t next_revision = 0;
    void archive(StateArchive& archive) { archive(slot, spec, end, next_revision); }
  };

  /// Empty windows that are told with the price before them: from the first trade of a session until it ends.
  struct Carry {
    Time since = kAfterAll;   // start of the first window with a price
    Time until = kBeforeAll;  // end of the session
    Time told = kBeforeAll;   // end of the newest window that has been told, empty or not
    std::int64_t close = 0;   // of the newest window with a price
  };
  /// A swing that has been reported: a window does so once.
  struct Swung {
    std::uint32_t slot = 0;
    std::uint16_t rule = 0;
    Time end = 0;
    friend auto operator<=>(const Swung&, const Swung&) = default;
    void archive(StateArchive& archive) { archive(slot, rule, end); }
  };

  [[nodiscard]] static WindowTrade counted(WindowTrade trade, const Header& header) noexcept;
  void note(Boundary boundary);
  /// Bars wait for their block.
  [[nodiscard]] bool is_waiting() const noexcept;
  bool work_on_bars() noexcept;
  void sweep_next() noexcept;
  void catch_up(std::uint32_t slot) noexcept {
    Header& header = headers_[slot];
    if (header.caught_up != noted_) [[unlikely]]
      catch_up_now(header, slot);
  }
  void catch_up_now(Header& header, std::uint32_t slot) noexcept;
  void fire(Header& header, std::uint32_t slot, const Boundary& boundary) noexcept;
  void carry(const Step& step, const Header& header, std::uint32_t slot, Time from, Time to) noexcept;
  void carry_again(const Step& step, const Header& header, std::uint32_t slot, const WindowSpec& spec, Time end,
                   const PaneContent& content, Time watermark) noexcept;
  [[nodiscard]] Carry* carry_of(std::uint32_t slot, const WindowSpec& spec) noexcept;
  void emit_carried(const Step& step, const Header& header, const WindowSpec& spec, Time end, std::int64_t close,
                    std::uint32_t revision, Time watermark) noexcept;
  void show_open(const Header& header, const Boundary& boundary) noexcept;
  void close_arrival_window(const Step& step, const Header& header, std::uint32_t slot, const WindowSpec& spec,
                            const ArrivalWindow& window) noexcept;
  void recompute_arrival_windows(const Step& step, const Header& header, std::uint32_t slot, std::uint64_t place,
                                 Time time, ringbuf::CorrectionBody& correction) noexcept;
  void close_bar(const Step& step, const Header& header, std::uint32_t slot, const WindowSpec& spec, Time start,
                 Time end, const PaneContent& content) noexcept;
  void close_quotes(const Step& step, const Header& header, std::uint32_t slot, const WindowSpec& spec, Time start,
                    Time end, const PaneContent& content) noexcept;
  /// Of all feeds of the group: a loss on one may change a quote over all.
  [[nodiscard]] ringbuf::Quality quality_of_all(Time start, Time end, std::uint64_t cause) const noexcept;
  [[nodiscard]] bool wants_bar(std::uint32_t slot, const WindowSpec& spec) const noexcept {
    return watches_[slot] != BarWatcher::kNobody && watcher_->wants_bar(watched_as_, spec.index);
  }
  void tell_mean(const Step& step, const Header& header, std::uint32_t slot, const WindowSpec& spec, Time start,
                 Time end, const PaneContent& content) noexcept;
  void first_bars(const Step& step, const Header& header, std::uint32_t slot, const WindowSpec& spec, Time end,
                  Time watermark) noexcept;
  [[nodiscard]] DueBar due_bar(const Step& step, const Header& header, const WindowSpec& spec, Time start, Time end,
                               const PaneContent& content) noexcept;
  [[nodiscard]] double average_at(const Header& header, Time end) noexcept;
  /// Windows with trades that end in (from, to], in the order of their rows. Until the next call.
  [[nodiscard]] std::span<const Due> due_between(const Header& header, Time from, Time to);
  void free_panes(Header& header, Time watermark) noexcept;
  [[nodiscard]] bool has_more_to_tell(const Header& header, std::uint32_t slot, Time watermark) const noexcept;
  void mark_active(std::uint32_t slot) noexcept { active_[slot / 64] |= std::uint64_t{1} << slot % 64; }

  /// Which families' panes it gave a new high or low: bit by family.
  std::uint32_t add_to_panes(Header& header, std::uint32_t slot, const WindowTrade& trade, Time watermark,
                             std::uint64_t place) noexcept;
  void on_new_average(const Step& step, std::uint32_t slot, Time end, const PaneContent& content) noexcept;
  void run_tick_swings(const Step& step, const Header& header, std::uint32_t slot, const WindowTrade& trade,
                       Time watermark, std::uint32_t extended) noexcept;
  void run_tick_patterns(const Step& step, const Header& header, std::uint32_t slot, const WindowTrade& trade) noexcept;
  void on_signal(std::uint32_t slot, const ringbuf::DerivedRecord& record) noexcept override;
  [[nodiscard]] TickContext tick_context(const Step& step, const Header& header, std::uint32_t slot,
                                         const WindowTrade& trade) const noexcept;
  [[nodiscard]] ringbuf::DerivedHeader tick_header(const Step& step, const Header& header,
                                                   const WindowTrade& trade) const noexcept;
  PaneIndex find_pane(const Header& header, std::size_t family, Slice slice) const noexcept;
  PaneIndex find_or_make_pane(Header& header, std::uint32_t slot, std::size_t family, Slice slice,
                              std::uint64_t place) noexcept;
  void look_at_fired(const Header& header, Time time, Time watermark);
  /// Which windows a change at `time` touches: written again, or too late.
  void revise(const Step& step, Header& header, std::uint32_t slot, const WindowTrade& trade, Time watermark,
              bool is_new, ringbuf::CorrectionBody& correction) noexcept;
  void recompute(const Header& header, Pane& pane) noexcept;

  [[nodiscard]] PaneContent content_of(const Header& header, std::size_t family, Time start, Time end) noexcept;
  void emit_row(const Step& step, const Header& header, const WindowSpec& spec, Time start, Time end,
                const PaneContent& content, ringbuf::RowKind kind, std::uint32_t revision, Time watermark) noexcept;
  std::uint32_t take_revision(std::uint32_t slot, const WindowSpec& spec, Time end, bool had_fired) noexcept;
  std::uint32_t revision_of(std::uint32_t slot, const WindowSpec& spec, Time end) const noexcept;

  const SetProgram& set_;
  Time lateness_;
  TradeLog& log_;
  std::span<const InputQuality> feeds_;     // of the group
  std::size_t listener_;                    // in each of them
  std::span<const FeedSessions> sessions_;  // likewise
  EngineOutput& output_;
  EngineCounts& counts_;
  std::vector<std::uint64_t>& fully_dropped_;  // by function

  std::vector<Header> headers_;  // by slot
  std::size_t dropped_ = 0;      // of them: nobody's
  PanePool panes_;
  std::vector<std::uint64_t> active_;  // bit by slot: it has panes
  std::vector<Revised> revised_;       // by slot, end, spec: sorted

  std::vector<std::unique_ptr<BarFunctions>> functions_;  // by spec; null: nothing is computed on it
  bool at_once_;                         // a pattern listens to all signals: bars do not wait for their block
  std::vector<std::uint16_t> carrying_;  // specs that are carried
  std::vector<Carry> carries_;           // by slot and position in carrying_
  std::vector<Swung> swung_;             // sorted
  std::vector<PatternRuns> tick_runs_, signal_runs_;
  std::size_t pattern_stride_ = 0;  // words of an instrument: tick patterns, then signal patterns
  std::vector<std::uint64_t> pattern_words_;
  std::vector<std::uint64_t> signals_seen_;  // by slot
  ArrivalWindows arrivals_;
  TickFunctions ticks_;
  QuoteWindows quotes_;
  QuoteWindows nbbo_;                      // of the consolidated quote, for each instrument of the symbol
  std::vector<std::uint32_t> quote_bars_;  // by slot and place in set_.quotes: bars that have been
  std::vector<DueBar> first_;              // scratch

  BarWatcher* watcher_ = nullptr;
  std::uint16_t watched_as_ = 0;
  std::vector<std::uint32_t> watches_;  // by slot

  std::deque<Boundary> boundaries_;              // those that not all instruments have seen to
  std::vector<Due> spare_fires_, spare_finals_;  // room of boundaries that all have seen to
  std::uint64_t noted_ = 0;                      // boundaries in all: the newest is the last of `boundaries_`
  Time next_boundary_ = kBeforeAll;
  Time next_early_ = kAfterAll;
  std::vector<Early> early_;

  std::size_t sweep_at_ = 0;               // slot
  std::uint64_t swept_ = 0;                // slots passed in all
  std::uint32_t passed_slot_ = 0;          // of the newest block that the sweep has passed
  WindowTrade odd_lot_;                    // scratch
  std::vector<PaneIndex> chain_;           // scratch: one instrument's panes, oldest first
  std::vector<Due> due_;                   // scratch
  std::vector<std::uint8_t> had_content_;  // of look_at_fired(), for revise()
};

}  // namespace tickplant::analytics
