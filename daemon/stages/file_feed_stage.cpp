#include "daemon/stages/file_feed_stage.hpp"

#include <algorithm>

#include "feedhandlers/trading_date.hpp"

namespace tickplant::daemon {
namespace {

namespace counter = ringbuf::counter;
using feedhandlers::FileProgress;

constexpr std::size_t kPiecesPerTurn = 64;
// More than a batch of messages, or a packet, turns into. In a ring that is not twice as long nothing can be promised.
constexpr std::uint64_t kRecordsAtOnce = 4096;

}  // namespace

FileFeedStage::FileFeedStage(const FeedSetup& setup)
    : FeedStage(setup),
      feed_(feedhandlers::make_file_feed(setup.config, setup.parts(), setup.plant.instruments.capacity, *this)),
      packets_(add_counter(counter::kPackets, "datagrams, or batches of a file without them", "packets")),
      gate_(setup.ring.gating_page(), setup.ring.slot_count),
      room_wanted_(std::min(kRecordsAtOnce * setup.ring.publishers.size(), setup.ring.slot_count / 2)) {}

bool FileFeedStage::has_room() const noexcept { return gate_.room(publisher_.last_of_all()) >= room_wanted_; }

std::size_t FileFeedStage::do_work() noexcept {
  next_turn_ = kNever;
  if (ended_as_) return 0;
  if (!has_room()) {
    next_turn_ = clock_.now() + kWaitNanos;
    return 0;
  }
  begin_turn();
  const std::size_t count = read();
  last_packet_ = clock_.now();
  packets_.add(count);
  FeedStage::count(feed_->totals());
  if (ended_as_) set_state(*ended_as_);  // behind the counts: who sees it ended sees all it had
  return count + 1;                      // the end of a file is work, too
}

std::size_t FileFeedStage::read() noexcept {
  for (std::size_t count = 0; count < kPiecesPerTurn; ++count) {
    if (!has_room()) return count;
    const FileProgress progress = feed_->read();
    if (progress == FileProgress::more) {
      set_state(counter::SourceState::live);
      continue;
    }
    ended_as_ = progress == FileProgress::ended ? counter::SourceState::ended : counter::SourceState::failed;
    return count;
  }
  return kPiecesPerTurn;
}

feedhandlers::TradingDay FileFeedStage::day_of(platform::UnixNanos time) const noexcept {
  if (config_.trading_date) return FeedStage::day_of(*config_.trading_date);
  if (time > platform::UnixNanos{0}) return FeedStage::day_of(time);
  if (const auto guess = feedhandlers::guess_trading_date(config_.source.path)) return FeedStage::day_of(guess->date);
  return FeedStage::day_of(platform::system_now());
}

}  // namespace tickplant::daemon
