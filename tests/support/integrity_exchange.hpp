// The venue of a seeded run, its two bad lines and its servers, on a time that is passed in; and the tape of all that
// it said.
//
//   market -> simulated_lines, without a fault -> tape
//                      \-> burst loss -> faulty lines A, B -> arrive()
//   ask() -> responder, with its faults ------------------> arrive()
//
// The faults are put on the packets here and not within the simulated lines, so that they can end.
//
// Threads: one.
// Not here: the receiver (integrity_receiver.hpp).
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <vector>

#include "feedhandlers/moldudp64/framing.hpp"
#include "feedhandlers/moldudp64/request.hpp"
#include "feedhandlers/packet.hpp"
#include "feedhandlers/venue/glimpse_snapshot.hpp"
#include "feedhandlers/venue/market_script.hpp"
#include "feedhandlers/venue/simulated_lines.hpp"
#include "tests/support/capture_writer.hpp"
#include "tests/support/integrity_faults.hpp"

namespace tickplant::tests {

/// All messages of one session.
class SessionTape {
 public:
  explicit SessionTape(const feedhandlers::sequencing::SessionId& session) : session_(session) {}

  void add(std::span<const std::byte> message) {
    bytes_.insert(bytes_.end(), message.begin(), message.end());
    ends_.push_back(bytes_.size());
  }
  [[nodiscard]] std::span<const std::byte> message(std::uint64_t sequence) const {
    const std::size_t begin = sequence == 1 ? 0 : ends_[sequence - 2];
    return std::span<const std::byte>(bytes_).subspan(begin, ends_[sequence - 1] - begin);
  }
  /// Of the message that comes next.
  [[nodiscard]] std::uint64_t next() const { return ends_.size() + 1; }
  [[nodiscard]] const feedhandlers::sequencing::SessionId& session() const { return session_; }

 private:
  feedhandlers::sequencing::SessionId session_;
  std::vector<std::byte> bytes_;
  std::vector<std::size_t> ends_;
};

class IntegrityExchange {
 public:
  using SinceStart = feedhandlers::venue::SinceStart;
  using Line = feedhandlers::Line;

  static constexpr std::uint64_t kStartOfDayNanos = 34'000'000'000'000;

  explicit IntegrityExchange(const IntegrityFaults& faults)
      : faults_(faults),
        market_(market_of(faults, 0)),
        script_(*market_, script_of(faults, {})),
        lines_({.lines = {{}},
                .packet_bytes = faults.packet_bytes,
                .history_bytes = std::size_t{8} << 20,
                .keeps_told = true,
                .linger_nanos = 60 * IntegrityFaults::kMilli},
               name_of(1), script_),
        responder_(name_of(1), faults.packet_bytes, faults.rerequest),
        burst_(faults.burst) {
    ways_.push_back({Line::a, {faults.line_a, faults.packet_bytes}});
    ways_.push_back({Line::b, {faults.line_b, faults.packet_bytes}});
    if (faults.roll_after > 0) lines_.stop_after(faults.roll_after);
    tapes_.emplace_back(feedhandlers::venue::session_id(name_of(1)));
  }

  /// When something is to be said or arrives.
  [[nodiscard]] SinceStart next_due() {
    SinceStart next = is_to_roll() ? now_ : lines_.next_due();
    for (Way& way : ways_) next = std::min(next, way.line.next_due());
    return answers_.empty() ? next : std::min(next, answers_.begin()->first);
  }

  /// What is due is said.
  void advance(SinceStart now) {
    now_ = now;
    if (is_to_roll()) roll(now);
    lines_.advance(now);
    feedhandlers::venue::FaultyLine& said = lines_.line(0);
    for (; said.next_due() <= now; said.queue().pop(1)) {
      const std::span<const std::byte> packet = said.queue().at(0).bytes;
      feedhandlers::moldudp64::for_each_message(feedhandlers::moldudp64::parse(packet),
                                                [&](std::uint64_t, auto message) { tapes_.back().add(message); });
      const bool is_lost = !is_healed_ && burst_.next();
      const std::size_t first = is_healed_ ? 2 : 0;
      for (const std::size_t way : {first, first + 1}) ways_[way].line.send(packet, now, is_lost);
    }
  }

  /// `on_packet(bytes, line)` for what has arrived. Returns how many packets that were.
  template <class OnPacket>
  std::size_t arrive(SinceStart now, OnPacket&& on_packet) {
    std::size_t count = 0;
    for (Way& way : ways_) {
      for (; way.line.next_due() <= now; way.line.queue().pop(1), ++count)
        on_packet(std::span<const std::byte>(way.line.queue().at(0).bytes), way.name);
    }
    for (; !answers_.empty() && answers_.begin()->first <= now; ++count) {
      const Bytes answer = std::move(answers_.begin()->second);
      answers_.erase(answers_.begin());
      on_packet(as_span(answer), Line::recovery);
    }
    return count;
  }

  void ask(const feedhandlers::moldudp64::Request& request, SinceStart now) {
    const auto bytes = feedhandlers::moldudp64::encode(request);
    const auto answer = responder_.answer(bytes, *lines_.history(), now);
    if (!answer.packet.empty()) answers_.emplace(answer.due + kWayNanos, to_bytes(answer.packet));
  }

  [[nodiscard]] feedhandlers::venue::GlimpseSpin spin() const { return {*lines_.told(), lines_.next_sequence()}; }
  [[nodiscard]] const feedhandlers::sequencing::SessionId& session() const { return tapes_.back().session(); }

  /// From now on nothing goes wrong. What is on its way stays as it is.
  void heal(SinceStart now) {
    for (Way& way : ways_) way.line.release_held(now);
    is_healed_ = true;
    ways_.push_back({Line::a, {{}, faults_.packet_bytes}});
    ways_.push_back({Line::b, {{}, faults_.packet_bytes}});
    responder_ = feedhandlers::venue::RerequestResponder(lines_.session(), faults_.packet_bytes);
  }
  void stop(SinceStart now) { lines_.stop(now); }
  /// All is said, and nothing is under way.
  [[nodiscard]] bool is_over() { return lines_.is_over() && next_due() == feedhandlers::venue::kNever; }

  [[nodiscard]] std::uint64_t messages() const { return lines_.counters().messages; }
  [[nodiscard]] const std::vector<SessionTape>& tapes() const { return tapes_; }
  [[nodiscard]] const SessionTape* tape_of(const feedhandlers::sequencing::SessionId& session) const {
    for (const SessionTape& tape : tapes_)
      if (tape.session() == session) return &tape;
    return nullptr;
  }
  /// Of the newest session. Ahead of the lines until all is said.
  [[nodiscard]] const feedhandlers::venue::Market& market() const { return *market_; }
  [[nodiscard]] const feedhandlers::venue::RerequestCounters& rerequest_counters() const {
    return responder_.counters();
  }
  [[nodiscard]] std::uint64_t lost_packets() const {
    return ways_[0].line.counters().lost + ways_[1].line.counters().lost;
  }

 private:
  static constexpr std::int64_t kWayNanos = 100'000;  // of a request and its answer

  struct Way {
    Line name;
    feedhandlers::venue::FaultyLine line;
  };

  static feedhandlers::venue::SessionName name_of(int number) {
    feedhandlers::venue::SessionName name{'S', 'E', 'E', 'D', ' ', ' ', ' ', ' ', ' ', ' '};
    name[4] = static_cast<char>('0' + number);
    return name;
  }
  static std::unique_ptr<feedhandlers::venue::Market> market_of(const IntegrityFaults& faults, std::uint32_t day) {
    return std::make_unique<feedhandlers::venue::Market>(feedhandlers::venue::MarketOptions{
        .seed = faults.seed,
        .symbols = faults.symbols,
        .live_orders = faults.live_orders,
        .session_seconds =
            1 + static_cast<std::uint32_t>(static_cast<double>(faults.messages) / faults.messages_per_second),
        .day = day});
  }
  static feedhandlers::venue::MarketScriptOptions script_of(const IntegrityFaults& faults, SinceStart begin) {
    return {.pace = {.pace = feedhandlers::venue::Pace::rate, .messages_per_second = faults.messages_per_second},
            .start = {kStartOfDayNanos},
            .pre_open_nanos = 20 * IntegrityFaults::kMilli,
            .begin = begin};
  }

  [[nodiscard]] bool is_to_roll() const { return lines_.is_over() && faults_.roll_after > 0 && tapes_.size() == 1; }
  void roll(SinceStart now) {
    market_of_yesterday_ = std::move(market_);
    market_ = market_of(faults_, 1);
    next_script_ = std::make_unique<feedhandlers::venue::MarketScript>(*market_, script_of(faults_, now));
    lines_.begin_session(name_of(2), *next_script_, now);
    responder_.begin_session(name_of(2));
    tapes_.emplace_back(feedhandlers::venue::session_id(name_of(2)));
  }

  IntegrityFaults faults_;
  std::unique_ptr<feedhandlers::venue::Market> market_;
  std::unique_ptr<feedhandlers::venue::Market> market_of_yesterday_;
  feedhandlers::venue::MarketScript script_;
  std::unique_ptr<feedhandlers::venue::MarketScript> next_script_;
  feedhandlers::venue::SimulatedLines lines_;
  feedhandlers::venue::RerequestResponder responder_;
  feedhandlers::venue::BurstLoss burst_;
  std::deque<Way> ways_;  // A and B; healed, another A and B
  std::multimap<SinceStart, Bytes> answers_;
  std::vector<SessionTape> tapes_;
  bool is_healed_ = false;
  SinceStart now_;
};

}  // namespace tickplant::tests
