// Records of a journal with the ids that the plant has now for what they name.
//
// Threads: one. Not here: how an id is found (journal_instruments.hpp, journal_functions.hpp).
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "clients/cpp/journal_functions.hpp"
#include "clients/cpp/journal_instruments.hpp"
#include "ringbuf/records/derived.hpp"
#include "ringbuf/records/record.hpp"

namespace tickplant::clients {

/// What the plant knows now.
struct NamesOfNow {
  const ringbuf::InstrumentDirectoryReader& instruments;
  const ringbuf::FunctionsReader* functions = nullptr;  // of results
};

class JournalNames {
 public:
  /// False: the plant does not know (any more) what the record is about. `epoch`: of the block it came from.
  [[nodiscard]] bool rename(const ringbuf::JournalKnowledge& knowledge, std::uint64_t epoch, ringbuf::Record& record,
                            const NamesOfNow& now) {
    const auto id = instruments_.find(knowledge, epoch, record.header.instrument, now.instruments);
    if (id) record.header.instrument = *id;
    return id.has_value();
  }
  [[nodiscard]] bool rename(const ringbuf::JournalKnowledge& knowledge, std::uint64_t epoch,
                            ringbuf::DerivedRecord& record, const NamesOfNow& now) {
    const auto function_of = [&](ringbuf::FunctionId id) {
      return functions_.find(knowledge, epoch, id, *now.functions);
    };
    const auto instrument = instruments_.find(knowledge, epoch, record.header.instrument, now.instruments);
    const auto function = function_of(record.header.function);
    if (!instrument || !function) return false;
    if (record.header.type == ringbuf::DerivedType::indicator_values &&
        !are_neighbours(record.as<ringbuf::IndicatorValuesBody>().count, record.header.function, *function,
                        function_of)) {
      return false;
    }
    if (record.header.type == ringbuf::DerivedType::correction) {
      auto body = record.as<ringbuf::CorrectionBody>();
      for (ringbuf::FunctionId& window : body.function) {
        if (window.value != 0) window = function_of(window).value_or(ringbuf::FunctionId{});
      }
      std::memcpy(record.body.data(), &body, sizeof body);
    }
    record.header.instrument = *instrument;
    record.header.function = *function;
    return true;
  }
  /// The tables are others.
  void forget() noexcept {
    instruments_.forget();
    functions_.forget();
  }

 private:
  /// One record tells of several: they must be neighbours now, too.
  template <class FunctionOf>
  [[nodiscard]] static bool are_neighbours(std::uint16_t count, ringbuf::FunctionId then, ringbuf::FunctionId now,
                                           FunctionOf&& function_of) {
    count = std::min<std::uint16_t>(count, ringbuf::IndicatorValuesBody::kMaxValues);
    for (std::uint16_t i = 1; i < count; ++i) {
      const auto at = [i](ringbuf::FunctionId first) {
        return ringbuf::FunctionId{static_cast<std::uint16_t>(first.value + i)};
      };
      if (function_of(at(then)) != at(now)) return false;
    }
    return true;
  }

  JournalInstruments instruments_;
  JournalFunctions functions_;
};

}  // namespace tickplant::clients
