#include "feedhandlers/sequencing/reorder_buffer.hpp"

#include <algorithm>
#include <limits>

namespace tickplant::feedhandlers::sequencing {
namespace {

constexpr std::uint64_t kMostAtOnce = 0xfffe;  // as many as a packet can count

/// What one request takes of a second.
std::int64_t share_nanos(const ReorderOptions& options) noexcept {
  return platform::kNanosPerSecond / std::max<std::int64_t>(options.requests_per_second, 1);
}

}  // namespace

ReorderState::ReorderState(const ReorderOptions& options)
    : options_(options),
      patience_nanos_(options.wait_nanos + (options.can_request ? options.recovery_wait_nanos : 0)),
      held_(options.held_bytes_max, options.held_packets_max),
      request_credit_(kRequestBurst * share_nanos(options)),
      chance_(options.seed) {}

void ReorderState::resume(const SessionId& session, std::uint64_t next) noexcept { follow(session, next); }

std::optional<moldudp64::Request> ReorderState::take_request(platform::UnixNanos now) noexcept {
  if (!options_.can_request || holes_.empty()) return std::nullopt;
  for (Hole& hole : holes_.all()) {
    if (ask_time(hole) > now) continue;
    if (!may_request(now)) return std::nullopt;
    hole.asked = now;
    hole.ask_again = now + options_.retry_nanos + jitter();
    ++counters_.requests;
    return moldudp64::Request{session_, hole.range.begin,
                              static_cast<std::uint16_t>(std::min(hole.range.count(), kMostAtOnce))};
  }
  return std::nullopt;
}

std::optional<platform::UnixNanos> ReorderState::next_deadline() const noexcept {
  if (holes_.empty()) return std::nullopt;
  platform::UnixNanos soonest = holes_.front().opened + patience_nanos_;
  if (!options_.can_request) return soonest;
  // Without credit for a request, not before there is some.
  platform::UnixNanos ask = platform::UnixNanos{std::numeric_limits<std::int64_t>::max()};
  for (const Hole& hole : holes_.all()) ask = std::min(ask, ask_time(hole));
  const std::int64_t share = share_nanos(options_);
  if (request_credit_ < share) ask = std::max(ask, credit_at_ + (share - request_credit_));
  return std::min(soonest, ask);
}

std::uint64_t ReorderState::missing_messages() const noexcept {
  std::uint64_t sum = 0;
  for (const Hole& hole : holes_.all()) sum += hole.range.count();
  return sum;
}

ReorderState::Whose ReorderState::session_of(const Packet& packet, const SessionId& session,
                                             platform::UnixNanos now) noexcept {
  if (is_following_ && session == session_) return Whose::followed;
  const auto old_end = old_sessions_.begin() + static_cast<std::ptrdiff_t>(std::min(old_session_count_, kOldSessions));
  const bool was_left = std::find(old_sessions_.begin(), old_end, session) != old_end;
  if (packet.line == Line::recovery || (was_left && now - delivered_ < kSessionSilenceNanos)) {
    ++counters_.old_session_packets;
    return Whose::nobody;
  }
  return was_left ? Whose::old_session : Whose::new_session;
}

void ReorderState::follow(const SessionId& session, std::uint64_t next) noexcept {
  if (is_following_) old_sessions_[old_session_count_++ % kOldSessions] = session_;
  ++counters_.sessions;
  is_following_ = true;
  session_ = session;
  next_ = highest_ = next;
  line_next_ = {};
  given_up_ = {};
  given_up_end_ = 0;
}

bool ReorderState::is_plausible(SequenceRange range) noexcept {
  const bool is_far = range.begin > highest_ && range.begin - highest_ > kPlausibleAhead;
  implausible_in_a_row_ = is_far ? implausible_in_a_row_ + 1 : 0;
  if (!is_far) return true;
  if (implausible_in_a_row_ == kImplausibleInARow) {
    implausible_in_a_row_ = 0;
    return true;
  }
  ++counters_.implausible_packets;
  return false;
}

/// Of a packet that begins behind next_: has it anything that is neither held nor, as a heartbeat, known?
bool ReorderState::is_news(const Packet& packet, SequenceRange range) noexcept {
  const bool is_news = range.end > highest_ || holes_.meets(range) || (range.empty() && !held_.has(packet, range));
  if (!is_news) count_known(range);
  return is_news;
}

/// Both lines are known, and have sent what lies behind the hole.
bool ReorderState::is_past(const Hole& hole) const noexcept {
  return line_next_[static_cast<std::size_t>(Line::a)] >= hole.range.end &&
         line_next_[static_cast<std::size_t>(Line::b)] >= hole.range.end;
}

platform::UnixNanos ReorderState::ask_time(const Hole& hole) const noexcept {
  if (hole.asked != platform::kNoTime) return hole.ask_again;
  return is_past(hole) ? hole.opened : hole.opened + options_.wait_nanos;
}

/// Takes a request's share of the credit, which grows with time up to kRequestBurst shares.
bool ReorderState::may_request(platform::UnixNanos now) noexcept {
  const std::int64_t share = share_nanos(options_);
  if (credit_at_ != platform::kNoTime && now > credit_at_)
    request_credit_ = std::min(request_credit_ + (now - credit_at_), kRequestBurst * share);
  credit_at_ = now;
  if (request_credit_ < share) return false;
  request_credit_ -= share;
  return true;
}

/// 0 to half of the retry time: splitmix64 (Steele, Lea, Flood 2014).
std::int64_t ReorderState::jitter() noexcept {
  chance_ += 0x9e3779b97f4a7c15;
  std::uint64_t mixed = chance_;
  mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9;
  mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
  mixed ^= mixed >> 31;
  return static_cast<std::int64_t>(mixed % static_cast<std::uint64_t>(options_.retry_nanos / 2 + 1));
}

/// `time`, but not before what was delivered: lines differ a little, and not every capture has times. When a clock was
/// set back, time goes on from there.
platform::UnixNanos ReorderState::not_before_delivered(platform::UnixNanos time) noexcept {
  if (time >= delivered_) return time;
  const bool is_none = time < platform::UnixNanos{0};
  if (is_none || delivered_ - time <= kClockStepNanos) return delivered_;
  holes_.set_clock_back(time);
  return delivered_ = time;
}

void ReorderState::note_line(Line line, std::uint64_t next) noexcept {
  std::uint64_t& known = line_next_[static_cast<std::size_t>(line)];
  known = std::max(known, next);
}

void ReorderState::count_known(SequenceRange range) noexcept {
  std::uint64_t late = 0;
  if (range.begin < given_up_end_) {
    for (SequenceRange& given_up : given_up_) {
      const SequenceRange part = common(given_up, range);
      if (part.empty()) continue;
      late += part.count();
      // A second copy is a duplicate; a part from the middle stays, and its second copy counts as late again.
      if (part.begin == given_up.begin)
        given_up.begin = part.end;
      else if (part.end == given_up.end)
        given_up.end = part.begin;
    }
  }
  ++(late > 0 ? counters_.late_packets : counters_.duplicate_packets);
  counters_.late_messages += late;
  counters_.duplicate_messages += range.count() - late;
}

void ReorderState::count_filled(Line line, std::uint64_t messages) noexcept {
  if (line == Line::recovery) counters_.recovered_messages += messages;
}

/// Where it ended.
std::uint64_t ReorderState::drop_first_hole() noexcept {
  const SequenceRange range = holes_.front().range;
  holes_.pop_front();
  given_up_[counters_.given_up_holes++ % kRemembered] = range;
  given_up_end_ = range.end;
  counters_.given_up_messages += range.count();
  return range.end;
}

}  // namespace tickplant::feedhandlers::sequencing
