// What a derived record says, in words for people and as JSON for scripts. Computed numbers are floating point; prices
// that were traded are exact.
//
// Threads: any; pure functions.
// Not here: whose it is and when (derived_context.hpp), the derived image (derived_image_text.hpp), CSV for comparison
// (derived_csv.hpp).
#pragma once

#include <string>

#include "clients/cli/live/json_text.hpp"
#include "clients/cli/terminal.hpp"
#include "ringbuf/functions_table.hpp"
#include "ringbuf/records/derived.hpp"

namespace tickplant::cli {

/// "189.0123": four decimals, six digits where it is small; "-" for none.
[[nodiscard]] std::string number_text(double number);
/// null for none.
[[nodiscard]] Json number_json(double number);

/// "golden over 188.98", "up 1.02 %, edge", "2.36 % within the window", "volume 20,100, z 5.3".
[[nodiscard]] std::string signal_text(const ringbuf::SignalBody& signal, int size_scale);
/// golden, up: rise; death, down: fall.
[[nodiscard]] Look look_of(ringbuf::SignalValue what) noexcept;
[[nodiscard]] Look look_of(ringbuf::Trend trend) noexcept;

/// "gap_inside, late_merged"; "" when nothing is known against it.
[[nodiscard]] std::string quality_text(ringbuf::Quality quality);
[[nodiscard]] Json quality_json(ringbuf::Quality quality);

/// Everything in the body, on one line: "open 189.01  high ...".
[[nodiscard]] std::string fields_text(const ringbuf::DerivedRecord& record, const ringbuf::FunctionsReader& functions,
                                      int size_scale);
/// Adds the keys of the record, header first; docs/cli.md lists them.
void add_fields(const ringbuf::DerivedRecord& record, const ringbuf::FunctionsReader& functions, Json& out);

}  // namespace tickplant::cli
