#include "analytics/signals/signal_program.hpp"

#include <type_traits>
#include <variant>

namespace tickplant::analytics {

namespace {

using config::Basis;

/// Whom a rule speaks about, and to whom.
struct Speech {
  const SignalRule& rule;
  const Bar& bar;
  bool provisional;  // the bar may still change
  SignalOutput& out;
};

SignalEvent event_of(const Speech& speech) noexcept {
  SignalEvent event;
  event.start = speech.bar.start;
  event.end = speech.bar.end;
  event.rule = speech.rule.signal;
  event.provisional = speech.provisional;
  return event;
}

void say(const Speech& speech, Cross cross, double a, double b) noexcept {
  if (cross == Cross::none) return;
  SignalEvent event = event_of(speech);
  event.what = cross == Cross::golden ? SignalValue::golden : SignalValue::death;
  event.value = a;
  event.other = b;
  speech.out.append(event);
}

void say(const Speech& speech, const PriceChange& change, std::uint32_t horizon) noexcept {
  if (!change.hit || (speech.rule.edges_only && !change.edge)) return;
  SignalEvent event = event_of(speech);
  event.what = change.up ? SignalValue::up : SignalValue::down;
  event.value = change.percent;
  event.over_bars = horizon != 0;
  event.edge = change.edge;
  speech.out.append(event);
}

void say(const Speech& speech, const VolumeAnomaly& anomaly) noexcept {
  if (!anomaly.fired()) return;
  SignalEvent event = event_of(speech);
  event.what = SignalValue::volume;
  event.value = anomaly.z;
  event.other = anomaly.robust_z;
  event.z_fired = anomaly.z_fired;
  event.robust_fired = anomaly.robust_fired;
  event.absolute_fired = anomaly.absolute_fired;
  event.robust_kind = anomaly.robust_kind;
  speech.out.append(event);
}

void say_swing(const Speech& speech, const SwingRule& swing) noexcept {
  if (!swing.fires(speech.bar.high, speech.bar.low)) return;
  SignalEvent event = event_of(speech);
  event.what = SignalValue::swing;
  event.value = swing_percent(speech.bar.high, speech.bar.low);
  speech.out.append(event);
}

/// The closes behind a state of price changes.
template <class Byte>
auto* closes_of(Byte* state) noexcept {
  using Close = std::conditional_t<std::is_const_v<Byte>, const std::int64_t, std::int64_t>;
  return reinterpret_cast<Close*>(state + sizeof(PriceChangeState));
}

}  // namespace

SignalProgram::SignalProgram(std::span<const config::SignalConfig> signals, std::string_view on,
                             const ResolveIndicator& resolve) {
  check_signal_names(signals, on);
  for (std::size_t i = 0; i < signals.size(); ++i) {
    if (signals[i].on != on) continue;
    SignalRule rule = compile_signal(signals[i], resolve);
    rule.signal = static_cast<std::uint32_t>(i);
    if (rule.basis == Basis::tick) {
      tick_rules_.push_back(rule);
      continue;
    }
    rule.state_offset = state_bytes_;
    state_bytes_ += state_bytes_of(rule);
    rules_.push_back(rule);
  }
}

void SignalProgram::final_bar(const SignalRule& rule, std::uint64_t bar_index, const Bar& bar, double a, double b,
                              std::byte* state, SignalOutput& out) noexcept {
  const Speech speech{rule, bar, false, out};  // by which earlier words of a rule on `first` are measured
  if (const auto* cross = std::get_if<CrossRule>(&rule.function)) {
    const Cross found = reinterpret_cast<CrossState*>(state)->on_bar(*cross, a, b, bar_index);
    say(speech, found, a, b);
  } else if (const auto* change = std::get_if<PriceChangeRule>(&rule.function)) {
    const PriceChange found =
        change->on_bar(*reinterpret_cast<PriceChangeState*>(state), closes_of(state), bar.open, bar.close);
    say(speech, found, change->horizon);
  } else if (const auto* volume = std::get_if<VolumeRule>(&rule.function)) {
    const VolumeAnomaly found = volume->on_bar(state, bar.volume);
    say(speech, found);
  } else if (const auto* swing = std::get_if<SwingRule>(&rule.function)) {
    say_swing(speech, *swing);
  }
}

void SignalProgram::first_bar(const SignalRule& rule, std::uint64_t bar_index, const Bar& bar, double a, double b,
                              const std::byte* state, SignalOutput& out) noexcept {
  const Speech speech{rule, bar, true, out};
  if (const auto* cross = std::get_if<CrossRule>(&rule.function)) {
    CrossState copy = *reinterpret_cast<const CrossState*>(state);
    say(speech, copy.on_bar(*cross, a, b, bar_index), a, b);
  } else if (const auto* change = std::get_if<PriceChangeRule>(&rule.function)) {
    say(speech, change->look(*reinterpret_cast<const PriceChangeState*>(state), closes_of(state), bar.open, bar.close),
        change->horizon);
  } else if (const auto* volume = std::get_if<VolumeRule>(&rule.function)) {
    say(speech, volume->look(VolumeBaseline(state, volume->lookback), bar.volume));
  } else if (const auto* swing = std::get_if<SwingRule>(&rule.function)) {
    say_swing(speech, *swing);
  }
}

}  // namespace tickplant::analytics
