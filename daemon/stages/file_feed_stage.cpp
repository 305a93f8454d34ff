#include "daemon/stages/file_feed_stage.hpp"

#include <algorithm>
#include <exception>
#include <utility>

#include "daemon/log.hpp"
#include "feedhandlers/trading_date.hpp"

namespace tickplant::daemon {
namespace {

namespace counter = ringbuf::counter;
using feedhandlers::FileProgress;

constexpr std::size_t kPiecesPerTurn = 64;
// More than a batch of messages, or a packet, turns into. In a ring that is not twice as long nothing can be promised.
constexpr std::uint64_t kRecordsAtOnce = 4096;

}  // namespace

FileFeedStage::FileFeedStage(const FeedSetup& setup, feedhandlers::ToldRecords told)
    : FeedStage(setup),
      parts_(setup.parts()),
      instrument_capacity_(setup.plant.instruments.capacity),
      feed_(feedhandlers::make_file_feed(config_, parts_, instrument_capacity_, *this)),
      packets_(add_counter(counter::kPackets, "datagrams, or batches of a file without them", "packets")),
      begun_anew_(add_counter(counter::kBegunAnew, "times its file was not the one that was read before", "times")),
      gate_(setup.ring.gating_page(), setup.ring.slot_count),
      room_wanted_(std::min(kRecordsAtOnce * setup.ring.publishers.size(), setup.ring.slot_count / 2)) {
  if (told.is_empty() || config_.source.restart == config::FileRestart::beginning) return;
  told_.emplace(std::move(told), feedhandlers::Repeats::From::beginning);
  publisher_.tell_again(*told_, !setup.ring.repair);
}

bool FileFeedStage::has_room() const noexcept { return gate_.room(publisher_.last_of_all()) >= room_wanted_; }

void FileFeedStage::pause() noexcept {
  if (!ended_as_) set_state(counter::SourceState::stopped);
}

bool FileFeedStage::resume() noexcept {
  pace_.reset();
  if (!ended_as_) next_turn_ = {};
  set_state(ended_as_.value_or(counter::SourceState::waiting));
  return true;
}

std::size_t FileFeedStage::do_work() noexcept {
  next_turn_ = kNever;
  if (ended_as_) return 0;
  if (is_reading_again()) return read_again();
  if (!has_room()) {
    next_turn_ = clock_.now() + kWaitNanos;
    return 0;
  }
  begin_turn();
  const std::size_t count = read();
  last_packet_ = clock_.now();
  packets_.add(count);
  FeedStage::count(feed_->totals());
  if (ended_as_) set_state(*ended_as_);             // behind the counts: who sees it ended sees all it had
  return next_turn_ == kNever ? count + 1 : count;  // the end of a file is work, too
}

bool FileFeedStage::is_due() noexcept {
  const platform::UnixNanos recv = publisher_.ts_recv();
  if (config_.source.speed == 0 || recv == platform::kNoTime) return true;
  const platform::UnixNanos now = clock_.now();
  if (!pace_) pace_ = Pace{now, recv};
  const std::int64_t passed = (recv - pace_->first_recv) / static_cast<std::int64_t>(config_.source.speed);
  if (pace_->began + passed <= now) return true;
  next_turn_ = pace_->began + passed;
  return false;
}

bool FileFeedStage::is_reading_again() const noexcept { return publisher_.is_passing_over() && !told_->is_through(); }

/// Up to where a predecessor was, as one piece of work: there is nothing to tell meanwhile.
std::size_t FileFeedStage::read_again() noexcept {
  begin_turn();
  FileProgress progress = FileProgress::more;
  for (std::size_t count = 0; count < kPiecesPerTurn && is_reading_again(); ++count) {
    progress = feed_->read();
    if (progress == FileProgress::more) continue;
    if (told_->is_before()) {
      begin_anew();
    } else {
      publisher_.stop_passing_over();
      ended_as_ = progress == FileProgress::ended ? counter::SourceState::ended : counter::SourceState::failed;
    }
    break;
  }
  if (is_reading_again() || (told_->is_before() && !ended_as_)) return kPiecesPerTurn;
  go_on_at(feed_->totals());
  if (ended_as_) set_state(*ended_as_);
  return kPiecesPerTurn;
}

/// What a predecessor told is not in this file.
void FileFeedStage::begin_anew() noexcept {
  publisher_.stop_passing_over();
  begun_anew_.add(1);
  log_warning("feed " + config_.name + ": " + config_.source.path +
              " is not the file that was read before; it is read from its beginning, as a new session");
  try {
    feed_.reset();  // its memory first
    feed_ = feedhandlers::make_file_feed(config_, parts_, instrument_capacity_, *this);
  } catch (const std::exception&) {  // it was there, and is not any more
    ended_as_ = counter::SourceState::failed;
    set_state(*ended_as_);
  }
}

std::size_t FileFeedStage::read() noexcept {
  for (std::size_t count = 0; count < kPiecesPerTurn; ++count) {
    if (!has_room() || !is_due()) return count;
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
