#include "clients/cpp/ring_history.hpp"

#include "platform/setup_error.hpp"
#include "ringbuf/broadcast_writer.hpp"
#include "ringbuf/fixed_text.hpp"

namespace tickplant::clients {
namespace {

using ringbuf::Sequence;

constexpr std::uint64_t kPublishEvery = ringbuf::TickWriter::kPublishEvery;
static_assert(kPublishEvery == ringbuf::DerivedWriter::kPublishEvery);

/// Behind all that a journal has of a ring, or calls lost; 0: it has nothing of it. Throws SetupError.
std::uint64_t end_in_journal(const std::filesystem::path& journal, const std::string& ring) {
  const ringbuf::JournalOpening end = ringbuf::find_end(journal);
  if (end.is_empty) return 0;
  ringbuf::JournalScanner scanner(journal);
  scanner.begin_at(end.place.segment);
  ringbuf::JournalKnowledge knowledge;
  while (const auto block = scanner.next(ringbuf::Payloads::facts)) {
    if (block->header.kind != ringbuf::BlockKind::facts) continue;
    ringbuf::FactsReader facts(block->payload);
    while (const auto fact = facts.next()) knowledge.apply(*fact);
  }
  const ringbuf::RingFact* const fact = knowledge.find_ring(ring);
  if (fact == nullptr) return 0;
  const auto next = end.next.find(fact->ring);
  return next == end.next.end() ? 0 : next->second;
}

}  // namespace

template <class Record>
BasicRingHistory<Record>::BasicRingHistory(std::string name, std::filesystem::path journal, RingHistoryRange range,
                                           Reader ring, std::uint64_t slot_count)
    : name_(std::move(name)),
      journal_(std::move(journal)),
      range_(range),
      ring_(ring),
      slot_count_(slot_count),
      next_(range.sequence) {
  if (next_ == 0) find_begin();
}

template <class Record>
void BasicRingHistory<Record>::use_ring(Reader ring, std::uint64_t slot_count) noexcept {
  ring_ = ring;
  slot_count_ = slot_count;
  is_live_ = false;
  has_turned_ = true;
}

template <class Record>
std::uint64_t BasicRingHistory<Record>::oldest_in_ring(bool is_written) const noexcept {
  const std::uint64_t kept = is_written ? slot_count_ - slot_count_ / 8 : slot_count_;
  const std::uint64_t published = ring_.published().value;
  return std::max({published + 1 - std::min(published, kept), ring_.first_sequence().value, std::uint64_t{1}});
}

template <class Record>
bool BasicRingHistory<Record>::ring_has_next() const noexcept {
  return next_ != 0 && next_ >= oldest_in_ring(true) && !has_another_numbering();
}

/// What was told is nothing that this ring will ever say.
template <class Record>
bool BasicRingHistory<Record>::has_another_numbering() const noexcept {
  const std::uint64_t newest = std::max(ring_.published().value + kPublishEvery, ring_.claimed().value);
  return has_told_ && next_ > newest + 1;
}

template <class Record>
void BasicRingHistory<Record>::go_live() noexcept {
  ring_.seek({next_});
  is_live_ = true;
  has_turned_ = true;
  reader_.reset();
  records_.clear();
  at_ = 0;
}

/// Where the ring itself goes back to the time, the journal is not needed.
template <class Record>
void BasicRingHistory<Record>::find_begin() {
  if (range_.from_recv != platform::kNoTime || journal_.empty()) {
    const std::uint64_t oldest = oldest_in_ring(true);
    Reader probe = ring_;
    probe.seek({oldest});
    Record record;
    const bool is_there = probe.poll(&record) == ringbuf::ReadStatus::record;
    if (journal_.empty() || (is_there && record.header.ts_recv < range_.from_recv)) {
      next_ = oldest;
      return;
    }
  }
  journal_end_ = end_in_journal(journal_, name_);  // before it is read: what comes later is found by sequence
}

template <class Record>
std::optional<ringbuf::JournalItem> BasicRingHistory<Record>::next_item() {
  if (journal_.empty()) return std::nullopt;
  if (!reader_) {
    ringbuf::JournalWish wish{.rings = {name_}};
    if (next_ != 0) {
      wish.from_sequence = next_;
    } else {
      wish.from_recv = range_.from_recv;
    }
    reader_.emplace(journal_, std::move(wish));
  }
  return reader_->next();
}

template <class Record>
void BasicRingHistory<Record>::note_loss_before_begin(ringbuf::SequenceRange range) {
  if (lost_before_begin_.last != 0 && lost_before_begin_.last + 1 == range.first)
    range.first = lost_before_begin_.first;
  lost_before_begin_ = range;
}

/// The journal's first record of the wish is `first`: it begins there, or with the loss just before it. False: the ring
/// keeps older ones, which the journal does not have.
template <class Record>
bool BasicRingHistory<Record>::begin_at(std::uint64_t first) noexcept {
  const bool is_adjacent = lost_before_begin_.last != 0 && lost_before_begin_.last + 1 == first;
  next_ = is_adjacent ? lost_before_begin_.first : first;
  const std::uint64_t oldest = oldest_in_ring(true);
  if (oldest >= next_ || next_ > ring_.published().value) return true;
  next_ = oldest;
  go_live();
  return false;
}

template <class Record>
bool BasicRingHistory<Record>::is_behind_damage() {
  return reader_ && reader_->end().kind == ringbuf::JournalEndKind::damaged && reader_->resume().has_value();
}

template class BasicRingHistory<ringbuf::Record>;
template class BasicRingHistory<ringbuf::DerivedRecord>;

}  // namespace tickplant::clients
