// One record as a person reads it and as JSON: the fields of every type.
//
// Threads: any; pure functions.
// Not here: whose record it is and when it was (record_context.hpp).
#pragma once

#include <string>

#include "clients/cli/live/json_text.hpp"
#include "ringbuf/records/record.hpp"

namespace tickplant::cli {

/// "321.20 x 100  hidden  #42": what stands behind time, symbol and type. `size_scale`: of its instrument.
[[nodiscard]] std::string fields_text(const ringbuf::Record& record, int size_scale);

/// Adds the fields of the record's body to `out`.
void add_fields(const ringbuf::Record& record, Json& out);

}  // namespace tickplant::cli
