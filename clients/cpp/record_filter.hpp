// Which records a subscriber wants: one test of a bit and one of a byte per record.
//
// The byte of an instrument that is defined later is found when its first record comes: an instrument is in the
// directory before any record about it, and its symbol never changes, so nothing has to be watched.
//
// Threads: as Plant: one. Memory is taken when it is made, and for the text of a later instrument once.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "clients/cpp/subscription.hpp"
#include "ringbuf/instrument_directory.hpp"

namespace tickplant::clients {

class RecordFilter {
 public:
  /// Throws SetupError: a symbol that is not spelled like one.
  RecordFilter(const ringbuf::InstrumentDirectoryReader& directory, const Subscription& subscription);

  [[nodiscard]] bool wants(const ringbuf::RecordHeader& header) noexcept {
    return types_.has(header.type) && chooses(header.instrument);
  }

  [[nodiscard]] bool wants(const ringbuf::Record& record) noexcept { return wants(record.header); }

  /// kNoInstrument: does it want what is about none?
  [[nodiscard]] bool chooses(ringbuf::InstrumentId id) noexcept {
    if (id == ringbuf::kNoInstrument) return market_wide_;
    if (chooses_all_) return true;
    if (id.value >= choice_.size()) return false;  // no such instrument
    if (choice_[id.value] == Choice::unknown) [[unlikely]]
      look_up(id);
    return choice_[id.value] == Choice::yes;
  }

  /// Ids 1 to this are known to the directory now.
  [[nodiscard]] std::uint32_t instrument_count() const noexcept { return directory_.count(); }

 private:
  enum class Choice : std::uint8_t { unknown, yes, no };

  void look_up(ringbuf::InstrumentId id) noexcept;
  [[nodiscard]] bool is_wanted(const std::string& symbol_at_venue) const;

  ringbuf::InstrumentDirectoryReader directory_;
  RecordTypes types_;
  bool market_wide_;
  bool chooses_all_;
  std::vector<std::string> with_venue_;  // "AAPL@XNAS", sorted
  std::vector<std::string> any_venue_;   // "AAPL", sorted
  std::vector<Choice> choice_;           // by instrument id
};

}  // namespace tickplant::clients
