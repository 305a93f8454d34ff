// A window row in the columns of the golden files.
//
// Threads: pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "analytics/windows/pane.hpp"
#include "clients/cli/compute/csv_line.hpp"
#include "ringbuf/records/derived.hpp"

namespace tickplant::cli {

/// Of emissions_NAME.csv.
[[nodiscard]] std::string emission_columns();
/// Of final_BL*.csv.
[[nodiscard]] std::string final_columns();

/// From `count` on.
void put_content(CsvLine& line, const ringbuf::WindowRowBody& row);
/// FLUSH: the end of all input.
void put_watermark(CsvLine& line, analytics::Time watermark);
/// `n` counts lines; `trigger`: the input that caused it.
void put_emission(CsvLine& line, const ringbuf::DerivedRecord& record, std::uint64_t n, std::uint64_t trigger,
                  std::string_view window, std::string_view symbol);

}  // namespace tickplant::cli
