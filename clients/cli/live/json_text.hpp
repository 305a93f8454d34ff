// The pieces that the JSON of all live verbs is made of. Prices are exact decimal strings, never floating point; times
// are whole nanoseconds since 1970-01-01 UTC; what is absent is null.
//
// Threads: any. Not here: the keys (docs/cli.md lists them).
#pragma once

#include <optional>
#include <string>

#include "clients/cli/json.hpp"
#include "platform/unix_nanos.hpp"
#include "ringbuf/records/price.hpp"

namespace tickplant::cli {

[[nodiscard]] Json price_json(ringbuf::Price price);
[[nodiscard]] Json time_json(const std::optional<platform::UnixNanos>& time);
/// One character; null for '\0'.
[[nodiscard]] Json code_json(char code);

/// Two blanks an indent, to stdout.
void print_json(const Json& json);
/// On one line.
[[nodiscard]] std::string json_line(const Json& json);

}  // namespace tickplant::cli
