// One rule of alerts as it was written: in an analytics file, in a file of rules, or by a user over the control socket.
// The initialisers are the defaults.
//
// Threads: values, copied freely.
// Not here: the language of `when` (analytics/alerts/rule_compiler.hpp, docs/alerts.md).
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "config/analytics_words.hpp"
#include "config/pattern_config.hpp"

namespace tickplant::config {

enum class Severity : std::uint8_t { info, warning, critical };
constexpr std::array<std::string_view, 3> choice_words(Severity) { return {"info", "warning", "critical"}; }

/// Minutes after midnight UTC, `begin` included, `end` not. begin > end: over midnight.
struct MuteHours {
  std::uint16_t begin = 0, end = 0;
  friend bool operator==(const MuteHours&, const MuteHours&) = default;
};

/// The file that it stands in, for errors; always equal, as places are. Empty: the analytics file.
struct RuleFile {
  std::string name = {};
  friend bool operator==(const RuleFile&, const RuleFile&) { return true; }
};

inline constexpr std::uint32_t kNoOwner = ~std::uint32_t{0};  // a rule of the plant's own files

/// {name: dip, when: "change(5m) < -2%", symbols: [AAPL], severity: warning, cooldown: 5m}
struct AlertRuleConfig {
  std::string name = {};
  std::uint32_t owner = kNoOwner;         // uid
  std::string when = {};                  // a condition; empty: `pattern` has steps
  PatternConfig pattern = {};             // its name is the rule's
  std::vector<std::string> symbols{"*"};  // globs over SYMBOL or SYMBOL@VENUE
  Severity severity = Severity::warning;
  std::int64_t cooldown_ns = 0;  // after an alert about an instrument none about it for so long
  Decimal hysteresis_bps = {};   // so far back beyond its threshold a value has to go before the rule speaks again
  std::vector<MuteHours> mute = {};
  bool trading = false;  // it trades: `and quality ok` is understood
  bool paused = false;
  std::int64_t paused_until_ns = 0;  // UTC, by receive time; 0: until somebody resumes it
  RuleFile file = {};
  Place place = {}, when_place = {};

  [[nodiscard]] bool is_pattern() const noexcept { return when.empty(); }

  friend bool operator==(const AlertRuleConfig&, const AlertRuleConfig&) = default;
};

}  // namespace tickplant::config
