#include "daemon/stages/snapshot_fetcher.hpp"

#include <algorithm>
#include <functional>

#include "daemon/stages/server_login.hpp"

namespace tickplant::daemon {
namespace {

using feedhandlers::SnapshotRecovery;
using feedhandlers::sources::GlimpseState;

feedhandlers::sources::GlimpseSourceOptions options_of(const config::FeedConfig& feed) {
  feedhandlers::sources::GlimpseSourceOptions options;
  const ServerLogin login = server_login(feed.source.glimpse, "feed " + feed.name + ": GLIMPSE server");
  options.tcp.server = login.endpoint;
  options.session = login.options;
  return options;
}

}  // namespace

SnapshotFetcher::SnapshotFetcher(const config::FeedConfig& feed)
    : source_(options_of(feed), std::hash<std::string>{}(feed.name)),
      compare_interval_(feed.source.glimpse_compare_interval_ns),
      same_session_(feed.source.glimpse_same_session) {}

std::size_t SnapshotFetcher::turn(SnapshotRecovery& books, platform::UnixNanos now, bool has_ended) noexcept {
  if (state_ == State::idle) begin_when_wanted(books, now, has_ended);
  if (state_ == State::fetching) return fetch(books, now);
  if (state_ == State::idle) return 0;
  has_more_ = books.step(now);
  if (books.progress() != SnapshotRecovery::Progress::working) {
    state_ = State::idle;
    not_before_ = now + kRetryNanos;  // where it was void; where it was not nobody wants another one
  }
  return 1;
}

void SnapshotFetcher::begin_when_wanted(SnapshotRecovery& books, platform::UnixNanos now, bool has_ended) noexcept {
  if (compare_interval_ > 0 && next_compare_ == platform::kNoTime) next_compare_ = now + compare_interval_;
  if (now < not_before_) return;
  const bool is_time_to_compare = compare_interval_ > 0 && now >= next_compare_;
  if (is_time_to_compare) next_compare_ = now + compare_interval_;
  compares_all_ = books.wish() == SnapshotRecovery::Wish::nothing;
  if (compares_all_ && (!is_time_to_compare || has_ended)) return;
  state_ = State::fetching;
  books.begin(compares_all_);
  (void)source_.request(now);
}

std::size_t SnapshotFetcher::fetch(SnapshotRecovery& books, platform::UnixNanos now) noexcept {
  const bool had_failed = source_.state() == GlimpseState::failed;
  const std::size_t count = source_.poll(now, Handler{books, now, same_session_});
  // The source tries again by itself; what came of the spin that was cut is void.
  if (source_.state() == GlimpseState::failed && !had_failed) books.begin(compares_all_);
  if (source_.state() != GlimpseState::complete) return count;
  books.on_snapshot_end(source_.live_from());
  state_ = State::working;
  has_more_ = true;
  return count + 1;
}

platform::UnixNanos SnapshotFetcher::next_turn() const noexcept {
  if (state_ == State::fetching) return source_.next_deadline();
  if (state_ == State::working) return has_more_ ? platform::UnixNanos{0} : feedhandlers::soupbintcp::kNoDeadline;
  platform::UnixNanos next = not_before_;
  if (next_compare_ != platform::kNoTime) next = std::max(next, next_compare_);
  return next == platform::UnixNanos{} ? feedhandlers::soupbintcp::kNoDeadline : next;
}

}  // namespace tickplant::daemon
