#include "analytics/alerts/alert_book.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "analytics/windows/window_plan.hpp"
#include "ringbuf/fixed_text.hpp"

namespace tickplant::analytics {

using namespace ringbuf;

namespace {

constexpr double kInfinite = std::numeric_limits<double>::infinity();
constexpr Time kMinuteOfDay = 60'000'000'000, kMinutesADay = 1'440;

/// Input that nobody should trade on.
constexpr Quality kNotOk = Quality::gap_inside | Quality::stale_input | Quality::conflated_input |
                           Quality::clock_suspect | Quality::recovering | Quality::unverified_book;

double in_currency(std::int64_t nanos) noexcept {
  return static_cast<double>(nanos) / static_cast<double>(kPriceScale);
}

double field_of(const Bar& bar, BarField field) noexcept {
  switch (field) {
    case BarField::open: return to_double(bar.open, bar.price_unit);
    case BarField::high: return to_double(bar.high, bar.price_unit);
    case BarField::low: return to_double(bar.low, bar.price_unit);
    case BarField::close: return to_double(bar.close, bar.price_unit);
    case BarField::volume: return static_cast<double>(bar.volume);
    case BarField::count: return static_cast<double>(bar.count);
    case BarField::vwap: break;
  }
  if (bar.volume == 0) return kNoValue;
  return static_cast<double>(bar.notional) / static_cast<double>(bar.volume) * static_cast<double>(bar.price_unit) /
         static_cast<double>(kPriceScale);
}

/// Against the population of those before; not a number: fewer than wanted, or all alike.
double zscore_of(std::span<const double> before, double value) noexcept {
  double sum = 0, squares = 0;
  for (const double each : before) sum += each;
  const double mean = sum / static_cast<double>(before.size());
  for (const double each : before) squares += (each - mean) * (each - mean);
  const double deviation = std::sqrt(squares / static_cast<double>(before.size()));
  return deviation > 0 ? (value - mean) / deviation : kNoValue;
}

double rolling_value(const RollingValues& values, TermKind kind, std::int64_t price) noexcept {
  switch (kind) {
    case TermKind::change:
      if (values.before() == RollingValues::kNone || values.before() == 0 || price == kNoPrice.value) return kNoValue;
      return static_cast<double>(price - values.before()) / std::abs(static_cast<double>(values.before()));
    case TermKind::swing:
      if (values.high() == RollingValues::kNone || values.low() <= 0) return kNoValue;
      return static_cast<double>(values.high() - values.low()) / static_cast<double>(values.low());
    case TermKind::volume: return static_cast<double>(values.volume());
    case TermKind::trades: return static_cast<double>(values.trades());
    case TermKind::high: return values.high() == RollingValues::kNone ? kNoValue : in_currency(values.high());
    default: return values.low() == RollingValues::kNoLow ? kNoValue : in_currency(values.low());
  }
}

double quote_value(const QuoteBody& quote, TermKind kind) noexcept {
  switch (kind) {
    case TermKind::bid: return is_present(quote.bid_price) ? in_currency(quote.bid_price.value) : kNoValue;
    case TermKind::ask: return is_present(quote.ask_price) ? in_currency(quote.ask_price.value) : kNoValue;
    case TermKind::bid_size: return is_present(quote.bid_price) ? static_cast<double>(quote.bid_size.value) : kNoValue;
    case TermKind::ask_size: return is_present(quote.ask_price) ? static_cast<double>(quote.ask_size.value) : kNoValue;
    case TermKind::mid: return mid_of(quote);
    case TermKind::spread: return spread_of(quote);
    default: break;
  }
  if (!is_two_sided(quote) || twice_mid_nano(quote) <= 0) return kNoValue;
  return 2 * static_cast<double>(spread_nano(quote)) / static_cast<double>(twice_mid_nano(quote));
}

bool is_muted(const config::AlertRuleConfig& rule, Time now) noexcept {
  if (rule.mute.empty()) return false;
  const Time minute = floor_mod(now / kMinuteOfDay, kMinutesADay);
  return std::any_of(rule.mute.begin(), rule.mute.end(), [&](const config::MuteHours& hours) {
    const bool is_behind = minute >= hours.begin, is_before = minute < hours.end;
    return hours.begin < hours.end ? is_behind && is_before : is_behind || is_before;
  });
}

/// They mean the same: what was found out for one holds for the other.
bool ask_the_same(const config::AlertRuleConfig& a, const config::AlertRuleConfig& b) {
  return a.when == b.when && a.pattern == b.pattern && a.hysteresis_bps == b.hysteresis_bps && a.trading == b.trading;
}

}  // namespace

AlertBook::AlertBook(const AlertProgram& program, FunctionId function, EngineOutput& output, std::uint32_t shard)
    : program_(&program), function_(function), output_(output), shard_(shard), counts_(program.rules().size()) {}

// ---- instruments

AlertBook::WatchId AlertBook::begin(InstrumentId id, const InstrumentFacts& facts, std::uint16_t set,
                                    std::uint32_t feed) {
  const auto known = watch_of_.find(id.value);
  if (known != watch_of_.end()) {
    Watch& own = watches_[known->second];
    if (own.set != set) {
      own.set = set;
      for (SlowValue& slow : own.slow) {  // computed elsewhere from here on
        slow.newest = kBeforeAll;
        own.values[slow.term] = kNoValue;
      }
    }
    return known->second;
  }
  if (program_->rules_of(facts.symbol, facts.venue).empty()) return kNobody;
  Watch watch;
  watch.id = id;
  watch.set = set;
  watch.feed = feed;
  watch.symbol = facts.symbol;
  watch.venue = facts.venue;
  watch.size_scale = facts.size_scale;
  watches_.push_back(build(std::move(watch)));
  for (const RuleState& state : watches_.back().rules) ++counts_[state.rule].instruments;
  const auto made = static_cast<WatchId>(watches_.size() - 1);
  watch_of_.emplace(id.value, made);
  return made;
}

/// All that follows from the rules that speak of it.
AlertBook::Watch AlertBook::build(Watch watch) const {
  const RuleNames& names = program_->names();
  watch.values.assign(names.terms.size(), kNoValue);
  const auto add_once = [](std::vector<std::uint16_t>& all, std::uint16_t one) {
    if (std::find(all.begin(), all.end(), one) == all.end()) all.push_back(one);
  };
  const auto need = [&](std::uint16_t place) {
    const Term& term = names.terms[place];
    if (term.kind == TermKind::price || term.kind == TermKind::size) add_once(watch.of_trades, place);
    if ((term.triggers() & trigger::kQuote) != 0) add_once(watch.of_quotes, place);
    if (term.is_rolling()) {
      auto found = std::find_if(watch.rolling.begin(), watch.rolling.end(),
                                [&](const Rolling& each) { return each.span_ns == term.span_ns; });
      if (found == watch.rolling.end()) {
        found = watch.rolling.insert(watch.rolling.end(), {term.span_ns, {}, RollingValues(term.span_ns)});
      }
      add_once(found->terms, place);
    }
    if (!term.is_slow()) return;
    const auto is_it = [&](const auto& each) { return each.term == place; };
    if (std::none_of(watch.slow.begin(), watch.slow.end(), is_it)) watch.slow.push_back({.term = place});
    if (term.kind == TermKind::zscore && std::none_of(watch.baselines.begin(), watch.baselines.end(), is_it)) {
      watch.baselines.push_back({.term = place, .wanted = static_cast<std::uint16_t>(term.bars)});
    }
  };
  for (const std::uint32_t place : program_->rules_of(watch.symbol, watch.venue)) {
    const AlertRule& rule = *program_->rules()[place];
    const auto own = static_cast<std::uint32_t>(watch.rules.size());
    watch.rules.push_back({.rule = place, .words = static_cast<std::uint32_t>(watch.words.size())});
    watch.words.resize(watch.words.size() + rule.code.state_words);
    for (const std::uint16_t term : rule.code.terms) need(term);
    for (const std::uint16_t term : rule.code.serials) need(term);
    if (rule.simple) continue;
    std::uint8_t triggers = rule.code.triggers;
    if ((triggers & (trigger::kTrade | trigger::kQuote)) != 0) triggers &= static_cast<std::uint8_t>(~trigger::kBar);
    for (std::size_t bit = 0; bit < kTriggers; ++bit) {
      if ((triggers >> bit & 1) != 0) watch.by_trigger[bit].push_back(own);
    }
  }
  watch.was_silent = std::any_of(watch.rules.begin(), watch.rules.end(), [&](const RuleState& state) {
    return program_->rules()[state.rule]->code.silent_after != kNoWake;  // until it is heard of
  });
  // Thresholds on one value side by side.
  for (std::uint32_t own = 0; own < watch.rules.size(); ++own) {
    const std::optional<SimpleRule>& simple = program_->rules()[watch.rules[own].rule]->simple;
    if (!simple) continue;
    const bool has_gate = std::any_of(watch.gates.begin(), watch.gates.end(),
                                      [&](const Gate& gate) { return gate.term == simple->term; });
    if (has_gate) continue;
    Gate gate{.low = kInfinite, .high = -kInfinite, .first = static_cast<std::uint32_t>(watch.entries.size())};
    gate.term = simple->term;
    gate.triggers = names.terms[simple->term].triggers();
    for (std::uint32_t other = own; other < watch.rules.size(); ++other) {
      const std::optional<SimpleRule>& same = program_->rules()[watch.rules[other].rule]->simple;
      if (!same || same->term != gate.term) continue;
      watch.entries.push_back({same->threshold, other, same->other, same->relation, same->is_cross});
      ++gate.count;
    }
    watch.gates.push_back(gate);
  }
  return watch;
}

std::vector<std::uint16_t> AlertBook::extra_sets_of(WatchId watch) const {
  std::vector<std::uint16_t> sets;
  const auto add = [&](std::uint16_t home) {
    if (home == AlertProgram::kNowhere || home == watches_[watch].set) return;
    if (std::find(sets.begin(), sets.end(), home) == sets.end()) sets.push_back(home);
  };
  for (const SlowValue& slow : watches_[watch].slow) add(program_->home_of(slow.term, watches_[watch].set));
  for (const RuleState& state : watches_[watch].rules) {
    const AlertRule& rule = *program_->rules()[state.rule];
    if (rule.config.is_pattern()) add(program_->home_of_pattern(rule.pattern_signal));
  }
  std::sort(sets.begin(), sets.end());
  return sets;
}

void AlertBook::reload(const AlertProgram& program, FunctionId function) {
  const AlertProgram& before = *std::exchange(program_, &program);
  function_ = function;
  std::map<std::uint32_t, RuleCounts> counted;
  for (std::size_t i = 0; i < counts_.size(); ++i) counted[before.rules()[i]->number] = counts_[i];
  counts_.assign(program.rules().size(), {});
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    counts_[i] = counted[program.rules()[i]->number];
    counts_[i].instruments = 0;
  }
  deadlines_.clear();
  for (std::size_t i = 0; i < watches_.size(); ++i) {
    Watch& old = watches_[i];
    Watch now;
    now.id = old.id, now.set = old.set, now.feed = old.feed, now.symbol = old.symbol, now.venue = old.venue;
    now.size_scale = old.size_scale;
    now = build(std::move(now));
    keep_state(old, before, now);
    watches_[i] = std::move(now);
    for (const RuleState& state : watches_[i].rules) ++counts_[state.rule].instruments;
    const Time check_at = std::exchange(watches_[i].check_at, kAfterAll);
    if (check_at != kAfterAll) schedule(static_cast<WatchId>(i), check_at);
    schedule_silence(static_cast<WatchId>(i));
  }
}

/// Values, and what became of rules that ask the same as before.
void AlertBook::keep_state(const Watch& before, const AlertProgram& old_program, Watch& now) const {
  now.heard = before.heard;
  now.check_at = before.check_at;
  now.was_silent = before.was_silent;
  now.price = before.price;
  std::copy(before.values.begin(), before.values.end(), now.values.begin());  // places of terms stay
  const auto keep = [](const auto& old, auto& all, auto same, auto take) {
    for (const auto& each : old) {
      const auto found = std::find_if(all.begin(), all.end(), [&](const auto& one) { return same(each, one); });
      if (found != all.end()) take(each, *found);
    }
  };
  const auto same_term = [](const auto& a, const auto& b) { return a.term == b.term; };
  const auto copy = [](const auto& from, auto& to) { to = from; };
  keep(before.slow, now.slow, same_term, copy);
  keep(before.baselines, now.baselines, same_term, copy);
  keep(
      before.rolling, now.rolling, [](const Rolling& a, const Rolling& b) { return a.span_ns == b.span_ns; },
      [](const Rolling& from, Rolling& to) { to.values = from.values; });
  // Values that nobody asked for meanwhile are old ones.
  for (std::size_t term = 0; term < now.values.size(); ++term) {
    const auto was_kept = [&](const auto& all) {
      return std::any_of(all.begin(), all.end(), [&](const auto& each) { return each.term == term; });
    };
    const auto has = [&](const std::vector<std::uint16_t>& all) {
      return std::find(all.begin(), all.end(), static_cast<std::uint16_t>(term)) != all.end();
    };
    const bool is_rolling =
        std::any_of(before.rolling.begin(), before.rolling.end(), [&](const Rolling& each) { return has(each.terms); });
    const bool is_status = program_->names().terms[term].kind == TermKind::status;
    if (is_rolling || is_status || was_kept(before.slow) || has(before.of_trades) || has(before.of_quotes)) continue;
    now.values[term] = kNoValue;
  }
  for (std::size_t own = 0; own < now.rules.size(); ++own) {
    const AlertRule& rule = *program_->rules()[now.rules[own].rule];
    const auto old = std::find_if(before.rules.begin(), before.rules.end(), [&](const RuleState& state) {
      return old_program.rules()[state.rule]->number == rule.number;
    });
    if (old == before.rules.end()) continue;
    const AlertRule& was = *old_program.rules()[old->rule];
    now.rules[own].nth = old->nth;
    now.rules[own].last = old->last;
    if (!ask_the_same(was.config, rule.config)) continue;
    now.rules[own].is_on = old->is_on;
    std::copy_n(before.words.begin() + old->words, rule.code.state_words, now.words.begin() + now.rules[own].words);
    const auto is_of = [](std::size_t place) { return [place](const Entry& entry) { return entry.rule == place; }; };
    const auto from = std::find_if(before.entries.begin(), before.entries.end(),
                                   is_of(static_cast<std::size_t>(old - before.rules.begin())));
    const auto to = std::find_if(now.entries.begin(), now.entries.end(), is_of(own));
    if (from != before.entries.end() && to != now.entries.end()) to->side = from->side;
  }
}

// ---- ticks

void AlertBook::on_trade(WatchId watch, const Step& step, const WindowTrade& trade, std::int64_t price, bool sets_price,
                         Quality input) noexcept {
  Watch& own = watches_[watch];
  if (sets_price) {
    own.price = price;
    for (const std::uint16_t term : own.of_trades) {
      own.values[term] =
          program_->names().terms[term].kind == TermKind::price ? in_currency(price) : static_cast<double>(trade.size);
    }
  }
  for (Rolling& rolling : own.rolling) {
    rolling.values.on_trade(trade.key.time, price, trade.size, sets_price);
    for (const std::uint16_t term : rolling.terms) {
      own.values[term] = rolling_value(rolling.values, program_->names().terms[term].kind, own.price);
    }
  }
  const Moment moment{step, trade.key.time, Basis::tick, input | Quality{trade.quality}};
  pass_gates(watch, trigger::kTrade, moment);
  if (!own.looked_at(trigger::kTrade).empty()) look_at(watch, trigger::kTrade, moment);
}

void AlertBook::on_cancel(WatchId watch, Time time, std::uint64_t size) noexcept {
  Watch& own = watches_[watch];
  for (Rolling& rolling : own.rolling) {
    rolling.values.on_cancel(time, size);
    for (const std::uint16_t term : rolling.terms) {
      own.values[term] = rolling_value(rolling.values, program_->names().terms[term].kind, own.price);
    }
  }
}

void AlertBook::on_quote(WatchId watch, const Step& step, Time time, const QuoteBody& quote, Quality input) noexcept {
  Watch& own = watches_[watch];
  if (own.of_quotes.empty() && own.looked_at(trigger::kQuote).empty()) return;
  for (const std::uint16_t term : own.of_quotes) {
    own.values[term] = quote_value(quote, program_->names().terms[term].kind);
  }
  const Moment moment{step, time, Basis::tick, input};
  pass_gates(watch, trigger::kQuote, moment);
  if (!own.looked_at(trigger::kQuote).empty()) look_at(watch, trigger::kQuote, moment);
}

void AlertBook::on_status(WatchId watch, const Step& step, Time time, TradingStatus status) noexcept {
  Watch& own = watches_[watch];
  if (own.looked_at(trigger::kStatus).empty()) return;
  for (std::size_t term = 0; term < own.values.size(); ++term) {
    if (program_->names().terms[term].kind == TermKind::status) own.values[term] = static_cast<double>(status);
  }
  look_at(watch, trigger::kStatus, {step, time, Basis::tick, {}});
}

void AlertBook::on_signal(WatchId watch, std::uint16_t set, const DerivedRecord& record) noexcept {
  const auto signal = record.as<SignalBody>();
  // Told once: when it is first heard of.
  if (signal.status == SignalStatus::confirmed || signal.status == SignalStatus::withdrawn) return;
  if (watches_[watch].looked_at(trigger::kSignal).empty()) return;
  for (const auto& [function, number] : program_->watched(set).signals) {
    if (function != record.header.function) continue;
    Moment moment{{record.header.cause_seq.value, record.header.ts_recv.value},
                  record.header.ts_event.value,
                  record.header.basis,
                  record.header.quality,
                  record.header.input_first.value};
    moment.signal = number;
    moment.signal_value = static_cast<std::uint8_t>(signal.what);
    look_at(watch, trigger::kSignal, moment);
  }
}

// ---- bars

bool AlertBook::wants_bar(std::uint16_t set, std::uint16_t spec) const noexcept {
  return program_->watched(set).specs[spec].wants_bars();
}
bool AlertBook::wants_mean(std::uint16_t set, std::uint16_t spec) const noexcept {
  return !program_->watched(set).specs[spec].averages.empty();
}

void AlertBook::set_slow(Watch& own, std::uint16_t term, double value, Time newest, std::uint64_t first_cause,
                         std::uint32_t quality) noexcept {
  const auto found = std::find_if(own.slow.begin(), own.slow.end(), [&](const SlowValue& s) { return s.term == term; });
  if (found == own.slow.end() || newest < found->newest) return;
  found->newest = newest;
  found->first_cause = first_cause;
  found->quality = quality;
  own.values[term] = value;
}

void AlertBook::on_bar(WatchId watch, std::uint16_t set, std::uint16_t spec, const WatchedBar& bar) noexcept {
  Watch& own = watches_[watch];
  const WatchedSpec& watched = program_->watched(set).specs[spec];
  const Time start = bar.due.bar.start.value;
  bool has_news = false;
  const auto is_home = [&](std::uint16_t term) { return program_->home_of(term, own.set) == set; };
  const auto newest_of = [&](std::uint16_t term) {
    const auto found =
        std::find_if(own.slow.begin(), own.slow.end(), [&](const SlowValue& s) { return s.term == term; });
    return found == own.slow.end() ? kAfterAll : found->newest;
  };
  const auto put = [&](std::uint16_t term, double value) {
    const bool is_same = value == own.values[term] && newest_of(term) == start;
    set_slow(own, term, value, start, bar.due.first_cause, bar.due.bar.quality);
    has_news |= !is_same;
  };
  for (const auto& [output, term] : watched.outputs) {
    if (newest_of(term) > start || !is_home(term) || bar.graph == nullptr) continue;
    put(term,
        bar.graph->is_ready(bar.state, bar.lane, output) ? bar.graph->value(bar.state, bar.lane, output) : kNoValue);
  }
  for (const std::uint16_t term : watched.bars) {
    if (newest_of(term) > start || !is_home(term)) continue;
    const Term& what = program_->names().terms[term];
    const bool is_new = newest_of(term) < start;
    if (what.kind == TermKind::zscore) {
      Baseline& baseline = *std::find_if(own.baselines.begin(), own.baselines.end(),
                                         [&](const Baseline& each) { return each.term == term; });
      if (is_new && baseline.has_newest) {
        if (baseline.before.size() == baseline.wanted) baseline.before.erase(baseline.before.begin());
        baseline.before.push_back(baseline.newest);
      }
      baseline.newest = field_of(bar.due.bar, what.field);
      baseline.has_newest = true;
      put(term, baseline.before.size() < baseline.wanted ? kNoValue : zscore_of(baseline.before, baseline.newest));
    } else if (what.kind == TermKind::bar && what.bars == 1) {  // how many there have been
      const double before = own.values[term];
      put(term, is_new ? (before != before ? 1 : before + 1) : before);
    } else {
      put(term, field_of(bar.due.bar, what.field));
    }
  }
  if (!has_news) return;
  for (Gate& gate : own.gates) gate.low = kInfinite;  // thresholds may have moved
  if (own.looked_at(trigger::kBar).empty()) return;
  look_at(watch, trigger::kBar,
          {bar.due.step, bar.due.bar.end.value, Basis::first, Quality{bar.due.bar.quality}, bar.due.first_cause});
}

void AlertBook::on_mean(WatchId watch, std::uint16_t set, std::uint16_t spec, const Step& step, Time end, double mean,
                        Quality quality) noexcept {
  Watch& own = watches_[watch];
  bool is_any = false;
  for (const std::uint16_t term : program_->watched(set).specs[spec].averages) {
    if (program_->home_of(term, own.set) != set) continue;
    set_slow(own, term, mean, end, step.cause, static_cast<std::uint32_t>(quality));
    is_any = true;
  }
  if (!is_any) return;
  for (Gate& gate : own.gates) gate.low = kInfinite;
  if (!own.looked_at(trigger::kBar).empty()) look_at(watch, trigger::kBar, {step, end, Basis::first, quality});
}

// ---- rules

void AlertBook::pass_gates(WatchId watch, std::uint8_t trigger, const Moment& moment) noexcept {
  Watch& own = watches_[watch];
  for (Gate& gate : own.gates) {
    const double value = own.values[gate.term];
    if ((value > gate.low && value < gate.high) || (gate.triggers & trigger) == 0) [[likely]]
      continue;
    if (value != value) continue;  // nothing is known of it yet
    look_at_gate(own, gate, moment);
  }
}

void AlertBook::look_at_gate(Watch& own, Gate& gate, const Moment& moment) noexcept {
  const double value = own.values[gate.term];
  gate.low = -kInfinite;
  gate.high = kInfinite;
  const auto bound = [&](double threshold) {
    if (threshold <= value) gate.low = std::max(gate.low, threshold);
    if (threshold >= value) gate.high = std::min(gate.high, threshold);
  };
  for (std::uint32_t i = gate.first; i < gate.first + gate.count; ++i) {
    Entry& entry = own.entries[i];
    RuleState& state = own.rules[entry.rule];
    ++counts_[state.rule].looked_at;
    const double threshold = entry.other == SimpleRule::kNoTerm ? entry.threshold : own.values[entry.other];
    if (threshold != threshold || value != value) continue;
    const double hysteresis = program_->rules()[state.rule]->code.hysteresis;
    bool has_come_true = false;
    if (entry.is_cross) {
      const Side before = std::exchange(entry.side, side_of(value, threshold, hysteresis, entry.side));
      has_come_true = before != Side::unknown && before != entry.side &&
                      (entry.relation & (entry.side == Side::above ? kAbove : kBelow)) != 0;
      const double by = std::abs(threshold) * hysteresis;
      bound(threshold - by);
      bound(threshold + by);
    } else {
      const double limit = state.is_on ? eased(threshold, entry.relation, hysteresis) : threshold;
      const std::uint8_t order = value < limit ? kLess : value > limit ? kGreater : kEqual;
      const bool is_true = (entry.relation & order) != 0;
      has_come_true = is_true && !state.is_on;
      state.is_on = is_true;
      bound(is_true ? eased(threshold, entry.relation, hysteresis) : threshold);
    }
    if (has_come_true) tell(own, state, moment);
  }
  if (gate.low == -kInfinite && gate.high == kInfinite && gate.count != 0) {
    // Nothing is known of any threshold yet, or of the value: look again next time.
    const bool is_known =
        value == value && std::all_of(own.entries.begin() + gate.first, own.entries.begin() + gate.first + gate.count,
                                      [&](const Entry& e) {
                                        return e.other == SimpleRule::kNoTerm ||
                                               own.values[e.other] == own.values[e.other];
                                      });
    if (!is_known) gate.low = kInfinite;
  }
}

void AlertBook::look_at(WatchId watch, std::uint8_t trigger, const Moment& moment) noexcept {
  Watch& own = watches_[watch];
  Time wake_at = kAfterAll;
  for (const std::uint32_t place : own.looked_at(trigger)) {
    RuleState& state = own.rules[place];
    const RuleCode& code = program_->rules()[state.rule]->code;
    ++counts_[state.rule].looked_at;
    for (const std::uint16_t term : code.terms) {
      if (program_->names().terms[term].kind != TermKind::silent) continue;
      own.values[term] = own.heard == kBeforeAll ? kNoValue : static_cast<double>(moment.step.received - own.heard);
    }
    RuleContext context;
    context.values = own.values.data();
    context.state = own.words.data() + state.words;
    context.now = moment.step.received;
    context.signal = moment.signal;
    context.signal_value = moment.signal_value;
    context.is_on = state.is_on;
    if (code.asks_quality) {
      std::uint64_t first_cause = 0;
      const auto quality = static_cast<std::uint32_t>(quality_of(own, code, moment, first_cause));
      context.is_quality_ok = (quality & static_cast<std::uint32_t>(kNotOk)) == 0;
    }
    context.is_stale = is_stale_feed(own.feed);
    const RuleAnswer answer = code.run(context);
    wake_at = std::min(wake_at, answer.wake_at);
    if (answer.truth == Truth::undefined) continue;
    const bool is_true = answer.truth == Truth::yes, was_true = std::exchange(state.is_on, is_true);
    if (is_true && !was_true) tell(own, state, moment);
    // A signal is over as soon as it has been told.
    if (moment.signal != 0 && !code.signals.empty()) state.is_on = false;
  }
  if (wake_at != kAfterAll) schedule(watch, wake_at);
}

Quality AlertBook::quality_of(const Watch& own, const RuleCode& code, const Moment& moment,
                              std::uint64_t& first_cause) const noexcept {
  Quality quality = moment.quality;
  first_cause = moment.first_cause == 0 ? moment.step.cause : moment.first_cause;
  for (const SlowValue& slow : own.slow) {
    if (slow.newest == kBeforeAll || std::find(code.terms.begin(), code.terms.end(), slow.term) == code.terms.end()) {
      continue;
    }
    quality = quality | Quality{slow.quality};
    if (slow.first_cause != 0) first_cause = std::min(first_cause, slow.first_cause);
  }
  return is_stale_feed(own.feed) ? quality | Quality::stale_input : quality;
}

bool AlertBook::may_tell(const config::AlertRuleConfig& rule, const RuleState& state, Time now) const noexcept {
  if (rule.paused && (rule.paused_until_ns == 0 || now < rule.paused_until_ns)) return false;
  if (state.last != kBeforeAll && now - state.last < rule.cooldown_ns) return false;
  return !is_muted(rule, now);
}

void AlertBook::tell(Watch& own, RuleState& state, const Moment& moment) noexcept {
  const AlertRule& rule = *program_->rules()[state.rule];
  if (!may_tell(rule.config, state, moment.step.received)) {
    ++counts_[state.rule].suppressed;
    return;
  }
  ++counts_[state.rule].alerts;
  state.last = moment.step.received;
  std::uint64_t first_cause = 0;
  DerivedHeader header;
  header.quality = quality_of(own, rule.code, moment, first_cause);
  header.ts_event = {moment.event};
  header.cause_seq = {moment.step.cause};
  header.input_first = {first_cause};
  header.input_last = {moment.step.cause};
  header.instrument = own.id;
  header.function = function_;
  header.basis = moment.basis;
  header.ts_recv = {moment.step.received};
  AlertBody alert;
  alert.rule = rule.number;
  alert.severity = static_cast<AlertSeverity>(rule.config.severity);
  alert.shard = static_cast<std::uint8_t>(shard_);
  alert.price = {own.price};
  alert.owner = rule.config.owner;
  alert.nth = state.nth++;
  set_text(alert.name, rule.config.name);
  alert.value.fill(kNoValue);
  for (const std::uint16_t term : rule.code.terms) {
    if (alert.value_count == AlertBody::kMaxValues) break;
    alert.value[alert.value_count++] = own.values[term];
  }
  output_.publish(make_derived(header, alert));
}

// ---- time

void AlertBook::schedule(WatchId watch, Time time) {
  Watch& own = watches_[watch];
  if (time >= own.check_at) return;
  own.check_at = time;
  deadlines_.push_back({time, watch});
  std::push_heap(deadlines_.begin(), deadlines_.end(), std::greater<>{});
}

AlertBook::Deadline AlertBook::take_deadline() noexcept {
  std::pop_heap(deadlines_.begin(), deadlines_.end(), std::greater<>{});
  const Deadline due = deadlines_.back();
  deadlines_.pop_back();
  return due;
}

/// When it has been silent for as long as one of its rules asks for.
void AlertBook::schedule_silence(WatchId watch) {
  const Watch& own = watches_[watch];
  if (own.was_silent || own.heard == kBeforeAll) return;
  for (const std::uint32_t place : own.looked_at(trigger::kTime)) {
    const std::int64_t after = program_->rules()[own.rules[place].rule]->code.silent_after;
    if (after != kNoWake) schedule(watch, own.heard + after);
  }
}

void AlertBook::look_at_time(WatchId watch, const Step& step) noexcept {
  Watch& own = watches_[watch];
  own.check_at = kAfterAll;
  bool is_silent = false, has_to_wait = false;
  for (const std::uint32_t place : own.looked_at(trigger::kTime)) {
    const std::int64_t after = program_->rules()[own.rules[place].rule]->code.silent_after;
    if (after == kNoWake) continue;
    (own.heard + after <= step.received ? is_silent : has_to_wait) = true;
  }
  look_at(watch, trigger::kTime, {step, step.received, Basis::tick, {}});
  if (has_to_wait) {
    for (const std::uint32_t place : own.looked_at(trigger::kTime)) {
      const std::int64_t after = program_->rules()[own.rules[place].rule]->code.silent_after;
      if (after != kNoWake && own.heard + after > step.received) schedule(watch, own.heard + after);
    }
  }
  own.was_silent = is_silent;
}

void AlertBook::end_silence(WatchId watch, const Step& step) noexcept {
  watches_[watch].was_silent = false;
  look_at(watch, trigger::kTime, {step, step.received, Basis::tick, {}});
  schedule_silence(watch);
}

bool AlertBook::is_stale_feed(std::uint32_t feed) const noexcept {
  return std::binary_search(stale_feeds_.begin(), stale_feeds_.end(), feed);
}

void AlertBook::note_feed(std::uint32_t feed, bool is_stale) {
  const auto place = std::lower_bound(stale_feeds_.begin(), stale_feeds_.end(), feed);
  if (is_stale) {
    stale_feeds_.insert(place, feed);
  } else {
    stale_feeds_.erase(place);
  }
}

// ---- state

void AlertBook::archive(StateArchive& archive) {
  archive.expect(counts_.size(), "rules");
  archive.expect(program_->names().terms.size(), "values that rules speak of");
  archive(counts_, stale_feeds_);
  std::uint64_t count = watches_.size();
  archive(count);
  if (archive.is_reading()) {
    watches_.clear();
    watch_of_.clear();
    deadlines_.clear();
  }
  for (std::size_t i = 0; i < count; ++i) {
    if (archive.is_reading()) watches_.emplace_back();
    Watch& own = watches_[i];
    archive(own.id, own.set, own.feed, own.symbol, own.venue, own.size_scale);
    if (archive.is_reading()) {
      own = build(std::move(own));
      watch_of_.emplace(own.id.value, static_cast<WatchId>(i));
    }
    archive(own.was_silent, own.heard, own.check_at, own.price, own.values, own.words);
    for (Rolling& each : own.rolling) archive(each.values);
    for (Gate& each : own.gates) archive(each.low, each.high);
    for (Entry& each : own.entries) {
      auto side = static_cast<std::uint64_t>(each.side);
      archive(side);
      each.side = static_cast<Side>(side);
    }
    for (RuleState& each : own.rules) archive(each);
    for (SlowValue& each : own.slow) archive(each);
    for (Baseline& each : own.baselines) archive(each);
    if (!archive.is_reading()) continue;
    const Time check_at = std::exchange(own.check_at, kAfterAll);
    if (check_at != kAfterAll) schedule(static_cast<WatchId>(i), check_at);
  }
}

}  // namespace tickplant::analytics
