#include "clients/cli/live/words.hpp"

#include <array>

#include "clients/cli/live/word_table.hpp"

namespace tickplant::cli {
namespace {

using namespace std::string_view_literals;
using ringbuf::RecordType;

constexpr std::array kRecordTypes{
    ""sv,          "trade"sv,     "quote"sv,          "order"sv,        "level"sv,  "book_clear"sv,
    "status"sv,    "imbalance"sv, "auction_prices"sv, "trade_cancel"sv, "gap"sv,    "source_position"sv,
    "heartbeat"sv, "session"sv,   "definition"sv,     "command"sv,      "padding"sv};

}  // namespace

std::string_view word_of(RecordType type) noexcept { return word_at(type, kRecordTypes); }

std::string_view word_of(ringbuf::Side side) noexcept { return word_at(side, std::array{"none"sv, "bid"sv, "ask"sv}); }
std::string_view word_of(ringbuf::TradeKind kind) noexcept {
  return word_at(kind, std::array{"unknown"sv, "execution"sv, "hidden"sv, "cross"sv, "off_book"sv});
}
std::string_view word_of(ringbuf::TradeCancelKind kind) noexcept {
  return word_at(kind, std::array{""sv, "cancelled"sv, "corrected"sv});
}
std::string_view word_of(ringbuf::OrderAction action) noexcept {
  return word_at(action, std::array{""sv, "add"sv, "cancel"sv, "execute"sv, "modify"sv});
}
std::string_view word_of(ringbuf::OrderReason reason) noexcept {
  return word_at(reason, std::array{"plain"sv, "replaced"sv, "deleted"sv});
}
std::string_view word_of(ringbuf::BookClearBody::Reason reason) noexcept {
  return word_at(reason, std::array{""sv, "session"sv, "snapshot"sv, "recovery"sv, "venue"sv});
}
std::string_view word_of(ringbuf::TradingStatus status) noexcept {
  return word_at(status, std::array{"unknown"sv, "pre_open"sv, "trading"sv, "halted"sv, "paused"sv, "quote_only"sv,
                                    "auction"sv, "closed"sv});
}
std::string_view word_of(ringbuf::StatusKind kind) noexcept {
  return word_at(kind, std::array{""sv, "trading_action"sv, "operational"sv, "system_event"sv, "short_sale"sv,
                                  "price_band"sv, "circuit_breaker_levels"sv, "circuit_breaker"sv, "market_maker"sv,
                                  "ipo_quotation"sv, "retail_interest"sv});
}
std::string_view word_of(ringbuf::AuctionPricesKind kind) noexcept {
  return word_at(kind, std::array{""sv, "indicative"sv, "allowable"sv, "collar"sv});
}
std::string_view word_of(ringbuf::GapReason reason) noexcept {
  return word_at(reason, std::array{""sv, "lost"sv, "internal_reader"sv, "restart"sv});
}
std::string_view word_of(ringbuf::InstrumentStatus status) noexcept {
  return word_at(status, std::array{"unknown"sv, "active"sv, "suspended"sv, "delisted"sv});
}
std::string_view word_of(ringbuf::InstrumentKind kind) noexcept {
  return word_at(kind,
                 std::array{"unknown"sv, "equity"sv, "fund"sv, "warrant"sv, "right"sv, "bond"sv, "future"sv, "option"sv,
                            "currency_pair"sv, "crypto_spot"sv, "crypto_future"sv, "index"sv, "consolidated"sv});
}

std::vector<std::string_view> words_of(ringbuf::RecordFlags flags) {
  return words_at(flags, std::array{"end_of_event"sv, "snapshot"sv, "bad_clock"sv, "maybe_bad_book"sv,
                                    "possible_duplicate"sv, "late"sv, "correction"sv, "delayed"sv});
}
std::vector<std::string_view> words_of(ringbuf::Quality quality) {
  return words_at(quality,
                  std::array{"gap_inside"sv, "stale_input"sv, "partial_window"sv, "late_merged"sv, "conflated_input"sv,
                             "clock_suspect"sv, "recovering"sv, "unverified_book"sv, "provisional"sv});
}
std::vector<std::string_view> words_of(ringbuf::TradeEligibility eligibility) {
  return words_at(eligibility, std::array{"volume"sv, "open_high_low"sv, "last"sv});
}

std::vector<RecordType> record_types() { return values_of<RecordType>(kRecordTypes); }

std::optional<RecordType> record_type_of(std::string_view word) { return value_of<RecordType>(word, kRecordTypes); }

}  // namespace tickplant::cli
