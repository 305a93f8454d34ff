// A feed from a file: reads it piece by piece, as fast as somebody asks for the next one.
//
// Threads: made by the set-up thread, then the feed's own alone.
// Not here: when there is room for more records (daemon/stages/file_feed_stage.hpp).
#pragma once

#include <cstdint>
#include <memory>

#include "config/plant_config.hpp"
#include "feedhandlers/feed.hpp"

namespace tickplant::feedhandlers {

enum class FileProgress : std::uint8_t {
  more,    // a piece was read and published
  ended,   // there is nothing more
  failed,  // damaged or cut: all that was whole is published
};

class FileFeed : public Feed {
 public:
  /// One packet of a capture, one batch of a day file or a DBN file. The first piece begins the day.
  virtual FileProgress read() noexcept = 0;
};

/// Opens the file that `config` names. `parts`, `host` outlive it. Throws SetupError: it cannot be read, is not of the
/// configured kind, or memory is refused.
[[nodiscard]] std::unique_ptr<FileFeed> make_file_feed(const config::FeedConfig& config, const FeedParts& parts,
                                                       std::uint64_t instrument_capacity, FeedHost& host);

}  // namespace tickplant::feedhandlers
