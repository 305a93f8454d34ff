#include "ringbuf/sequencer.hpp"

#include <algorithm>

namespace tickplant::ringbuf {

SequencerRemains find_sequencer_remains(std::span<const std::byte> order, std::uint64_t slot_count) {
  SequencerRemains remains;
  SequencerReader reader = SequencerReader::over(order, slot_count, {1});
  const std::uint64_t published = reader.published().value;
  reader.seek({std::max(published > slot_count ? published - slot_count + 1 : 1, reader.first_sequence().value)});
  if (reader.first_sequence().value == 0) return remains;
  for (SequencerRun run; reader.poll(&run) == ReadStatus::record;) {
    remains.last = {run.stamp};
    remains.next = {run.cause_seq.value + run.count()};
    if (run.kind != RunKind::records) continue;
    const auto found = std::find_if(remains.done.begin(), remains.done.end(),
                                    [&](const auto& ring) { return ring.first == run.ring; });
    if (found == remains.done.end()) {
      remains.done.emplace_back(run.ring, Sequence{run.range().last});
    } else {
      found->second = {run.range().last};
    }
  }
  return remains;
}

}  // namespace tickplant::ringbuf
