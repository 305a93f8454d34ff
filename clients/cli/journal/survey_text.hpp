// What a survey of a journal found, for people and as JSON (docs/cli.md lists the keys).
//
// Threads: any; pure functions.
#pragma once

#include <cstdint>
#include <string>

#include "clients/cli/journal/journal_survey.hpp"
#include "clients/cli/json.hpp"
#include "clients/cli/terminal.hpp"

namespace tickplant::cli {

/// `tickplant journal list`.
[[nodiscard]] std::string list_text(const JournalSurvey& survey, const Style& style);
/// Damages, bad files and the end, a line or two each; `tickplant journal verify`.
[[nodiscard]] std::string verdict_text(const JournalSurvey& survey, const Style& style);
/// Everything.
[[nodiscard]] Json survey_json(const JournalSurvey& survey);

/// "disk", "overrun", "restart", "damage", "unknown".
[[nodiscard]] std::string_view word_of(const std::optional<ringbuf::LossReason>& reason) noexcept;
/// "ticks", "runs", "derived", "facts", "alerts", "unknown".
[[nodiscard]] std::string_view word_of(ringbuf::BlockKind kind) noexcept;
/// "2026-11-22 09:30:00.000000000" in UTC.
[[nodiscard]] std::string utc_text(platform::UnixNanos time);

}  // namespace tickplant::cli
