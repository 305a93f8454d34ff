// The rules of alerts of an engine: which instruments they speak of, what is computed for them alone, what they hear.
#include "analytics/engine.hpp"
#include "ringbuf/records/quote.hpp"
#include "ringbuf/records/status.hpp"

namespace tickplant::analytics {

using namespace ringbuf;

namespace {

/// Trades kept to be corrected in what is computed for rules alone.
constexpr std::uint64_t kExtraLogTrades = 1u << 16;

}  // namespace

void Engine::ExtraOutput::publish(const DerivedRecord& record) noexcept {
  if (record.header.type != DerivedType::signal) return;
  const Place& place = engine_.places_[record.header.instrument.value];
  if (place.watch != BarWatcher::kNobody) engine_.book_->on_signal(place.watch, set, record);
}

void Engine::begin_rules() {
  if (book_ || program_->alerts() == nullptr) return;
  book_ = std::make_unique<AlertBook>(*program_->alerts(), program_->alert_function(),
                                      static_cast<EngineOutput&>(*this), shard_.index);
  extra_log_ = TradeLog(program_->config().corrections_trades == 0 ? 0 : kExtraLogTrades);
  extra_dropped_.assign(2 * RuleNames::kMaxTerms, 0);  // a window each
}

void Engine::tell_cohorts_who_watches() noexcept {
  for (Group& group : groups_) {
    for (std::size_t i = 0; i < group.cohorts.size(); ++i) {
      group.cohorts[i]->watch_as(book_.get(), static_cast<std::uint16_t>(i));
    }
    for (std::size_t i = 0; i < group.extra_outputs.size(); ++i) {
      group.extra_outputs[i]->set = static_cast<std::uint16_t>(program_->sets().size() + i);
    }
  }
}

void Engine::watch(InstrumentId id, Place& place, const InstrumentFacts& facts) {
  const std::uint16_t set = place.cohort == kNowhere ? AlertProgram::kNowhere : place.cohort;
  Group& group = groups_[place.group];
  place.watch = book_->begin(id, facts, set, feed_key(place.group, place.feed));
  if (set != AlertProgram::kNowhere) group.cohorts[set]->watch(place.slot, place.watch);
  if (place.watch == BarWatcher::kNobody) return;
  if (place.watch >= extras_.size()) extras_.resize(place.watch + std::size_t{1});
  std::vector<ExtraPlace>& extras = extras_[place.watch];
  const std::vector<std::uint16_t> wanted = book_->extra_sets_of(place.watch);
  std::erase_if(extras, [&](const ExtraPlace& extra) {
    if (std::find(wanted.begin(), wanted.end(), extra.cohort) != wanted.end()) return false;
    group.cohorts[extra.cohort]->drop_instrument(extra.slot);
    return true;
  });
  for (const std::uint16_t cohort : wanted) {
    const bool is_there =
        std::any_of(extras.begin(), extras.end(), [&](const ExtraPlace& extra) { return extra.cohort == cohort; });
    if (!is_there) extras.push_back({cohort, group.cohorts[cohort]->add_instrument(id, place.feed, facts)});
  }
  for (const ExtraPlace& extra : extras) group.cohorts[extra.cohort]->watch(extra.slot, place.watch);
}

/// Behind the cohorts: those of extra sets that are kept have moved to their new places.
void Engine::reload_rules(const ProgramChanges& changes) {
  if (program_->alerts() == nullptr) return;
  if (book_) {
    book_->reload(*program_->alerts(), program_->alert_function());
  } else {
    begin_rules();
  }
  for (std::vector<ExtraPlace>& extras : extras_) {
    std::erase_if(extras, [&](ExtraPlace& extra) {
      const auto now = std::find(changes.set_before.begin(), changes.set_before.end(), extra.cohort);
      extra.cohort = static_cast<std::uint16_t>(now - changes.set_before.begin());
      return now == changes.set_before.end() || !changes.keeps_trades;
    });
  }
  tell_cohorts_who_watches();
  for (std::size_t i = 0; i < places_.size(); ++i) {
    Place& place = places_[i];
    const InstrumentId id{static_cast<std::uint32_t>(i)};
    if (place.group == kUnknown || !shard_.takes(id)) continue;
    if (const std::optional<InstrumentFacts> facts = lookup_.find(id)) watch(id, place, *facts);
  }
}

void Engine::settle(InstrumentId id) noexcept {
  const Place& place = places_[id.value];
  if (place.group == kUnknown) return;
  Group& group = groups_[place.group];
  if (place.cohort != kNowhere) group.cohorts[place.cohort]->settle(place.slot);
  if (place.watch == BarWatcher::kNobody) return;
  for (const ExtraPlace& extra : extras_[place.watch]) group.cohorts[extra.cohort]->settle(extra.slot);
}

/// A record about an instrument that rules speak of, behind its set.
void Engine::on_watched(const Step& step, const Place& place, Group& group, const Record& record) noexcept {
  const Time time = record.header.ts_event.value, watermark = group.clock.watermark();
  settle(record.header.instrument);
  book_->hear(place.watch, step);
  const auto input = [&] { return group.feeds[place.feed].of(time, time + 1, step.cause); };
  switch (record.header.type) {
    case RecordType::trade: {
      const std::optional<WindowTrade> trade = trade_of(step, place, record);
      if (!trade) return;
      const std::uint64_t trade_id = record.as<TradeBody>().trade_id;
      for (const ExtraPlace& extra : extras_[place.watch]) {
        group.cohorts[extra.cohort]->on_trade(step, extra.slot, *trade, trade_id, watermark);
      }
      const bool is_odd_lot =
          place.cohort != kNowhere && group.cohorts[place.cohort]->is_odd_lot(place.slot, trade->size);
      const bool sets_price = trade->moves_last && time >= watermark && !is_odd_lot;
      return book_->on_trade(place.watch, step, *trade, trade->price * place.price_unit, sets_price, input());
    }
    case RecordType::trade_cancel: {
      const auto body = record.as<TradeCancelBody>();
      const bool corrected = body.kind == TradeCancelKind::corrected;
      std::int64_t price = 0;
      if (corrected && !to_units(body.price, place, price)) return;
      for (const ExtraPlace& extra : extras_[place.watch]) {
        group.cohorts[extra.cohort]->on_cancel(step, extra.slot, body.trade_id, corrected, price, body.size.value,
                                               watermark);
      }
      if (!corrected) book_->on_cancel(place.watch, time, body.size.value);
      return;
    }
    case RecordType::quote:
      return book_->on_quote(place.watch, step, time, record.as<QuoteBody>(),
                             input() | quality_of(record.header.flags));
    case RecordType::book_clear: return book_->on_quote(place.watch, step, time, {}, input());
    case RecordType::status: {
      const auto body = record.as<StatusBody>();
      const bool is_trading = body.kind == StatusKind::trading_action || body.kind == StatusKind::operational;
      if (is_trading) book_->on_status(place.watch, step, time, body.trading_status);
      return;
    }
    default: return;
  }
}

void Engine::tell_rules_of_time(const Step& step, const Record& record) noexcept {
  const auto catch_up = [this](InstrumentId id) { settle(id); };
  if (record.header.type == RecordType::heartbeat) {
    const auto heartbeat = record.as<HeartbeatBody>();
    if (const std::optional<FeedPlace> feed = program_->place_of(heartbeat.feed)) {
      book_->on_feed(step, feed_key(feed->group, feed->feed), silent_by(heartbeat).has_value(), catch_up);
    }
  }
  book_->on_time(step, catch_up);
}

}  // namespace tickplant::analytics
