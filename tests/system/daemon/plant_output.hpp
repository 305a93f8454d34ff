// All that a plant has told, from its rings or its journal, and what makes two plants' the same.
//
// Threads: one.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <variant>
#include <vector>

#include "feedhandlers/told_records.hpp"
#include "ringbuf/journal/journal_reader.hpp"
#include "tests/system/daemon/day_analytics.hpp"

namespace tickplant::tests {

struct PlantOutput {
  std::vector<ringbuf::Record> ticks;
  std::vector<ringbuf::DerivedRecord> results;
};

/// Places in the order count restarts and pauses, too, and pauses are when windows close that have waited: the same
/// results have numbers and places of their own.
[[nodiscard]] inline ringbuf::DerivedRecord without_places(ringbuf::DerivedRecord record) {
  record.header.stamp = 0;
  record.header.cause_seq = record.header.input_first = record.header.input_last = {};
  return record;
}

/// What the venue said, without what tells of the way that it came.
[[nodiscard]] inline std::vector<ringbuf::Record> without_source(const std::vector<ringbuf::Record>& ticks) {
  using ringbuf::RecordType;
  std::vector<ringbuf::Record> out;
  std::ranges::copy_if(ticks, std::back_inserter(out), [](const ringbuf::Record& record) {
    const RecordType type = record.header.type;
    if (type == RecordType::gap) return record.as<ringbuf::GapBody>().reason == ringbuf::GapReason::lost;
    return type != RecordType::heartbeat && type != RecordType::source_position && type != RecordType::session;
  });
  return out;
}

/// Of its ring `ticks` and its first derived ring, which have not been lapped.
[[nodiscard]] inline PlantOutput output_of(const LivePlant& live) {
  PlantOutput out;
  const AttachedAnalytics attached(live);
  const RingBytes ring = attached.ring("ticks");
  auto reader = ringbuf::TickReader::over(ring.payload, ring.slot_count, {1});
  for (ringbuf::Record record; reader.poll(&record) == ringbuf::ReadStatus::record;) out.ticks.push_back(record);
  if (attached.derived_rings().empty()) return out;
  const RingBytes derived = attached.ring(attached.derived_rings().front());
  auto results = ringbuf::DerivedReader::over(derived.payload, derived.slot_count, {1});
  for (ringbuf::DerivedRecord record; results.poll(&record) == ringbuf::ReadStatus::record;) {
    out.results.push_back(without_places(record));
  }
  std::ranges::sort(out.results, [](const ringbuf::DerivedRecord& a, const ringbuf::DerivedRecord& b) {
    return std::memcmp(&a, &b, sizeof a) < 0;
  });
  return out;
}

[[nodiscard]] inline std::vector<ringbuf::Record> journalled_ticks(const std::filesystem::path& folder) {
  std::vector<ringbuf::Record> out;
  ringbuf::JournalReader reader(folder, {.rings = {"ticks"}});
  while (const auto item = reader.next()) {
    const auto* const records = std::get_if<ringbuf::JournalRecords>(&*item);
    if (records == nullptr) continue;
    for (std::size_t i = 0; i < records->count(); ++i) out.push_back(records->as<ringbuf::Record>(i));
  }
  return out;
}

[[nodiscard]] inline std::string words_of(const void* record, std::size_t bytes) {
  std::string text;
  for (std::size_t at = 0; at < bytes; at += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, static_cast<const std::byte*>(record) + at, 8);
    text += std::to_string(word) + ' ';
  }
  return text;
}

/// The same ticks under the same numbers, and the same results, bit for bit.
inline void expect_same_output(const PlantOutput& one, const PlantOutput& other) {
  ASSERT_EQ(one.ticks.size(), other.ticks.size());
  for (std::size_t i = 0; i < one.ticks.size(); ++i) {
    // Definitions name the version of a directory, which a restart may have made whole.
    const bool is_definition = one.ticks[i].header.type == ringbuf::RecordType::definition;
    if (is_definition && feedhandlers::says_the_same(one.ticks[i], other.ticks[i])) continue;
    ASSERT_EQ(std::memcmp(&one.ticks[i], &other.ticks[i], sizeof one.ticks[i]), 0)
        << "tick " << i + 1 << '\n'
        << words_of(&one.ticks[i], sizeof one.ticks[i]) << '\n'
        << words_of(&other.ticks[i], sizeof other.ticks[i]);
  }
  EXPECT_EQ(one.results.size(), other.results.size());
  for (std::size_t i = 0; i < std::min(one.results.size(), other.results.size()); ++i) {
    ASSERT_EQ(std::memcmp(&one.results[i], &other.results[i], sizeof one.results[i]), 0)
        << "result " << i + 1 << '\n'
        << words_of(&one.results[i], sizeof one.results[i]) << '\n'
        << words_of(&other.results[i], sizeof other.results[i]);
  }
}

}  // namespace tickplant::tests
