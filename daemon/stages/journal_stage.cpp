#include "daemon/stages/journal_stage.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "ringbuf/broadcast_writer.hpp"
#include "ringbuf/records/record.hpp"

namespace tickplant::daemon {
namespace {

namespace counter = ringbuf::counter;
using counter::JournalState;
using ringbuf::BlockKind;
using ringbuf::CounterKind;
using ringbuf::JournalBlockHeader;
using ringbuf::ReadStatus;
using ringbuf::Sequence;

/// The same ring as `fact` speaks of, without the payload.
std::vector<JournalledRing> rings_of(const std::vector<JournalInput>& inputs) {
  std::vector<JournalledRing> rings;
  for (const JournalInput& input : inputs) rings.push_back(input.ring);
  return rings;
}

ringbuf::BroadcastControl<>& control_of(const JournalInput& input) {
  return ringbuf::object_at<ringbuf::BroadcastControl<>>(input.payload, 0);
}

std::uint64_t first_ever_of(const JournalInput& input) {
  return std::max<std::uint64_t>(control_of(input).first_sequence.load(std::memory_order_relaxed), 1);
}

/// The oldest record that the ring still has, or will have.
std::uint64_t oldest_of(const JournalInput& input) {
  const std::uint64_t newest = control_of(input).published.load(std::memory_order_acquire);
  const std::uint64_t kept = newest >= input.ring.slot_count ? newest - input.ring.slot_count + 1 : 1;
  return std::max(kept, first_ever_of(input));
}

/// Where it is read from: behind what the journal has, if the ring has that; numbers that began anew are new.
std::uint64_t first_of(const JournalInput& input) {
  const std::uint64_t newest = control_of(input).published.load(std::memory_order_acquire);
  const bool is_known = input.next && *input.next <= newest + 1;
  return is_known ? std::max(*input.next, oldest_of(input)) : oldest_of(input);
}

std::vector<std::uint64_t> firsts_of(const std::vector<JournalInput>& inputs) {
  std::vector<std::uint64_t> firsts;
  for (const JournalInput& input : inputs) firsts.push_back(first_of(input));
  return firsts;
}

/// What lies in the order was put there by a predecessor; 0: there is none.
std::uint64_t newest_run_of(const std::vector<JournalInput>& inputs) {
  const auto order = std::ranges::find(inputs, BlockKind::runs, [](const auto& input) { return input.ring.kind; });
  return order == inputs.end() ? 0 : control_of(*order).published.load(std::memory_order_acquire);
}

ToldFactsSetup with_rings(ToldFactsSetup facts, const std::vector<JournalInput>& inputs) {
  facts.rings = rings_of(inputs);
  return facts;
}

ringbuf::CounterSpec total(std::string_view name, std::string_view meaning, std::string_view unit) {
  return {name, meaning, unit};
}
ringbuf::CounterSpec level(std::string_view name, std::string_view meaning, std::string_view unit) {
  return {name, meaning, unit, CounterKind::level};
}

/// Least and greatest times of ticks.
void add_times(JournalBlockHeader& header, std::span<const std::byte> records) {
  for (std::size_t at = 0; at < records.size(); at += ringbuf::kRecordBytes) {
    ringbuf::RecordHeader record;
    std::memcpy(&record, records.data() + at, sizeof record);
    const bool is_first = at == 0;
    header.first_recv = is_first ? record.ts_recv.value : std::min(header.first_recv, record.ts_recv.value);
    header.last_recv = is_first ? record.ts_recv.value : std::max(header.last_recv, record.ts_recv.value);
    header.first_event = is_first ? record.ts_event.value : std::min(header.first_event, record.ts_event.value);
    header.last_event = is_first ? record.ts_event.value : std::max(header.last_event, record.ts_event.value);
  }
}

/// By slot: `published` is told every so often, and by one of several writers only as far as all have ended their
/// batch.
ringbuf::Sequence newest_visible(ringbuf::TickReader reader) noexcept {
  reader.seek({std::max(reader.published().value + 1, reader.next().value)});
  for (ringbuf::Record record; reader.poll(&record) == ReadStatus::record;) continue;
  return {reader.next().value - 1};
}

}  // namespace

JournalStage::JournalStage(JournalStageSetup setup, std::span<std::byte> memory, JournalIo& io, SegmentSupply& supply)
    : config_(setup.config),
      clock_(setup.clock),
      told_(with_rings(std::move(setup.facts), setup.inputs), firsts_of(setup.inputs)),
      writer_(io, supply, told_, memory, setup.start,
              {setup.plant, config_.sync, config_.sync_interval_ns, setup.inputs.size()}),
      staged_(kBatchBytes),
      round_(setup.inputs.size()),
      records_(setup.counters.add(counter::kJournal, total(counter::kRecords, "records journalled", "records"))),
      bytes_(
          setup.counters.add(counter::kJournal, total(counter::kBytes, "of blocks, headers and facts too", "bytes"))),
      blocks_(setup.counters.add(counter::kJournal, total(counter::kBlocks, "blocks sealed", "blocks"))),
      written_(setup.counters.add(counter::kJournal,
                                  total(counter::kWrittenBytes, "to files, what was written twice included", "bytes"))),
      syncs_(setup.counters.add(counter::kJournal, total(counter::kSyncs, "syncs that succeeded", "syncs"))),
      errors_(setup.counters.add(counter::kJournal,
                                 total(counter::kErrors, "times that the disk refused something", "errors"))),
      short_writes_(setup.counters.add(
          counter::kJournal, total(counter::kShortWrites, "writes that ended early and were done again", "writes"))),
      waits_(setup.counters.add(counter::kJournal,
                                total(counter::kSegmentWaits, "times that the next file was not ready", "waits"))),
      lost_(setup.counters.add(counter::kJournal, total(counter::kLostRecords,
                                                        "records overwritten before they were journalled", "records"))),
      losses_(setup.counters.add(counter::kJournal, total(counter::kGaps, "losses told in the journal", "gaps"))),
      degradations_(
          setup.counters.add(counter::kJournal, total(counter::kDegradations, "times that it was degraded", "times"))),
      state_(setup.counters.add(
          counter::kJournal,
          level(counter::kJournalState, "0 makes its first file, 1 writes, 2 degraded: nobody waits for it, 3 closed",
                "state"))),
      error_(setup.counters.add(counter::kJournal,
                                level(counter::kErrorNumber, "why the disk refuses, 0: it does not", "errno"))),
      last_error_(setup.counters.add(
          counter::kJournal,
          level(counter::kLastError, "why it was degraded the last time, 0: it never was", "errno"))),
      segment_(setup.counters.add(counter::kJournal,
                                  level(counter::kSegment, "number of the file that is written", "file"))),
      newest_(
          setup.counters.add(counter::kJournal, level(counter::kNewestBlock, "number of the newest block", "block"))),
      durable_(setup.counters.add(counter::kJournal,
                                  level(counter::kDurableBlock, "newest block that is on disk for certain", "block"))),
      behind_(setup.counters.add(
          counter::kJournal,
          level(counter::kBehind, "how long the oldest block that is not on disk has waited, 0: all are", "ns"))) {
  const std::uint64_t runs = newest_run_of(setup.inputs);
  for (const JournalInput& input : setup.inputs) {
    inputs_.push_back(make_input(input));
    const std::uint64_t first = first_of(input);
    // Of a ring that a predecessor's journal had nothing of yet, all that is overwritten was lost, too.
    const std::uint64_t expected = input.next.value_or(setup.start.segment == 0 ? first : first_ever_of(input));
    const std::uint64_t begins = std::clamp(first_ever_of(input), std::min(expected, first), first);
    if (expected < begins) add_loss(input, ringbuf::LossReason::skipped, {expected, begins - 1}, runs);
    if (std::max(expected, begins) < first) {
      add_loss(input, ringbuf::LossReason::restart, {std::max(expected, begins), first - 1}, runs);
    }
  }
  state_.set(static_cast<std::uint64_t>(JournalState::preparing));
  error_.set(0);
  last_error_.set(0);
  publish(clock_.now());
}

/// Before anything is taken.
void JournalStage::add_loss(const JournalInput& input, ringbuf::LossReason reason, ringbuf::SequenceRange range,
                            std::uint64_t runs) {
  writer_.facts().add(ringbuf::LossFact{input.ring.id.value, reason, range.first, range.last, runs});
  if (reason == ringbuf::LossReason::skipped) return;
  lost_total_ += range.count();
  ++losses_total_;
}

JournalStage::Input JournalStage::make_input(const JournalInput& from) {
  const Sequence first{first_of(from)};
  const auto reader = [&]() -> Reader {
    const auto bytes = std::as_bytes(from.payload);
    if (ringbuf::has_derived_records(from.ring.kind))
      return ringbuf::DerivedReader::over(bytes, from.ring.slot_count, first);
    return ringbuf::TickReader::over(bytes, from.ring.slot_count, first);
  };
  Input input{from.ring, reader(), std::nullopt, &control_of(from).durable, first.value, {}, false, 0};
  if (from.gating != nullptr) input.gating.emplace(*from.gating, first);
  // What the journal has of it is on disk: open_journal() saw to that.
  if (config_.sync != config::JournalSync::none && from.next && *from.next <= first.value && *from.next > 1) {
    const std::uint64_t published = control_of(from).published.load(std::memory_order_acquire);
    input.told_durable = std::min(*from.next - 1, published);
    input.durable->store(input.told_durable, std::memory_order_release);
  }
  return input;
}

// ---- rounds

std::size_t JournalStage::do_work() noexcept {
  const platform::UnixNanos now = clock_.now();
  writer_.turn(now);
  if (is_rotation_due() && writer_.rotate()) wants_rotation_.store(false, std::memory_order_relaxed);
  abandon_or_resume();
  if (round_ == inputs_.size() && is_worth_a_round(now)) begin_round(now);
  const std::size_t count = take(kBatchesATurn);
  // What is full goes to the disk now, not with the next turn.
  if (count != 0) writer_.turn(clock_.now());
  publish(now);
  next_turn_ = now + kTurnNanos;
  return count;
}

bool JournalStage::is_worth_a_round(platform::UnixNanos now) const noexcept {
  const bool is_due = config_.sync == config::JournalSync::block || now - round_at_ >= config_.sync_interval_ns;
  for (const Input& input : inputs_) {
    const auto backlog = std::visit(
        [](const auto& reader) {
          const std::uint64_t published = reader.published().value, next = reader.next().value;
          return published >= next ? published - next + 1 : 0;
        },
        input.reader);
    if (backlog * input.ring.record_bytes() >= kRoundBytes || (is_due && backlog != 0)) return true;
  }
  return false;
}

/// From the last ring to the first: whatever a derived record or a run refers to has been published by then.
void JournalStage::begin_round(platform::UnixNanos now) {
  for (auto input = inputs_.rbegin(); input != inputs_.rend(); ++input) {
    if (const auto* const reader = std::get_if<ringbuf::TickReader>(&input->reader)) {
      input->until = newest_visible(*reader);  // of ticks and runs: who reads slot by slot may have used them
    } else {
      input->until = std::get<ringbuf::DerivedReader>(input->reader).published();
    }
  }
  round_ = 0;
  round_at_ = now;
}

/// Returns how many batches were taken, halves included.
std::size_t JournalStage::take(std::size_t batches_max) {
  std::size_t count = 0;
  while (count < batches_max && round_ < inputs_.size()) {
    if (!batch_.is_begun) read_batch();
    if (batch_.is_begun) {
      const std::size_t done = batch_.done;
      const bool is_whole = append_batch();
      if (!is_whole && batch_.done == done) break;  // no room: the disk is behind
      ++count;
      if (!is_whole) break;
    }
    const Input& input = inputs_[round_];
    const Sequence next = std::visit([](const auto& reader) { return reader.next(); }, input.reader);
    if (next > input.until || !batch_.is_begun) ++round_;
    batch_ = {};
  }
  return count;
}

/// Nothing may have come: is_begun stays false.
void JournalStage::read_batch() {
  Input& input = inputs_[round_];
  batch_ = {};
  batch_.input = round_;
  std::visit(
      [&](auto& reader) {
        using Slot = std::array<std::byte, std::is_same_v<std::decay_t<decltype(reader)>, ringbuf::TickReader>
                                               ? ringbuf::kTickSlotBytes
                                               : ringbuf::kDerivedSlotBytes>;
        const std::span<Slot> slots(reinterpret_cast<Slot*>(staged_.data()), staged_.size() / sizeof(Slot));
        batch_.first = reader.next().value;
        const std::uint64_t wanted =
            input.until.value >= batch_.first ? input.until.value - batch_.first + 1 : std::uint64_t{0};
        while (batch_.count < std::min<std::uint64_t>(wanted, slots.size())) {
          const ReadStatus status = reader.poll(&slots[batch_.count]);
          if (status == ReadStatus::record) {
            ++batch_.count;
          } else {
            if (status == ReadStatus::overrun) batch_.lost_behind = reader.lost();
            break;
          }
        }
      },
      input.reader);
  batch_.is_begun = batch_.count != 0 || batch_.lost_behind.last != 0;
  if (!batch_.is_begun) return;
  told_.add_news(writer_.facts());
  if (batch_.lost_behind.last == 0) input.was_abandoned = is_degraded_;  // it has caught up
}

/// As much of it as there is room for. True: all of it.
bool JournalStage::append_batch() {
  Input& input = inputs_[batch_.input];
  const std::size_t record_bytes = input.ring.record_bytes();
  while (batch_.done < batch_.count) {
    const std::size_t wanted = (batch_.count - batch_.done) * record_bytes;
    const std::size_t bytes = writer_.room(wanted, record_bytes);
    if (bytes == 0) return false;
    const std::span<const std::byte> payload(staged_.data() + batch_.done * record_bytes, bytes);
    JournalBlockHeader header;
    header.kind = input.ring.kind;
    header.record_bytes = input.ring.record_bytes();
    header.ring = input.ring.id.value;
    header.count = static_cast<std::uint32_t>(bytes / record_bytes);
    header.first = batch_.first + batch_.done;
    if (header.kind == BlockKind::ticks) add_times(header, payload);
    writer_.append(batch_.input, header, payload);
    batch_.done += header.count;
    records_total_ += header.count;
    told_.set_next(batch_.input, batch_.first + batch_.done);
  }
  if (batch_.lost_behind.last != 0) tell_lost(batch_.input, batch_.lost_behind);
  return true;
}

void JournalStage::tell_lost(std::size_t index, ringbuf::SequenceRange lost) {
  Input& input = inputs_[index];
  const auto reason = input.was_abandoned ? ringbuf::LossReason::disk : ringbuf::LossReason::overrun;
  writer_.facts().add(ringbuf::LossFact{input.ring.id.value, reason, lost.first, lost.last, 0});
  told_.set_next(index, lost.last + 1);
  input.was_abandoned = is_degraded_;
  lost_total_ += lost.count();
  ++losses_total_;
}

// ---- trouble, and the end

/// Who waits for us may overwrite what is written: what we have only read would be gone with us, and the ring has to
/// have it for whoever comes next.
void JournalStage::let_go(std::size_t index) noexcept {
  Input& input = inputs_[index];
  if (!input.gating || is_degraded_) return;
  const std::uint64_t behind = writer_.written_sequence(index) + 1;
  if (behind > input.kept) {
    input.kept = behind;
    input.gating->advance({behind});
  }
  const Sequence next = std::visit([](const auto& reader) { return reader.next(); }, input.reader);
  if (2 * (next.value - input.kept) > input.ring.slot_count) writer_.flush_soon();
}

void JournalStage::abandon_or_resume() noexcept {
  const bool has_problem = writer_.problem() != 0;
  if (has_problem == is_degraded_) return;
  is_degraded_ = has_problem;
  if (is_degraded_) {
    ++degraded_total_;
    last_error_.set(static_cast<std::uint64_t>(writer_.problem()));  // before the count that tells of it
  }
  for (Input& input : inputs_) {
    if (is_degraded_) input.was_abandoned = true;
    if (!input.gating) continue;
    if (is_degraded_) {
      input.gating->stop();
    } else {
      const Sequence next = std::visit([](const auto& reader) { return reader.next(); }, input.reader);
      input.kept = next.value;
      input.gating->advance(next);
    }
  }
}

/// True: there is nothing left to take.
bool JournalStage::drain(platform::UnixNanos until) noexcept {
  writer_.turn(clock_.now());  // before anything else: what it begins bears the time
  bool is_drained = false;
  while (!is_drained && !is_degraded_ && clock_.now() < until) {
    if (round_ == inputs_.size()) begin_round(clock_.now());
    const std::size_t count = take(kBatchesATurn);
    is_drained = count == 0 && round_ == inputs_.size();
    if (count == 0 && !is_drained) writer_.finish([this] { return clock_.now(); }, clock_.now() + kTurnNanos);
    writer_.turn(clock_.now());
    abandon_or_resume();
  }
  return is_drained;
}

bool JournalStage::catch_up() noexcept {
  const platform::UnixNanos until = clock_.now() + kStopNanos;
  const bool is_drained = drain(until);
  writer_.finish([this] { return clock_.now(); }, until);
  abandon_or_resume();
  publish(clock_.now());
  return is_drained && !is_degraded_ && writer_.is_settled();
}

void JournalStage::on_stop() noexcept {
  // Whoever writes has ended: this is all there will be.
  const platform::UnixNanos until = clock_.now() + kStopNanos;
  const bool is_drained = drain(until);
  if (is_drained) writer_.facts().add_closed();
  writer_.finish([this] { return clock_.now(); }, until);
  for (Input& input : inputs_) {
    if (input.gating) input.gating->stop();
    input.gating.reset();
  }
  abandon_or_resume();
  is_closed_ = is_drained && !is_degraded_ && writer_.is_settled();
  publish(clock_.now());
}

void JournalStage::publish(platform::UnixNanos) noexcept {
  for (std::size_t i = 0; i < inputs_.size(); ++i) let_go(i);
  if (config_.sync != config::JournalSync::none) {
    for (std::size_t i = 0; i < inputs_.size(); ++i) {
      const std::uint64_t safe = writer_.safe_sequence(i);
      if (safe == 0 || safe == inputs_[i].told_durable) continue;
      inputs_[i].told_durable = safe;
      inputs_[i].durable->store(safe, std::memory_order_release);
    }
  }
  const JournalWriter::Counts& counts = writer_.counts();
  records_.follow(records_total_);
  bytes_.follow(counts.bytes);
  blocks_.follow(counts.blocks);
  written_.follow(counts.written_bytes);
  syncs_.follow(counts.syncs);
  errors_.follow(counts.errors);
  short_writes_.follow(counts.short_writes);
  waits_.follow(counts.waits);
  lost_.follow(lost_total_);
  losses_.follow(losses_total_);
  degradations_.follow(degraded_total_);
  error_.set(static_cast<std::uint64_t>(writer_.problem()));
  segment_.set(writer_.segment());
  newest_.set(writer_.last_block());
  durable_.set(writer_.durable_block());
  behind_.set(static_cast<std::uint64_t>(writer_.behind_nanos()));
  const JournalState state = is_closed_               ? JournalState::closed
                             : is_degraded_           ? JournalState::degraded
                             : writer_.segment() == 0 ? JournalState::preparing
                                                      : JournalState::writing;
  state_.set(static_cast<std::uint64_t>(state));
}

}  // namespace tickplant::daemon
