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
      types_(subscription.types),
      chooses_all_functions_(subscription.functions.empty()) {
  if (chooses_all_functions_) return;
  function_.resize(std::size_t{functions.count()} + 1);
  for (std::uint32_t id = 1; id <= functions.count(); ++id) {
    function_[id] = is_function_named(functions, {static_cast<std::uint16_t>(id)}, subscription.functions);
  }
}

bool DerivedFilter::chooses_function(const DerivedRecord& record) const noexcept {
  const std::size_t first = record.header.function.value;
  std::size_t count = 1;
  if (record.header.type == ringbuf::DerivedType::indicator_values) {
    count = record.as<ringbuf::IndicatorValuesBody>().count;
  }
  for (std::size_t id = first; id < first + count && id < function_.size(); ++id) {
    if (function_[id]) return true;
  }
  return false;
}

}  // namespace tickplant::clients
