// One seeded run: a venue whose lines and servers are bad, a receiver, nothing but a seed to begin with; and what has
// to hold of it.
//
//   IntegrityRun run(draw_integrity_faults(seed, messages));
//   const IntegrityResult result = run.run();        // result.finding: empty, or what was wrong first
//
// Threads: one. No clock, no socket: the next thing that is due is the time.
// Not here: what goes wrong (integrity_faults.hpp), the venue (integrity_exchange.hpp), the receiver
// (integrity_receiver.hpp).
#pragma once

#include <string>

#include "tests/support/integrity_truth.hpp"

namespace tickplant::tests {

struct IntegrityResult {
  std::string finding;
  std::uint64_t messages = 0;   // said by the venue
  std::uint64_t delivered = 0;  // messages
  std::uint64_t lost = 0;       // told as lost
  std::uint64_t gaps = 0;
  std::uint64_t recovered = 0;  // by re-requests
  std::uint64_t lost_packets = 0;
  std::uint64_t recoveries = 0;  // complete
  std::uint64_t void_attempts = 0;
  std::uint64_t restarts = 0;
  std::uint64_t sessions = 0;
  std::uint64_t compared_books = 0;
  std::int64_t clean_after_nanos = 0;  // the faults have stopped

  IntegrityResult& operator+=(const IntegrityResult& other) {
    if (finding.empty()) finding = other.finding;
    messages += other.messages;
    delivered += other.delivered;
    lost += other.lost;
    gaps += other.gaps;
    recovered += other.recovered;
    lost_packets += other.lost_packets;
    recoveries += other.recoveries;
    void_attempts += other.void_attempts;
    restarts += other.restarts;
    sessions += other.sessions;
    compared_books += other.compared_books;
    clean_after_nanos = std::max(clean_after_nanos, other.clean_after_nanos);
    return *this;
  }
};

class IntegrityRun {
 public:
  using SinceStart = feedhandlers::venue::SinceStart;

  explicit IntegrityRun(const IntegrityFaults& faults)
      : faults_(faults), random_(faults.seed * 8 + 6), exchange_(faults), receiver_(findings_, exchange_, faults) {}

  IntegrityResult run() {
    while (!findings_.any() && go_on()) check();
    if (!findings_.any()) check_end();
    return result();
  }

 private:
  static constexpr std::uint32_t kCheckPoints = 40;
  static constexpr std::uint32_t kMostTurnsAtOnce = 100'000;

  [[nodiscard]] bool go_on() {
    const SinceStart next = std::min(exchange_.next_due(), receiver_.next_due(now_));
    if (next == feedhandlers::venue::kNever) return false;
    turns_at_now_ = next > now_ ? 0 : turns_at_now_ + 1;
    findings_.expect(turns_at_now_ < kMostTurnsAtOnce, [](auto& out) { out << "time stands still"; });
    now_ = std::max(now_, next);
    exchange_.advance(now_);
    receiver_.turn(now_);
    const std::uint64_t said = exchange_.messages();
    if (at_restart_ < faults_.restart_after.size() && said >= faults_.restart_after[at_restart_] &&
        !receiver_.is_down()) {
      ++at_restart_;
      receiver_.die(now_);
    }
    if (healed_at_ == feedhandlers::venue::kNever && said >= faults_.heal_after) {
      healed_at_ = now_;
      said_before_ = exchange_.tapes().back().next();
      exchange_.heal(now_);
    }
    const bool is_done = said >= faults_.messages && (is_clean_ || !expects_clean());
    if (healed_at_ != feedhandlers::venue::kNever && is_done && !is_stopped_) {
      is_stopped_ = true;
      exchange_.stop(now_);
    }
    return true;
  }
  [[nodiscard]] bool expects_clean() const { return faults_.has_glimpse; }

  void check() {
    if (receiver_.is_down()) return;
    const std::uint64_t recoveries = completed();
    if (recoveries != recoveries_seen_ || exchange_.messages() >= next_check_) {
      recoveries_seen_ = recoveries;
      if (exchange_.messages() >= next_check_)
        next_check_ = exchange_.messages() + 1 +
                      random_.below(static_cast<std::uint32_t>(2 * faults_.messages / kCheckPoints + 1));
      compared_books_ += truth_.compare(receiver_, exchange_);
    }
    check_clean();
  }

  /// Once nothing goes wrong any more, all books become clean, soon, and stay so.
  void check_clean() {
    if (healed_at_ == feedhandlers::venue::kNever || !expects_clean()) return;
    const bool was_clean = is_clean_;
    // A fault counts until something behind it has come.
    const auto position = receiver_.ledger().position();
    const bool is_caught_up =
        position.session == exchange_.session() && position.next > said_before_ && !receiver_.has_missing();
    if (!is_clean_) is_clean_ = is_caught_up && receiver_.doubtful_books() == 0 && receiver_.knows_all(faults_.symbols);
    if (is_clean_ && !was_clean) clean_at_ = now_;
    const std::int64_t bound = 2 * IntegrityReceiver::patience_nanos(faults_) + 60 * IntegrityFaults::kMilli +
                               4 * IntegrityReceiver::attempt_nanos(faults_);
    findings_.expect(is_clean_ || now_ - healed_at_ <= bound, [&](auto& out) {
      out << receiver_.doubtful_books() << " books are still doubtful " << (now_ - healed_at_) / IntegrityFaults::kMicro
          << " us after the last fault";
    });
    if (was_clean)
      findings_.expect(receiver_.doubtful_books() == 0,
                       [](auto& out) { out << "doubtful again, and nothing was lost"; });
  }

  void check_end() {
    findings_.expect(exchange_.is_over() && !receiver_.is_down(),
                     [](auto& out) { out << "the run came to a standstill"; });
    receiver_.check_end();
    compared_books_ += truth_.compare(receiver_, exchange_);
    truth_.compare_with(exchange_.market(), receiver_);
    const auto position = receiver_.ledger().position();
    findings_.expect(position.session == exchange_.session() && position.next == exchange_.tapes().back().next(),
                     [&](auto& out) { out << "the feed stands at " << position.next << ", not at the end"; });
  }

  [[nodiscard]] std::uint64_t completed() const {
    return receiver_.recovery().counters().count(feedhandlers::itch50::RecoveryOutcome::complete);
  }

  [[nodiscard]] IntegrityResult result() {
    IntegrityResult result;
    result.finding = findings_.first();
    result.messages = exchange_.messages();
    const IntegrityReceiver::Counts counts = receiver_.counts();
    result.delivered = counts.delivered;
    result.lost = counts.lost;
    result.gaps = counts.gaps;
    result.recovered = counts.recovered;
    result.lost_packets = exchange_.lost_packets();
    result.recoveries = completed();
    result.void_attempts = receiver_.recovery().counters().attempts - completed();
    result.restarts = receiver_.restarts();
    result.sessions = exchange_.tapes().size();
    result.compared_books = compared_books_;
    if (is_clean_) result.clean_after_nanos = clean_at_ - healed_at_;
    return result;
  }

  IntegrityFaults faults_;
  Random random_;
  IntegrityFindings findings_;
  IntegrityExchange exchange_;
  IntegrityReceiver receiver_;
  IntegrityTruth truth_{findings_};
  SinceStart now_;
  std::uint32_t turns_at_now_ = 0;
  std::size_t at_restart_ = 0;
  SinceStart healed_at_ = feedhandlers::venue::kNever;
  std::uint64_t said_before_ = 0;  // the message after the last fault
  SinceStart clean_at_;
  bool is_clean_ = false;
  bool is_stopped_ = false;
  std::uint64_t next_check_ = 0;
  std::uint64_t recoveries_seen_ = 0;
  std::uint64_t compared_books_ = 0;
};

}  // namespace tickplant::tests
