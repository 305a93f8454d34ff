// Indicators and signals of a set. Exactly one of `cross`, `price_change`, `volume_anomaly`, `swing` says what kind of
// signal it is.
#include <array>
#include <string>
#include <utility>

#include "config/read_analytics_parts.hpp"

namespace tickplant::config {

namespace {

constexpr std::array<std::string_view, 2> kIndicatorsKeys{"on", "of"};
constexpr std::array<std::string_view, 10> kSignalKeys{
    "name", "on", "cross", "price_change", "swing", "confirm", "volume_anomaly", "hysteresis_bps", "basis", "cooldown"};
constexpr std::array<std::string_view, 4> kSignalKinds{"cross", "price_change", "volume_anomaly", "swing"};
constexpr std::array<std::string_view, 3> kPriceChangeKeys{"bps", "horizon", "edges_only"};
constexpr std::array<std::string_view, 5> kVolumeKeys{"lookback", "minimum", "z", "robust", "absolute"};
constexpr std::array<std::string_view, 1> kSwingKeys{"percent"};

// Each bar looked back on costs every instrument 8 B, of volumes more.
constexpr std::uint64_t kMostHorizon = 10'000, kMostLookback = 256;
constexpr std::uint64_t kMostConfirm = 1000, kMostCooldown = 1'000'000;
constexpr std::int64_t kMostHysteresisBps = 9'999, kMostBps = 1'000'000;
constexpr Decimal kSmallest{1};

class SignalReader {
 public:
  SignalReader(const YamlSection& section, SignalConfig& signal, const SetReading& reading)
      : section_(section), signal_(signal), reading_(reading) {}

  void read() {
    read_on(section_, reading_, signal_.on);
    const YamlNode* kind_value = find_kind();
    read_basis(kind_value);
    if (kind_value == nullptr) return;
    if (signal_.kind == SignalKind::cross) return read_cross(*kind_value);
    for (const std::string_view key : {"confirm", "hysteresis_bps", "cooldown"}) {
      section_.refuse(key, "means nothing to " + kind_word(), "take it out: it belongs to `cross`");
    }
    if (signal_.kind == SignalKind::price_change) read_price_change(*kind_value);
    if (signal_.kind == SignalKind::volume_anomaly) read_volume_anomaly(*kind_value);
    if (signal_.kind == SignalKind::swing) read_swing(*kind_value);
  }

 private:
  [[nodiscard]] std::string kind_word() const { return Choice<SignalKind>{}.text(signal_.kind); }

  /// nullptr: none, or more than one, which is reported.
  const YamlNode* find_kind() {
    const YamlNode* found = nullptr;
    bool is_mixed = false;
    for (std::size_t i = 0; i < kSignalKinds.size(); ++i) {
      const YamlNode* value = section_.find(kSignalKinds.at(i));
      if (value == nullptr) continue;
      if (found != nullptr) {
        section_.refuse(kSignalKinds.at(i), "makes a second kind of signal of one that has `" + kind_word() + '`',
                        "keep one of the two, or make two signals");
        is_mixed = true;
        continue;
      }
      found = value;
      signal_.kind = static_cast<SignalKind>(i);
    }
    if (found == nullptr) {
      section_.require("cross", "cross: [price, sma(20)]`, or `price_change:`, `volume_anomaly:`, `swing:");
    }
    return is_mixed ? nullptr : found;
  }

  void read_basis(const YamlNode* kind_value) {
    const bool is_on_ticks = signal_.on == kOnTicks;
    if (is_on_ticks) signal_.basis = Basis::tick;
    if (section_.read("basis", Choice<Basis>{}, signal_.basis) && is_on_ticks && signal_.basis != Basis::tick) {
      section_.refuse("basis", "is " + Choice<Basis>{}.text(signal_.basis) + ", but ticks are not fired like windows",
                      "take it out, or name a window in `on`");
    }
    if (is_on_ticks && kind_value != nullptr && signal_.kind != SignalKind::cross) {
      section_.refuse("on", "is ticks, but " + kind_word() + " is about windows",
                      "name a window, with `basis: tick` to hear of it at once");
    } else if (signal_.basis == Basis::tick && kind_value != nullptr &&
               (signal_.kind == SignalKind::price_change || signal_.kind == SignalKind::volume_anomaly)) {
      section_.refuse("basis", "is tick, but " + kind_word() + " compares whole bars", "write first or final");
    }
  }

  void read_cross(const YamlNode& value) {
    const std::string path = section_.child("cross");
    const std::string remedy = "write [a, b], for example [price, sma(20)]";
    if (is_kind(value, YamlNode::Kind::sequence, path, remedy, reading_.mistakes)) {
      if (value.children.size() != 2) {
        reading_.mistakes.add(value, path, path + " has " + std::to_string(value.children.size()) + " items, not two",
                              remedy + "; a call with commas needs quotes");
      } else if (read_call(value.children[0], path, Call{true}, reading_, signal_.a) &&
                 read_call(value.children[1], path, Call{true}, reading_, signal_.b)) {
        check_operands(value, path);
      }
    }
    section_.read("confirm", Count{1, kMostConfirm}, signal_.confirm);
    section_.read("cooldown", Count{0, kMostCooldown}, signal_.cooldown);
    section_.read("hysteresis_bps", DecimalNumber{{0}, whole(kMostHysteresisBps)}, signal_.hysteresis_bps);
  }

  void check_operands(const YamlNode& value, const std::string& path) {
    if (signal_.a.is_number() && signal_.b.is_number()) {
      reading_.mistakes.add(value, path, path + " compares two numbers, which never cross", "name a function");
    } else if (signal_.a == signal_.b) {
      reading_.mistakes.add(value, path, path + " compares " + in_quotes(Call{}.text(signal_.a)) + " with itself",
                            "name two functions");
    } else if (signal_.basis == Basis::tick && signal_.a.name != "price") {
      reading_.mistakes.add(
          value.children[0], path,
          path + " begins with " + in_quotes(value.children[0].text) + ", but on every tick only the price is new",
          "write [price, ...], or another basis");
    }
  }

  void read_price_change(const YamlNode& value) {
    const YamlSection section(value, section_.child("price_change"), kPriceChangeKeys, reading_.mistakes);
    if (section.require("bps", "bps: 100")) section.read("bps", DecimalNumber{kSmallest, whole(kMostBps)}, signal_.bps);
    section.read("horizon", Count{0, kMostHorizon}, signal_.horizon);
    section.read("edges_only", Flag{}, signal_.edges_only);
  }

  void read_volume_anomaly(const YamlNode& value) {
    const YamlSection section(value, section_.child("volume_anomaly"), kVolumeKeys, reading_.mistakes);
    constexpr DecimalNumber kThreshold{{0}, whole(1000)};
    section.read("lookback", Count{2, kMostLookback}, signal_.lookback);
    section.read("minimum", Count{2, kMostLookback}, signal_.minimum);
    section.read("z", kThreshold, signal_.z);
    section.read("robust", kThreshold, signal_.robust);
    section.read("absolute", Count{0, INT64_MAX}, signal_.absolute);
    if (signal_.minimum > signal_.lookback) {
      reading_.mistakes.add(value, section.child("minimum"),
                            section.child("minimum") + " is " + std::to_string(signal_.minimum) +
                                (section.has("minimum") ? "" : " by default") + ", more than the lookback " +
                                std::to_string(signal_.lookback) + ": it would never fire",
                            "write `minimum: " + std::to_string(signal_.lookback) + "` or less");
    }
    if (signal_.z.nano == 0 && signal_.robust.nano == 0 && signal_.absolute == 0) {
      reading_.mistakes.add(value, section.path(),
                            section.path() + " has z, robust and absolute 0: it would never fire",
                            "set one of them, z: 3 for example");
    }
  }

  void read_swing(const YamlNode& value) {
    const YamlSection section(value, section_.child("swing"), kSwingKeys, reading_.mistakes);
    section.read("percent", DecimalNumber{kSmallest, whole(10'000)}, signal_.percent);
  }

  const YamlSection& section_;
  SignalConfig& signal_;
  const SetReading& reading_;
};

/// "sma(5) is there already": the same call on the same window would be the same value twice.
bool has_call(const SetConfig& set, const std::string& on, const FunctionCall& call) {
  for (const IndicatorsConfig& each : set.indicators) {
    for (const FunctionCall& other : each.of) {
      if (each.on == on && other == call) return true;
    }
  }
  return false;
}

/// Rows are called by name and window: the same signal on two windows may have one name.
void report_second(const YamlSection& section, const SignalConfig& signal, const SetConfig& set) {
  for (const SignalConfig& other : set.signals) {
    if (signal.name.empty() || other.name != signal.name || other.on != signal.on) continue;
    section.refuse("name", "is " + in_quotes(signal.name) + ", which another one on " + signal.on + " has",
                   "give it a name of its own");
    return;
  }
}

}  // namespace

void read_indicators(const YamlSection& set_section, SetReading& reading) {
  const auto items = set_section.items("indicators", kMaxFunctions);
  std::size_t function_count = 0;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const YamlSection section(*items[i], item_path(set_section.child("indicators"), *items[i], i), kIndicatorsKeys,
                              reading.mistakes);
    if (!section.is_section()) continue;
    IndicatorsConfig& indicators = reading.set.indicators.emplace_back();
    indicators.place = place_of(*items[i]);
    read_on(section, reading, indicators.on);
    section.require("of", "of: [sma(20)]");
    const YamlNode* list = section.find("of");
    const std::string path = section.child("of");
    if (list == nullptr ||
        !is_kind(*list, YamlNode::Kind::sequence, path, "write a list, [sma(20), rsi(14)]", reading.mistakes)) {
      continue;
    }
    if (list->children.empty()) section.refuse("of", "is empty", "name a function, sma(20) for example");
    for (const YamlNode& item : list->children) {
      FunctionCall call;
      if (!read_call(item, path, Call{}, reading, call)) continue;
      if (++function_count > kMaxFunctions) {
        section.refuse("of", "brings the set to more than " + std::to_string(kMaxFunctions) + " functions",
                       "remove some");
        break;
      }
      if (has_call(reading.set, indicators.on, call)) {
        reading.mistakes.add(
            item, path,
            path + " holds " + in_quotes(item.text) + ", which the set has on " + indicators.on + " already",
            "name it once");
      }
      indicators.of.push_back(std::move(call));
    }
  }
}

void read_signals(const YamlSection& set_section, SetReading& reading) {
  const auto items = set_section.items("signals", kMaxSignals);
  for (std::size_t i = 0; i < items.size(); ++i) {
    const YamlSection section(*items[i], item_path(set_section.child("signals"), *items[i], i), kSignalKeys,
                              reading.mistakes);
    if (!section.is_section()) continue;
    SignalConfig signal;
    signal.place = place_of(*items[i]);
    if (section.require("name", "name: price_x_sma20")) section.read("name", kSignalName, signal.name);
    SignalReader(section, signal, reading).read();
    report_second(section, signal, reading.set);
    reading.set.signals.push_back(std::move(signal));
  }
}

}  // namespace tickplant::config
