// Results as CSV in the columns of the golden files, for comparison with what `tickplant compute` writes.
//
// Threads: pure.
// Not here: files of a whole run (compute/).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "ringbuf/records/derived.hpp"

namespace tickplant::cli {

/// As emissions_NAME.csv, emission_columns(). `n` counts what is printed.
[[nodiscard]] std::string emission_csv(const ringbuf::DerivedRecord& record, std::uint64_t n, std::string_view window,
                                       std::string_view symbol);

/// As provisional_signals_WINDOW.csv; without trigger_seq and status as signals_WINDOW.csv.
inline constexpr const char* kSignalColumns = "trigger_seq,symbol,signal,i,window_start,value,status";
[[nodiscard]] std::string signal_csv(const ringbuf::DerivedRecord& record, std::string_view signal,
                                     std::string_view symbol);

}  // namespace tickplant::cli
