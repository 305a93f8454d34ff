// Words for the values in derived records, as people read them and scripts match them: lower case, underscores.
//
// Threads: any; pure functions.
// Not here: words of ticks (words.hpp).
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "ringbuf/records/derived.hpp"

namespace tickplant::cli {

/// "unknown" for a value that is none of them.
[[nodiscard]] std::string_view word_of(ringbuf::DerivedType type) noexcept;
[[nodiscard]] std::string_view word_of(ringbuf::Basis basis) noexcept;
[[nodiscard]] std::string_view word_of(ringbuf::RowKind kind) noexcept;
[[nodiscard]] std::string_view word_of(ringbuf::Trend trend) noexcept;
[[nodiscard]] std::string_view word_of(ringbuf::SignalValue what) noexcept;
[[nodiscard]] std::string_view word_of(ringbuf::SignalStatus status) noexcept;
[[nodiscard]] std::string_view word_of(ringbuf::AlertSeverity severity) noexcept;
[[nodiscard]] std::string_view word_of(ringbuf::CorrectionKind kind) noexcept;

/// All types of derived records there are, and the one of that word.
[[nodiscard]] std::vector<ringbuf::DerivedType> derived_types();
[[nodiscard]] std::optional<ringbuf::DerivedType> derived_type_of(std::string_view word);

}  // namespace tickplant::cli
