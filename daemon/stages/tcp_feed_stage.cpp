#include "daemon/stages/tcp_feed_stage.hpp"

#include <algorithm>
#include <cstring>
#include <functional>
#include <string_view>
#include <utility>

#include "daemon/stages/server_login.hpp"
#include "feedhandlers/byte_order.hpp"
#include "feedhandlers/make_packet_feed.hpp"
#include "feedhandlers/moldudp64/framing.hpp"

namespace tickplant::daemon {
namespace {

namespace counter = ringbuf::counter;
namespace moldudp64 = feedhandlers::moldudp64;
namespace soupbintcp = feedhandlers::soupbintcp;
namespace sources = feedhandlers::sources;

/// next_sequence 0: there is none.
ringbuf::SourcePositionBody position_in(const feedhandlers::ToldRecords& told) {
  return told.position ? told.position->as<ringbuf::SourcePositionBody>() : ringbuf::SourcePositionBody{};
}

sources::SoupBinTcpSourceOptions options_of(const config::FeedConfig& feed, const feedhandlers::ToldRecords& told) {
  const ServerLogin login = server_login(feed.source.server, "feed " + feed.name + ": SoupBinTCP server");
  sources::SoupBinTcpSourceOptions options;
  options.tcp.server = login.endpoint;
  options.session = login.options;
  const auto reached = position_in(told);
  if (reached.next_sequence > 0) {
    options.session.session = {std::string_view(reached.session.data(), reached.session.size())};
    options.session.sequence = reached.next_sequence;
  }
  return options;
}

}  // namespace

TcpFeedStage::TcpFeedStage(const FeedSetup& setup, ToldFeed told)
    : FeedStage(setup),
      source_(options_of(setup.config, told.records), std::hash<std::string>{}(setup.config.name)),
      feed_(feedhandlers::make_packet_feed(setup.config, setup.parts(), setup.plant.instruments.capacity, *this)),
      configured_session_(setup.config.source.server.session),
      packets_(add_counter(counter::kPackets, "pieces in which messages were received", "packets")),
      bytes_(add_counter(counter::kBytes, "received from the server", "bytes")),
      reconnects_(add_counter(counter::kReconnects, "connections that failed or were lost", "connections")),
      server_(setup.counters, name()) {
  const std::uint64_t next = position_in(told.records).next_sequence;
  resumes_ = next > 0;
  next_ = std::max<std::uint64_t>(next, 1);
  go_on_behind(*feed_, std::move(told));
}

std::size_t TcpFeedStage::do_work() noexcept {
  begin_turn();
  const platform::UnixNanos began = clock_.now();
  const std::size_t count = source_.poll(began, Handler{*this});
  if (std::exchange(wants_start_over_, false)) source_.start_over(configured_session_, 1, began);
  send_messages();
  const platform::UnixNanos now = clock_.now();
  if (count > 0) {
    if (source_.state() == sources::SoupBinTcpSourceState::live) last_packet_ = now;
    count_all();
  }
  beat(*feed_, now);
  return count;
}

platform::UnixNanos TcpFeedStage::next_turn() const noexcept {
  return std::min(source_.next_deadline(), FeedStage::next_turn());
}

void TcpFeedStage::pause() noexcept {
  on_stop();
  set_state(counter::SourceState::stopped);
}

bool TcpFeedStage::resume() noexcept {
  resumes_ = next_ > 1;  // the server may not have that session any more
  source_.start_over(has_logged_in_ ? session_ : source_.session(), next_, clock_.now());
  set_state(counter::SourceState::waiting);
  return true;
}

void TcpFeedStage::on_stop() noexcept {
  begin_turn();
  source_.stop(clock_.now());
  if (!feed_->totals().has_ended) server_.on_leave(clock_.now());
  feed_->flush();
  count_all();
}

void TcpFeedStage::on_login(const soupbintcp::SessionName& session, std::uint64_t next) noexcept {
  send_messages();
  session_ = session;
  has_logged_in_ = true;
  next_ = next;
  resumes_ = false;
  server_.on_up(clock_.now());
}

void TcpFeedStage::on_message(std::uint64_t sequence, std::span<const std::byte> message,
                              platform::UnixNanos ts_recv) noexcept {
  const std::size_t block_bytes = sizeof(std::uint16_t) + message.size();
  const bool fits = packet_bytes_ + block_bytes <= packet_.size() && message_count_ < moldudp64::kEndOfSessionCount - 1;
  if (packet_bytes_ > 0 && (!fits || sequence != next_)) send_messages();
  if (packet_bytes_ == 0) begin_packet(sequence);
  const auto length = feedhandlers::swap_bytes(static_cast<std::uint16_t>(message.size()));
  std::memcpy(packet_.data() + packet_bytes_, &length, sizeof length);
  std::memcpy(packet_.data() + packet_bytes_ + sizeof length, message.data(), message.size());
  packet_bytes_ += block_bytes;
  ++message_count_;
  next_ = sequence + 1;
  ts_recv_ = ts_recv;
}

void TcpFeedStage::on_end_of_session() noexcept {
  send_messages();
  begin_packet(next_);
  ts_recv_ = clock_.now();
  send(moldudp64::kEndOfSessionCount);
  server_.on_end(ts_recv_);
}

/// A venue that was started anew does not have the session any more that a predecessor was in.
void TcpFeedStage::on_down(const sources::DownReason& reason) noexcept {
  server_.on_down(sources::server_failure(reason), clock_.now());
  const bool is_session_gone = reason.cause == sources::DownCause::rejected &&
                               reason.reject_reason == soupbintcp::RejectReason::session_not_available;
  if (!resumes_ || !is_session_gone) return;
  resumes_ = false;
  wants_start_over_ = true;
}

void TcpFeedStage::begin_packet(std::uint64_t sequence) noexcept {
  const std::uint64_t first = feedhandlers::swap_bytes(sequence);
  std::memcpy(packet_.data(), session_.chars.data(), moldudp64::kSessionBytes);
  std::memcpy(packet_.data() + moldudp64::kSessionBytes, &first, sizeof first);
  packet_bytes_ = moldudp64::kHeaderBytes;
  message_count_ = 0;
}

void TcpFeedStage::send_messages() noexcept {
  if (packet_bytes_ > 0) send(message_count_);
}

void TcpFeedStage::send(std::uint16_t count) noexcept {
  const std::uint16_t wire_count = feedhandlers::swap_bytes(count);
  std::memcpy(packet_.data() + moldudp64::kHeaderBytes - sizeof wire_count, &wire_count, sizeof wire_count);
  feedhandlers::Packet packet;
  packet.payload = {packet_.data(), packet_bytes_};
  packet.ts_recv = ts_recv_;
  packet_bytes_ = 0;
  feed_->on_packet(packet);
  feed_->on_time(ts_recv_);  // nothing can come late: a hole is a gap
  ++packet_count_;
}

void TcpFeedStage::count_all() noexcept {
  const feedhandlers::FeedTotals totals = feed_->totals();
  const sources::SoupBinTcpSourceCounters counters = source_.counters();
  using State = sources::SoupBinTcpSourceState;
  const State state = source_.state();
  set_state(totals.has_ended || state == State::ended ? counter::SourceState::ended
            : state == State::live                    ? counter::SourceState::live
            : last_packet_ == platform::kNoTime       ? counter::SourceState::waiting
                                                      : counter::SourceState::silent);
  packets_.follow(packet_count_);
  bytes_.follow(counters.bytes_received);
  reconnects_.follow(counters.failures);
  FeedStage::count(totals);
}

}  // namespace tickplant::daemon
