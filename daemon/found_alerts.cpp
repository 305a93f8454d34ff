#include "daemon/found_alerts.hpp"

#include <algorithm>
#include <cstring>

#include "config/segment_sizes.hpp"
#include "daemon/log.hpp"
#include "platform/setup_error.hpp"
#include "ringbuf/broadcast_reader.hpp"
#include "ringbuf/fixed_text.hpp"
#include "ringbuf/journal/journal_facts.hpp"
#include "ringbuf/journal/journal_files.hpp"
#include "ringbuf/journal/journal_scanner.hpp"

namespace tickplant::daemon {
namespace {

using ringbuf::AlertBody;
using ringbuf::AlertPlaces;
using ringbuf::BlockKind;
using ringbuf::DerivedRecord;
using ringbuf::DerivedType;
using ringbuf::JournalBlock;
using ringbuf::JournalBlockHeader;
using ringbuf::JournalScanner;
using ringbuf::RingFact;

std::optional<std::size_t> shard_of(const RingFact& ring) {
  if (ring.kind != BlockKind::derived) return std::nullopt;
  for (std::size_t shard = 0; shard < AlertBody::kMaxShards; ++shard) {
    if (ringbuf::text_of(ring.name) == config::derived_ring_name(shard)) return shard;
  }
  return std::nullopt;
}

template <class Take>
void for_each_ring(const JournalBlock& block, Take&& take) {
  ringbuf::FactsReader facts(block.payload);
  while (const auto fact = facts.next()) {
    if (fact->kind == ringbuf::FactKind::ring) take(fact->as<RingFact>());
  }
}

/// The rings as the start of a segment tells them.
std::vector<RingFact> rings_at(const std::filesystem::path& folder, std::uint64_t segment) {
  std::vector<RingFact> rings;
  JournalScanner scanner(folder);
  scanner.begin_at(segment);
  for (auto block = scanner.next(ringbuf::Payloads::facts); block && block->header.kind == BlockKind::facts;
       block = scanner.next(ringbuf::Payloads::facts)) {
    for_each_ring(*block, [&](const RingFact& ring) { rings.push_back(ring); });
  }
  return rings;
}

/// The first result of each shard that is to be looked at. What is not known lies within the newest ring full.
AlertPlaces firsts_of(const std::vector<RingFact>& rings, const std::optional<AlertPlaces>& places,
                      const std::map<std::string, std::uint64_t>& ends) {
  AlertPlaces firsts;
  firsts.fill(1);
  for (const RingFact& ring : rings) {
    const auto shard = shard_of(ring);
    if (!shard) continue;
    const auto known = ends.find(std::string(ringbuf::text_of(ring.name)));
    const std::uint64_t end = known == ends.end() ? ring.next : known->second;
    firsts[*shard] = end > ring.slot_count ? end - ring.slot_count : 1;
  }
  for (std::size_t shard = 0; places && shard < firsts.size(); ++shard) firsts[shard] = (*places)[shard] + 1;
  return firsts;
}

/// The newest one at which nothing of that is behind us.
std::uint64_t segment_to_begin_at(const std::filesystem::path& folder, const std::optional<AlertPlaces>& places,
                                  const std::map<std::string, std::uint64_t>& ends) {
  const std::vector<ringbuf::JournalSegmentFile> segments = ringbuf::list_segments(folder);
  if (segments.empty()) throw platform::SetupError("there is no journal in '" + folder.string() + "'", "");
  std::optional<AlertPlaces> firsts;
  for (auto at = segments.rbegin(); at != segments.rend(); ++at) {
    if (at->fault != ringbuf::PageFault::none) continue;
    const std::vector<RingFact> rings = rings_at(folder, at->number);
    if (rings.empty()) continue;
    if (!firsts) firsts = firsts_of(rings, places, ends);
    const bool begins_behind = std::ranges::any_of(rings, [&](const RingFact& ring) {
      const auto shard = shard_of(ring);
      return shard && ring.next > (*firsts)[*shard];
    });
    if (!begins_behind) return at->number;
  }
  return segments.front().number;
}

DerivedRecord record_of(const JournalBlock& block, std::size_t index) {
  DerivedRecord record;
  std::memcpy(static_cast<void*>(&record), block.payload.data() + index * sizeof record, sizeof record);
  return record;
}

class AlertSearch {
 public:
  void take(const JournalBlock& block) {
    if (block.header.kind == BlockKind::facts) {
      for_each_ring(block, [this](const RingFact& ring) {
        if (const auto shard = shard_of(ring)) shards_[ring.ring] = *shard;
      });
    }
    if (block.header.kind == BlockKind::derived) take_results(block);
    // What was looked through only grows: the last one says all.
    if (block.header.kind == BlockKind::alerts && !block.payload.empty()) {
      drop_covered(record_of(block, block.header.count - 1).as<AlertBody>());
    }
  }
  [[nodiscard]] AlertsInJournal result() && { return std::move(out_); }

 private:
  void take_results(const JournalBlock& block) {
    const auto shard = shards_.find(block.header.ring);
    if (shard == shards_.end()) return;
    out_.next[shard->second] = std::max(out_.next[shard->second], block.header.first + block.header.count);
    for (std::size_t i = 0; !block.payload.empty() && i < block.header.count; ++i) {
      const DerivedRecord record = record_of(block, i);
      if (record.header.type == DerivedType::alert) out_.found.push_back({shard->second, record});
    }
  }
  void drop_covered(const AlertBody& alert) {
    std::erase_if(out_.found, [&](const FoundAlert& found) {
      // They lie near each other: the low halves tell.
      const auto sequence = static_cast<std::uint32_t>(found.record.header.stamp);
      return static_cast<std::int32_t>(alert.taken[found.shard] - sequence) >= 0;
    });
  }

  std::map<std::uint32_t, std::size_t> shards_;  // by ring
  AlertsInJournal out_;
};

}  // namespace

AlertsInRing find_alerts_in_ring(std::span<const std::byte> payload, std::uint64_t slot_count, std::size_t shard,
                                 std::uint64_t looked_through, ringbuf::Sequence last) {
  AlertsInRing out;
  auto reader = ringbuf::DerivedReader::over(payload, slot_count, {looked_through + 1});
  while (reader.next() <= last) {
    DerivedRecord record;
    const ringbuf::ReadStatus status = reader.poll(&record);
    if (status == ringbuf::ReadStatus::empty) break;
    if (status == ringbuf::ReadStatus::overrun) {
      out.lost += reader.lost().count();
    } else if (record.header.type == DerivedType::alert) {
      out.found.push_back({shard, record});
    }
  }
  return out;
}

AlertsInJournal find_alerts_in_journal(const std::filesystem::path& folder, const std::optional<AlertPlaces>& places,
                                       const std::map<std::string, std::uint64_t>& ends) {
  const ringbuf::WantsPayload wants = [](const JournalBlockHeader& header) {
    return header.kind == BlockKind::facts || ringbuf::has_derived_records(header.kind);
  };
  AlertSearch search;
  JournalScanner scanner(folder);
  scanner.begin_at(segment_to_begin_at(folder, places, ends));
  do {
    while (const auto block = scanner.next(wants)) search.take(*block);
  } while (scanner.resume());
  if (scanner.read_error() != 0) {
    log_warning(platform::with_errno("alerts that the journal has and their ring may not are not all known",
                                     scanner.read_error()));
  }
  return std::move(search).result();
}

}  // namespace tickplant::daemon
