#include "clients/cpp/past_view.hpp"

#include <algorithm>
#include <utility>

#include "clients/cpp/past_replay.hpp"
#include "platform/setup_error.hpp"
#include "ringbuf/fixed_text.hpp"
#include "ringbuf/journal/index_files.hpp"
#include "ringbuf/journal/journal_indexer.hpp"
#include "ringbuf/records/source.hpp"

namespace tickplant::clients {
namespace {

using namespace ringbuf;

/// nullptr: the segment's index does not know the ring.
const IndexRing* ring_in(std::span<const IndexRing> rings, std::string_view name) noexcept {
  const auto found = std::ranges::find_if(rings, [&](const IndexRing& ring) { return text_of(ring.name) == name; });
  return found == rings.end() ? nullptr : &*found;
}

}  // namespace

struct PastView::Question {
  const PastInstrument& instrument;
  platform::UnixNanos at;
  std::size_t slot = 0;  // in which the time is
  std::size_t from = 0;  // in which a state was put down
  InstrumentState state = {};
  std::uint32_t posting = 0, ordinal = 0;  // what is to be applied of `from`
};

PastView::PastView(std::filesystem::path folder) : folder_(std::move(folder)) { list(); }

/// Names: from the newest index and what lies behind it, or from the whole journal.
void PastView::list() {
  for (JournalSegmentFile& file : list_segments(folder_)) {
    if (file.fault != PageFault::none) break;
    if (!slots_.empty() && !is_followed(slots_.back().file, file)) break;
    std::error_code ignored;
    const bool has_index = std::filesystem::exists(folder_ / index_file_name(file.number), ignored);
    slots_.push_back({std::move(file), has_index});
  }
  if (slots_.empty()) {
    throw platform::SetupError("there is no journal in '" + folder_.string() + "'",
                               "name the folder that holds the files NNNNNNNNNNNNNNNN.journal");
  }
  slots_.back().may_have_index = false;  // nothing says that it is complete
  std::size_t newest = slots_.size();
  while (newest > 0 && !load(newest - 1)) --newest;
  if (newest != 0) names_.apply(*slots_[newest - 1].index);
  if (newest == slots_.size() && newest != 0) return;
  names_.apply(folder_, newest == 0 ? 0 : slots_[newest].file.number);
}

bool PastView::load(std::size_t slot) {
  Slot& each = slots_[slot];
  each.used = questions_;
  if (each.index) return true;
  if (!each.may_have_index || slot + 1 == slots_.size()) return false;
  std::string why;
  each.index = open_index(folder_, each.file, slots_[slot + 1].file, why);
  each.may_have_index = each.index.has_value();
  if (!each.index) return note("the index of segment " + std::to_string(each.file.number) + ": " + why);
  each.rings.assign(each.index->rings().begin(), each.index->rings().end());
  each.records.emplace(folder_, each.file.number, cache_);
  return true;
}

bool PastView::knows_rings(std::size_t slot) { return !slots_[slot].rings.empty() || load(slot); }

void PastView::forget_some() {
  const auto is_loaded = [](const Slot& slot) { return slot.index && !slot.is_in_memory; };
  while (static_cast<std::size_t>(std::ranges::count_if(slots_, is_loaded)) > kIndexesMax) {
    Slot* oldest = nullptr;
    for (Slot& slot : slots_) {
      if (is_loaded(slot) && (oldest == nullptr || slot.used < oldest->used)) oldest = &slot;
    }
    oldest->index.reset();
    oldest->records.reset();
  }
}

bool PastView::note(std::string why) {
  if (std::ranges::find(notes_, why) == notes_.end()) notes_.push_back(std::move(why));
  return false;
}

/// The last slot with an index before which the ring has no record later than `at`.
std::optional<std::size_t> PastView::last_begun_by(std::string_view ring, platform::UnixNanos at) {
  for (;;) {
    std::vector<std::size_t> candidates;
    for (std::size_t i = 0; i < slots_.size(); ++i) {
      if (slots_[i].may_have_index || slots_[i].index) candidates.push_back(i);
    }
    bool has_failed = false;
    const auto behind = std::ranges::partition_point(candidates, [&](std::size_t slot) {
      if (has_failed || !knows_rings(slot)) {
        has_failed = true;
        return false;
      }
      const IndexRing* row = ring_in(slots_[slot].rings, ring);
      return row == nullptr || row->before_recv <= at.value;
    });
    if (has_failed) continue;  // one candidate fewer
    return behind == candidates.begin() ? std::nullopt : std::optional(*(behind - 1));
  }
}

/// The slot in which what was received by `at` ends. Nothing: only a replay finds it.
std::optional<std::size_t> PastView::slot_of(const PastInstrument& instrument, platform::UnixNanos at) {
  for (;;) {
    const std::optional<std::size_t> slot = last_begun_by(instrument.ring, at);
    const auto is_indexed = [&](std::size_t each) { return slots_[each].index || slots_[each].may_have_index; };
    if (slot) {
      const IndexRing* ring = ring_in(slots_[*slot].rings, instrument.ring);
      const bool goes_on = ring == nullptr || ring->count == 0 || ring->last_recv <= at.value;
      const bool is_last = *slot + 1 == slots_.size();
      if (!goes_on || (is_last && has_tail_) || (!is_last && is_indexed(*slot + 1))) return slot;
    }
    const std::size_t behind = slot ? *slot + 1 : 0;
    const std::size_t tail_max = slot ? kTailSegments : kShortSegments;
    bool is_tail = behind < slots_.size() && slots_.size() - behind <= tail_max && !has_tail_;
    for (std::size_t i = behind; i < slots_.size(); ++i) is_tail = is_tail && !is_indexed(i);
    if (!is_tail || !index_tail()) {
      if (behind < slots_.size()) {
        note("segment " + std::to_string(slots_[behind].file.number) + " has no index: tickplant journal index '" +
             folder_.string() + "'");
      }
      return std::nullopt;
    }
  }
}

/// Indexes what has no index at the journal's end, in memory.
bool PastView::index_tail() {
  has_tail_ = true;
  std::size_t first = slots_.size();
  while (first > 0 && !slots_[first - 1].index && !slots_[first - 1].may_have_index) --first;
  JournalIndexer::Tail tail;
  try {
    tail = JournalIndexer(folder_).tail_from(slots_[first].file.number);
  } catch (const platform::SetupError& problem) {
    return note(problem.problem());
  }
  is_damaged_ = tail.is_damaged;
  for (std::size_t i = 0; i < tail.indexes.size(); ++i) {
    if (first + i == slots_.size()) {
      slots_.push_back({open_segment(folder_, tail.indexes[i].head().segment_number).file});
    }
    Slot& slot = slots_[first + i];
    slot.is_in_memory = true;
    slot.index = std::move(tail.indexes[i]);
    slot.rings.assign(slot.index->rings().begin(), slot.index->rings().end());
    slot.records.emplace(folder_, slot.file.number, cache_);
    names_.apply(*slot.index);
  }
  if (!tail.indexes.empty()) slots_.resize(first + tail.indexes.size());  // what is behind a damage is not reached
  return !tail.indexes.empty();
}

/// The newest state by then that was put down, in the slot of the question or before. False: there is none.
bool PastView::restore_state(Question& question) {
  for (question.from = question.slot;; --question.from) {
    if (!load(question.from)) return false;
    const SegmentIndex& index = *slots_[question.from].index;
    const IndexInstrument* const row = index.find(question.instrument.name);
    if (row != nullptr) {
      const auto states = index.states(*row);
      const auto behind = std::ranges::upper_bound(states, question.at.value, {}, &IndexState::recv);
      if (behind != states.begin()) {
        const IndexState& state = *(behind - 1);
        question.posting = state.posting;
        question.ordinal = state.ordinal;
        const auto bytes = index.bytes_of(state);
        if (bytes && question.state.restore(*bytes)) return true;
        return note("the index of segment " + std::to_string(index.head().segment_number) +
                    ": a state is not what was written");
      }
    }
    if (index.has_beginnings()) {
      const IndexFeed* const feed = index.find_feed(question.instrument.feed);
      if (feed != nullptr) question.state.begin_day(feed->trading_date);
      return true;
    }
    if (question.from == 0) return false;
  }
}

std::optional<Record> PastView::record(Slot& slot, const IndexRing& ring, std::uint32_t ordinal) {
  auto found = slot.records->at(slot.index->blocks(ring), ordinal);
  if (!found) {
    note("segment " + std::to_string(slot.file.number) + ": its records are not there, or not those of its index");
  }
  return found;
}

/// The instrument's own records of slots `from` to `slot`, and what touches its feed or ring, in their order.
bool PastView::apply_records(Question& question) {
  for (std::size_t i = question.from; i <= question.slot; ++i) {
    if (!load(i)) return false;
    Slot& slot = slots_[i];
    const SegmentIndex& index = *slot.index;
    const IndexRing* const ring = index.find_ring(question.instrument.ring);
    if (ring == nullptr) continue;
    const IndexInstrument* const row = index.find(question.instrument.name);
    std::vector<std::uint32_t> postings;
    if (row != nullptr) {
      auto all = index.postings(*row);
      if (!all) return note("the index of segment " + std::to_string(slot.file.number) + ": it is damaged");
      postings = std::move(*all);
    }
    const auto ring_number = static_cast<std::uint32_t>(ring - index.rings().data());
    auto event = index.events().begin();
    const auto apply_event = [&](const IndexEvent& each) {
      if (each.ring != ring_number || each.ordinal < question.ordinal || each.recv > question.at.value) return true;
      if (each.kind == IndexEventKind::clear) question.state.clear_book();
      if (each.kind != IndexEventKind::session || each.feed == kNotIndexed ||
          text_of(index.feeds()[each.feed].name) != question.instrument.feed) {
        return true;
      }
      const auto session = record(slot, *ring, each.ordinal);
      if (!session || session->header.type != RecordType::session) return false;
      question.state.begin_session(session->header, session->as<SessionBody>());
      return true;
    };
    for (std::size_t next = question.posting; next < postings.size(); ++next) {
      for (; event != index.events().end() && (event->ring != ring_number || event->ordinal < postings[next]);
           ++event) {
        if (!apply_event(*event)) return false;
      }
      const auto own = record(slot, *ring, postings[next]);
      if (!own) return false;
      if (own->header.ts_recv > question.at) break;
      question.state.apply(*own);
    }
    for (; event != index.events().end(); ++event) {
      if (!apply_event(*event)) return false;
    }
    question.posting = question.ordinal = 0;
  }
  return true;
}

std::optional<PastState> PastView::look_up(const PastInstrument& instrument, platform::UnixNanos at, std::size_t slot) {
  Question question{instrument, at, slot};
  if (!load(slot) || !restore_state(question) || !apply_records(question)) return std::nullopt;
  const SegmentIndex& index = *slots_[slot].index;
  PastState out;
  const IndexInstrument* const row = index.find(instrument.name);
  if (row != nullptr && question.state.records() != 0) out.size_scale = row->size_scale;
  if (const IndexRing* const ring = index.find_ring(instrument.ring)) {
    const IndexFeed* const feed = index.find_feed(instrument.feed);
    const bool has_begun = ring->count != 0 && ring->first_recv <= at.value && !index.blocks(*ring).empty();
    out.first = ring->first != 0 ? ring->first : has_begun ? index.blocks(*ring).front().first : 0;
    out.has_session = feed != nullptr && has(feed->flags, IndexFeedFlags::has_session);
    out.lost = ring->lost - (feed != nullptr ? feed->lost : 0);
    for (const IndexEvent& event : index.events()) {
      if (&index.rings()[event.ring] != ring || event.recv > at.value) continue;
      if (event.kind == IndexEventKind::loss) out.lost += event.count;
      const bool begins =
          event.kind == IndexEventKind::session && event.feed != kNotIndexed && &index.feeds()[event.feed] == feed;
      if (begins) out.lost = 0, out.has_session = true;
    }
    out.is_damaged = slot + 1 == slots_.size() && is_damaged_ && (ring->count == 0 || ring->last_recv <= at.value);
  }
  fill(out, instrument, question.state);
  return out;
}

PastState PastView::state(std::string_view symbol, platform::UnixNanos at) {
  ++questions_;
  forget_some();
  PastInstrument instrument = names_.find(symbol);
  if (!instrument.is_changed) {
    const auto slot = slot_of(instrument, at);
    instrument = names_.find(symbol);  // the journal's end may say more
    const IndexRing* const ring = slot ? ring_in(slots_[*slot].rings, instrument.ring) : nullptr;
    const bool is_ordered = ring == nullptr || ring->flags == IndexRingFlags::none;
    if (!is_ordered) note("ring " + instrument.ring + ": its receive times fall, or it got another number");
    if (slot && is_ordered && !instrument.is_changed) {
      if (auto found = look_up(instrument, at, *slot)) return std::move(*found);
    }
  }
  if (instrument.is_changed) note(instrument.name + ": it was of another feed, ring or size once");
  ++replays_;
  return replay_past(folder_, instrument, at);
}

std::optional<ImageEntry> PastView::image(std::string_view symbol, platform::UnixNanos at) {
  const PastState found = state(symbol, at);
  return found.has_image ? std::optional(found.image) : std::nullopt;
}

RecordBook PastView::book(std::string_view symbol, platform::UnixNanos at) { return state(symbol, at).book; }

}  // namespace tickplant::clients
