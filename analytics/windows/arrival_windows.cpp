#include "analytics/windows/arrival_windows.hpp"

namespace tickplant::analytics {

namespace {

/// The least sum of price x size, in counts of unit and scale, that is worth `nano` of 1e-9 currency units.
Int128 notional_worth(std::int64_t nano, std::int64_t price_unit, std::int8_t size_scale) noexcept {
  Int128 worth = nano, one = price_unit;
  for (int i = 0; i < size_scale; ++i) one *= 10;
  for (int i = 0; i > size_scale; --i) worth *= 10;
  return (worth + one - 1) / one;
}

}  // namespace

void ArrivalWindows::add_instrument(std::int64_t price_unit, std::int8_t size_scale) {
  for (const std::uint16_t index : plan_.arrival_specs()) {
    ArrivalWindow& window = windows_.emplace_back();
    const WindowSpec& spec = plan_.specs()[index];
    if (spec.kind == config::WindowKind::value) {
      window.enough_notional = notional_worth(spec.value_nano, price_unit, size_scale);
    }
  }
}

}  // namespace tickplant::analytics
