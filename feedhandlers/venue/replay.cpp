#include "feedhandlers/venue/replay.hpp"

#include <utility>

#include "feedhandlers/byte_order.hpp"
#include "feedhandlers/itch50/messages.hpp"
#include "feedhandlers/sources/detect_format.hpp"
#include "platform/check.hpp"
#include "platform/setup_error.hpp"

namespace tickplant::feedhandlers::venue {
namespace {

// Every ITCH message has its time stamp, six bytes, in front of byte 11.
constexpr std::size_t kStampEnd = 11;
constexpr std::uint64_t kStampMask = 0xffff'ffff'ffff;

bool is_itch(std::span<const std::byte> message) noexcept {
  return itch50::message_bytes(static_cast<char>(message.front())) == message.size();
}

}  // namespace

sources::DayFileSource open_day_file(const std::string& file) {
  sources::ByteStream stream = sources::ByteStream::open(file);
  switch (sources::detect_container(stream, is_itch)) {
    case sources::Container::day_file: break;
    case sources::Container::pcap:
    case sources::Container::pcapng:
      throw platform::SetupError{"'" + file + "' is a packet capture, not a day file",
                                 "replay the ITCH 5.0 day file it was taken from; `tickplant inspect` reads captures"};
    case sources::Container::unknown: throw sources::unknown_format(stream, file);
  }
  return sources::DayFileSource(std::move(stream));
}

Replay::Replay(sources::DayFileSource source, const PaceOptions& pace, SinceStart end, std::size_t message_bytes,
               SinceStart begin)
    : source_(std::move(source)), pacer_(pace), begin_(begin), end_(end), message_bytes_(message_bytes) {
  look_ahead();
}

std::span<const std::byte> Replay::take(SinceStart /*now*/) {
  TP_CHECK(due_ != kNever);
  const sources::MessageView message = batch_.messages[at_++];
  current_.assign(message.begin(), message.end());
  ++index_;
  look_ahead();
  return current_;
}

void Replay::stop(SinceStart /*now*/) { due_ = kNever; }

void Replay::look_ahead() {
  due_ = kNever;
  if (at_ == batch_.messages.size()) {
    at_ = 0;
    if (source_.next(batch_) != sources::DayFileStatus::messages) {
      problem_ = source_.problem();
      return;
    }
  }
  const sources::MessageView message = batch_.messages[at_];
  if (message.size() > message_bytes_) {
    problem_ = "message " + std::to_string(index_ + 1) + " of " + std::to_string(message.size()) +
               " bytes does not fit into a packet (--mtu)";
    return;
  }
  if (message.size() >= kStampEnd) stamp_.nanos = load_big<std::uint64_t>(message.data() + kStampEnd - 8) & kStampMask;
  const SinceStart due = begin_ + pacer_.due(index_, stamp_).nanos;
  if (due < end_) due_ = due;
}

}  // namespace tickplant::feedhandlers::venue
