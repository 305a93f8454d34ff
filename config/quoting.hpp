// Text from outside, made safe to show: on a terminal, in YAML, in JSON.
//
// Threads: any; pure functions.
#pragma once

#include <string>
#include <string_view>

namespace tickplant::config {

/// The text with everything that is not printable ASCII as \xNN.
[[nodiscard]] std::string printable(std::string_view text);

/// 'text', printable and cut to 60 characters.
[[nodiscard]] std::string in_quotes(std::string_view text);

/// A YAML scalar that reads back as this text: plain where that is unambiguous, else in double quotes.
[[nodiscard]] std::string yaml_scalar(std::string_view text);

/// A JSON string.
[[nodiscard]] std::string json_string(std::string_view text);

}  // namespace tickplant::config
