#include "clients/cli/compute/signal_text.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace tickplant::cli {

using ringbuf::SignalBody;
using ringbuf::SignalValue;

std::string short_number(double number) {
  if (std::isnan(number)) return {};
  std::array<char, 40> text{};
  const int length = std::snprintf(text.data(), text.size(), "%.12g", number);
  return {text.data(), static_cast<std::size_t>(length)};
}

std::string value_text(const SignalBody& signal) {
  switch (signal.what) {
    case SignalValue::golden: return "golden";
    case SignalValue::death: return "death";
    case SignalValue::up:
    case SignalValue::down:
      if ((signal.fired & SignalBody::kOverBars) == 0) return short_number(signal.value[0]);
      return std::string(signal.what == SignalValue::up ? "up" : "down") + (signal.is_edge != 0 ? ":edge" : "");
    case SignalValue::swing: return short_number(signal.value[0]);
    case SignalValue::volume: {
      std::string text;
      for (const auto& [bit, word] : {std::pair{SignalBody::kByZ, "z"},
                                      {SignalBody::kByRobustZ, "robust"},
                                      {SignalBody::kByVolume, "absolute"}}) {
        if ((signal.fired & bit) != 0) text += (text.empty() ? "" : "+") + std::string(word);
      }
      return text;
    }
    case SignalValue::match: break;
  }
  return "match";
}

std::string volume_text(const SignalBody& signal) {
  const auto flag = [&](std::uint8_t bit) { return (signal.fired & bit) != 0 ? ",1," : ",0,"; };
  const bool is_from_mean = (signal.fired & SignalBody::kMeanDeviation) != 0;
  std::array<char, 32> volume{};
  std::snprintf(volume.data(), volume.size(), "%.0f", signal.value[2]);
  return std::string(volume.data()) + ',' + short_number(signal.value[0]) + flag(SignalBody::kByZ) +
         short_number(signal.value[1]) + flag(SignalBody::kByRobustZ) +
         (std::isnan(signal.value[1]) ? ""
          : is_from_mean              ? "meanad"
                                      : "mad");
}

std::string binding_text(const config::PatternConfig& pattern, const SignalBody& match,
                         const std::function<std::string(std::uint64_t)>& event_text) {
  constexpr std::uint64_t kIndexMask = (std::uint64_t{1} << 56) - 1;
  std::string text;
  const std::size_t told = std::min<std::size_t>(match.bound_count, match.bound.size());
  for (std::size_t i = 0; i < told; ++i) {
    if (i != 0) text += ';';
    text += pattern.steps[match.bound[i] >> 56].name + '=' + event_text(match.bound[i] & kIndexMask);
  }
  return told < match.bound_count ? text + ";..." : text;
}

}  // namespace tickplant::cli
