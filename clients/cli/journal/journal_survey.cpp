#include "clients/cli/journal/journal_survey.hpp"

#include <algorithm>

#include "platform/setup_error.hpp"
#include "ringbuf/fixed_text.hpp"
#include "ringbuf/journal/checkpoint_files.hpp"

namespace tickplant::cli {
namespace {

using namespace ringbuf;

constexpr std::uint64_t kProgressBytes = std::uint64_t{16} << 20;

class Surveyor {
 public:
  Surveyor(const std::filesystem::path& folder, SurveyDepth depth, const SurveyProgress& progress)
      : scanner_(folder), depth_(depth), progress_(progress) {
    out_.folder = folder;
    for (JournalSegmentFile& file : list_segments(folder)) out_.segments.push_back({std::move(file)});
  }

  JournalSurvey survey() {
    if (depth_ == SurveyDepth::all) check_compressed();
    for (;;) {
      while (const auto block = scanner_.next(depth_ == SurveyDepth::all ? Payloads::all : Payloads::facts)) {
        take(*block);
      }
      out_.end = scanner_.end(depth_ == SurveyDepth::all ? Search::thorough : Search::quick);
      if (out_.end.kind != JournalEndKind::damaged) break;
      const std::optional<JournalHole> hole = scanner_.resume();
      out_.damages.push_back({out_.end, hole, {}});
      if (!hole) break;
    }
    finish();
    look_at_checkpoints();
    return std::move(out_);
  }

 private:
  /// The chain says nothing of an index.
  void check_compressed() {
    for (SurveyedSegment& segment : out_.segments) {
      if (!segment.file.is_compressed || segment.file.fault != PageFault::none) continue;
      const OpenedSegment opened = open_segment_file(segment.file.path, segment.file.number, true);
      segment.is_broken = !opened.source || !opened.source.expanded()->is_whole();
    }
  }

  /// A damaged one damages nothing: a start passes it over.
  void look_at_checkpoints() {
    for (const std::filesystem::path& file : CheckpointFiles(out_.folder).list()) {
      SurveyedCheckpoint& found = out_.checkpoints.emplace_back();
      found.file = file;
      found.savepoint = CheckpointFiles::savepoint_name(file);
      std::error_code gone;
      found.file_bytes = std::filesystem::file_size(file, gone);
      try {
        found.head = depth_ == SurveyDepth::all ? CheckpointFiles::read(file).head : CheckpointFiles::read_head(file);
        if (found.head.journal_id != out_.journal_id) found.fault = "it is of another journal";
      } catch (const platform::SetupError& error) {
        found.fault = error.what();
      }
      if (gone) out_.checkpoints.pop_back();  // by a newer one, meanwhile
    }
  }

  void take(const JournalBlock& block) {
    const JournalBlockHeader& header = block.header;
    ++out_.blocks;
    out_.bytes += block_bytes(header.payload_bytes);
    if (progress_ && out_.bytes >= next_progress_) {
      progress_(out_.bytes);
      next_progress_ = out_.bytes + kProgressBytes;
    }
    for (SurveyedSegment& segment : out_.segments) {
      if (segment.file.number != block.place.segment) continue;
      ++segment.blocks;
      segment.block_bytes += block_bytes(header.payload_bytes);
    }
    if (out_.journal_id == 0) out_.journal_id = header.journal_id;
    if (header.kind == BlockKind::facts) return take_facts(block);
    out_.knowledge.reopen();
    if (header.ring == 0) return;
    if (const auto missing = continuity_.on_block(header)) miss(header.ring, *missing);
    SurveyedRing& ring = out_.rings[header.ring];
    ring.kind = header.kind;
    ++ring.blocks;
    if (block.is_dropped) {
      ring.dropped += header.count;
      return;
    }
    ring.records += header.count;
    if (ring.first == 0) ring.first = header.first;
    ring.last = header.first + header.count - 1;
    if (header.last_recv == 0) return;  // it has none
    if (!ring.first_recv || header.first_recv < ring.first_recv->value) ring.first_recv = {header.first_recv};
    if (!ring.last_recv || header.last_recv > ring.last_recv->value) ring.last_recv = {header.last_recv};
  }

  void take_facts(const JournalBlock& block) {
    FactsReader facts(block.payload);
    while (const auto fact = facts.next()) {
      out_.knowledge.apply(*fact);
      if (fact->kind == FactKind::ring) continuity_.on_ring(fact->as<RingFact>());
      if (fact->kind != FactKind::loss) continue;
      const auto loss = fact->as<LossFact>();
      if (const auto missing = continuity_.on_loss(loss)) miss(loss.ring, *missing);
      if (loss.first == 0 || loss.last < loss.first) continue;
      out_.losses.push_back({loss.ring, {loss.first, loss.last}, loss.reason});
      if (loss.reason != LossReason::skipped) out_.rings[loss.ring].lost += loss.last - loss.first + 1;
    }
  }

  /// Nobody called them lost: the damage before them did it, if there was one.
  void miss(std::uint32_t ring, SequenceRange range) {
    out_.rings[ring].lost += range.count();
    const JournalLoss loss{ring, range, std::nullopt};
    (out_.damages.empty() ? out_.losses : out_.damages.back().missing).push_back(loss);
  }

  void finish() {
    for (const SurveyedSegment& segment : out_.segments) {
      if (segment.file.fault == PageFault::none && segment.file.page.journal_id == out_.journal_id) {
        out_.plant = text_of(segment.file.page.plant_name);
      }
    }
    for (SurveyedSegment& segment : out_.segments) {
      const bool is_readable = segment.file.fault == PageFault::none || segment.file.fault == PageFault::misnamed;
      segment.is_foreign = is_readable && out_.journal_id != 0 && segment.file.page.journal_id != out_.journal_id;
    }
    for (const auto& [id, fact] : out_.knowledge.rings()) {
      SurveyedRing& ring = out_.rings[id];
      ring.name = text_of(fact.name);
      if (ring.kind == BlockKind::none) ring.kind = fact.kind;
    }
    for (auto& [id, ring] : out_.rings) {
      if (ring.name.empty()) ring.name = "ring " + std::to_string(id);
    }
  }

  JournalScanner scanner_;
  SurveyDepth depth_;
  const SurveyProgress& progress_;
  JournalContinuity continuity_;
  JournalSurvey out_;
  std::uint64_t next_progress_ = kProgressBytes;
};

}  // namespace

bool JournalSurvey::is_bad_file(const SurveyedSegment& segment) const noexcept {
  if (!segment.is_bad()) return false;
  const bool is_next = segment.file.number == end.place.segment + 1 && segment.blocks == 0;
  return segment.is_foreign || end.kind != JournalEndKind::torn || !is_next;
}

bool JournalSurvey::is_damaged() const noexcept {
  return !damages.empty() || end.kind == JournalEndKind::damaged ||
         std::ranges::any_of(segments, [this](const SurveyedSegment& segment) { return is_bad_file(segment); });
}

std::string JournalSurvey::ring_name(std::uint32_t ring) const {
  const auto found = rings.find(ring);
  return found == rings.end() ? "ring " + std::to_string(ring) : found->second.name;
}

JournalSurvey survey_journal(const std::filesystem::path& folder, SurveyDepth depth, const SurveyProgress& progress) {
  return Surveyor(folder, depth, progress).survey();
}

}  // namespace tickplant::cli
