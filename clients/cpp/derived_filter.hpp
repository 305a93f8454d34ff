// Which results a subscriber wants: a test of a bit and of two bytes per record.
//
// Threads: as Plant: one. Memory is taken when it is made, and for the text of a later instrument or function once.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "clients/cpp/derived_subscription.hpp"
#include "clients/cpp/record_filter.hpp"
#include "ringbuf/functions_table.hpp"

namespace tickplant::clients {

/// Is `name`, with or without the window before it, one of these? * and ? stand for anything.
[[nodiscard]] bool is_function_named(const ringbuf::FunctionsReader& functions, ringbuf::FunctionId id,
                                     const std::vector<std::string>& globs);

class DerivedFilter {
 public:
  /// Throws SetupError: a symbol that is not spelled like one.
  DerivedFilter(const ringbuf::InstrumentDirectoryReader& directory, const ringbuf::FunctionsReader& functions,
                const DerivedSubscription& subscription);

  [[nodiscard]] bool wants(const ringbuf::DerivedRecord& record) noexcept {
    return types_.has(record.header.type) && instruments_.chooses(record.header.instrument) &&
           (chooses_all_functions_ || chooses_function(record));
  }

 private:
  /// Values belong to several functions: those of neighbouring outputs.
  [[nodiscard]] bool chooses_function(const ringbuf::DerivedRecord& record) noexcept;
  /// Of functions that a reload has added since we looked.
  void look_up_new_functions() noexcept;

  RecordFilter instruments_;
  ringbuf::FunctionsReader functions_;
  std::vector<std::string> wanted_;  // globs
  DerivedTypes types_;
  bool chooses_all_functions_;
  std::vector<bool> function_;  // by id
};

}  // namespace tickplant::clients
