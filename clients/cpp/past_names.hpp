// The instruments that a journal knows, and the ring and feed that each is found in.
//
// Threads: one.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "platform/setup_error.hpp"
#include "ringbuf/journal/journal_knowledge.hpp"
#include "ringbuf/journal/journal_scanner.hpp"
#include "ringbuf/journal/segment_index.hpp"

namespace tickplant::clients {

/// By name: numbers may change when a plant is built anew.
struct PastInstrument {
  std::string name;  // "AAPL@XNAS"
  std::string feed, ring;
  std::string time_zone = "UTC";
  bool is_changed = false;  // it was of another feed, ring or size once
};

/// Nobody knows which instrument is meant.
class UnknownInstrument : public platform::SetupError {
 public:
  using SetupError::SetupError;
};

class PastNames {
 public:
  /// What an index says was known at its segment's end.
  void apply(const ringbuf::SegmentIndex& index);
  /// What the segments from `from` on say; 0: all.
  void apply(const std::filesystem::path& folder, std::uint64_t from);

  /// "AAPL@XNAS", or "AAPL" where one venue has it. Throws UnknownInstrument: none, or one of several.
  [[nodiscard]] const PastInstrument& find(std::string_view symbol) const;

 private:
  void apply(const ringbuf::InstrumentEntry& entry, const ringbuf::JournalKnowledge& knowledge);

  std::map<std::string, PastInstrument, std::less<>> by_name_;
  std::map<std::string, std::int8_t, std::less<>> size_scales_;
};

}  // namespace tickplant::clients
