#include "analytics/signals/signal_event.hpp"

#include <array>
#include <cmath>
#include <cstdio>

namespace tickplant::analytics {

namespace {

/// As people write it, and as Python's "%.12g" does; nothing for what is not a number.
std::string number_text(double value) {
  if (std::isnan(value)) return {};
  std::array<char, 40> text{};
  const int length = std::snprintf(text.data(), text.size(), "%.12g", value);
  return {text.data(), static_cast<std::size_t>(length)};
}

std::string fired_text(const SignalEvent& event) {
  std::string text;
  const auto add = [&](bool fired, const char* word) {
    if (!fired) return;
    if (!text.empty()) text += '+';
    text += word;
  };
  add(event.z_fired, "z");
  add(event.robust_fired, "robust");
  add(event.absolute_fired, "absolute");
  return text;
}

const char* kind_text(RobustKind kind) noexcept {
  switch (kind) {
    case RobustKind::none: return "";
    case RobustKind::mad: return "mad";
    case RobustKind::mean_deviation: return "meanad";
  }
  return "";
}

}  // namespace

std::string to_text(const SignalEvent& event) {
  switch (event.what) {
    case SignalValue::golden: return "golden";
    case SignalValue::death: return "death";
    case SignalValue::up:
    case SignalValue::down:
      if (!event.over_bars) return number_text(event.value);
      return std::string(event.what == SignalValue::up ? "up" : "down") + (event.edge ? ":edge" : "");
    case SignalValue::swing: return number_text(event.value);
    case SignalValue::volume: return fired_text(event);
  }
  return {};
}

std::string volume_columns(const SignalEvent& event) {
  return number_text(event.value) + (event.z_fired ? ",1," : ",0,") + number_text(event.other) +
         (event.robust_fired ? ",1," : ",0,") + kind_text(event.robust_kind);
}

}  // namespace tickplant::analytics
