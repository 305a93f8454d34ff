#include "ringbuf/journal/index_builder.hpp"

#include <algorithm>
#include <cstring>
#include <type_traits>
#include <utility>

#include "platform/check.hpp"
#include "platform/crc32c.hpp"
#include "ringbuf/fixed_text.hpp"
#include "ringbuf/journal/journal_knowledge.hpp"
#include "ringbuf/records/source.hpp"

namespace tickplant::ringbuf {
namespace {

template <class Flags>
Flags flag_if(bool is_set, Flags flag) noexcept {
  return is_set ? flag : Flags::none;
}

template <class Flags>
Flags with(Flags flags, Flags bit) noexcept {
  return Flags{static_cast<std::underlying_type_t<Flags>>(flags) | static_cast<std::underlying_type_t<Flags>>(bit)};
}

}  // namespace

bool IndexBuilder::restore(const SegmentIndex& index) {
  TP_CHECK(instruments_.empty() && rings_.empty());
  if (!index.has_beginnings()) return false;
  for (const IndexRing& row : index.rings()) {
    Ring& ring = rings_.emplace_back();
    ring.row = row;
    ring.next = row.next, ring.first = row.first, ring.lost = row.lost, ring.lost_last = row.lost_last;
    ring.newest_recv = row.before_recv;
    if (row.ring != 0) ring_ids_[row.ring] = static_cast<std::uint32_t>(rings_.size() - 1);
  }
  for (const IndexFeed& row : index.feeds()) {
    Feed& feed = feeds_.emplace_back();
    feed.row = row;
    feed.has_session = has(row.flags, IndexFeedFlags::has_session);
    feed.is_changed = has(row.flags, IndexFeedFlags::changed);
    feed.is_doubted = has(row.flags, IndexFeedFlags::doubted) || !index.says_of_feeds();
    feed.lost = row.lost;
    feed.trading_date = row.trading_date;
  }
  for (const IndexInstrument& row : index.instruments()) {
    by_name_[std::string(index.name_of(row))] = static_cast<std::uint32_t>(instruments_.size());
    Instrument& instrument = instruments_.emplace_back();
    instrument.name = index.name_of(row);
    instrument.feed = row.feed;
    instrument.size_scale = row.size_scale;
    instrument.is_changed = row.flags == IndexInstrumentFlags::changed;
    instrument.venue_key = row.venue_key;
    const auto states = index.states(row);
    if (!states.empty() && states.front().ordinal == 0) {
      const auto bytes = index.bytes_of(states.front());
      if (!bytes || !instrument.state.restore(*bytes)) return false;
    } else if (row.feed != kNotIndexed) {
      instrument.state.begin_day(feeds_[row.feed].trading_date);
    }
  }
  is_restored_ = true;
  return true;
}

void IndexBuilder::begin(const JournalSegmentPage& page) {
  head_ = {};
  head_.journal_id = page.journal_id;
  head_.segment_number = page.segment_number;
  head_.first_block = page.first_block;
  head_.last_block = page.first_block - 1;
  head_.previous_crc = head_.last_header_crc = page.previous_crc;
  head_.flags = IndexFlags::feeds;
  records_ = 0;
  events_.clear();
  state_bytes_.clear();
  for (Ring& ring : rings_) {
    ring.row.first = ring.first, ring.row.next = ring.next, ring.row.lost = ring.lost;
    ring.row.lost_last = ring.lost_last;
    ring.row.before_recv = ring.newest_recv;
    ring.row.first_recv = ring.row.last_recv = 0;
    ring.row.flags = flag_if(has(ring.row.flags, IndexRingFlags::renumbered), IndexRingFlags::renumbered);
    ring.row.count = 0;
    ring.blocks.clear();
  }
  for (Feed& feed : feeds_) {
    feed.row.flags =
        with(flag_if(feed.has_session, IndexFeedFlags::has_session), flag_if(feed.is_doubted, IndexFeedFlags::doubted));
    feed.row.lost = feed.lost;
    feed.row.trading_date = feed.trading_date;
  }
  for (Instrument& instrument : instruments_) {
    instrument.postings.clear();
    instrument.states.clear();
    instrument.venue_key_before = instrument.venue_key;
  }
  put_down_beginnings();
}

void IndexBuilder::put_down_beginnings() {
  std::uint64_t state_bytes = 0;
  for (const Instrument& each : instruments_) state_bytes += each.state.records() == 0 ? 0 : each.state.bytes_about();
  if (!std::exchange(is_restored_, false) && !beginnings_are_due(bytes_since_beginnings_, state_bytes)) return;
  head_.flags = with(head_.flags, IndexFlags::beginnings);
  bytes_since_beginnings_ = 0;
  for (Instrument& each : instruments_) {
    if (each.state.records() == 0) continue;
    const bool has_ring = each.feed != kNotIndexed && feeds_[each.feed].row.ring != kNotIndexed;
    put_down(each, 0, has_ring ? rings_[feeds_[each.feed].row.ring].newest_recv : kBeforeAllRecords);
  }
}

void IndexBuilder::put_down(Instrument& instrument, std::uint32_t ordinal, std::int64_t recv) {
  const std::vector<std::byte> bytes = instrument.state.bytes();
  instrument.states.push_back({ordinal, static_cast<std::uint32_t>(instrument.postings.size()), recv,
                               state_bytes_.size(), static_cast<std::uint32_t>(bytes.size()), platform::crc32c(bytes)});
  state_bytes_.insert(state_bytes_.end(), bytes.begin(), bytes.end());
  instrument.record_bytes = 0;
}

void IndexBuilder::take(const JournalBlock& block) {
  head_.last_block = block.header.number;
  head_.last_header_crc = block.header.header_crc;
  if (block.header.kind == BlockKind::facts) return take_facts(block);
  if (block.header.kind != BlockKind::ticks) return;
  const auto found = ring_ids_.find(block.header.ring);
  if (found == ring_ids_.end()) return;
  Ring& ring = rings_[found->second];
  if (note_missing(ring, block.header.first, block.header.first + block.header.count) || block.is_dropped) {
    doubt_feeds_in(found->second);
  }
  if (block.is_dropped && ring.first != 0) ring.lost_last += block.header.count;
  if (!block.payload.empty()) take_records(block, found->second);
}

void IndexBuilder::take_facts(const JournalBlock& block) {
  FactsReader facts(block.payload);
  while (const auto fact = facts.next()) {
    switch (fact->kind) {
      case FactKind::ring: take_ring(fact->as<RingFact>()); break;
      case FactKind::feed: take_feed(fact->as<FeedEntry>()); break;
      case FactKind::instrument: take_instrument(fact->as<InstrumentEntry>()); break;
      case FactKind::loss: take_loss(fact->as<LossFact>()); break;
      default: break;
    }
  }
}

void IndexBuilder::take_ring(const RingFact& fact) {
  if (fact.kind != BlockKind::ticks) {
    ring_ids_.erase(fact.ring);
    return;
  }
  const std::uint32_t index = ring_named(text_of(fact.name));
  Ring& ring = rings_[index];
  const auto meant = ring_ids_.find(fact.ring);
  const bool is_other =
      (ring.row.ring != 0 && ring.row.ring != fact.ring) || (meant != ring_ids_.end() && meant->second != index);
  if (is_other) ring.row.flags = with(ring.row.flags, IndexRingFlags::renumbered);
  ring.row.ring = fact.ring;
  ring_ids_[fact.ring] = index;
  if (ring.next == 0) ring.next = fact.next;
}

void IndexBuilder::take_feed(const FeedEntry& entry) {
  const std::uint32_t index = feed_named(text_of(entry.name));
  Feed& feed = feeds_[index];
  feed_ids_[entry.id.value] = index;
  feed.row.time_zone = entry.time_zone;
  const std::uint32_t ring = ring_named(text_of(entry.ring));
  if (feed.row.ring != kNotIndexed && feed.row.ring != ring) feed.is_changed = true;
  feed.row.ring = ring;
}

void IndexBuilder::take_instrument(const InstrumentEntry& entry) {
  const std::string name = name_of(entry);
  const auto [at, is_new] = by_name_.try_emplace(name, static_cast<std::uint32_t>(instruments_.size()));
  if (is_new) {
    instruments_.emplace_back().name = name;
    instruments_.back().size_scale = entry.size_scale;
  }
  if (entry.id.value >= by_id_.size()) {
    if (entry.id.value > kInstrumentsMax) return;
    by_id_.resize(entry.id.value + std::size_t{1}, kNotIndexed);
  }
  by_id_[entry.id.value] = at->second;
  Instrument& instrument = instruments_[at->second];
  if (instrument.size_scale != entry.size_scale) instrument.is_changed = true;
  const auto feed = feed_ids_.find(entry.feed.value);
  if (feed == feed_ids_.end() || feed->second == instrument.feed) return;
  if (instrument.feed != kNotIndexed) {
    instrument.is_changed = true;
  } else {
    instrument.state.begin_day(feeds_[feed->second].trading_date);
  }
  instrument.feed = feed->second;
}

/// True: something is, and nobody said so.
bool IndexBuilder::note_missing(Ring& ring, std::uint64_t first, std::uint64_t behind) {
  const std::uint64_t expected = std::exchange(ring.next, std::max(ring.next, behind));
  if (expected == 0 || first <= expected) return false;
  ring.lost_last += first - expected;
  return true;
}

void IndexBuilder::doubt_feeds_in(std::uint32_t ring_index) {
  for (Feed& each : feeds_) each.is_doubted = each.is_doubted || each.row.ring == ring_index;
}

void IndexBuilder::take_loss(const LossFact& loss) {
  if (loss.first == 0 || loss.last < loss.first) return;
  const auto found = ring_ids_.find(loss.ring);
  if (found == ring_ids_.end()) return;
  Ring& ring = rings_[found->second];
  const bool is_silent = note_missing(ring, loss.first, loss.last + 1);
  // What went with a daemon its source was asked for again.
  if (is_silent || !is_of_a_death(loss.reason)) doubt_feeds_in(found->second);
  if (loss.reason == LossReason::skipped) return;
  ring.lost_last += loss.last - loss.first + 1;
}

void IndexBuilder::take_records(const JournalBlock& block, std::uint32_t ring_index) {
  Ring& ring = rings_[ring_index];
  const std::uint32_t first_ordinal = ring.row.count;
  ring.blocks.push_back(
      {block.place.offset, block.header.first, first_ordinal, block.header.count, block.header.header_crc, 0});
  const auto record_at = [&](std::size_t index) {
    Record record;
    std::memcpy(static_cast<void*>(&record), block.payload.data() + index * sizeof record, sizeof record);
    return record;
  };
  const Record first = record_at(0);
  if (ring.first == 0) ring.first = first.header.stamp;
  if (first_ordinal == 0) ring.row.first_recv = first.header.ts_recv.value;
  if (ring.lost_last != 0) {
    const std::int64_t recv = std::max(ring.newest_recv, first.header.ts_recv.value);
    events_.push_back({IndexEventKind::loss, ring_index, first_ordinal, kNotIndexed, recv, ring.lost_last});
    ring.lost += std::exchange(ring.lost_last, 0);
  }
  for (std::uint32_t i = 0; i < block.header.count; ++i) take_record(record_at(i), ring_index, first_ordinal + i);
  ring.row.count += block.header.count;
  ring.row.last_recv = ring.newest_recv;
  records_ += block.header.count;
  bytes_since_beginnings_ += block.payload.size();
}

void IndexBuilder::take_record(const Record& record, std::uint32_t ring_index, std::uint32_t ordinal) {
  Ring& ring = rings_[ring_index];
  const std::int64_t recv = record.header.ts_recv.value;
  if (recv < ring.newest_recv) ring.row.flags = with(ring.row.flags, IndexRingFlags::disordered);
  ring.newest_recv = std::max(ring.newest_recv, recv);
  if (record.header.type == RecordType::session) return take_session(record, ring_index, ordinal);
  if (record.header.type == RecordType::gap) return take_gap(record);
  const std::uint32_t id = record.header.instrument.value;
  const std::uint32_t index = id < by_id_.size() ? by_id_[id] : kNotIndexed;
  if (index == kNotIndexed || !is_in_ring(instruments_[index], ring_index)) {
    if (record.header.type != RecordType::book_clear || id != 0) return;
    events_.push_back({IndexEventKind::clear, ring_index, ordinal, kNotIndexed, ring.newest_recv, 0});
    for (Instrument& each : instruments_) {
      if (is_in_ring(each, ring_index)) each.state.clear_book();
    }
    doubt_feeds_in(ring_index);
    return;
  }
  Instrument& instrument = instruments_[index];
  if (record.header.type == RecordType::definition) instrument.venue_key = record.as<DefinitionBody>().venue_key;
  instrument.state.apply(record);
  instrument.postings.push_back(ordinal);
  instrument.record_bytes += sizeof record;
  if (state_is_due(instrument.record_bytes, instrument.state.bytes_about()))
    put_down(instrument, ordinal + 1, ring.newest_recv);
}

void IndexBuilder::take_gap(const Record& record) {
  const auto gap = record.as<GapBody>();
  const auto found = feed_ids_.find(gap.feed.value);
  if (gap.reason == GapReason::lost && found != feed_ids_.end()) feeds_[found->second].is_doubted = true;
}

void IndexBuilder::take_session(const Record& record, std::uint32_t ring_index, std::uint32_t ordinal) {
  const auto session = record.as<SessionBody>();
  const auto found = feed_ids_.find(session.feed.value);
  if (found == feed_ids_.end() || feeds_[found->second].row.ring != ring_index) return;
  Feed& feed = feeds_[found->second];
  feed.has_session = true;
  feed.is_doubted = false;
  feed.lost = rings_[ring_index].lost;
  feed.trading_date = session.trading_date;
  events_.push_back({IndexEventKind::session, ring_index, ordinal, found->second, rings_[ring_index].newest_recv, 0});
  for (Instrument& each : instruments_) {
    if (each.feed != found->second) continue;
    each.state.begin_session(record.header, session);
    each.venue_key = 0;
  }
}

bool IndexBuilder::is_in_ring(const Instrument& instrument, std::uint32_t ring_index) const noexcept {
  return instrument.feed != kNotIndexed && feeds_[instrument.feed].row.ring == ring_index;
}

std::uint32_t IndexBuilder::ring_named(std::string_view name) {
  const auto found = std::ranges::find_if(rings_, [&](const Ring& ring) { return text_of(ring.row.name) == name; });
  if (found != rings_.end()) return static_cast<std::uint32_t>(found - rings_.begin());
  set_text(rings_.emplace_back().row.name, name);
  return static_cast<std::uint32_t>(rings_.size() - 1);
}

std::uint32_t IndexBuilder::feed_named(std::string_view name) {
  const auto found = std::ranges::find_if(feeds_, [&](const Feed& feed) { return text_of(feed.row.name) == name; });
  if (found != feeds_.end()) return static_cast<std::uint32_t>(found - feeds_.begin());
  set_text(feeds_.emplace_back().row.name, name);
  return static_cast<std::uint32_t>(feeds_.size() - 1);
}

}  // namespace tickplant::ringbuf
