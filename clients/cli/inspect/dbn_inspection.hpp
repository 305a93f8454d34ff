// Databento DBN files as inspect reads them: every record to its end, books and trades where the schema has them.
//
// Threads: one.
#pragma once

#include "clients/cli/inspect/inspected.hpp"
#include "feedhandlers/dbn/dbn_feed.hpp"
#include "feedhandlers/dbn/dbn_source.hpp"

namespace tickplant::cli {

class DbnInspection {
 public:
  explicit DbnInspection(Inspected& inspected);

  /// All of the file.
  void read(feedhandlers::dbn::DbnSource source);

 private:
  void observe(feedhandlers::dbn::RecordBytes record);
  void collect();

  Inspected& inspected_;
  feedhandlers::dbn::DbnFeed feed_;
  std::uint64_t records_seen_ = 0;
  platform::UnixNanos first_time_ = platform::kNoTime;
  platform::UnixNanos last_time_ = platform::kNoTime;
};

}  // namespace tickplant::cli
