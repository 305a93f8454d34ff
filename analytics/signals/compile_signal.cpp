#include "analytics/signals/compile_signal.hpp"

#include <array>
#include <cstdio>
#include <string>

#include "config/nearest.hpp"
#include "config/quoting.hpp"
#include "platform/check.hpp"
#include "platform/setup_error.hpp"

namespace tickplant::analytics {

namespace {

using config::Basis;
using config::Decimal;
using config::FunctionCall;
using config::SignalConfig;
using config::SignalKind;

constexpr std::uint32_t kHorizonMax = 10'000;  // bars; each is 8 bytes per instrument
constexpr std::int64_t kBpsOfAll = 10'000;

// ---- what can be wrong

std::string text_of(Decimal value) {
  std::array<char, 40> text{};
  const int length = std::snprintf(text.data(), text.size(), "%.12g",
                                   static_cast<double>(value.nano) / static_cast<double>(config::kDecimalScale));
  return {text.data(), static_cast<std::size_t>(length)};
}

/// "12:7: signal 'x': ": where it stands in the file, if it stands there, and whose it is.
std::string place_of(const SignalConfig& signal, config::Place place) {
  const std::string where =
      place.line == 0 ? "" : std::to_string(place.line) + ":" + std::to_string(place.column) + ": ";
  return where + "signal " + config::in_quotes(signal.name) + ": ";
}

[[noreturn]] void refuse(const SignalConfig& signal, const std::string& problem, const std::string& remedy) {
  throw platform::SetupError(place_of(signal, signal.place) + problem, remedy);
}

// ---- operands

Operand operand_of(const SignalConfig& signal, const FunctionCall& call, const ResolveIndicator& resolve) {
  Operand operand;
  if (call.is_number()) {
    if (call.parameters.size() != 1) refuse(signal, "it has not two sides", "write two: cross: [price, sma(20)]");
    operand.number = static_cast<double>(call.parameters[0].nano) / static_cast<double>(config::kDecimalScale);
    return operand;
  }
  const std::array<std::string, 2> ours{"price", "ma_5min"};
  const config::Place place = call.place.line == 0 ? signal.place : call.place;
  if (call.name == ours[0] || call.name == ours[1]) {
    if (!call.parameters.empty()) {
      throw platform::SetupError(place_of(signal, place) + call.name + " has parameters, and takes none",
                                 "write " + call.name + ", or an indicator: sma(20)");
    }
    operand.kind = call.name == ours[0] ? Operand::Kind::price : Operand::Kind::average;
    return operand;
  }
  if (const std::string near = config::nearest(call.name, ours); !near.empty() && call.parameters.empty()) {
    throw platform::SetupError(place_of(signal, place) + "nothing is called " + config::in_quotes(call.name),
                               "did you mean '" + near + "'?");
  }
  TP_CHECK(static_cast<bool>(resolve));
  operand.kind = Operand::Kind::indicator;
  operand.indicator = static_cast<std::uint32_t>(resolve(call));
  return operand;
}

// ---- the four kinds

CrossRule cross_of(const SignalConfig& signal) {
  if (signal.confirm == 0) {
    refuse(signal, "confirm is 0", "write 1 or more: the bar that crosses counts as the first");
  }
  if (signal.hysteresis_bps.nano < 0 || signal.hysteresis_bps >= config::whole(kBpsOfAll)) {
    refuse(signal, "hysteresis_bps is " + text_of(signal.hysteresis_bps), "write 0 or more, and less than 10000");
  }
  if (signal.a.is_number() && signal.b.is_number()) {
    refuse(signal, "it compares a number with a number", "write price or an indicator on one side: [rsi(14), 70]");
  }
  if (signal.a.name == signal.b.name && signal.a.parameters == signal.b.parameters) {
    refuse(signal, "both sides are " + config::in_quotes(signal.a.name), "write two different ones: [sma(5), sma(20)]");
  }
  return CrossRule::of(signal.hysteresis_bps, signal.confirm, signal.cooldown);
}

PriceChangeRule price_change_of(const SignalConfig& signal) {
  if (signal.bps.nano <= 0) refuse(signal, "bps is " + text_of(signal.bps), "write more than 0: 100 is one percent");
  if (signal.horizon > kHorizonMax) {
    refuse(signal, "horizon is " + std::to_string(signal.horizon) + " bars",
           "write at most " + std::to_string(kHorizonMax) + ", or use longer bars");
  }
  return {signal.bps, signal.horizon};
}

VolumeRule volume_of(const SignalConfig& signal) {
  if (signal.lookback == 0 || signal.lookback > kLookbackMax) {
    refuse(signal, "lookback is " + std::to_string(signal.lookback) + " bars",
           "write 1 to " + std::to_string(kLookbackMax));
  }
  if (signal.minimum == 0 || signal.minimum > signal.lookback) {
    refuse(signal, "minimum is " + std::to_string(signal.minimum) + " of " + std::to_string(signal.lookback) + " bars",
           "write 1 to lookback: with fewer bars nothing is said");
  }
  if (signal.z.nano < 0) refuse(signal, "z is " + text_of(signal.z), "write 0 (off) or more");
  if (signal.robust.nano < 0) refuse(signal, "robust is " + text_of(signal.robust), "write 0 (off) or more");
  if (signal.z.nano == 0 && signal.robust.nano == 0 && signal.absolute == 0) {
    refuse(signal, "z, robust and absolute are all 0, which is off", "set one of them: z: 3");
  }
  return {signal.lookback, signal.minimum, signal.z, signal.robust, signal.absolute};
}

SwingRule swing_of(const SignalConfig& signal) {
  if (signal.percent.nano <= 0) refuse(signal, "percent is " + text_of(signal.percent), "write more than 0");
  return {signal.percent};
}

void check_on_tick(const SignalConfig& signal) {
  if (signal.kind == SignalKind::price_change || signal.kind == SignalKind::volume_anomaly) {
    refuse(signal, "basis is tick, which crosses and swings know and this one does not", "write first or final");
  }
  if (signal.kind == SignalKind::cross && signal.a.name != "price") {
    refuse(signal, "basis is tick, and the first side is not price", "write [price, X]: a tick is a price");
  }
}

}  // namespace

void check_signal_names(std::span<const config::SignalConfig> signals, std::string_view on) {
  for (std::size_t i = 0; i < signals.size(); ++i) {
    if (signals[i].on != on) continue;
    if (signals[i].name.empty()) refuse(signals[i], "it has no name", "give it one: results are called after it");
    for (std::size_t k = 0; k < i; ++k) {
      if (signals[k].on == on && signals[k].name == signals[i].name) {
        refuse(signals[i], "the name is already that of the signal in line " + std::to_string(signals[k].place.line),
               "call one of them differently: results are told apart by it");
      }
    }
  }
}

std::size_t state_bytes_of(const SignalRule& rule) noexcept {
  if (std::holds_alternative<CrossRule>(rule.function)) return sizeof(CrossState);
  if (const auto* change = std::get_if<PriceChangeRule>(&rule.function))
    return PriceChangeState::bytes(change->horizon);
  if (const auto* volume = std::get_if<VolumeRule>(&rule.function)) return VolumeBaseline::bytes(volume->lookback);
  return 0;
}

SignalRule compile_signal(const config::SignalConfig& signal, const ResolveIndicator& resolve) {
  if (signal.basis == Basis::tick) check_on_tick(signal);
  SignalRule rule;
  rule.basis = signal.basis;
  rule.edges_only = signal.edges_only;
  switch (signal.kind) {
    case SignalKind::cross:
      rule.function = cross_of(signal);
      rule.a = operand_of(signal, signal.a, resolve);
      rule.b = operand_of(signal, signal.b, resolve);
      break;
    case SignalKind::price_change: rule.function = price_change_of(signal); break;
    case SignalKind::volume_anomaly: rule.function = volume_of(signal); break;
    case SignalKind::swing: rule.function = swing_of(signal); break;
  }
  return rule;
}

}  // namespace tickplant::analytics
