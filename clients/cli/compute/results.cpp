#include "clients/cli/compute/results.hpp"

#include <algorithm>
#include <limits>
#include <tuple>

namespace tickplant::cli {

using namespace ringbuf;

namespace {

std::int64_t cause_of(const DerivedRecord& record) noexcept {
  return static_cast<std::int64_t>(record.header.cause_seq.value);
}

std::uint64_t function_and_instrument(const DerivedRecord& record, std::uint16_t function) noexcept {
  return std::uint64_t{function} << 32 | record.header.instrument.value;
}

SortedRecords::Key row_key(const DerivedRecord& record) noexcept {
  const auto row = record.as<WindowRowBody>();
  const std::int64_t end = row.kind == RowKind::late ? std::numeric_limits<std::int64_t>::min() : row.end.value;
  return {cause_of(record), end, function_and_instrument(record, record.header.function.value)};
}

/// Records of one bar side by side, however many its values take.
SortedRecords::Key values_key(const DerivedRecord& record) noexcept {
  const auto values = record.as<IndicatorValuesBody>();
  const auto first = static_cast<std::uint16_t>(record.header.function.value - values.first_output);
  return {cause_of(record), values.end.value, function_and_instrument(record, first)};
}

SortedRecords::Key final_key(const DerivedRecord& record) noexcept {
  return {static_cast<std::int64_t>(function_and_instrument(record, record.header.function.value)),
          record.as<WindowRowBody>().start.value, 0};
}

}  // namespace

void Results::publish(const DerivedRecord& record) noexcept {
  switch (record.header.type) {
    case DerivedType::window_row: return rows.add(row_key(record), record);
    case DerivedType::indicator_values: return values.add(values_key(record), record);
    case DerivedType::signal: return signals.push_back(record);
    case DerivedType::correction: return corrections.push_back(record);
    case DerivedType::alert: return alerts.push_back(record);
    case DerivedType::gap:  // of live shards alone
    case DerivedType::none: break;
  }
}

void Results::on_final(const DerivedRecord& record) noexcept { finals.add(final_key(record), record); }

void Results::sort() {
  const auto comes_before = [](const DerivedRecord& a, const DerivedRecord& b) {
    const auto key = [](const DerivedRecord& r) {
      return std::tuple(r.header.cause_seq.value, r.header.ts_event.value, r.header.function.value,
                        r.header.instrument.value);
    };
    return key(a) < key(b);
  };
  std::stable_sort(signals.begin(), signals.end(), comes_before);
  std::stable_sort(corrections.begin(), corrections.end(), comes_before);
  std::stable_sort(alerts.begin(), alerts.end(), comes_before);
  std::stable_sort(late.begin(), late.end(), [](const analytics::LateTick& a, const analytics::LateTick& b) {
    return std::tuple(a.cause, a.function) < std::tuple(b.cause, b.function);
  });
}

}  // namespace tickplant::cli
