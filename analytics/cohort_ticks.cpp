#include "analytics/cohort.hpp"

#include <algorithm>
#include <cmath>

#include "analytics/pattern_signal.hpp"

namespace tickplant::analytics {

using namespace ringbuf;

DerivedHeader Cohort::tick_header(const Step& step, const Header& header, const WindowTrade& trade) const noexcept {
  DerivedHeader derived;
  derived.ts_event = {trade.key.time};
  derived.cause_seq = {step.cause};
  derived.input_first = derived.input_last = {step.cause};
  derived.instrument = header.id;
  derived.basis = Basis::tick;
  derived.quality =
      Quality{trade.quality} | feeds_[header.feed].of(trade.key.time, trade.key.time + 1, step.cause, listener_);
  derived.ts_recv = {step.received};
  return derived;
}

TickContext Cohort::tick_context(const Step& step, const Header& header, std::uint32_t slot,
                                 const WindowTrade& trade) const noexcept {
  return {slot, header.price_unit, sessions_[header.feed].session_of(trade.key.time), tick_header(step, header, trade)};
}

void Cohort::on_new_average(const Step& step, std::uint32_t slot, Time end, const PaneContent& content) noexcept {
  if (ticks_.is_empty()) return;
  const Header& header = headers_[slot];
  const Quality quality =
      Quality{content.quality} | feeds_[header.feed].of(end - set_.average_window->size, end, step.cause, listener_);
  ticks_.on_average(slot, end, average_of(content.totals, header.price_unit), quality, header.price_unit);
}

void Cohort::run_tick_swings(const Step& step, const Header& header, std::uint32_t slot, const WindowTrade& trade,
                             Time watermark, std::uint32_t extended) noexcept {
  for (std::size_t i = 0; i < set_.tick_swings.size(); ++i) {
    const auto& [index, rule] = set_.tick_swings[i];
    const WindowSpec& spec = set_.plan.specs()[index];
    if ((extended >> spec.family & 1) == 0) continue;
    const std::optional<Slice> pane = set_.plan.families()[spec.family].pane_of(trade.key.time);
    const Time last = spec.last_start(*pane);
    for (Time start = spec.first_start(*pane); start <= last; start += spec.size == 0 ? 1 : spec.slide) {
      const Time end = spec.end_of(start, *pane);
      if (end + lateness_ <= watermark) continue;
      const PaneContent content = content_of(header, spec.family, start, end);
      if (!content.has_price() || !std::get<SwingRule>(rule.function).fires(content.high, content.low)) continue;
      const Swung key{slot, static_cast<std::uint16_t>(i), end};
      const auto place = std::lower_bound(swung_.begin(), swung_.end(), key);
      if (place != swung_.end() && *place == key) continue;
      swung_.insert(place, key);
      DerivedHeader derived = tick_header(step, header, trade);
      derived.function = set_.signal_functions[rule.signal];
      derived.input_first = {content.first_cause};
      derived.quality =
          derived.quality | Quality{content.quality} | feeds_[header.feed].of(start, end, step.cause, listener_);
      SignalBody signal;
      signal.start = {start};
      signal.end = {end};
      signal.price = {trade.price * header.price_unit};
      signal.value[0] = swing_percent(content.high, content.low);
      signal.what = ringbuf::SignalValue::swing;
      const DerivedRecord record = make_derived(derived, signal);
      output_.publish(record);
      if (at_once_) on_signal(slot, record);
    }
  }
}

void Cohort::run_tick_patterns(const Step& step, const Header& header, std::uint32_t slot,
                               const WindowTrade& trade) noexcept {
  const auto values = tick_values(trade.price, header.price_unit, trade.size, {trade.key.time});
  std::uint64_t* words = pattern_words_.data() + slot * pattern_stride_;
  for (std::size_t i = 0; i < tick_runs_.size(); ++i) {
    const NamedPattern& pattern = set_.tick_patterns[i];
    const std::span<std::uint64_t> state(words, pattern.program.state_words());
    words += pattern.program.state_words();
    tick_runs_[i].on_event(state, {step.cause, {trade.key.time}, values}, [&](const PatternMatch& match) {
      DerivedHeader derived = tick_header(step, header, trade);
      derived.function = pattern.function;
      derived.input_first = {match.first_index()};
      derived.quality =
          derived.quality | feeds_[header.feed].of(match.first_ts().value, trade.key.time + 1, step.cause, listener_);
      output_.publish(make_derived(derived, signal_of(match, {trade.key.time}, trade.price * header.price_unit)));
    });
  }
}

/// Patterns over signals: this one is their next event.
void Cohort::on_signal(std::uint32_t slot, const DerivedRecord& record) noexcept {
  const auto signal = record.as<SignalBody>();
  const auto found = std::find(set_.signal_functions.begin(), set_.signal_functions.end(), record.header.function);
  if (found == set_.signal_functions.end()) return;
  const double nano = signal.value[0] * static_cast<double>(kPriceScale);
  const bool has_value = std::abs(nano) < 9e18;  // false for NaN, too
  const auto values = signal_values(static_cast<std::uint32_t>(found - set_.signal_functions.begin()),
                                    has_value ? std::llround(nano) : kAbsentField, record.header.ts_event);
  std::uint64_t* words = pattern_words_.data() + slot * pattern_stride_;
  for (const PatternRuns& runs : tick_runs_) words += runs.program().state_words();
  const std::uint64_t index = signals_seen_[slot]++;
  for (std::size_t i = 0; i < signal_runs_.size(); ++i) {
    const NamedPattern& pattern = set_.signal_patterns[i];
    const std::span<std::uint64_t> state(words, pattern.program.state_words());
    words += pattern.program.state_words();
    signal_runs_[i].on_event(state, {index, record.header.ts_event, values}, [&](const PatternMatch& match) {
      DerivedHeader derived = record.header;
      derived.function = pattern.function;
      output_.publish(make_derived(derived, signal_of(match, record.header.ts_event, signal.price.value)));
    });
  }
}

}  // namespace tickplant::analytics
