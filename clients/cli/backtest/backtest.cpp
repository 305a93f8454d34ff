#include "clients/cli/backtest/backtest.hpp"

#include <array>
#include <memory>
#include <unordered_map>
#include <utility>

#include "analytics/alerts/alert_program.hpp"
#include "analytics/engine.hpp"
#include "analytics/replay/recomputation.hpp"
#include "clients/cli/compute/capture_input.hpp"
#include "clients/cli/compute/input_kind.hpp"
#include "clients/cli/compute/tick_csv.hpp"
#include "config/embedded_standard.hpp"
#include "config/load_analytics.hpp"
#include "platform/setup_error.hpp"
#include "ringbuf/fixed_text.hpp"
#include "ringbuf/journal/journal_replay.hpp"
#include "ringbuf/records/trade.hpp"

namespace tickplant::cli {
namespace {

using analytics::AlertProgram;
using analytics::Engine;
using analytics::NamedFeed;
using analytics::Program;
using ringbuf::DerivedRecord;
using ringbuf::DerivedType;

constexpr std::size_t kBlocksAPoll = 64;
constexpr std::uint64_t kTellEvery = 1u << 20;

/// Keeps alerts, and what prices did behind them.
class AlertSink final : public analytics::EngineOutput {
 public:
  AlertSink(const BacktestOptions& options, Backtest& result) : options_(options), result_(result) {}

  void publish(const DerivedRecord& record) noexcept override {
    if (record.header.type != DerivedType::alert) return;
    const std::int64_t time = record.header.ts_event.value;
    if ((options_.from && time < *options_.from) || (options_.to && time >= *options_.to)) return;
    found.push_back(record);
  }
  /// Before the engine has it.
  void on_record(const ringbuf::Record& record) {
    ++result_.records;
    if (record.header.type != ringbuf::RecordType::trade) return;
    const auto trade = record.as<ringbuf::TradeBody>();
    if (!has(trade.eligibility, ringbuf::TradeEligibility::last)) return;
    returns_.on_price(record.header.instrument.value, record.header.ts_event.value,
                      static_cast<double>(trade.price.value) / static_cast<double>(ringbuf::kPriceScale));
  }
  /// What the record before has made becomes alerts.
  template <class SymbolOf>
  void take(const SymbolOf& symbol_of) {
    for (const DerivedRecord& record : std::exchange(found, {})) {
      const auto alert = record.as<ringbuf::AlertBody>();
      BacktestAlert& one = result_.alerts.emplace_back();
      one.record = record;
      one.symbol = symbol_of(record.header.instrument);
      one.rule = rule_of_.at(alert.rule);
      (void)returns_.add(record.header.instrument.value, record.header.ts_event.value,
                         static_cast<double>(alert.price.value) / static_cast<double>(ringbuf::kPriceScale));
    }
  }
  void begin(const AlertProgram& program) {
    rule_of_.clear();
    for (std::size_t i = 0; i < result_.rules.size(); ++i) rule_of_.emplace(analytics::number_of(result_.rules[i]), i);
    result_.value_names.assign(result_.rules.size(), {});
    for (const auto& rule : program.rules()) {
      std::vector<std::string>& names = result_.value_names[rule_of_.at(rule->number)];
      for (const std::uint16_t term : rule->code.terms) names.push_back(program.names().terms[term].text);
    }
  }
  void finish() {
    for (std::size_t i = 0; i < result_.alerts.size(); ++i) result_.alerts[i].returns = returns_.of(i);
  }
  std::vector<DerivedRecord> found;

 private:
  const BacktestOptions& options_;
  Backtest& result_;
  std::unordered_map<std::uint32_t, std::size_t> rule_of_;  // by number
  ForwardReturns returns_;
};

std::uint64_t suppressed_of(const Engine& engine) {
  std::uint64_t sum = 0;
  for (const analytics::RuleCounts& each : engine.rule_counts()) sum += each.suppressed;
  return sum;
}

config::AnalyticsConfig with_rules(config::AnalyticsConfig config, const Backtest& result) {
  config.alerts = result.rules;
  return config;
}

// ---- a file

void over_input(const BacktestOptions& options, ComputeInput& input, Backtest& result) {
  config::AnalyticsConfig config =
      options.analytics.empty() ? config::load_analytics_text(config::embedded_standard(), "standard.yaml (built in)")
                                : config::load_analytics_file(options.analytics);
  config.watermarks.clear();  // the file is one feed
  const std::array feeds{NamedFeed{"input", kInputFeed}};
  const Program program(with_rules(std::move(config), result), feeds);
  AlertSink sink(options, result);
  sink.begin(*program.alerts());
  Engine engine(program, ringbuf::Shard{0, 1}, input, sink);
  const auto symbol_of = [&](ringbuf::InstrumentId id) { return input.symbol(id); };
  // A capture knows its instruments' names when it has been read.
  std::vector<std::pair<std::size_t, ringbuf::InstrumentId>> unnamed;
  input.read([&](const ringbuf::Record& record) {
    sink.on_record(record);
    engine.on_record({result.records}, record);
    if (!sink.found.empty()) {
      sink.take([&](ringbuf::InstrumentId id) {
        unnamed.emplace_back(result.alerts.size() - 1, id);
        return std::string();
      });
    }
    if (options.on_progress && result.records % kTellEvery == 0) options.on_progress("records", result.records);
  });
  engine.finish({result.records + 1});
  sink.take([&](ringbuf::InstrumentId id) {
    unnamed.emplace_back(result.alerts.size() - 1, id);
    return std::string();
  });
  for (const auto& [alert, id] : unnamed) result.alerts[alert].symbol = symbol_of(id);
  sink.finish();
  result.suppressed = suppressed_of(engine);
  result.problem = input.problem();
}

// ---- a journal

/// The plant's order of everything, to an engine with other rules.
class JournalBacktest {
 public:
  JournalBacktest(const BacktestOptions& options, const ringbuf::JournalReplay& replay, Backtest& result)
      : options_(options),
        result_(result),
        knowledge_(replay.knowledge()),
        lookup_(knowledge_),
        sink_(options, result) {}

  void on_record(ringbuf::CauseSequence place, ringbuf::RingId, const ringbuf::Record& record) {
    sink_.on_record(record);
    if (engine_) engine_->on_record(place, record);
    take();
    if (options_.on_progress && result_.records % kTellEvery == 0) options_.on_progress("records", result_.records);
  }
  void on_pause(ringbuf::CauseSequence place) {
    if (engine_) engine_->on_pause(place);
    take();
  }
  void on_command(ringbuf::CauseSequence, const ringbuf::CommandBody& body) {
    if (body.command == ringbuf::kBeginAnalytics) begin(body.argument);
    if (body.command == ringbuf::kReloadAnalytics && engine_ && options_.analytics.empty()) reload(body.argument);
  }
  void on_skipped(ringbuf::CauseSequence next, ringbuf::RingId, ringbuf::SequenceRange) {
    if (engine_) engine_->on_lost(next);
  }
  void on_lost(ringbuf::CauseSequence first, std::uint64_t count) {
    if (engine_) engine_->on_lost(first);
    lost_ += count;
  }
  void on_order_lost(ringbuf::SequenceRange runs) { lost_ += runs.count(); }
  void on_derived(const ringbuf::RingFact&, const DerivedRecord&) {}
  void on_derived_lost(std::uint32_t, ringbuf::SequenceRange) {}

  void finish() {
    take();
    sink_.finish();
    if (engine_) result_.suppressed += suppressed_of(*engine_);
    if (programs_.empty()) {
      throw platform::SetupError("nothing was computed by the plant of this journal: there is no order to follow",
                                 "set analytics.file in its config, or backtest a capture with --input");
    }
    if (lost_ != 0) {
      result_.notes.push_back(std::to_string(lost_) +
                              " records are missing in the journal; `tickplant journal list` "
                              "says which");
    }
  }

 private:
  [[nodiscard]] config::AnalyticsConfig config_of(std::uint64_t hash) const {
    if (!options_.analytics.empty()) return with_rules(config::load_analytics_file(options_.analytics), result_);
    const std::string* const text = knowledge_.config_of(hash);
    if (text == nullptr) {
      throw platform::SetupError("the journal does not have the analytics file that its plant computed",
                                 "name one with --analytics");
    }
    return with_rules(config::load_analytics_text(*text, "the journal's analytics file"), result_);
  }
  [[nodiscard]] std::vector<NamedFeed> feeds() const {
    std::vector<NamedFeed> named;
    for (const auto& [id, feed] : knowledge_.feeds()) named.push_back({std::string(ringbuf::text_of(feed.name)), {id}});
    return named;
  }
  void begin(std::uint64_t hash) {
    if (engine_) result_.suppressed += suppressed_of(*engine_);
    engine_.reset();
    programs_.clear();
    feeds_ = feeds();
    programs_.push_back(std::make_unique<Program>(config_of(hash), feeds_));
    sink_.begin(*programs_.back()->alerts());
    engine_ = std::make_unique<Engine>(*programs_.back(), ringbuf::Shard{0, 1}, lookup_, sink_);
  }
  void reload(std::uint64_t hash) {
    programs_.push_back(std::make_unique<Program>(config_of(hash), feeds_, programs_.back().get()));
    engine_->reload(*programs_.back());
  }
  void take() {
    if (sink_.found.empty()) return;
    sink_.take([this](ringbuf::InstrumentId id) {
      const auto facts = lookup_.find(id);
      return facts ? facts->symbol + '@' + facts->venue : std::string();
    });
  }

  const BacktestOptions& options_;
  Backtest& result_;
  const ringbuf::JournalKnowledge& knowledge_;
  analytics::JournalInstruments lookup_;
  AlertSink sink_;
  std::vector<NamedFeed> feeds_;
  std::vector<std::unique_ptr<Program>> programs_;
  std::unique_ptr<Engine> engine_;
  std::uint64_t lost_ = 0;
};

void over_journal(const BacktestOptions& options, Backtest& result) {
  ringbuf::JournalReplay replay(options.journal);
  JournalBacktest run(options, replay, result);
  while (replay.poll(run, kBlocksAPoll) != 0) continue;
  replay.finish(run);
  run.finish();
}

}  // namespace

Backtest backtest(const BacktestOptions& options) {
  Backtest result;
  result.rules = config::load_alert_rules_file(options.rules);
  if (!options.journal.empty()) {
    over_journal(options, result);
    return result;
  }
  const InputKind kind = kind_of(options.input);
  if (kind == InputKind::bars) {
    throw platform::SetupError(options.input + " holds bars, and rules are about ticks",
                               "name a file of trades or a capture, or a journal");
  }
  if (kind == InputKind::trades) {
    TickCsv input(options.input);
    over_input(options, input, result);
    return result;
  }
  CaptureInput input(options.input, {.trading_date = options.trading_date,
                                     .time_zone = options.time_zone,
                                     .venue = options.venue,
                                     .order_capacity = options.order_capacity,
                                     .on_depth = {},
                                     .on_progress = {},
                                     .on_record = {}});
  over_input(options, input, result);
  if (!input.has_date()) {
    result.notes.emplace_back("nothing says which day it is: times count from 1970-01-01; give --date");
  }
  return result;
}

}  // namespace tickplant::cli
