// One shard of analytics: the ordered input in, derived records out. A pure function of the input: no clock, no chance,
// no order of a hash table. A plant, a replay and the command line run this same code.
//
// Every shard sees every record, since time passes with all of them; it computes for the instruments that are its own.
//
// Threads: one, the shard's.
// Not here: reading the order (ringbuf/sequenced_reader.hpp), publishing (engine_output.hpp), windows (cohort.hpp).
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "analytics/alerts/alert_book.hpp"
#include "analytics/cohort.hpp"
#include "analytics/engine_output.hpp"
#include "analytics/input_quality.hpp"
#include "analytics/instrument_facts.hpp"
#include "analytics/nbbo/nbbo_symbols.hpp"
#include "analytics/program.hpp"
#include "analytics/program_changes.hpp"
#include "analytics/windows/group_clock.hpp"
#include "ringbuf/records/record.hpp"
#include "ringbuf/records/source.hpp"
#include "ringbuf/records/trade.hpp"
#include "ringbuf/sequenced_reader.hpp"

namespace tickplant::analytics {

class Engine final : private EngineOutput {
 public:
  /// After this many input records the sweep takes a step; in a pause it takes several.
  static constexpr std::uint64_t kSweepEvery = 2;
  static constexpr std::size_t kPauseSteps = 8;
  /// State is asked for this many records ahead.
  static constexpr std::size_t kLookAhead = 16;

  Engine(const Program& program, ringbuf::Shard shard, const InstrumentLookup& lookup, EngineOutput& output);

  /// The next record of the ordered input.
  void on_record(ringbuf::CauseSequence cause, const ringbuf::Record& record) noexcept;
  /// Nothing comes at the moment, and the input says so: the sweep goes on.
  void on_pause(ringbuf::CauseSequence cause) noexcept;
  /// From here on another program, made from the one before: it outlives the engine, as that one does. What is the same
  /// in both goes on with all its state; what has gone says what was due, and then nothing more; what is new begins
  /// here, as at a start. Takes memory.
  void reload(const Program& program);
  /// Input that was there and is gone for us: every feed may have missed something.
  void on_lost(ringbuf::CauseSequence cause) noexcept;
  /// The end of all input: all windows fire. `cause`: one past the last record's.
  void finish(ringbuf::CauseSequence cause) noexcept;

  /// All that has been made of the input so far; taken up again by an engine of the same program and shard that has had
  /// none, it goes on to the same bits. Throws StateMismatch: of another program, or no such state.
  void archive(StateArchive& archive);

  /// A hint: these records come next, in this order. They stay where they are until then.
  void expect(std::span<const ringbuf::Record> run) noexcept;

  [[nodiscard]] const EngineCounts& counts() const noexcept { return counts_; }
  /// By function: trades that none of a window's instances took.
  [[nodiscard]] std::span<const std::uint64_t> fully_dropped() const noexcept { return fully_dropped_; }
  [[nodiscard]] Time newest_event() const noexcept { return newest_event_; }
  /// A sum over all results, in whatever order and by whatever shard they were made.
  [[nodiscard]] std::uint64_t output_hash() const noexcept { return output_hash_; }
  /// Boundaries that not all instruments have seen to.
  [[nodiscard]] std::size_t boundaries() const noexcept;
  [[nodiscard]] bool is_sweeping() const noexcept;
  /// Instruments that something is computed for, and the panes that hold their trades.
  [[nodiscard]] std::size_t instruments() const noexcept;
  [[nodiscard]] std::size_t panes() const noexcept;
  /// Of each rule of alerts, by its place in the program.
  [[nodiscard]] std::span<const RuleCounts> rule_counts() const noexcept {
    return book_ ? book_->counts() : std::span<const RuleCounts>{};
  }
  /// Of the feed's group; kBeforeAll: not a feed of the plant, or it has not spoken.
  [[nodiscard]] Time watermark_of(ringbuf::FeedId feed) const noexcept;

 private:
  static constexpr std::uint16_t kUnknown = 0xffff, kNowhere = 0xfffe;

  /// Where an instrument is looked after.
  struct Place {
    std::uint16_t group = kUnknown;
    std::uint16_t feed = 0;  // of the group
    std::uint16_t cohort = kNowhere;
    std::uint8_t takes_quotes = 0;
    std::uint8_t nbbo_set = 0;  // of nbbo_part
    std::uint32_t slot = 0;
    std::uint32_t nbbo_part = 0;                // 1 + its part in a consolidated quote, whoever's it is; 0: none
    std::uint32_t watch = BarWatcher::kNobody;  // of the book of alerts
    std::int64_t price_unit = 1;
    double per_unit = 1;  // 1 / price_unit

    void archive(StateArchive& archive) {
      archive(group, feed, cohort, takes_quotes, nbbo_set, slot, nbbo_part, watch, price_unit, per_unit);
    }
  };
  /// Where something is computed of an instrument for rules of alerts alone.
  struct ExtraPlace {
    std::uint16_t cohort = 0;
    std::uint32_t slot = 0;

    void archive(StateArchive& archive) { archive(cohort, slot); }
  };
  /// What is computed there nobody publishes: matches of patterns go to the rules.
  class ExtraOutput final : public EngineOutput {
   public:
    explicit ExtraOutput(Engine& engine) : engine_(engine) {}
    void publish(const ringbuf::DerivedRecord& record) noexcept override;

    std::uint16_t set = 0;

   private:
    Engine& engine_;
  };
  struct Group {
    GroupClock clock;
    std::vector<InputQuality> feeds;
    std::vector<FeedSessions> sessions;                       // likewise
    std::vector<std::unique_ptr<ExtraOutput>> extra_outputs;  // by extra set
    std::vector<std::unique_ptr<Cohort>> cohorts;             // by set, then by extra set
    std::vector<std::unique_ptr<NbboSymbols>> nbbo;           // likewise; null: the set has none
    std::vector<bool> is_out;                                 // by feed: it is silent, and in no consolidated quote
    bool any_out = false;
    Time next_boundary = kBeforeAll;
    Time next_early = kBeforeAll;
    Time max_future = 0;
  };

  /// nullptr: nobody has defined it.
  [[nodiscard]] Place* place_of(ringbuf::InstrumentId id) noexcept;
  /// Where its state is, if it is ours; for hints.
  [[nodiscard]] const Place* known_place(const ringbuf::Record& record) const noexcept;
  [[nodiscard]] bool define(ringbuf::InstrumentId id) noexcept;
  [[nodiscard]] Group begin_group(const GroupProgram& group) const;
  [[nodiscard]] std::unique_ptr<Cohort> begin_cohort(std::size_t group, std::size_t set, std::size_t listener);
  [[nodiscard]] std::unique_ptr<NbboSymbols> begin_nbbo(std::size_t set) const;
  void move_instruments(const Program& before, const ProgramChanges& changes);
  void begin_rules();
  void reload_rules(const ProgramChanges& changes);
  /// Its rules, where it has any, and what is computed for them alone.
  void watch(ringbuf::InstrumentId id, Place& place, const InstrumentFacts& facts);
  void tell_cohorts_who_watches() noexcept;
  [[nodiscard]] static std::uint32_t feed_key(std::uint16_t group, std::uint16_t feed) noexcept {
    return std::uint32_t{group} << 16 | feed;
  }
  /// What was due for it has been said, wherever it is looked after.
  void settle(ringbuf::InstrumentId id) noexcept;
  void tell_rules_of_time(const Step& step, const ringbuf::Record& record) noexcept;
  [[nodiscard]] static std::optional<WindowTrade> trade_of(const Step& step, const Place& place,
                                                           const ringbuf::Record& record) noexcept;
  void on_trade(const Step& step, const Place& place, Group& group, const ringbuf::Record& record) noexcept;
  void on_quote(const Place& place, Group& group, const ringbuf::Record& record) noexcept;
  void on_watched(const Step& step, const Place& place, Group& group, const ringbuf::Record& record) noexcept;
  void on_cancel(const Step& step, const Place& place, Group& group, const ringbuf::Record& record) noexcept;
  enum class FeedChange : std::uint8_t { out, in, forgotten };
  /// What a feed says counts no more, or again, in consolidated quotes.
  void on_feed_change(const Step& step, Group& group, std::uint16_t feed, Time time, FeedChange change) noexcept;
  void join_nbbo(const Place& place, std::uint32_t part) noexcept;
  void take_out(const Step& step, Group& group, std::uint16_t feed) noexcept;
  void bring_back(const Step& step, Group& group, std::uint16_t feed, Time time) noexcept;
  void on_nbbo_record(const Step& step, const Place& place, Group& group, const ringbuf::Record& record) noexcept;
  /// `by`: the instrument that changed it.
  void on_nbbo(const Step& step, Group& group, std::size_t set, ringbuf::InstrumentId by, Time time,
               std::uint32_t quality, NbboSymbol& symbol, const Nbbo& nbbo) noexcept;
  void on_feed_record(const Step& step, const ringbuf::Record& record) noexcept;
  /// The feed that says so of itself.
  [[nodiscard]] std::optional<FeedPlace> silent_by(const ringbuf::HeartbeatBody& heartbeat) const noexcept;
  template <class Count>
  [[nodiscard]] std::size_t sum_over_cohorts(Count&& count) const noexcept;
  void pass_boundary(const Step& step, Group& group, Time from) noexcept;
  void pass_early(const Step& step, Group& group) noexcept;
  /// `silent`: the feed that says so of itself.
  void pass_time(const Step& step, std::optional<FeedPlace> silent) noexcept;
  void sweep(std::size_t steps) noexcept;
  /// false: not a multiple of the unit.
  [[nodiscard]] static bool to_units(ringbuf::Price price, const Place& place, std::int64_t& units) noexcept;

  void publish(const ringbuf::DerivedRecord& record) noexcept override;
  [[nodiscard]] bool wants_finals() const noexcept override { return output_.wants_finals(); }
  void on_final(const ringbuf::DerivedRecord& record) noexcept override { output_.on_final(record); }
  void on_late(const LateTick& late) noexcept override { output_.on_late(late); }

  const Program* program_;
  ringbuf::Shard shard_;
  const InstrumentLookup& lookup_;
  EngineOutput& output_;
  EngineCounts counts_;
  std::vector<std::uint64_t> fully_dropped_;
  TradeLog log_;
  // Of what is computed for rules of alerts alone:
  TradeLog extra_log_{0};
  EngineCounts extra_counts_;
  std::vector<std::uint64_t> extra_dropped_;
  std::vector<std::vector<ExtraPlace>> extras_;  // by watch
  std::unique_ptr<AlertBook> book_;              // null: there are no rules
  std::vector<Group> groups_;
  std::vector<Place> places_;                  // by instrument
  std::span<const ringbuf::Record> expected_;  // the records that come next
  std::uint64_t records_ = 0;
  Time newest_event_ = kBeforeAll;
  std::uint64_t output_hash_ = 0;
};

}  // namespace tickplant::analytics
