// What analytics should have computed: the engine over the very input that a plant's memory names, in the order that
// its sequencer wrote. Nothing of it was made by the plant's own stages.
//
//   tests::DerivedTruth truth = tests::compute_again(program, {...});
//   EXPECT_EQ(truth.hash, plant's state_hash);      // over reloads, too: name what it turned to, in their order
//   EXPECT_EQ(truth.records, tests::sorted(what the derived rings hold));
//
// Threads: one.
#pragma once

#include <algorithm>
#include <bit>
#include <cstring>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "analytics/engine.hpp"
#include "ringbuf/fixed_text.hpp"
#include "ringbuf/instrument_directory.hpp"
#include "ringbuf/payload_view.hpp"
#include "ringbuf/private_payload.hpp"
#include "ringbuf/sequenced_reader.hpp"

namespace tickplant::tests {

/// A derived record without its stamp, comparable: two shards number their results each for itself.
struct Result {
  std::array<std::uint64_t, ringbuf::kDerivedRecordBytes / 8> words{};

  explicit Result(const ringbuf::DerivedRecord& record) {
    std::memcpy(words.data(), &record, sizeof record);
    words[0] = 0;
  }
  [[nodiscard]] ringbuf::DerivedRecord record() const { return std::bit_cast<ringbuf::DerivedRecord>(words); }
  friend auto operator<=>(const Result&, const Result&) = default;
};

template <class Value>
[[nodiscard]] std::vector<Value> sorted(std::vector<Value> values) {
  std::sort(values.begin(), values.end());
  return values;
}

/// A ring as a reader maps it.
struct RingBytes {
  std::span<const std::byte> payload;
  std::uint64_t slot_count = 0;
};

/// All that a ring of derived records holds from `first` on, in its order.
[[nodiscard]] inline std::vector<Result> results_in(RingBytes ring, ringbuf::Sequence first = {1}) {
  auto reader = ringbuf::DerivedReader::over(ring.payload, ring.slot_count, first);
  reader.seek({std::max(first.value, reader.first_sequence().value)});
  std::vector<Result> results;
  for (ringbuf::DerivedRecord record; reader.poll(&record) == ringbuf::ReadStatus::record;) {
    results.emplace_back(record);
  }
  return results;
}

class DirectoryFacts final : public analytics::InstrumentLookup {
 public:
  explicit DirectoryFacts(const ringbuf::InstrumentDirectoryReader& directory) : directory_(directory) {}
  [[nodiscard]] std::optional<analytics::InstrumentFacts> find(ringbuf::InstrumentId id) const override {
    ringbuf::InstrumentEntry entry;
    if (directory_.read(id, entry) != ringbuf::TableRead::value) return std::nullopt;
    return analytics::facts_of(entry);
  }

 private:
  const ringbuf::InstrumentDirectoryReader& directory_;
};

struct DerivedTruth {
  std::vector<Result> records;  // sorted
  std::uint64_t hash = 0;
  std::uint64_t inputs = 0;
  std::vector<std::uint64_t> places;  // of each input in the order of the plant
  std::uint64_t pauses = 0;
  std::uint64_t reloads = 0;
  std::uint64_t begins = 0;  // of daemons
  std::uint64_t lost = 0;
};

/// What a plant turned to when it was told to reload.
struct Reloaded {
  std::uint64_t config_hash = 0;
  const analytics::Program& program;  // made from the one before
};

/// A plant's memory.
struct OrderedInput {
  RingBytes order;
  ringbuf::Sequence first_run{1};
  struct Ring {
    ringbuf::RingId id;
    RingBytes bytes;
  };
  std::vector<Ring> rings;
  const ringbuf::InstrumentDirectoryReader& directory;
};

namespace detail {

class Recomputation final : public analytics::EngineOutput {
 public:
  Recomputation(const analytics::Program& program, const ringbuf::InstrumentDirectoryReader& directory,
                std::span<const Reloaded> reloaded)
      : facts_(directory), engine_(program, {}, facts_, *this), reloaded_(reloaded) {}

  void publish(const ringbuf::DerivedRecord& record) noexcept override { truth.records.emplace_back(record); }

  void on_record(ringbuf::CauseSequence place, ringbuf::RingId, const ringbuf::Record& record) {
    ++truth.inputs;
    truth.places.push_back(place.value);
    engine_.on_record(place, record);
  }
  void on_command(ringbuf::CauseSequence, const ringbuf::CommandBody& body) {
    if (body.command == ringbuf::kBeginAnalytics) ++truth.begins;
    if (body.command != ringbuf::kReloadAnalytics) return;
    const Reloaded& next = reloaded_[truth.reloads];
    if (next.config_hash != body.argument) throw std::logic_error("a reload that the test knows nothing of");
    engine_.reload(next.program);
    ++truth.reloads;
  }
  void on_pause(ringbuf::CauseSequence place) {
    ++truth.pauses;
    engine_.on_pause(place);
  }
  void on_skipped(ringbuf::CauseSequence next, ringbuf::RingId, ringbuf::SequenceRange range) {
    if (truth.inputs == 0) return;  // where a later life began
    truth.lost += range.count();
    engine_.on_lost(next);
  }
  void on_lost(ringbuf::CauseSequence, std::uint64_t count) { truth.lost += count; }
  void on_order_lost(ringbuf::SequenceRange runs) { truth.lost += runs.count(); }

  /// What the plant's shards did side by side takes one engine more steps than the order has.
  void settle(ringbuf::CauseSequence last) {
    while (engine_.is_sweeping()) engine_.on_pause(last);
  }
  [[nodiscard]] const analytics::Engine& engine() const { return engine_; }

  DerivedTruth truth;

 private:
  DirectoryFacts facts_;
  analytics::Engine engine_;
  std::span<const Reloaded> reloaded_;
};

}  // namespace detail

[[nodiscard]] inline DerivedTruth compute_again(const analytics::Program& program, const OrderedInput& input,
                                                std::span<const Reloaded> reloaded = {}) {
  ringbuf::PrivatePayload gating(sizeof(ringbuf::GatingPage<>));
  auto& page = ringbuf::object_at<ringbuf::GatingPage<>>(gating.bytes(), 0);
  std::vector<ringbuf::FollowedTicks> rings;
  for (const OrderedInput::Ring& ring : input.rings) {
    auto reader = ringbuf::TickReader::over(ring.bytes.payload, ring.bytes.slot_count, {1});
    reader.seek({std::max<std::uint64_t>(reader.first_sequence().value, 1)});
    rings.push_back({ring.id, reader, ringbuf::GatingReader(page, rings.size(), reader.next())});
  }
  auto order = ringbuf::SequencerReader::over(input.order.payload, input.order.slot_count, {1});
  order.seek({std::max(input.first_run.value, order.first_sequence().value)});
  ringbuf::SequencedReader reader(order, ringbuf::GatingReader(page, rings.size(), order.next()), std::move(rings));
  detail::Recomputation again(program, input.directory, reloaded);
  while (reader.poll(again) != 0) continue;
  again.settle({again.truth.inputs + again.truth.pauses + again.truth.reloads + again.truth.begins});
  again.truth.hash = again.engine().output_hash();
  again.truth.records = sorted(std::move(again.truth.records));
  return std::move(again.truth);
}

}  // namespace tickplant::tests
