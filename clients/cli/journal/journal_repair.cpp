#include "clients/cli/journal/journal_repair.hpp"

#include <sys/random.h>

#include <cerrno>
#include <utility>
#include <vector>

#include "clients/cli/journal/journal_copy.hpp"
#include "clients/cli/journal/new_folder.hpp"
#include "ringbuf/fixed_text.hpp"

namespace tickplant::cli {
namespace {

using namespace ringbuf;
namespace fs = std::filesystem;

constexpr std::uint64_t kSegmentBytesWithoutPage = std::uint64_t{256} << 20;
constexpr std::uint64_t kRepairProgressBytes = std::uint64_t{16} << 20;

std::uint64_t number_by_chance() {
  std::uint64_t out = 0;
  while (out == 0) {
    if (::getrandom(&out, sizeof out, 0) != static_cast<ssize_t>(sizeof out)) out = 0;
  }
  return out;
}

class Repair {
 public:
  Repair(const fs::path& from, const fs::path& to, const SurveyProgress& progress)
      : scanner_(from), id_(number_by_chance()), copy_(to, id_), progress_(progress) {}

  RepairResult run() {
    for (;;) {
      while (const auto block = scanner_.next()) take(*block);
      if (!scanner_.resume()) break;
      ++result_.holes;
      says_too_little_ = says_too_little_ || is_in_lead_;
    }
    if (copy_.has_begun()) copy_.sync();
    result_.journal_id = id_;
    result_.segments = copy_.segments();
    return std::move(result_);
  }

 private:
  void take(const JournalBlock& block) {
    const JournalBlockHeader& header = block.header;
    if (header.kind == BlockKind::facts) {
      take_facts(block);
    } else if (header.ring != 0) {
      if (const auto missing = continuity_.on_block(header)) lose(header.ring, *missing);
      if (block.is_dropped) {
        losses_.push_back({header.ring, LossReason::age, header.first, header.first + header.count - 1, 0});
      } else {
        result_.records += header.count;
      }
    }
    if (copy_.has_begun()) say_lost();  // before what is behind the hole, and before a segment's facts
    if (block.place.segment != segment_) enter(block);
    if (header.kind != BlockKind::facts) is_in_lead_ = false;
    if (!is_in_lead_ && std::exchange(says_too_little_, false)) copy_.append_knowledge(knowledge_, continuity_);
    if (!block.is_dropped) copy_.append(header, block.payload, knowledge_, continuity_);
    say_lost();
    ++result_.blocks;
    result_.bytes += block_bytes(header.payload_bytes);
    if (progress_ && result_.bytes >= next_progress_) {
      progress_(result_.bytes);
      next_progress_ = result_.bytes + kRepairProgressBytes;
    }
  }

  /// A segment as the old one has them. Where facts at its start are gone, all that are known are said behind them.
  void enter(const JournalBlock& block) {
    segment_ = block.place.segment;
    if (scanner_.page()) page_ = *scanner_.page();
    if (page_.segment_bytes == 0) page_.segment_bytes = kSegmentBytesWithoutPage;
    copy_.begin_segment(page_);
    is_in_lead_ = true;
    says_too_little_ = block.header.kind != BlockKind::facts || block.place.offset != kJournalPageBytes;
  }

  void take_facts(const JournalBlock& block) {
    FactsReader facts(block.payload);
    while (const auto fact = facts.next()) {
      knowledge_.apply(*fact);
      if (fact->kind == FactKind::ring) {
        const auto ring = fact->as<RingFact>();
        continuity_.on_ring(ring);
        const std::uint64_t next = continuity_.next(ring.ring);
        if (result_.holes != 0 && ring.next > next) {  // the old journal had them
          lose(ring.ring, {next, ring.next - 1});
          (void)continuity_.on_loss(losses_.back());
        }
      }
      if (fact->kind != FactKind::loss) continue;
      const auto loss = fact->as<LossFact>();
      if (const auto missing = continuity_.on_loss(loss)) lose(loss.ring, *missing);
    }
  }

  void lose(std::uint32_t ring, SequenceRange range) {
    losses_.push_back({ring, LossReason::damage, range.first, range.last, 0});
    const RingFact* fact = knowledge_.ring(ring);
    result_.lost[fact == nullptr ? "ring " + std::to_string(ring) : std::string(text_of(fact->name))] += range.count();
  }

  void say_lost() {
    for (const LossFact& loss : losses_) copy_.append_loss(loss, knowledge_, continuity_);
    losses_.clear();
  }

  JournalScanner scanner_;
  std::uint64_t id_;
  JournalCopy copy_;
  const SurveyProgress& progress_;
  JournalKnowledge knowledge_;
  JournalContinuity continuity_;
  std::vector<LossFact> losses_;  // to be said
  std::uint64_t segment_ = 0;     // of the old journal
  JournalSegmentPage page_;
  bool is_in_lead_ = false;       // only facts so far in this segment
  bool says_too_little_ = false;  // and not all of them
  std::uint64_t next_progress_ = kRepairProgressBytes;
  RepairResult result_;
};

}  // namespace

RepairResult repair_journal(const fs::path& from, const fs::path& to, const SurveyProgress& progress) {
  make_new_folder(to, "a repair");
  return Repair(from, to, progress).run();
}

}  // namespace tickplant::cli
