// Runs the real feed handler over a file into a real ring and collects what came out of it. The file's first bytes say
// what it is; names are not asked.
//
// Threads: one. Prints nothing by itself; progress and depth rows go to the callbacks.
// Not here: the protocols (<protocol>_inspection.hpp).
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "clients/cli/inspect/facts.hpp"
#include "ringbuf/depth_layout.hpp"
#include "ringbuf/instrument_directory.hpp"
#include "ringbuf/records/record.hpp"

namespace tickplant::cli {

/// The book after one order message.
struct DepthRow {
  std::uint64_t message = 0;  // its index in the file, from 0
  std::int64_t time = 0;      // ns since local midnight
  char type = 0;
  const std::string* symbol = nullptr;
  const ringbuf::DepthEntry* depth = nullptr;
};

struct InspectOptions {
  std::optional<platform::CalendarDate> trading_date;  // over what the file says
  std::optional<std::string> time_zone;                // over the one of the protocol
  std::optional<std::string> venue;                    // over the one of the protocol
  std::size_t order_capacity = 0;                      // 0: from the size of the file
  std::function<void(const DepthRow&)> on_depth;
  std::function<void(std::uint64_t messages)> on_progress;  // every few hundred messages
  /// Everything the feed handler publishes, in order; the directory knows whom it is about.
  std::function<void(const ringbuf::Record&, const ringbuf::InstrumentDirectoryReader&)> on_record;
};

/// Throws SetupError when the file cannot be read or nothing here understands it. A damaged or cut file is no error:
/// the facts tell how far it went and why it ended.
[[nodiscard]] Facts inspect_file(const std::string& path, const InspectOptions& options);

}  // namespace tickplant::cli
