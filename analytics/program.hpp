// An analytics file made ready to run: which feeds keep time together, which instruments belong to which set, what is
// computed for a set. Shared by all shards.
//
// Threads: immutable once made.
// Not here: state (engine.hpp), the file (config/load_analytics.hpp).
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "analytics/bar_program.hpp"
#include "analytics/windows/window_plan.hpp"
#include "config/analytics_config.hpp"
#include "ringbuf/records/derived.hpp"
#include "ringbuf/records/instrument_id.hpp"

namespace tickplant::analytics {

class AlertProgram;

/// A feed as the plant numbers it.
struct NamedFeed {
  std::string name;
  ringbuf::FeedId id{};
};

/// A function as clients see it: "T60", "T60.price_x_sma20".
struct Function {
  std::string name;
  ringbuf::FunctionId id{};
  std::string meaning = {};  // all that its values depend on, as text: functions that say the same are the same
};

/// EMA over that many trades; 0: the VWAP of the session.
struct TickValue {
  std::uint64_t ema = 0;
  friend bool operator==(const TickValue&, const TickValue&) = default;
};

/// What is said of the quotes of one window, next to its bar.
struct QuoteOutputs {
  std::uint16_t spec = 0;
  std::uint16_t first_output = 0;  // value i is output first_output + i of the window: indicators come first
  std::vector<config::QuoteFunction> of = {};
  ringbuf::FunctionId first{};  // value i is function first + i
};

/// What is said with each change of a consolidated quote; "nbbo.bid" and so on.
inline constexpr std::array<std::string_view, 7> kNbboValues{"bid",        "ask",        "bid_size", "ask_size",
                                                             "bid_venues", "ask_venues", "state"};

/// What is computed for the instruments of one set.
struct SetProgram {
  config::SetConfig config;
  WindowPlan plan;
  const WindowSpec* average_window = nullptr;              // ma_5min; of `plan`
  std::vector<ringbuf::FunctionId> window_functions = {};  // by spec
  std::vector<std::unique_ptr<BarProgram>> bars = {};      // by spec
  std::vector<ringbuf::FunctionId> signal_functions = {};  // by signal of `config`
  // On each tick:
  std::vector<TickValue> tick_values = {};
  std::size_t published_tick_values = 0;      // those that config asked for come first; signals may have added others
  ringbuf::FunctionId first_tick_value{};     // value i is function first_tick_value + i
  std::vector<SignalRule> tick_crosses = {};  // the price with ma_5min, a number or a tick value
  std::vector<std::pair<std::uint16_t, SignalRule>> tick_swings = {};  // within a window of this spec
  std::vector<NamedPattern> tick_patterns = {};
  std::vector<NamedPattern> signal_patterns = {};
  std::vector<QuoteOutputs> quotes = {};  // by spec, those that have any
  ringbuf::FunctionId first_nbbo{};       // of kNbboValues, on each change; none: changes are not published

  [[nodiscard]] ringbuf::FunctionId window_function(std::size_t spec) const noexcept { return window_functions[spec]; }
};

/// Feeds whose event time advances together.
struct GroupProgram {
  config::WatermarkConfig watermark;
  std::vector<ringbuf::FeedId> feeds;
  friend bool operator==(const GroupProgram&, const GroupProgram&) = default;
};

/// Which group, and which of its feeds.
struct FeedPlace {
  std::uint16_t group = 0;
  std::uint16_t feed = 0;
};

class Program {
 public:
  /// Throws SetupError for what only shows here: an unknown calendar, function or feed.
  /// `previous`: what it takes the place of. Sets that are equal are shared with it (a calendar's file is not read
  /// again); functions that mean the same have the same id; ids of what is not computed any more are kept for it.
  Program(config::AnalyticsConfig config, std::span<const NamedFeed> feeds, const Program* previous = nullptr);
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  [[nodiscard]] const config::AnalyticsConfig& config() const noexcept { return config_; }
  [[nodiscard]] std::span<const GroupProgram> groups() const noexcept { return groups_; }
  [[nodiscard]] std::span<const std::shared_ptr<const SetProgram>> sets() const noexcept { return sets_; }
  /// Of the file, then those that are computed for rules of alerts alone, which nobody publishes.
  [[nodiscard]] std::shared_ptr<const SetProgram> computed(std::size_t set) const noexcept;
  [[nodiscard]] std::size_t computed_count() const noexcept;
  /// nullptr: there are no rules.
  [[nodiscard]] const AlertProgram* alerts() const noexcept { return alerts_.get(); }
  /// Alerts are published as this.
  [[nodiscard]] ringbuf::FunctionId alert_function() const noexcept { return alert_function_; }
  /// By id; those of programs before this one, too.
  [[nodiscard]] std::span<const Function> functions() const noexcept { return functions_; }
  [[nodiscard]] const std::string& name_of(ringbuf::FunctionId id) const noexcept { return functions_[id.value].name; }

  /// nullopt: not a feed of the plant.
  [[nodiscard]] std::optional<FeedPlace> place_of(ringbuf::FeedId feed) const noexcept;
  /// The first set that names it; nullopt: nothing is computed for it.
  [[nodiscard]] std::optional<std::uint16_t> set_of(std::string_view symbol, std::string_view venue) const;

 private:
  void make_groups(std::span<const NamedFeed> feeds);
  std::shared_ptr<const SetProgram> make_set(const config::SetConfig& set);
  void make_alerts(const Program* previous);
  void make_functions(SetProgram& set);
  /// Appends to `published`, which has the indicators of the same window.
  void make_quotes(SetProgram& set, const WindowSpec& spec, std::vector<Function>& published);
  ringbuf::FunctionId add_function(std::string name, std::string meaning);
  /// Functions with consecutive ids. Returns the first one's.
  ringbuf::FunctionId add_functions(std::vector<Function> block);

  config::AnalyticsConfig config_;
  std::vector<GroupProgram> groups_;
  std::vector<std::optional<FeedPlace>> places_;  // by feed id
  std::vector<std::shared_ptr<const SetProgram>> sets_;
  std::vector<bool> is_free_;                 // by id: of a function before this program, that nothing has taken up
  std::vector<Function> functions_;           // by id; 0 is none
  std::optional<std::uint16_t> hidden_ = {};  // while a set is made that nobody publishes: its next function
  ringbuf::FunctionId alert_function_{};
  std::unique_ptr<const AlertProgram> alerts_;
};

}  // namespace tickplant::analytics
