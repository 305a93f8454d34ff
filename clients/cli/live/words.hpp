// The words for the values of records and tables, the same in tables, in `tail` and in JSON.
//
// Threads: any; pure functions. A value this build does not know is "unknown".
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ringbuf/instruments_layout.hpp"
#include "ringbuf/records/imbalance.hpp"
#include "ringbuf/records/order.hpp"
#include "ringbuf/records/quality.hpp"
#include "ringbuf/records/source.hpp"
#include "ringbuf/records/status.hpp"
#include "ringbuf/records/trade.hpp"

namespace tickplant::cli {

[[nodiscard]] std::string_view word_of(ringbuf::RecordType type) noexcept;
[[nodiscard]] std::string_view word_of(ringbuf::Side side) noexcept;
[[nodiscard]] std::string_view word_of(ringbuf::TradeKind kind) noexcept;
[[nodiscard]] std::string_view word_of(ringbuf::TradeCancelKind kind) noexcept;
[[nodiscard]] std::string_view word_of(ringbuf::OrderAction action) noexcept;
[[nodiscard]] std::string_view word_of(ringbuf::OrderReason reason) noexcept;
[[nodiscard]] std::string_view word_of(ringbuf::BookClearBody::Reason reason) noexcept;
[[nodiscard]] std::string_view word_of(ringbuf::TradingStatus status) noexcept;
[[nodiscard]] std::string_view word_of(ringbuf::StatusKind kind) noexcept;
[[nodiscard]] std::string_view word_of(ringbuf::AuctionPricesKind kind) noexcept;
[[nodiscard]] std::string_view word_of(ringbuf::GapReason reason) noexcept;
[[nodiscard]] std::string_view word_of(ringbuf::InstrumentStatus status) noexcept;
[[nodiscard]] std::string_view word_of(ringbuf::InstrumentKind kind) noexcept;

/// Words of the bits that are set.
[[nodiscard]] std::vector<std::string_view> words_of(ringbuf::RecordFlags flags);
[[nodiscard]] std::vector<std::string_view> words_of(ringbuf::Quality quality);
[[nodiscard]] std::vector<std::string_view> words_of(ringbuf::TradeEligibility eligibility);

/// All types of record there are, and the one of that word.
[[nodiscard]] std::vector<ringbuf::RecordType> record_types();
[[nodiscard]] std::optional<ringbuf::RecordType> record_type_of(std::string_view word);

}  // namespace tickplant::cli
