// Names of feeds and instruments as the facts of a journal say them.
//
// Threads: one, the journal's reader.
#pragma once

#include <cstdint>
#include <vector>

#include "clients/cli/live/record_context.hpp"
#include "ringbuf/fixed_text.hpp"
#include "ringbuf/journal/journal_knowledge.hpp"

namespace tickplant::cli {

class JournalNames final : public RecordNames {
 public:
  /// `knowledge` outlives the names.
  explicit JournalNames(const ringbuf::JournalKnowledge& knowledge) : knowledge_(&knowledge) {}

  [[nodiscard]] std::uint64_t generation() const override { return knowledge_->feeds().size(); }
  [[nodiscard]] bool renames() const override { return true; }
  [[nodiscard]] std::vector<ringbuf::CatalogFeed> feeds() const override {
    std::vector<ringbuf::CatalogFeed> out;
    for (const auto& [id, entry] : knowledge_->feeds()) {
      using ringbuf::text_of;
      out.push_back({entry.id, std::string(text_of(entry.name)), std::string(text_of(entry.protocol)),
                     std::string(text_of(entry.venue)), std::string(text_of(entry.ring)),
                     std::string(text_of(entry.entitlement_folder)), std::string(text_of(entry.time_zone))});
    }
    return out;
  }
  [[nodiscard]] bool read(ringbuf::InstrumentId id, ringbuf::InstrumentEntry& out) const override {
    const ringbuf::InstrumentEntry* const entry = knowledge_->instrument(id);
    if (entry == nullptr) return false;
    out = *entry;
    return true;
  }

 private:
  const ringbuf::JournalKnowledge* knowledge_;
};

}  // namespace tickplant::cli
