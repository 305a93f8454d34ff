#include "analytics/tick_functions.hpp"

#include <algorithm>

#include "analytics/grow.hpp"

namespace tickplant::analytics {

using namespace ringbuf;

TickFunctions::TickFunctions(const SetProgram& set, EngineOutput& output, SignalListener* listener)
    : set_(set), output_(output), listener_(listener) {
  for (const TickValue& value : set.tick_values) {
    ema_of_.push_back(emas_);
    if (value.ema == 0) {
      has_vwap_ = true;
      continue;
    }
    rules_.push_back(TickEmaRule::of(value.ema));
    ++emas_;
  }
}

void TickFunctions::add_instrument(std::int64_t price_unit) {
  if (is_empty()) return;
  extend(ticks_, 1);
  extend(averages_, emas_);
  if (has_vwap_) vwaps_.emplace_back();
  for (const SignalRule& rule : set_.tick_crosses) {
    TickCross& cross = crosses_.emplace_back();
    if (rule.b.kind == Operand::Kind::number) {
      cross.on_average(std::get<CrossRule>(rule.function), rule.b.number, price_unit);
    }
  }
}

void TickFunctions::on_average(std::uint32_t slot, Time end, double average, Quality quality,
                               std::int64_t price_unit) noexcept {
  Tick& tick = ticks_[slot];
  tick.average_end = end;
  tick.average = average;
  tick.quality = static_cast<std::uint32_t>(quality);
  const std::size_t rules = set_.tick_crosses.size();
  for (std::size_t i = 0; i < rules; ++i) {
    const SignalRule& rule = set_.tick_crosses[i];
    if (rule.b.kind != Operand::Kind::average) continue;
    crosses_[slot * rules + i].on_average(std::get<CrossRule>(rule.function), average, price_unit);
  }
}

double TickFunctions::value_of(std::uint32_t slot, std::size_t output, std::int64_t price_unit) const noexcept {
  if (set_.tick_values[output].ema == 0) return vwaps_[slot].value(price_unit);
  const std::size_t ema = ema_of_[output];
  return averages_[slot * emas_ + ema].value(rules_[ema]);
}

void TickFunctions::on_trade(const TickContext& context, const WindowTrade& trade) noexcept {
  Tick& tick = ticks_[context.slot];
  const std::uint64_t index = tick.trades++;
  if (has_vwap_) {
    if (tick.session != context.session) vwaps_[context.slot].reset();
    // What does not fit cannot have been traded in a session: it is left out.
    static_cast<void>(vwaps_[context.slot].on_trade(trade.price, trade.size));
  }
  tick.session = context.session;
  for (std::size_t i = 0; i < emas_; ++i) {
    averages_[context.slot * emas_ + i].on_trade(rules_[i], trade.price, context.price_unit);
  }
  if (set_.published_tick_values != 0) publish_values(context, trade, index);
  const std::size_t rules = set_.tick_crosses.size();
  for (std::size_t i = 0; i < rules; ++i) {
    const SignalRule& rule = set_.tick_crosses[i];
    TickCross& cross = crosses_[context.slot * rules + i];
    double other = rule.b.number;
    Cross what;
    if (rule.b.kind == Operand::Kind::indicator) {  // it moves with every trade
      other = value_of(context.slot, rule.b.indicator, context.price_unit);
      what = cross.state.on_bar(std::get<CrossRule>(rule.function), to_double(trade.price, context.price_unit), other,
                                index);
    } else {
      if (rule.b.kind == Operand::Kind::average) other = tick.average;
      what = cross.on_tick(std::get<CrossRule>(rule.function), trade.price, index);
    }
    if (what == Cross::none) [[likely]]
      continue;
    DerivedHeader header = context.header;
    header.function = set_.signal_functions[rule.signal];
    if (rule.b.kind == Operand::Kind::average) header.quality = header.quality | Quality{tick.quality};
    SignalBody signal;
    signal.start = signal.end = {trade.key.time};
    signal.index = index;
    signal.price = {trade.price * context.price_unit};
    signal.value[0] = to_double(trade.price, context.price_unit);
    signal.value[1] = other;
    signal.what = what == Cross::golden ? ringbuf::SignalValue::golden : ringbuf::SignalValue::death;
    const DerivedRecord record = make_derived(header, signal);
    output_.publish(record);
    if (listener_ != nullptr) listener_->on_signal(context.slot, record);
  }
}

void TickFunctions::publish_values(const TickContext& context, const WindowTrade& trade, std::uint64_t index) noexcept {
  IndicatorValuesBody values;
  values.start = values.end = {trade.key.time};
  values.bar_index = static_cast<std::uint32_t>(index);
  for (std::size_t first = 0; first < set_.published_tick_values; first += IndicatorValuesBody::kMaxValues) {
    values.first_output = static_cast<std::uint16_t>(first);
    values.count =
        static_cast<std::uint16_t>(std::min(set_.published_tick_values - first, IndicatorValuesBody::kMaxValues));
    values.value.fill(kNoValue);
    for (std::size_t i = 0; i < values.count; ++i) {
      values.value[i] = value_of(context.slot, first + i, context.price_unit);
    }
    DerivedHeader header = context.header;
    header.function = {static_cast<std::uint16_t>(set_.first_tick_value.value + first)};
    output_.publish(make_derived(header, values));
  }
}

void TickFunctions::on_cancel(const TickContext& context, const WindowTrade& before,
                              const WindowTrade* after) noexcept {
  if (!has_vwap_ || ticks_[context.slot].session != context.session) return;
  TickVwap& vwap = vwaps_[context.slot];
  vwap.on_cancel(before.price, before.size);
  if (after != nullptr) static_cast<void>(vwap.on_trade(after->price, after->size));
}

}  // namespace tickplant::analytics
