// Which windows a set of instruments has, and how they share panes. Assignment is Flink's: a window [start, end) begins
// at offset + k x slide, an event on a boundary belongs to the window that begins there.
//
// Windows of event time share panes with those whose slices fit into theirs (a family): 1 min, and 5 min by 1 min, have
// one pane a minute between them. Windows counted from a session's open have a family each. Windows by trades, volume
// and value follow arrival and have no panes.
//
// Threads: immutable once made.
// Not here: state (engine.hpp), sessions (calendars/).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "analytics/windows/pane.hpp"
#include "config/analytics_config.hpp"

namespace tickplant::analytics {

[[nodiscard]] constexpr Time floor_mod(Time value, Time modulus) noexcept {
  const Time rest = value % modulus;
  return rest < 0 ? rest + modulus : rest;
}

/// Slices that are not a grid: sessions, and pieces of them.
class SliceSource {
 public:
  virtual ~SliceSource() = default;
  /// nullopt: no slice has this time (the market is closed).
  [[nodiscard]] virtual std::optional<Slice> slice_of(Time time) const noexcept = 0;
  /// The first end of a slice after `time`; kAfterAll: none.
  [[nodiscard]] virtual Time next_end_after(Time time) const noexcept = 0;
};

inline constexpr std::size_t kMaxFamilies = 8;

struct WindowFamily {
  Time width = 0;  // of a pane; 0: slices of `source`
  Time offset = 0;
  std::shared_ptr<const SliceSource> source = {};
  std::vector<std::uint16_t> specs = {};  // of WindowPlan::specs, ascending

  [[nodiscard]] std::optional<Slice> pane_of(Time time) const noexcept {
    if (source) return source->slice_of(time);
    const Time start = time - floor_mod(time - offset, width);
    return Slice{start, start + width};
  }
};

struct WindowSpec {
  std::string name = {};
  config::WindowKind kind = config::WindowKind::time;
  std::uint16_t index = 0;               // in the order of the file: rows of one end come in it
  std::uint16_t family = 0;              // of time and session windows
  Time size = 0, slide = 0, offset = 0;  // of a grid; size 0: the window is its pane
  std::uint64_t count = 0;               // ticks, volume
  std::int64_t value_nano = 0;           // value: 1e-9 currency units
  Time early = 0;
  bool carries = false;

  /// It follows event time, not arrival.
  [[nodiscard]] bool has_panes() const noexcept {
    return kind == config::WindowKind::time || kind == config::WindowKind::session;
  }
  /// The last window that contains this pane begins here.
  [[nodiscard]] Time last_start(Slice pane) const noexcept {
    return size == 0 ? pane.start : pane.start - floor_mod(pane.start - offset, slide);
  }
  /// The first one.
  [[nodiscard]] Time first_start(Slice pane) const noexcept {
    if (size == 0) return pane.start;
    const Time last = last_start(pane);
    return last - (last + size - pane.end) / slide * slide;
  }
  [[nodiscard]] Time end_of(Time start, Slice pane) const noexcept { return size == 0 ? pane.end : start + size; }
};

class WindowPlan {
 public:
  /// `sources`: for each window counted from sessions, by its index in `windows`; null for the others. Throws
  /// SetupError when there are more than kMaxFamilies families.
  WindowPlan(std::span<const config::WindowConfig> windows, std::span<const std::shared_ptr<const SliceSource>> sources,
             const std::string& file_name);

  [[nodiscard]] std::span<const WindowSpec> specs() const noexcept { return specs_; }
  [[nodiscard]] std::span<const WindowFamily> families() const noexcept { return families_; }
  /// Of windows by trades, volume and value, ascending.
  [[nodiscard]] std::span<const std::uint16_t> arrival_specs() const noexcept { return arrival_; }

  /// The first time after `time` at which a window ends or, `lateness` later, can no longer change.
  [[nodiscard]] Time next_boundary_after(Time time, Time lateness) const noexcept;

  /// The spec that ma_5min is taken from: 5 min sliding by 1 min on the minute, or the one named; nullptr: none.
  [[nodiscard]] const WindowSpec* find(const std::string& name) const noexcept;
  [[nodiscard]] const WindowSpec* five_minutes_by_one() const noexcept;
  /// No window is longer; sessions last days at most.
  [[nodiscard]] Time longest() const noexcept { return longest_; }

 private:
  std::vector<WindowSpec> specs_;
  std::vector<WindowFamily> families_;
  std::vector<std::uint16_t> arrival_;
  Time longest_ = 0;
};

}  // namespace tickplant::analytics
