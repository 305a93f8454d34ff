#include "clients/cli/journal/journal_playback.hpp"

#include <algorithm>
#include <set>

#include "clients/cli/journal/journal_names.hpp"
#include "ringbuf/journal/journal_replay.hpp"

namespace tickplant::cli {
namespace {

using namespace ringbuf;

/// No longer than this, so that a stop is noticed.
constexpr std::int64_t kNapNanosMax = 100'000'000;

/// Rings of ticks, and whether there is an order over them, by the facts that come before the first records.
struct RingsOfJournal {
  std::set<std::uint32_t> of_ticks;
  bool has_order = false;
};

RingsOfJournal rings_of(const std::filesystem::path& folder) {
  RingsOfJournal out;
  JournalScanner scanner(folder);
  while (const auto block = scanner.next(Payloads::facts)) {
    if (block->header.kind == BlockKind::runs) out.has_order = true;
    if (block->header.kind == BlockKind::ticks) out.of_ticks.insert(block->header.ring);
    if (block->header.kind != BlockKind::facts) continue;
    FactsReader facts(block->payload);
    while (const auto fact = facts.next()) {
      if (fact->kind != FactKind::ring) continue;
      const auto ring = fact->as<RingFact>();
      if (ring.kind == BlockKind::runs) out.has_order = true;
      if (ring.kind == BlockKind::ticks) out.of_ticks.insert(ring.ring);
    }
  }
  return out;
}

class Playback {
 public:
  Playback(const PlaybackWish& wish, const PlaybackWorld& world, const JournalKnowledge& knowledge,
           RingsOfJournal rings)
      : wish_(&wish),
        world_(&world),
        context_(std::make_unique<JournalNames>(knowledge)),
        pace_(wish.speed),
        rings_(std::move(rings)) {
    result_.has_order = rings_.has_order;
  }

  void on_record(CauseSequence, RingId ring, const Record& record) { take(ring.value, record); }
  void on_lost(CauseSequence, std::uint64_t count) { result_.lost += count; }
  void on_order_lost(SequenceRange range) { result_.lost += range.count(); }
  void on_skipped(CauseSequence, RingId, SequenceRange) {}
  void on_command(CauseSequence, const CommandBody&) {}
  void on_pause(CauseSequence) {}
  void on_derived(const RingFact&, const DerivedRecord&) {}
  void on_derived_lost(std::uint32_t, SequenceRange) {}

  void take(std::uint32_t ring, const Record& record) {
    if (is_over()) return;
    if (wish_->until && !(record.header.ts_recv < *wish_->until)) {
      past_.insert(ring);
      return;
    }
    if (wish_->from && record.header.ts_recv < *wish_->from) return;
    if (!wish_->types.has(record.header.type) || !is_wished(record)) return;
    if (!wait_for(record)) return;
    world_->print(wish_->json ? context_.json(record) : context_.line(record));
    ++result_.records;
  }
  /// Stopped, or every ring is past the end asked for: within a ring receive times never fall.
  [[nodiscard]] bool is_over() const {
    return is_stopped_ ||
           (wish_->until && std::includes(past_.begin(), past_.end(), rings_.of_ticks.begin(), rings_.of_ticks.end()));
  }
  [[nodiscard]] PlaybackResult& result() noexcept { return result_; }

 private:
  [[nodiscard]] bool is_wished(const Record& record) {
    if (wish_->symbols.empty()) return true;
    const std::string_view symbol = context_.symbol_of(record);
    const std::string_view bare = symbol.substr(0, symbol.rfind('@'));
    return std::ranges::any_of(wish_->symbols, [&](const std::string& s) { return s == symbol || s == bare; });
  }
  /// False: stopped meanwhile.
  [[nodiscard]] bool wait_for(const Record& record) {
    for (;;) {
      if (world_->is_stopped()) {
        is_stopped_ = true;
        return false;
      }
      if (!wish_->speed) return true;
      const std::int64_t wait = pace_.wait_nanos(record.header.ts_recv, world_->now_nanos());
      if (wait == 0) return true;
      world_->sleep_nanos(std::min(wait, kNapNanosMax));
    }
  }

  const PlaybackWish* wish_;
  const PlaybackWorld* world_;
  RecordContext context_;
  ReplayPace pace_;
  RingsOfJournal rings_;
  std::set<std::uint32_t> past_;
  bool is_stopped_ = false;
  PlaybackResult result_;
};

void note_end(const std::filesystem::path& folder, const JournalEnd& end, PlaybackResult& result) {
  result.is_damaged = end.kind == JournalEndKind::damaged;
  if (!result.is_damaged) return;
  result.end = (folder / segment_file_name(end.place.segment)).string() + " offset " + std::to_string(end.place.offset);
}

PlaybackResult play_in_order(const std::filesystem::path& folder, const PlaybackWish& wish, const PlaybackWorld& world,
                             RingsOfJournal rings) {
  JournalReplay replay(folder);
  Playback playback(wish, world, replay.knowledge(), std::move(rings));
  while (!playback.is_over()) {
    if (replay.poll(playback, 1) != 0) continue;
    note_end(folder, replay.end(), playback.result());
    if (replay.knowledge().is_closed()) replay.finish(playback);
    break;
  }
  return playback.result();
}

PlaybackResult play_as_it_lies(const std::filesystem::path& folder, const PlaybackWish& wish,
                               const PlaybackWorld& world, RingsOfJournal rings) {
  JournalWish what;
  if (wish.from) what.from_recv = *wish.from;
  JournalReader reader(folder, what);
  Playback playback(wish, world, reader.knowledge(), std::move(rings));
  while (!playback.is_over()) {
    const std::optional<JournalItem> item = reader.next();
    if (!item) {
      note_end(folder, reader.end(), playback.result());
      break;
    }
    const auto* const records = std::get_if<JournalRecords>(&*item);
    if (records == nullptr) {
      const auto& loss = std::get<JournalLoss>(*item);
      if (loss.reason != LossReason::skipped) playback.result().lost += loss.range.count();
      continue;
    }
    if (records->kind != BlockKind::ticks) continue;
    const std::uint32_t ring = records->ring->ring;
    for (std::size_t i = 0; i < records->count(); ++i) playback.take(ring, records->as<Record>(i));
  }
  return playback.result();
}

}  // namespace

PlaybackResult play_journal(const std::filesystem::path& folder, const PlaybackWish& wish, const PlaybackWorld& world) {
  RingsOfJournal rings = rings_of(folder);
  return rings.has_order ? play_in_order(folder, wish, world, std::move(rings))
                         : play_as_it_lies(folder, wish, world, std::move(rings));
}

}  // namespace tickplant::cli
