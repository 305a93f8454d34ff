// A journal as a plant leaves it, made of records at hand.
//
// Threads: one, and the one that prepares segments.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "config/analytics_config.hpp"
#include "ringbuf/records/record.hpp"

namespace tickplant::bench {

/// A journal of trades and their order, as a plant of one shard writes it that is asked to compute `config`.
/// `segment_bytes` 0: all in one segment.
void write_journal_of(const std::vector<ringbuf::Record>& records, std::uint32_t instruments,
                      const config::AnalyticsConfig& config, const std::filesystem::path& folder,
                      std::uint64_t segment_bytes = 0);

}  // namespace tickplant::bench
