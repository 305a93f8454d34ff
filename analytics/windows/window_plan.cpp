#include "analytics/windows/window_plan.hpp"

#include <numeric>

#include "platform/setup_error.hpp"

namespace tickplant::analytics {

namespace {

/// A window of more panes than this is merged too long: it gets panes of its own.
constexpr Time kMaxPanesPerWindow = 16;
constexpr Time kLongestSession = 8 * platform::kNanosPerDay;

/// The next end of the grid offset + k x width after `time`.
Time next_grid_end(Time time, Time offset, Time width) noexcept {
  return time - floor_mod(time - offset, width) + width;
}

bool joins(const WindowFamily& family, const WindowSpec& spec) noexcept {
  return !family.source && std::gcd(spec.size, spec.slide) % family.width == 0 &&
         floor_mod(spec.offset - family.offset, family.width) == 0 && spec.size / family.width <= kMaxPanesPerWindow;
}

}  // namespace

WindowPlan::WindowPlan(std::span<const config::WindowConfig> windows,
                       std::span<const std::shared_ptr<const SliceSource>> sources, const std::string& file_name) {
  for (std::size_t i = 0; i < windows.size(); ++i) {
    const config::WindowConfig& window = windows[i];
    WindowSpec spec;
    spec.name = window.name;
    spec.kind = window.kind;
    spec.index = static_cast<std::uint16_t>(i);
    spec.count = window.count;
    spec.value_nano = window.value.nano;
    spec.early = window.early_ns;
    spec.carries = window.empty == config::EmptyWindows::carry;
    if (window.kind == config::WindowKind::time && !window.align_to_session) {
      spec.size = window.size_ns;
      spec.slide = window.slide_ns != 0 ? window.slide_ns : window.size_ns;
      spec.offset = window.offset_ns;
    }
    if (window.kind != config::WindowKind::time && window.kind != config::WindowKind::session) {
      arrival_.push_back(spec.index);
    }
    longest_ = std::max(longest_, spec.size != 0 ? spec.size : kLongestSession);
    specs_.push_back(spec);
  }
  // The widest shared slice first come by: small windows make the families that larger ones join.
  std::vector<std::uint16_t> by_width;
  for (const WindowSpec& spec : specs_) {
    if (spec.size != 0) by_width.push_back(spec.index);
  }
  std::stable_sort(by_width.begin(), by_width.end(), [&](std::uint16_t a, std::uint16_t b) {
    return std::gcd(specs_[a].size, specs_[a].slide) < std::gcd(specs_[b].size, specs_[b].slide);
  });
  for (const std::uint16_t index : by_width) {
    WindowSpec& spec = specs_[index];
    std::size_t family = 0;
    while (family < families_.size() && !joins(families_[family], spec)) ++family;
    if (family == families_.size()) families_.push_back({std::gcd(spec.size, spec.slide), spec.offset, {}, {}});
    spec.family = static_cast<std::uint16_t>(family);
  }
  for (WindowSpec& spec : specs_) {
    if (sources[spec.index] == nullptr) continue;
    spec.family = static_cast<std::uint16_t>(families_.size());
    families_.push_back({0, 0, sources[spec.index], {}});
  }
  for (const WindowSpec& spec : specs_) {
    if (spec.size != 0 || sources[spec.index] != nullptr) families_[spec.family].specs.push_back(spec.index);
  }
  if (families_.size() > kMaxFamilies) {
    throw platform::SetupError(
        file_name + ":" + std::to_string(windows.back().place.line) + ": the windows need " +
            std::to_string(families_.size()) + " kinds of panes, at most " + std::to_string(kMaxFamilies) + " are kept",
        "choose sizes, slides and offsets that are multiples of one another, or put some into another set");
  }
}

Time WindowPlan::next_boundary_after(Time time, Time lateness) const noexcept {
  Time next = kAfterAll;
  for (const WindowFamily& family : families_) {
    const auto end_after = [&](Time after) {
      return family.source ? family.source->next_end_after(after) : next_grid_end(after, family.offset, family.width);
    };
    next = std::min({next, end_after(time), end_after(time - lateness) + lateness});
  }
  return next;
}

const WindowSpec* WindowPlan::find(const std::string& name) const noexcept {
  for (const WindowSpec& spec : specs_) {
    if (spec.name == name) return &spec;
  }
  return nullptr;
}

const WindowSpec* WindowPlan::five_minutes_by_one() const noexcept {
  constexpr Time kMinute = 60 * platform::kNanosPerSecond;
  for (const WindowSpec& spec : specs_) {
    if (spec.size == 5 * kMinute && spec.slide == kMinute && floor_mod(spec.offset, kMinute) == 0) return &spec;
  }
  return nullptr;
}

}  // namespace tickplant::analytics
