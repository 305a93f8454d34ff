#include "feedhandlers/journal/journal_feed.hpp"

#include <algorithm>
#include <exception>
#include <type_traits>
#include <variant>

#include "feedhandlers/book/told_book.hpp"
#include "feedhandlers/feed_records.hpp"
#include "feedhandlers/write_depth.hpp"
#include "ringbuf/fixed_text.hpp"
#include "ringbuf/records/with_body.hpp"

namespace tickplant::feedhandlers::journal {

using namespace ringbuf;

JournalFeed::JournalFeed(const std::filesystem::path& folder, const std::string& ring, const FeedParts& parts,
                         const OrderBookConfig& book)
    : publisher_(parts.publisher),
      directory_(parts.directory),
      feed_(parts.id),
      tells_depth_(parts.forms.depth),
      book_(book),
      reader_(folder, {.rings = {ring}}) {}

void JournalFeed::publish_heartbeat(const HeartbeatTime& time) noexcept {
  feedhandlers::publish_heartbeat(publisher_, feed_, time);
}

FileProgress JournalFeed::read() noexcept {
  try {
    const std::optional<JournalItem> item = reader_.next();
    if (!item) {
      return reader_.end().kind == JournalEndKind::damaged ? FileProgress::failed : FileProgress::ended;
    }
    std::visit([this](const auto& what) { play(what); }, *item);
    publisher_.end_batch();
    return FileProgress::more;
  } catch (const std::exception&) {
    return FileProgress::failed;
  }
}

void JournalFeed::play(const JournalRecords& records) {
  if (records.kind != BlockKind::ticks) return;
  for (std::size_t i = 0; i < records.count(); ++i) play(records.as<Record>(i));
}

void JournalFeed::play(const JournalLoss& loss) {
  if (loss.reason == LossReason::skipped) return;  // numbers of the ring that it was in, and nobody's
  ++totals_.gaps;
  totals_.missed_messages += loss.range.count();
  GapBody gap;
  gap.first = loss.range.first;
  gap.last = loss.range.last;
  gap.feed = feed_;
  gap.reason = GapReason::internal_reader;
  publisher_.publish(kNoInstrument, publisher_.ts_recv(), gap, RecordFlags::end_of_event);
}

void JournalFeed::play(const Record& record) {
  const RecordType type = record.header.type;
  if (type == RecordType::padding || type == RecordType::command) return;
  // Of the ring that it was in, not of its source.
  if (type == RecordType::gap && record.as<GapBody>().reason == GapReason::restart) return;
  InstrumentId id = kNoInstrument;
  if (record.header.instrument != kNoInstrument) {
    id = ours(record.header.instrument);
    if (id == kNoInstrument) return;  // the directory is full, and counts that
  }
  publisher_.begin_packet(record.header.ts_recv, 0);
  ++totals_.messages;
  with_body(record, [&](auto body) { publish(record, id, body); });
  if (tells_depth_) keep_book(record, id);
}

template <class Body>
void JournalFeed::publish(const Record& record, InstrumentId id, Body body) {
  const RecordHeader& header = record.header;
  if constexpr (requires { body.feed; }) body.feed = feed_;
  if constexpr (std::is_same_v<Body, DefinitionBody>) {
    InstrumentEntry entry;
    if (directory_.reader().read(id, entry) == TableRead::value) body.directory_stamp = entry.stamp;
  }
  if constexpr (std::is_same_v<Body, SourcePositionBody>) totals_.next_sequence = body.next_sequence;
  if constexpr (std::is_same_v<Body, SessionBody>) {
    publisher_.begin_session(header.ts_event, body, all_);
  } else {
    publisher_.publish(id, header.ts_event, body, header.flags);
  }
}

void JournalFeed::keep_book(Record record, InstrumentId id) {
  const RecordType type = record.header.type;
  if (type == RecordType::session || (type == RecordType::book_clear && id == kNoInstrument)) {
    book_.clear_all();
    for (const InstrumentId each : all_) publisher_.depth().clear(each, publisher_.last(), record.header.ts_event);
  }
  if (type != RecordType::order && type != RecordType::level && type != RecordType::book_clear) return;
  record.header.instrument = id;
  apply_told(book_, record);
  if (id == kNoInstrument) return;
  const auto write = [&](Side side) {
    if (side == Side::none) return;
    write_depth(publisher_.depth(), book_, id, publisher_.last(), record.header.ts_event, book_.is_maybe_bad(id),
                {.side = side, .first = 0, .last = kDepthLevels});
  };
  if (type == RecordType::order) write(record.as<OrderBody>().side);
  if (type == RecordType::level) write(record.as<LevelBody>().side);
  if (type == RecordType::book_clear) publisher_.depth().clear(id, publisher_.last(), record.header.ts_event);
}

/// The journal's directory may know more of it by now than when it was first heard of.
InstrumentId JournalFeed::ours(InstrumentId theirs) {
  const auto known = ours_.find(theirs.value);
  if (known != ours_.end()) return known->second;
  const InstrumentEntry* const entry = reader_.knowledge().instrument(theirs);
  if (entry == nullptr) return kNoInstrument;
  InstrumentSpec spec = spec_of(*entry);
  spec.feed = feed_;
  const InstrumentId id = directory_.find_or_add(spec).id;
  if (id == kNoInstrument) return id;
  ours_.emplace(theirs.value, id);
  if (std::ranges::find(all_, id) == all_.end()) all_.push_back(id);
  return id;
}

}  // namespace tickplant::feedhandlers::journal
