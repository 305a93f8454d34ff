#include "feedhandlers/itch50/book_recovery.hpp"

#include <algorithm>
#include <string_view>

#include "feedhandlers/itch50/parser.hpp"

namespace tickplant::feedhandlers::itch50 {
namespace {

using ringbuf::InstrumentId;
using ringbuf::StatusKind;

constexpr std::uint16_t bit_of(StatusKind kind) noexcept {
  return static_cast<std::uint16_t>(1U << static_cast<unsigned>(kind));
}

/// Of the statuses of which the newest one counts. (Market makers have one each.)
constexpr std::uint16_t status_bit(char type) noexcept {
  switch (type) {
    case StockTradingAction::kType: return bit_of(StatusKind::trading_action);
    case OperationalHalt::kType: return bit_of(StatusKind::operational);
    case SystemEvent::kType: return bit_of(StatusKind::system_event);
    case RegShoRestriction::kType: return bit_of(StatusKind::short_sale);
    case LuldAuctionCollar::kType: return bit_of(StatusKind::price_band);
    case MwcbDeclineLevels::kType: return bit_of(StatusKind::circuit_breaker_levels);
    case MwcbStatus::kType: return bit_of(StatusKind::circuit_breaker);
    case IpoQuotingPeriod::kType: return bit_of(StatusKind::ipo_quotation);
    case RetailPriceImprovement::kType: return bit_of(StatusKind::retail_interest);
    default: return 0;
  }
}

/// Without its padding: some pad on the left, others on the right.
std::string_view name_in(const sequencing::SessionId& session) noexcept {
  constexpr std::string_view kPadding(" \0", 2);
  const std::string_view all(reinterpret_cast<const char*>(session.words), sizeof session.words);
  const auto first = all.find_first_not_of(kPadding);
  if (first == std::string_view::npos) return {};
  return all.substr(first, all.find_last_not_of(kPadding) + 1 - first);
}

constexpr bool is_about_an_order(char type) noexcept {
  switch (type) {
    case AddOrder::kType:
    case AddOrderAttributed::kType:
    case OrderExecuted::kType:
    case OrderExecutedWithPrice::kType:
    case OrderCancel::kType:
    case OrderDelete::kType:
    case OrderReplace::kType: return true;
    default: return false;
  }
}

}  // namespace

/// One kept message to the shadow.
class KeptMessageHandler {
 public:
  KeptMessageHandler(BookRecovery& owner, InstrumentId instrument) noexcept : owner_(owner), instrument_(instrument) {}

  void on(const AddOrder& message) noexcept { add(message); }
  void on(const AddOrderAttributed& message) noexcept { add(message); }
  void on(const OrderExecuted& message) noexcept { take(message.order_ref(), message.executed_shares()); }
  void on(const OrderExecutedWithPrice& message) noexcept { take(message.order_ref(), message.executed_shares()); }
  void on(const OrderCancel& message) noexcept { take(message.order_ref(), message.canceled_shares()); }
  void on(const OrderDelete& message) noexcept {
    owner_.check(owner_.shadow_.remove(message.order_ref()).outcome, instrument_);
  }
  void on(const OrderReplace& message) noexcept {
    owner_.check(
        owner_.shadow_
            .replace(message.original_order_ref(), message.new_order_ref(), to_price(message.price()), message.shares())
            .outcome,
        instrument_);
  }
  /// Of no other type is one kept.
  template <class Message>
  void on(const Message&) noexcept {}

 private:
  template <class Add>
  void add(const Add& message) noexcept {
    if (instrument_ == ringbuf::kNoInstrument) return;  // the directory is full: the live book has none of it either
    owner_.check(owner_.shadow_
                     .add(message.order_ref(), instrument_, message.side(), to_price(message.price()), message.shares())
                     .outcome,
                 instrument_);
  }
  void take(OrderReference reference, ringbuf::Size size) noexcept {
    if (size.value == 0) return;  // says nothing, and the live book passes over it, too
    owner_.check(owner_.shadow_.execute(reference, size).outcome, instrument_);
  }

  BookRecovery& owner_;
  InstrumentId instrument_;
};

BookRecovery::BookRecovery(const RecoveryOptions& options, const OrderBookConfig& book)
    : options_(options),
      shadow_(book),
      kept_(std::max<std::size_t>(options.kept_messages_max, 1)),
      is_unsound_(shadow_.book().instrument_count()),
      heard_live_(shadow_.book().instrument_count()) {
  options_.messages_per_step = std::max<std::size_t>(options_.messages_per_step, 1);
  options_.records_per_step = std::max<std::size_t>(options_.records_per_step, 1);
}

void BookRecovery::begin(RecoveryPurpose purpose, const std::optional<Position>& at) noexcept {
  abandon(RecoveryOutcome::abandoned);
  ++counters_.attempts;
  state_ = RecoveryState::fetching;
  purpose_ = purpose;
  has_position_ = at.has_value();
  live_ = at.value_or(Position{});
  kept_from_ = live_.next;
  snapshot_ = {};
  named_ = {};
  shadow_.clear_all();
  std::fill(is_unsound_.begin(), is_unsound_.end(), std::uint8_t{0});
  forget_what_was_heard();
}

void BookRecovery::abandon(RecoveryOutcome why) noexcept {
  if (state_ != RecoveryState::idle) finish(why);
}

void BookRecovery::finish(RecoveryOutcome outcome) noexcept {
  state_ = RecoveryState::idle;
  outcome_ = outcome;
  kept_.clear();
  ++counters_.outcomes[static_cast<std::size_t>(outcome)];
}

void BookRecovery::forget_what_was_heard() noexcept {
  std::fill(heard_live_.begin(), heard_live_.end(), std::uint16_t{0});
}

bool BookRecovery::on_packet(const sequencing::SessionId& session, sequencing::SequenceRange range) noexcept {
  if (range.begin == 0 || (has_position_ && !(session == live_.session))) {
    if (!range.empty()) finish(RecoveryOutcome::new_session);
    return false;
  }
  if (!has_position_) {
    has_position_ = true;
    live_ = {session, range.begin};
    kept_from_ = range.begin;
    snapshot_.session = session;
    if (state_ != RecoveryState::fetching && is_of_another_session()) {
      finish(RecoveryOutcome::other_session);
      return false;
    }
    if (state_ != RecoveryState::fetching && kept_from_ > snapshot_.next) {
      finish(RecoveryOutcome::kept_too_late);
      return false;
    }
  }
  return true;
}

void BookRecovery::on_live(std::uint64_t sequence, InstrumentId instrument,
                           std::span<const std::byte> message) noexcept {
  if (state_ == RecoveryState::idle || sequence < live_.next) return;  // late: from before keeping began
  live_.next = sequence + 1;
  if (message.empty()) return;
  const char type = static_cast<char>(message.front());
  if (const std::uint16_t bit = status_bit(type); bit != 0) heard_live_[instrument.value] |= bit;
  if (!is_about_an_order(type) || message.size() != message_bytes(type)) return;
  if (state_ != RecoveryState::fetching && sequence < snapshot_.next) return;  // the snapshot knows
  if (!kept_.push(sequence, instrument, message)) return finish(RecoveryOutcome::no_room);
  ++counters_.kept_messages;
}

void BookRecovery::on_gap(const sequencing::SessionId& session, sequencing::SequenceRange lost) noexcept {
  if (state_ == RecoveryState::idle) return;
  if (!(session == live_.session)) return finish(RecoveryOutcome::new_session);
  live_.next = lost.end;
  if (state_ == RecoveryState::fetching) {
    kept_.clear();
    kept_from_ = lost.end;
    forget_what_was_heard();
  } else if (lost.end > snapshot_.next) {
    finish(RecoveryOutcome::lost_messages);
  }
}

void BookRecovery::on_snapshot_order(OrderReference reference, InstrumentId instrument, ringbuf::Side side,
                                     ringbuf::Price price, ringbuf::Size size) noexcept {
  ++counters_.snapshot_orders;
  check(shadow_.add(reference, instrument, side, price, size).outcome, instrument);
}

bool BookRecovery::is_news(InstrumentId instrument, StatusKind kind) const noexcept {
  return purpose_ == RecoveryPurpose::rebuild && (heard_live_[instrument.value] & bit_of(kind)) == 0;
}

bool BookRecovery::on_snapshot_session(const sequencing::SessionId& session) noexcept {
  named_ = session;
  return !is_of_another_session();
}

bool BookRecovery::is_of_another_session() const noexcept {
  const std::string_view snapshot = name_in(named_), lines = name_in(live_.session);
  return has_position_ && !snapshot.empty() && !lines.empty() && snapshot != lines;
}

void BookRecovery::on_snapshot_end(std::uint64_t live_from) noexcept {
  if (state_ != RecoveryState::fetching) return;
  if (is_of_another_session()) return finish(RecoveryOutcome::other_session);
  snapshot_ = {live_.session, live_from};
  if (has_position_ && kept_from_ > live_from) return finish(RecoveryOutcome::kept_too_late);
  state_ = RecoveryState::catching_up;
}

bool BookRecovery::catch_up() noexcept {
  if (state_ != RecoveryState::catching_up && state_ != RecoveryState::telling) return false;
  for (std::size_t i = 0; i < options_.messages_per_step && !kept_.empty(); ++i) {
    if (kept_.front().sequence >= snapshot_.next) apply(kept_.front());
    kept_.pop();
  }
  return kept_.empty() && has_position_ && live_.next >= snapshot_.next;
}

void BookRecovery::begin_telling(std::size_t instrument_count) noexcept {
  state_ = RecoveryState::telling;
  next_told_ = 0;
  told_end_ = instrument_count;
}

void BookRecovery::apply(const KeptMessage& kept) noexcept {
  ++counters_.applied_messages;
  (void)parse(kept.message(), KeptMessageHandler{*this, kept.instrument});
}

void BookRecovery::check(BookOutcome outcome, InstrumentId instrument) noexcept {
  if (outcome == BookOutcome::applied || instrument.value >= is_unsound_.size()) return;
  if (instrument == ringbuf::kNoInstrument || is_unsound_[instrument.value] != 0) return;
  is_unsound_[instrument.value] = 1;
  ++counters_.unsound_instruments;
}

}  // namespace tickplant::feedhandlers::itch50
