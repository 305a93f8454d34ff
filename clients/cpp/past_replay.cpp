#include "clients/cpp/past_replay.hpp"

#include <utility>
#include <variant>

#include "ringbuf/fixed_text.hpp"
#include "ringbuf/journal/journal_reader.hpp"

namespace tickplant::clients {
namespace {

using namespace ringbuf;

class PastReplay {
 public:
  PastReplay(const JournalReader& reader, const PastInstrument& instrument, platform::UnixNanos at, PastState& out)
      : reader_(&reader), instrument_(&instrument), at_(at), out_(&out) {}

  /// False: what follows was received later.
  bool take(const JournalRecords& records) {
    if (records.kind != BlockKind::ticks) return true;
    for (std::size_t i = 0; i < records.count(); ++i) {
      const auto record = records.as<Record>(i);
      if (record.header.ts_recv > at_) return false;
      out_->lost += std::exchange(lost_before_, 0);
      take(record);
    }
    return true;
  }
  /// Lost before the next record of the ring, if there is one in time.
  bool take(const JournalLoss& loss) {
    if (loss.reason != LossReason::skipped) lost_before_ += loss.range.count();
    return true;
  }
  [[nodiscard]] InstrumentState& state() noexcept { return state_; }

 private:
  void take(const Record& record) {
    if (out_->first == 0) out_->first = record.header.stamp;
    if (record.header.type == RecordType::session) return take_session(record);
    const InstrumentEntry* const entry = reader_->knowledge().instrument(record.header.instrument);
    if (entry == nullptr || name_of(*entry) != instrument_->name) {
      const bool clears_all = record.header.type == RecordType::book_clear && record.header.instrument == kNoInstrument;
      if (clears_all) state_.clear_book();
      return;
    }
    out_->size_scale = entry->size_scale;
    state_.apply(record);
  }
  void take_session(const Record& record) {
    const auto session = record.as<SessionBody>();
    const auto feed = reader_->knowledge().feeds().find(session.feed.value);
    if (feed == reader_->knowledge().feeds().end() || text_of(feed->second.name) != instrument_->feed) return;
    state_.begin_session(record.header, session);
    out_->has_session = true;
    out_->lost = 0;
  }

  const JournalReader* reader_;
  const PastInstrument* instrument_;
  platform::UnixNanos at_;
  PastState* out_;
  InstrumentState state_;
  std::uint64_t lost_before_ = 0;
};

}  // namespace

void fill(PastState& out, const PastInstrument& instrument, InstrumentState& state) {
  out.name = instrument.name;
  out.ring = instrument.ring;
  out.time_zone = instrument.time_zone;
  out.id = state.id();
  out.records = state.records();
  out.has_image = state.image().read(out.image);
  out.book = state.take_book();
}

PastState replay_past(const std::filesystem::path& folder, const PastInstrument& instrument, platform::UnixNanos at) {
  PastState out;
  JournalReader reader(folder, {.rings = {instrument.ring}});
  PastReplay replay(reader, instrument, at, out);
  bool is_in_time = true;
  while (is_in_time) {
    const auto item = reader.next();
    if (!item) break;
    is_in_time = std::visit([&](const auto& what) { return replay.take(what); }, *item);
  }
  out.is_damaged = is_in_time && reader.end().kind == JournalEndKind::damaged;
  fill(out, instrument, replay.state());
  return out;
}

}  // namespace tickplant::clients
