#include "clients/cli/live/derived_words.hpp"

#include <array>

#include "clients/cli/live/word_table.hpp"

namespace tickplant::cli {
namespace {

using namespace std::string_view_literals;
using ringbuf::DerivedType;

constexpr std::array kDerivedTypes{""sv,    "window_row"sv, "indicator_values"sv, "signal"sv, "correction"sv,
                                   "gap"sv, "alert"sv};

}  // namespace

std::string_view word_of(DerivedType type) noexcept { return word_at(type, kDerivedTypes); }
std::string_view word_of(ringbuf::Basis basis) noexcept {
  return word_at(basis, std::array{""sv, "tick"sv, "first"sv, "final"sv});
}
std::string_view word_of(ringbuf::RowKind kind) noexcept {
  return word_at(kind, std::array{""sv, "on_time"sv, "late"sv, "provisional"sv, "carried"sv, "final"sv});
}
std::string_view word_of(ringbuf::Trend trend) noexcept {
  return word_at(trend, std::array{"neutral"sv, "bullish"sv, "bearish"sv});
}
std::string_view word_of(ringbuf::SignalValue what) noexcept {
  return word_at(what, std::array{""sv, "golden"sv, "death"sv, "up"sv, "down"sv, "swing"sv, "volume"sv, "match"sv});
}
std::string_view word_of(ringbuf::SignalStatus status) noexcept {
  return word_at(status, std::array{"stands"sv, "provisional"sv, "confirmed"sv, "withdrawn"sv});
}
std::string_view word_of(ringbuf::CorrectionKind kind) noexcept {
  return word_at(kind, std::array{""sv, "cancelled"sv, "corrected"sv, "late"sv, "unknown_trade"sv});
}

std::string_view word_of(ringbuf::AlertSeverity severity) noexcept {
  return word_at(severity, std::array{"info"sv, "warning"sv, "critical"sv});
}

std::vector<DerivedType> derived_types() { return values_of<DerivedType>(kDerivedTypes); }

std::optional<DerivedType> derived_type_of(std::string_view word) { return value_of<DerivedType>(word, kDerivedTypes); }

}  // namespace tickplant::cli
