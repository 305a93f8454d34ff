#include "feedhandlers/venue/packetiser.hpp"

#include <algorithm>
#include <cstdio>
#include <cstring>

#include "platform/calendar_date.hpp"
#include "platform/check.hpp"

namespace tickplant::feedhandlers::venue {
namespace {

template <std::unsigned_integral T>
void store_big(T value, std::byte* at) noexcept {
  if constexpr (std::endian::native == std::endian::little) value = swap_bytes(value);
  std::memcpy(at, &value, sizeof value);
}

}  // namespace

std::optional<SessionName> make_session_name(std::string_view text) noexcept {
  SessionName name;
  const bool is_plain = std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~'; });
  if (text.empty() || text.size() > name.size() || !is_plain) return std::nullopt;
  name.fill(' ');
  std::copy(text.begin(), text.end(), name.begin());
  return name;
}

SessionName session_name_at(platform::UnixNanos start) noexcept {
  const auto days = static_cast<std::int32_t>(start.value / platform::kNanosPerDay);
  const platform::CalendarDate today = platform::date_of_days(days);
  const int day_of_year = days - platform::days_since_epoch({today.year, 1, 1}) + 1;
  const auto hundredths = static_cast<int>(start.value % platform::kNanosPerDay / (platform::kNanosPerSecond / 100));
  char text[32];
  std::snprintf(text, sizeof text, "%03d%07d", day_of_year, hundredths);
  SessionName name;
  std::copy_n(text, name.size(), name.begin());
  return name;
}

SessionName next_session_name(const SessionName& session) noexcept {
  const auto blank = std::find(session.begin(), session.end(), ' ');
  SessionName next = session;
  char& last = blank == session.begin() ? next[0] : next[static_cast<std::size_t>(blank - session.begin()) - 1];
  if (last >= '2' && last < '9')
    ++last;
  else if (blank != session.end())
    next[static_cast<std::size_t>(blank - session.begin())] = '2';
  else
    last = '2';
  return next;
}

std::string to_string(const SessionName& session) {
  const std::string_view all(session.data(), session.size());
  return std::string(all.substr(0, all.find_last_not_of(' ') + 1));
}

void store_header(const SessionName& session, std::uint64_t sequence, std::uint16_t count,
                  std::span<std::byte> packet) noexcept {
  TP_DCHECK(packet.size() >= moldudp64::kHeaderBytes);
  std::memcpy(packet.data(), session.data(), session.size());
  store_big(sequence, packet.data() + 10);
  store_big(count, packet.data() + 18);
}

Packetiser::Packetiser(const SessionName& session, std::size_t payload_bytes)
    : session_(session), packet_(payload_bytes) {
  TP_CHECK(has_room(0));
}

void Packetiser::add(std::span<const std::byte> message) noexcept {
  TP_CHECK(has_room(message.size()));
  store_big(static_cast<std::uint16_t>(message.size()), packet_.data() + used_);
  std::copy(message.begin(), message.end(), packet_.begin() + static_cast<std::ptrdiff_t>(used_ + kLengthBytes));
  used_ += kLengthBytes + message.size();
  ++count_;
}

std::span<const std::byte> Packetiser::take() noexcept {
  TP_CHECK(count_ > 0);
  store_header(session_, first_, count_, packet_);
  const std::span<const std::byte> finished(packet_.data(), used_);
  first_ += count_;
  count_ = 0;
  used_ = moldudp64::kHeaderBytes;
  return finished;
}

std::span<const std::byte> Packetiser::bare_header(std::uint16_t count) noexcept {
  TP_CHECK(count_ == 0);
  store_header(session_, first_, count, packet_);
  return {packet_.data(), moldudp64::kHeaderBytes};
}

}  // namespace tickplant::feedhandlers::venue
