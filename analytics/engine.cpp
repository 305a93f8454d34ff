#include "analytics/engine.hpp"

#include <cstring>

#include "platform/prefetch.hpp"
#include "ringbuf/records/order.hpp"
#include "ringbuf/records/quote.hpp"

namespace tickplant::analytics {

using namespace ringbuf;

namespace {

std::uint64_t mix(std::uint64_t value) noexcept {  // splitmix64's finaliser
  value = (value ^ value >> 30) * 0xbf58476d1ce4e5b9u;
  value = (value ^ value >> 27) * 0x94d049bb133111ebu;
  return value ^ value >> 31;
}

/// Of everything but the stamp.
std::uint64_t hash_of(const DerivedRecord& record) noexcept {
  std::array<std::uint64_t, kDerivedRecordBytes / 8> words;
  std::memcpy(words.data(), &record, sizeof record);
  words[0] = 0;                                   // the stamp
  std::array<std::uint64_t, 4> hash{1, 2, 3, 4};  // side by side: one multiplication need not wait for the one before
  for (std::size_t i = 0; i < words.size(); i += hash.size()) {
    for (std::size_t j = 0; j < hash.size(); ++j) {
      hash[j] = (hash[j] ^ words[i + j]) * 0x9e3779b97f4a7c15u;
      hash[j] ^= hash[j] >> 32;
    }
  }
  return mix(mix(mix(hash[0] ^ hash[1]) ^ hash[2]) ^ hash[3]);
}

}  // namespace

Engine::Engine(const Program& program, Shard shard, const InstrumentLookup& lookup, EngineOutput& output)
    : program_(&program),
      shard_(shard),
      lookup_(lookup),
      output_(output),
      fully_dropped_(program.functions().size()),
      log_(program.config().corrections_trades) {
  begin_rules();
  groups_.reserve(program.groups().size());
  for (std::size_t group = 0; group < program.groups().size(); ++group) {
    groups_.push_back(begin_group(program.groups()[group]));
    for (std::size_t set = 0; set < program.computed_count(); ++set) {
      groups_.back().cohorts.push_back(begin_cohort(group, set, 0));
    }
    for (std::size_t set = 0; set < program.sets().size(); ++set) groups_.back().nbbo.push_back(begin_nbbo(set));
  }
  tell_cohorts_who_watches();
}

Engine::Group Engine::begin_group(const GroupProgram& group) const {
  return {.clock = GroupClock(group.watermark, group.feeds.size()),
          .feeds = std::vector<InputQuality>(group.feeds.size()),
          .sessions = std::vector<FeedSessions>(group.feeds.size()),
          .extra_outputs = {},
          .cohorts = {},
          .nbbo = {},
          .is_out = std::vector<bool>(group.feeds.size()),
          .any_out = false,
          .next_boundary = kBeforeAll,
          .next_early = kBeforeAll,
          .max_future = group.watermark.max_future_ns};
}

std::unique_ptr<Cohort> Engine::begin_cohort(std::size_t group, std::size_t set, std::size_t listener) {
  Group& own = groups_[group];
  if (set < program_->sets().size()) {
    return std::make_unique<Cohort>(*program_->sets()[set], program_->groups()[group], log_, own.feeds, own.sessions,
                                    static_cast<EngineOutput&>(*this), counts_, fully_dropped_, listener);
  }
  own.extra_outputs.push_back(std::make_unique<ExtraOutput>(*this));
  return std::make_unique<Cohort>(*program_->computed(set), program_->groups()[group], extra_log_, own.feeds,
                                  own.sessions, *own.extra_outputs.back(), extra_counts_, extra_dropped_, listener);
}

std::unique_ptr<NbboSymbols> Engine::begin_nbbo(std::size_t set) const {
  const config::NbboConfig& nbbo = program_->sets()[set]->config.nbbo;
  return nbbo.enabled ? std::make_unique<NbboSymbols>(nbbo) : nullptr;
}

// ---- instruments

Engine::Place* Engine::place_of(InstrumentId id) noexcept {
  if (id.value < places_.size() && places_[id.value].group != kUnknown) [[likely]]
    return &places_[id.value];
  if (define(id)) return &places_[id.value];
  if (shard_.takes(id)) ++counts_.unknown_instruments;
  return nullptr;
}

/// Anew with each record until the directory knows it.
bool Engine::define(InstrumentId id) noexcept {
  const std::optional<InstrumentFacts> facts = lookup_.find(id);
  const std::optional<FeedPlace> feed = facts ? program_->place_of(facts->feed) : std::nullopt;
  if (!feed) return false;
  if (id.value >= places_.size()) places_.resize(std::size_t{id.value} + 1024);
  Place& place = places_[id.value];
  place.group = feed->group;
  place.feed = feed->feed;
  place.price_unit = std::max<std::int64_t>(facts->price_unit, 1);
  place.per_unit = 1.0 / static_cast<double>(place.price_unit);
  const std::optional<std::uint16_t> set = program_->set_of(facts->symbol, facts->venue);
  const bool is_ours = shard_.takes(id);
  if (!set) {
    if (is_ours && book_) watch(id, place, *facts);
    return true;
  }
  if (is_ours) {
    place.cohort = *set;
    Cohort& cohort = *groups_[place.group].cohorts[*set];
    place.slot = cohort.add_instrument(id, place.feed, *facts);
    place.takes_quotes = cohort.takes_quotes() ? 1 : 0;
    if (book_) watch(id, place, *facts);
  }
  if (NbboSymbols* const nbbo = groups_[place.group].nbbo[*set].get()) {
    const std::uint64_t refused = nbbo->refused();
    const auto part = nbbo->add(*facts, {id, place.feed, is_ours ? place.slot : NbboInstrument::kNoSlot});
    if (is_ours) counts_.nbbo_refused += nbbo->refused() - refused;
    place.nbbo_set = static_cast<std::uint8_t>(*set);
    place.nbbo_part = part ? *part + 1 : 0;
    if (part && is_ours) join_nbbo(place, *part);
  }
  return true;
}

bool Engine::to_units(Price price, const Place& place, std::int64_t& units) noexcept {
  constexpr std::int64_t kLargest = std::int64_t{1} << 62;  // doubles of more may not fit into 64 bits again
  if (price.value >= kLargest || price.value <= -kLargest) [[unlikely]]
    return false;
  units = static_cast<std::int64_t>(static_cast<double>(price.value) * place.per_unit + (price.value < 0 ? -0.5 : 0.5));
  if (units * place.price_unit == price.value) [[likely]]
    return true;
  units = price.value / place.price_unit;
  return units * place.price_unit == price.value;
}

// ---- records

void Engine::on_record(CauseSequence cause, const Record& record) noexcept {
  if (++records_ % kSweepEvery == 0) sweep(1);
  if (!expected_.empty()) {
    if (expected_.size() > kLookAhead) {
      if (const Place* const next = known_place(expected_[kLookAhead])) {
        groups_[next->group].cohorts[next->cohort]->prefetch_state(next->slot);
      }
    }
    expected_ = expected_.subspan(1);
  }
  const RecordHeader& header = record.header;
  const Step step{cause.value, header.ts_recv.value};
  if (header.instrument == kNoInstrument) return on_feed_record(step, record);
  const Place* const known = place_of(header.instrument);
  if (known == nullptr) return;
  const Place& place = *known;
  Group& group = groups_[place.group];
  const Time time = header.ts_event.value;
  if (time > step.received + group.max_future) [[unlikely]] {
    if (shard_.takes(header.instrument)) ++counts_.quarantined;
    return;
  }
  if (header.type == RecordType::trade) {
    log_.count_trade();
    extra_log_.count_trade();
  }
  group.feeds[place.feed].hear(time);
  if (place.cohort != kNowhere) {
    switch (header.type) {
      case RecordType::trade: on_trade(step, place, group, record); break;
      case RecordType::trade_cancel: on_cancel(step, place, group, record); break;
      case RecordType::quote:
      case RecordType::book_clear:
        if (place.takes_quotes != 0) on_quote(place, group, record);
        break;
      default: break;
    }
  }
  if (place.watch != BarWatcher::kNobody) on_watched(step, place, group, record);
  if (group.any_out) [[unlikely]]
    bring_back(step, group, place.feed, time);
  if (place.nbbo_part != 0) on_nbbo_record(step, place, group, record);
  newest_event_ = std::max(newest_event_, time);
  group.feeds[place.feed].on_tick(time, cause.value);
  const Time before = group.clock.watermark();
  if (group.clock.on_tick(place.feed, time, step.received) && group.clock.watermark() >= group.next_boundary) {
    pass_boundary(step, group, before);
  }
  if (group.clock.newest() >= group.next_early) [[unlikely]]
    pass_early(step, group);
}

void Engine::pass_early(const Step& step, Group& group) noexcept {
  group.next_early = kAfterAll;
  for (const auto& cohort : group.cohorts) {
    if (group.clock.newest() >= cohort->next_early()) {
      cohort->on_early(step, group.clock.newest(), group.clock.watermark());
    }
    group.next_early = std::min(group.next_early, cohort->next_early());
  }
}

/// nullopt: it does not count, or is no multiple of the unit.
std::optional<WindowTrade> Engine::trade_of(const Step& step, const Place& place, const Record& record) noexcept {
  const auto body = record.as<TradeBody>();
  WindowTrade trade;
  if (!has(body.eligibility, TradeEligibility::volume)) return std::nullopt;
  if (!to_units(body.price, place, trade.price)) return std::nullopt;
  trade.key = {record.header.ts_event.value, body.trade_id != 0 ? body.trade_id : step.cause};
  trade.size = body.size.value;
  trade.cause = step.cause;
  trade.moves_high_low = has(body.eligibility, TradeEligibility::open_high_low);
  trade.moves_last = has(body.eligibility, TradeEligibility::last);
  if (has(record.header.flags, RecordFlags::bad_clock)) {
    trade.quality = static_cast<std::uint32_t>(Quality::clock_suspect);
  }
  return trade;
}

void Engine::on_trade(const Step& step, const Place& place, Group& group, const Record& record) noexcept {
  const std::optional<WindowTrade> trade = trade_of(step, place, record);
  const auto body = record.as<TradeBody>();
  if (!trade) {
    if (has(body.eligibility, TradeEligibility::volume)) ++counts_.off_unit;
    return;
  }
  group.cohorts[place.cohort]->on_trade(step, place.slot, *trade, body.trade_id, group.clock.watermark());
}

/// A cleared book has no quote.
void Engine::on_quote(const Place& place, Group& group, const Record& record) noexcept {
  StandingQuote quote;
  if (record.header.type == RecordType::quote) quote = StandingQuote::of(record.as<QuoteBody>());
  quote.quality = static_cast<std::uint64_t>(quality_of(record.header.flags));
  group.cohorts[place.cohort]->on_quote(place.slot, record.header.ts_event.value, quote, group.clock.watermark());
}

void Engine::on_cancel(const Step& step, const Place& place, Group& group, const Record& record) noexcept {
  const auto body = record.as<TradeCancelBody>();
  const bool corrected = body.kind == TradeCancelKind::corrected;
  std::int64_t price = 0;
  if (corrected && !to_units(body.price, place, price)) {
    ++counts_.off_unit;
    return;
  }
  group.cohorts[place.cohort]->on_cancel(step, place.slot, body.trade_id, corrected, price, body.size.value,
                                         group.clock.watermark());
}

/// About a feed, not an instrument: time passes, or something is missing.
void Engine::on_feed_record(const Step& step, const Record& record) noexcept {
  std::optional<FeedPlace> silent;
  switch (record.header.type) {
    case RecordType::heartbeat: silent = silent_by(record.as<HeartbeatBody>()); break;
    case RecordType::gap: {
      const auto gap = record.as<GapBody>();
      if (gap.feed.value == 0) {
        if (gap.reason == GapReason::internal_reader) on_lost({step.cause});
      } else if (const auto place = program_->place_of(gap.feed)) {
        groups_[place->group].feeds[place->feed].begin(Quality::gap_inside, step.cause);
      }
      break;
    }
    case RecordType::session: {
      const auto session = record.as<SessionBody>();
      if (const auto place = program_->place_of(session.feed)) {
        Group& group = groups_[place->group];
        group.sessions[place->feed].begin(record.header.ts_event.value);
        for (const auto& cohort : group.cohorts) {
          cohort->forget_quotes(place->feed, record.header.ts_event.value, group.clock.watermark());
        }
        on_feed_change(step, group, place->feed, group.clock.newest(), FeedChange::forgotten);
      }
      break;
    }
    default: break;
  }
  pass_time(step, silent);
  if (book_) tell_rules_of_time(step, record);
}

void Engine::pass_time(const Step& step, std::optional<FeedPlace> silent) noexcept {
  for (std::size_t i = 0; i < groups_.size(); ++i) {
    Group& group = groups_[i];
    const Time before = group.clock.watermark();
    const bool rose = group.clock.on_time(step.received);
    const bool has_silent = silent && silent->group == i;
    if (has_silent) group.feeds[silent->feed].begin(Quality::stale_input, step.cause);
    if (rose && group.clock.watermark() >= group.next_boundary) pass_boundary(step, group, before);
    if (has_silent) take_out(step, group, silent->feed);
  }
}

/// Idle is a feed without ticks, silent one without packets: a line that is alive says by them that nothing is missing.
/// The feed itself tells how long ago the last one came. One from a file has no heartbeats.
std::optional<FeedPlace> Engine::silent_by(const HeartbeatBody& heartbeat) const noexcept {
  const std::optional<FeedPlace> place = program_->place_of(heartbeat.feed);
  if (!place) return std::nullopt;
  const std::int64_t allowed = program_->groups()[place->group].watermark.idle_ns;
  return heartbeat.idle_nanos >= static_cast<std::uint64_t>(allowed) ? place : std::nullopt;
}

void Engine::on_lost(CauseSequence cause) noexcept {
  for (Group& group : groups_) {
    for (InputQuality& feed : group.feeds) feed.begin(Quality::gap_inside, cause.value);
  }
}

// ---- boundaries

void Engine::pass_boundary(const Step& step, Group& group, Time from) noexcept {
  const Time to = group.clock.watermark();
  group.next_boundary = kAfterAll;
  for (const auto& cohort : group.cohorts) {
    if (to >= cohort->next_boundary()) cohort->on_boundary(step, from, to);
    group.next_boundary = std::min(group.next_boundary, cohort->next_boundary());
  }
  Time asked = to;
  for (const auto& cohort : group.cohorts) asked = std::min(asked, cohort->oldest_asked(to));
  for (InputQuality& feed : group.feeds) feed.forget_before(asked);
}

void Engine::sweep(std::size_t steps) noexcept {
  for (Group& group : groups_) {
    for (const auto& cohort : group.cohorts) cohort->sweep(steps);
  }
}

void Engine::on_pause(CauseSequence) noexcept { sweep(kPauseSteps); }

template <class Count>
std::size_t Engine::sum_over_cohorts(Count&& count) const noexcept {
  std::size_t sum = 0;
  for (const Group& group : groups_) {
    for (const auto& cohort : group.cohorts) sum += count(*cohort);
  }
  return sum;
}

bool Engine::is_sweeping() const noexcept {
  return sum_over_cohorts([](const Cohort& cohort) { return static_cast<std::size_t>(cohort.is_sweeping()); }) != 0;
}
std::size_t Engine::boundaries() const noexcept {
  return sum_over_cohorts([](const Cohort& cohort) { return cohort.boundaries(); });
}
std::size_t Engine::instruments() const noexcept {
  return sum_over_cohorts([](const Cohort& cohort) { return cohort.instruments(); });
}
std::size_t Engine::panes() const noexcept {
  return sum_over_cohorts([](const Cohort& cohort) { return cohort.panes(); });
}

Time Engine::watermark_of(FeedId feed) const noexcept {
  const std::optional<FeedPlace> place = program_->place_of(feed);
  return place ? groups_[place->group].clock.watermark() : kBeforeAll;
}

void Engine::finish(CauseSequence cause) noexcept {
  for (Group& group : groups_) {
    const Time from = group.clock.watermark();
    group.clock.finish();
    pass_boundary({cause.value, 0}, group, from);
    for (const auto& cohort : group.cohorts) cohort->sweep_all();
  }
}

const Engine::Place* Engine::known_place(const Record& record) const noexcept {
  const std::uint32_t id = record.header.instrument.value;
  return id != 0 && id < places_.size() && places_[id].cohort < kNowhere ? &places_[id] : nullptr;
}

/// First where each instrument is looked after; once that is there, what a trade of it touches.
void Engine::expect(std::span<const Record> run) noexcept {
  for (const Record& record : run) {
    if (const Place* const place = known_place(record))
      groups_[place->group].cohorts[place->cohort]->prefetch(place->slot);
  }
  for (const Record& record : run.first(std::min(run.size(), kLookAhead))) {
    if (const Place* const place = known_place(record)) {
      groups_[place->group].cohorts[place->cohort]->prefetch_state(place->slot);
    }
  }
  expected_ = run;
}

void Engine::publish(const DerivedRecord& record) noexcept {
  output_hash_ += hash_of(record);
  output_.publish(record);
  if (!book_ || record.header.type != DerivedType::signal) return;
  const Place& place = places_[record.header.instrument.value];
  if (place.watch != BarWatcher::kNobody) book_->on_signal(place.watch, place.cohort, record);
}

}  // namespace tickplant::analytics
