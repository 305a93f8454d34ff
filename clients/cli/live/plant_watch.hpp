// What a verb that follows a plant says on stderr: that it stopped being live, that a symbol is not known, what was
// lost.
//
// Threads: one, the plant's.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "clients/cpp/plant.hpp"
#include "ringbuf/records/instrument_id.hpp"

namespace tickplant::cli {

/// Says once when the plant stops being live, and once when it is again.
class PlantWatch {
 public:
  explicit PlantWatch(const clients::Plant& plant) : plant_(&plant), state_(plant.state()) {}

  void look();
  /// More may come.
  [[nodiscard]] bool may_go_on() const noexcept {
    return state_ == clients::PlantState::live || state_ == clients::PlantState::stalled;
  }

 private:
  const clients::Plant* plant_;
  clients::PlantState state_;
};

/// Symbols that nobody knows yet. Not an error: they may be defined later. But most are typing mistakes.
void warn_of_unknown(const clients::Plant& plant, const std::vector<std::string>& symbols);

/// Where history is read without a journal. `journal`: its folder, empty if there is none.
void say_missing_journal(const clients::Plant& plant, const std::filesystem::path& journal);

void say_lost(std::string_view ring, ringbuf::SequenceRange range);
void say_attached(std::string_view ring, ringbuf::Sequence first);

}  // namespace tickplant::cli
