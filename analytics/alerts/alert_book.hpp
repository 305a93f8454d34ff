// The rules of alerts at work, for the instruments of one shard: values that rules speak of, which of them are true,
// and an alert where one becomes true.
//
// A rule is looked at when something that it speaks of changes: with ticks, with quotes, with bars as soon as they are
// out; one on silence at clock records. A rule that speaks of ticks is looked at with them alone, though bars may
// change its values, too. It speaks when its condition becomes true, and again when it was false in between.
//
// Most rules hold a value against a threshold. Those of one value stand together, with the stretch between the nearest
// thresholds: while the value moves inside it none of them is looked at.
//
// Threads: one, the shard's. Takes memory with new instruments and with other rules only.
// Not here: which rules there are (alert_program.hpp), who hears of it (daemon/, by the ring of alerts).
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "analytics/alerts/alert_program.hpp"
#include "analytics/alerts/rolling_values.hpp"
#include "analytics/bar_watcher.hpp"
#include "analytics/engine_output.hpp"
#include "analytics/instrument_facts.hpp"
#include "analytics/quotes/quote_values.hpp"
#include "analytics/state_archive.hpp"
#include "analytics/windows/pane.hpp"
#include "ringbuf/records/status.hpp"

namespace tickplant::analytics {

/// What one rule has done, of all instruments of the shard.
struct RuleCounts {
  std::uint64_t looked_at = 0;  // times that its condition was worked out
  std::uint64_t alerts = 0;
  std::uint64_t suppressed = 0;  // it came true within its cooldown, muted hours or a pause
  std::uint64_t instruments = 0;

  void archive(StateArchive& archive) { archive(looked_at, alerts, suppressed, instruments); }
};

class AlertBook final : public BarWatcher {
 public:
  using WatchId = std::uint32_t;

  /// `program` has alerts. Both outlive it.
  AlertBook(const AlertProgram& program, ringbuf::FunctionId function, EngineOutput& output, std::uint32_t shard);

  /// From here on these rules. Rules that are the same go on; others begin.
  void reload(const AlertProgram& program, ringbuf::FunctionId function);

  /// An instrument of the shard, of `set` (AlertProgram::kNowhere: none) and the feed `feed`. kNobody: no rule speaks
  /// of it. One that is there already is given the rules of now.
  WatchId begin(ringbuf::InstrumentId id, const InstrumentFacts& facts, std::uint16_t set, std::uint32_t feed);
  /// Sets beside those of the file that its rules need.
  [[nodiscard]] std::vector<std::uint16_t> extra_sets_of(WatchId watch) const;

  // ---- ticks

  /// Any record about it.
  void hear(WatchId watch, const Step& step) noexcept {
    Watch& own = watches_[watch];
    own.heard = step.received;
    if (own.was_silent) [[unlikely]]
      end_silence(watch, step);
  }
  /// A trade that counts for volume. `price` in 1e-9. `sets_price`: it is in order, and may set the last price.
  void on_trade(WatchId watch, const Step& step, const WindowTrade& trade, std::int64_t price, bool sets_price,
                ringbuf::Quality input) noexcept;
  void on_cancel(WatchId watch, Time time, std::uint64_t size) noexcept;
  void on_quote(WatchId watch, const Step& step, Time time, const QuoteBody& quote, ringbuf::Quality input) noexcept;
  void on_status(WatchId watch, const Step& step, Time time, ringbuf::TradingStatus status) noexcept;
  /// A signal of the file's sets is published, or (`set`) a pattern has matched beside them.
  void on_signal(WatchId watch, std::uint16_t set, const ringbuf::DerivedRecord& record) noexcept;

  // ---- bars

  [[nodiscard]] bool wants_bar(std::uint16_t set, std::uint16_t spec) const noexcept override;
  [[nodiscard]] bool wants_mean(std::uint16_t set, std::uint16_t spec) const noexcept override;
  void on_bar(WatchId watch, std::uint16_t set, std::uint16_t spec, const WatchedBar& bar) noexcept override;
  void on_mean(WatchId watch, std::uint16_t set, std::uint16_t spec, const Step& step, Time end, double mean,
               ringbuf::Quality quality) noexcept override;

  // ---- time

  /// A clock record. `settle` lets an instrument catch up with what was due before.
  template <class Settle>
  void on_time(const Step& step, Settle&& settle) noexcept {
    while (!deadlines_.empty() && deadlines_.front().time <= step.received) {
      const Deadline due = take_deadline();
      if (watches_[due.watch].check_at != due.time) continue;
      settle(watches_[due.watch].id);
      look_at_time(due.watch, step);
    }
  }
  /// The feed is silent, or speaks again.
  template <class Settle>
  void on_feed(const Step& step, std::uint32_t feed, bool is_stale, Settle&& settle) noexcept {
    if (is_stale == is_stale_feed(feed)) return;
    note_feed(feed, is_stale);
    for (std::size_t i = 0; i < watches_.size(); ++i) {
      if (watches_[i].feed != feed || watches_[i].looked_at(trigger::kStale).empty()) continue;
      settle(watches_[i].id);
      look_at(static_cast<WatchId>(i), trigger::kStale, {step, step.received, ringbuf::Basis::tick, {}});
    }
  }

  [[nodiscard]] ringbuf::InstrumentId instrument_of(WatchId watch) const noexcept { return watches_[watch].id; }
  [[nodiscard]] std::size_t instruments() const noexcept { return watches_.size(); }
  /// By place in AlertProgram::rules().
  [[nodiscard]] std::span<const RuleCounts> counts() const noexcept { return counts_; }

  /// Of the same program. Throws StateMismatch.
  void archive(StateArchive& archive);

 private:
  static constexpr std::size_t kTriggers = 7;

  /// One rule and one instrument.
  struct RuleState {
    std::uint32_t rule = 0;   // place in the program
    std::uint32_t words = 0;  // where its state begins among those of the instrument
    Time last = kBeforeAll;   // of its last alert, by receive time
    std::uint32_t nth = 0;
    bool is_on = false;

    void archive(StateArchive& archive) { archive(last, nth, is_on); }
  };
  /// A rule that is no more than a threshold.
  struct Entry {
    double threshold = 0;
    std::uint32_t rule = 0;  // place among the instrument's
    std::uint16_t other = SimpleRule::kNoTerm;
    std::uint8_t relation = 0;
    bool is_cross = false;
    Side side = Side::unknown;  // of a cross
  };
  /// Entries of one value. Inside (low, high) none of them changes.
  struct Gate {
    double low = 0, high = 0;
    std::uint32_t first = 0, count = 0;  // of entries
    std::uint16_t term = 0;
    std::uint8_t triggers = 0;
  };
  /// A value that moves with bars.
  struct SlowValue {
    std::uint16_t term = 0;
    Time newest = kBeforeAll;  // start of the bar, end of the window
    std::uint64_t first_cause = 0;
    std::uint32_t quality = 0;

    void archive(StateArchive& archive) { archive(newest, first_cause, quality); }
  };
  /// The last values of a bar's field, and that of the newest bar, which may still change.
  struct Baseline {
    std::uint16_t term = 0;
    std::uint16_t wanted = 0;
    std::vector<double> before = {};  // oldest first
    double newest = 0;
    bool has_newest = false;

    void archive(StateArchive& archive) { archive(before, newest, has_newest); }
  };
  struct Rolling {
    std::int64_t span_ns = 0;
    std::vector<std::uint16_t> terms = {};
    RollingValues values;
  };
  struct Watch {
    ringbuf::InstrumentId id{};
    std::uint16_t set = AlertProgram::kNowhere;
    std::uint32_t feed = 0;
    bool was_silent = false;  // a rule on silence is true: the next record ends it
    Time heard = kBeforeAll;
    Time check_at = kAfterAll;  // when it is looked at because of time
    std::int64_t price = ringbuf::kNoPrice.value;
    std::vector<double> values;            // by term
    std::vector<std::uint16_t> of_trades;  // terms that a trade sets by itself
    std::vector<std::uint16_t> of_quotes;
    std::vector<Rolling> rolling;
    std::vector<Gate> gates;
    std::vector<Entry> entries;
    std::vector<RuleState> rules;
    std::vector<std::uint64_t> words;
    std::array<std::vector<std::uint32_t>, kTriggers> by_trigger;  // rules that are no thresholds
    std::vector<SlowValue> slow;
    std::vector<Baseline> baselines;
    std::string symbol, venue;
    std::int8_t size_scale = 0;

    [[nodiscard]] const std::vector<std::uint32_t>& looked_at(std::uint8_t trigger) const noexcept {
      return by_trigger[static_cast<std::size_t>(__builtin_ctz(trigger))];
    }
  };
  struct Deadline {
    Time time = 0;
    WatchId watch = 0;
    friend bool operator>(const Deadline& a, const Deadline& b) noexcept {
      return a.time != b.time ? a.time > b.time : a.watch > b.watch;
    }
  };
  /// What is happening: what an alert says of its cause.
  struct Moment {
    Step step;
    Time event = 0;
    ringbuf::Basis basis = ringbuf::Basis::tick;
    ringbuf::Quality quality{};
    std::uint64_t first_cause = 0;  // 0: step's
    std::uint16_t signal = 0;
    std::uint8_t signal_value = 0;
  };

  [[nodiscard]] Watch build(Watch watch) const;
  void keep_state(const Watch& before, const AlertProgram& old_program, Watch& now) const;
  void pass_gates(WatchId watch, std::uint8_t trigger, const Moment& moment) noexcept;
  void look_at_gate(Watch& own, Gate& gate, const Moment& moment) noexcept;
  void look_at(WatchId watch, std::uint8_t trigger, const Moment& moment) noexcept;
  void look_at_time(WatchId watch, const Step& step) noexcept;
  void end_silence(WatchId watch, const Step& step) noexcept;
  void tell(Watch& own, RuleState& state, const Moment& moment) noexcept;
  [[nodiscard]] bool may_tell(const config::AlertRuleConfig& rule, const RuleState& state, Time now) const noexcept;
  [[nodiscard]] ringbuf::Quality quality_of(const Watch& own, const RuleCode& code, const Moment& moment,
                                            std::uint64_t& first_cause) const noexcept;
  void set_slow(Watch& own, std::uint16_t term, double value, Time newest, std::uint64_t first_cause,
                std::uint32_t quality) noexcept;
  void schedule(WatchId watch, Time time);
  void schedule_silence(WatchId watch);
  Deadline take_deadline() noexcept;
  [[nodiscard]] bool is_stale_feed(std::uint32_t feed) const noexcept;
  void note_feed(std::uint32_t feed, bool is_stale);

  const AlertProgram* program_;
  ringbuf::FunctionId function_;
  EngineOutput& output_;
  std::uint32_t shard_;
  std::vector<Watch> watches_;
  std::map<std::uint32_t, WatchId> watch_of_;  // by instrument
  std::vector<Deadline> deadlines_;            // a heap
  std::vector<std::uint32_t> stale_feeds_;     // sorted
  std::vector<RuleCounts> counts_;
};

}  // namespace tickplant::analytics
