#include "clients/cpp/derived_filter.hpp"

#include <fnmatch.h>

#include <algorithm>

#include "clients/cpp/derived_view.hpp"

namespace tickplant::clients {

using ringbuf::DerivedRecord;
using ringbuf::FunctionId;

bool is_function_named(const ringbuf::FunctionsReader& functions, FunctionId id,
                       const std::vector<std::string>& globs) {
  const std::string name(functions.name_of(id)), own(own_name_of(functions, id));
  return std::any_of(globs.begin(), globs.end(), [&](const std::string& glob) {
    return ::fnmatch(glob.c_str(), name.c_str(), 0) == 0 || ::fnmatch(glob.c_str(), own.c_str(), 0) == 0;
  });
}

DerivedFilter::DerivedFilter(const ringbuf::InstrumentDirectoryReader& directory,
                             const ringbuf::FunctionsReader& functions, const DerivedSubscription& subscription)
    : instruments_(directory, {.symbols = subscription.symbols}),
      functions_(functions),
      wanted_(subscription.functions),
      types_(subscription.types),
      chooses_all_functions_(subscription.functions.empty()) {
  function_.resize(1);
  if (!chooses_all_functions_) look_up_new_functions();
}

void DerivedFilter::look_up_new_functions() noexcept {
  for (std::size_t id = function_.size(), last = functions_.count(); id <= last; ++id) {
    function_.push_back(is_function_named(functions_, {static_cast<std::uint16_t>(id)}, wanted_));
  }
}

bool DerivedFilter::chooses_function(const DerivedRecord& record) noexcept {
  const std::size_t first = record.header.function.value;
  std::size_t count = 1;
  if (record.header.type == ringbuf::DerivedType::gap) return true;  // all functions of its shard lost that
  if (record.header.type == ringbuf::DerivedType::indicator_values) {
    count = record.as<ringbuf::IndicatorValuesBody>().count;
  }
  if (first + count > function_.size()) [[unlikely]]
    look_up_new_functions();
  for (std::size_t id = first; id < first + count && id < function_.size(); ++id) {
    if (function_[id]) return true;
  }
  return false;
}

}  // namespace tickplant::clients
