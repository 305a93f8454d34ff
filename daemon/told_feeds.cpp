#include "daemon/told_feeds.hpp"

#include <algorithm>
#include <optional>
#include <variant>
#include <vector>

#include "daemon/log.hpp"
#include "daemon/told_index.hpp"
#include "platform/setup_error.hpp"
#include "ringbuf/fixed_text.hpp"
#include "ringbuf/journal/journal_files.hpp"
#include "ringbuf/journal/journal_reader.hpp"
#include "ringbuf/records/source.hpp"

namespace tickplant::daemon {
namespace {

using namespace ringbuf;

/// Of a record that says so itself.
std::optional<FeedId> feed_in(const Record& record) {
  switch (record.header.type) {
    case RecordType::gap: return record.as<GapBody>().feed;
    case RecordType::source_position: return record.as<SourcePositionBody>().feed;
    case RecordType::session: return record.as<SessionBody>().feed;
    case RecordType::definition: return record.as<DefinitionBody>().feed;
    default: return std::nullopt;
  }
}

bool is_another_feeds(const Record& record, const ToldCollector::Owner& owner) {
  if (const auto feed = feed_in(record)) return !owner.has_feed(*feed);
  return record.header.instrument != kNoInstrument && !owner.has_instrument(record.header.instrument);
}
/// Of the plant, not of what a source said.
bool is_of_the_plant(const Record& record) {
  return record.header.type == RecordType::heartbeat ||
         (record.header.type == RecordType::gap && record.as<GapBody>().reason != GapReason::lost);
}

ToldCollector::Owner owner_in(const InstrumentDirectoryReader& directory, FeedId feed) {
  return {[feed](FeedId id) { return id == feed; },
          [&directory, feed](InstrumentId id) {
            InstrumentEntry entry;
            return directory.read(id, entry) == TableRead::value && entry.feed == feed;
          }};
}
/// Numbers of feeds may have been others then; `knowledge` outlives it.
ToldCollector::Owner owner_in(const JournalKnowledge& knowledge, const std::string& feed) {
  const auto is_its = [&knowledge, feed](FeedId id) {
    const auto found = knowledge.feeds().find(id.value);
    return found != knowledge.feeds().end() && text_of(found->second.name) == feed;
  };
  return {is_its, [&knowledge, is_its](InstrumentId id) {
            const InstrumentEntry* const entry = knowledge.instrument(id);
            return entry != nullptr && is_its(entry->feed);
          }};
}

/// Every record of the ring from `from` on, or from its oldest one. Returns the first that there is.
template <class Take>
std::uint64_t for_each_in(TickRing& ring, std::uint64_t from, Take&& take) {
  const std::uint64_t last = ring.repair->last.value;
  const std::uint64_t oldest =
      std::max(last > ring.slot_count ? last - ring.slot_count + 1 : 1, ring.reader({1}).first_sequence().value);
  const std::uint64_t first = std::max(oldest, from);
  TickReader reader = ring.reader({first});
  for (Record record; reader.next().value <= last;) {
    if (reader.poll(&record) == ReadStatus::empty) break;
    take(record);
  }
  return first;
}

/// `visit(count)` with the newest 2 segments, then with more, until it says that it has what it looks for, or has seen
/// all: what is looked for is seldom far back.
template <class Visit>
void from_the_newest(const std::vector<JournalSegmentFile>& segments, Visit&& visit) {
  for (std::size_t count = std::min<std::size_t>(2, segments.size()); count != 0;) {
    if (visit(segments[segments.size() - count].number) || count == segments.size()) return;
    count = std::min(count * 4, segments.size());
  }
}

/// What the reader gives, then those that only the ring has.
void tell_from(JournalReader& reader, const ToldPlaces& places, DayTeller& teller) {
  std::uint64_t next = 0;
  while (const auto item = reader.next()) {
    if (const auto* const loss = std::get_if<JournalLoss>(&*item)) {
      // What went with a daemon its source was asked for again.
      if (!loss->reason || !is_of_a_death(*loss->reason)) teller.on_lost();
      continue;
    }
    const auto& records = std::get<JournalRecords>(*item);
    if (records.kind != BlockKind::ticks) continue;
    for (std::size_t i = 0; i < records.count(); ++i) teller.take(records.as<Record>(i));
    next = records.first + records.count();
  }
  if (!places.ring->repair || places.ring->repair->last.value < next) return;
  const std::uint64_t first = for_each_in(*places.ring, next, [&](const Record& record) { teller.take(record); });
  // What went with the memory before this ring was asked for again, too.
  if (first > std::max(next, places.ring->reader({1}).first_sequence().value)) teller.on_lost();
}

bool tell_since_index(const ToldPlaces& places, const DayTeller::Take& take) {
  const auto index = tell_from_index(places.journal, places.ring_name, places.feed_name, *places.directory, take);
  if (!index) return false;
  JournalReader reader(places.journal, {.rings = {places.ring_name}, .from_segment = index->segment});
  DayTeller teller(owner_in(reader.knowledge(), places.feed_name), take);
  teller.begin_amid();
  tell_from(reader, places, teller);
  if (teller.has_lost()) return false;
  log_info("feed " + places.feed_name + ": " + std::to_string(index->instruments) + " instruments with " +
           std::to_string(index->orders) + " open orders out of the index of segment " +
           std::to_string(index->segment) + " of the journal, and what was told behind");
  return true;
}

bool tell_day(const ToldPlaces& places, const DayTeller::Take& take) {
  if (places.ring->repair) {
    DayTeller teller(owner_in(*places.directory, places.feed), take);
    for_each_in(*places.ring, 0, [&](const Record& record) { teller.take(record); });
    if (teller.has_session()) return true;
  }
  if (places.journal.empty()) return false;
  if (tell_since_index(places, take)) return true;
  bool is_told = false;
  from_the_newest(list_segments(places.journal), [&](std::uint64_t segment) {
    JournalReader reader(places.journal, {.rings = {places.ring_name}, .from_segment = segment});
    DayTeller teller(owner_in(reader.knowledge(), places.feed_name), take);
    tell_from(reader, places, teller);
    is_told = teller.has_session() && !teller.has_lost();
    return teller.has_session();
  });
  return is_told;
}

struct ToldInRing {
  feedhandlers::ToldRecords told;
  std::uint64_t first = ~std::uint64_t{0};  // that the ring has
};

/// Nothing where the ring is new.
ToldInRing told_in_ring(const ToldPlaces& places) {
  if (!places.ring->repair) return {};
  ToldCollector collector(owner_in(*places.directory, places.feed));
  const std::uint64_t first = for_each_in(*places.ring, 0, [&](const Record& record) { collector.take(record); });
  return {std::move(collector).told(), first};
}

/// Ahead of number `until`: all of its records where the journal has none of its positions.
feedhandlers::ToldRecords told_in_journal(const ToldPlaces& places, std::uint64_t until) {
  feedhandlers::ToldRecords told;
  const std::vector<JournalSegmentFile> segments = list_segments(places.journal);
  if (segments.empty()) return told;
  from_the_newest(segments, [&](std::uint64_t segment) {
    JournalReader reader(places.journal, {.rings = {places.ring_name}, .from_segment = segment});
    ToldCollector collector(owner_in(reader.knowledge(), places.feed_name));
    while (const auto item = reader.next()) {
      const auto* const records = std::get_if<JournalRecords>(&*item);
      if (records == nullptr || records->kind != BlockKind::ticks) continue;
      for (std::size_t i = 0; i < records->count() && records->first + i < until; ++i) {
        collector.take(records->as<Record>(i));
      }
    }
    const bool has_position = collector.has_position();
    told = std::move(collector).told();
    return has_position;
  });
  return told;
}

}  // namespace

void ToldCollector::take(const Record& record) {
  if (is_of_the_plant(record) || is_another_feeds(record, owner_)) return;
  if (record.header.type == RecordType::source_position) {
    told_.position = record;
    told_.before.assign(recent_.begin(), recent_.end());
    told_.behind.clear();
    return;
  }
  told_.behind.push_back(record);
  if (record.header.instrument == kNoInstrument) return;
  recent_.push_back(record);
  if (recent_.size() > feedhandlers::ToldRecords::kBefore) recent_.pop_front();
}

void DayTeller::take(const Record& record) {
  if (is_of_the_plant(record) || is_another_feeds(record, owner_)) return;
  if (record.header.type == RecordType::session) {
    has_session_ = true;
    has_lost_ = false;
    behind_.clear();
    return take_(record);
  }
  if (!has_session_) return;
  behind_.push_back(record);
  if (record.header.type != RecordType::source_position) return;
  for (const Record& told : behind_) take_(told);
  behind_.clear();
}

std::size_t restore_instruments(const std::filesystem::path& journal, const std::map<std::string, FeedId>& feeds,
                                InstrumentDirectoryWriter& directory) {
  const std::vector<JournalSegmentFile> segments = list_segments(journal);
  if (segments.empty()) return 0;
  JournalWish wish;
  wish.from_segment = segments[segments.size() - std::min<std::size_t>(2, segments.size())].number;  // each names all
  JournalReader reader(journal, wish);
  while (reader.next()) continue;
  const JournalKnowledge& knowledge = reader.knowledge();
  for (std::uint32_t id = 1;; ++id) {
    const InstrumentEntry* const entry = knowledge.instrument({id});
    if (entry == nullptr) return id - 1;
    InstrumentSpec spec = spec_of(*entry);
    const auto feed = knowledge.feeds().find(entry->feed.value);
    const auto ours =
        feed == knowledge.feeds().end() ? feeds.end() : feeds.find(std::string(text_of(feed->second.name)));
    spec.feed = ours == feeds.end() ? FeedId{} : ours->second;
    if (directory.find_or_add(spec).id != InstrumentId{id}) return id - 1;
  }
}

feedhandlers::ToldHistory history_in(const ToldPlaces& places) {
  return [places](const DayTeller::Take& take) {
    try {
      return tell_day(places, take);
    } catch (const platform::SetupError&) {
      return false;  // the journal has no such ring, or cannot be read: then the log says so already
    }
  };
}

feedhandlers::ToldRecords told_records(const ToldPlaces& places) {
  ToldInRing ring = told_in_ring(places);
  if (ring.told.position || places.journal.empty()) return std::move(ring.told);
  feedhandlers::ToldRecords told = told_in_journal(places, ring.first);
  told.behind.insert(told.behind.end(), ring.told.behind.begin(), ring.told.behind.end());
  return told;
}

}  // namespace tickplant::daemon
