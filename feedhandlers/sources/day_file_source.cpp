#include "feedhandlers/sources/day_file_source.hpp"

#include <limits>
#include <utility>

#include "feedhandlers/byte_order.hpp"

namespace tickplant::feedhandlers::sources {
namespace {

constexpr std::size_t kLengthBytes = 2;

}  // namespace

DayFileSource::DayFileSource(ByteStream stream) noexcept : stream_(std::move(stream)) {}

DayFileStatus DayFileSource::next(MessageBatch& batch) noexcept {
  batch = {.messages = {}, .first_number = message_count_ + 1};
  if (status_ != DayFileStatus::messages) return status_;

  // Take what lies in the buffer; only a batch that would stay empty is worth moving its rest to the front.
  auto rest = stream_.peek(kLengthBytes);
  std::size_t count = 0;
  std::size_t taken_bytes = 0;
  while (count < kMaxBatch && rest.size() >= kLengthBytes) {
    const std::size_t length = load_big<std::uint16_t>(rest.data());
    if (length == 0) break;
    if (rest.size() < kLengthBytes + length) {
      if (count > 0) break;
      rest = stream_.peek(kLengthBytes + length);
      if (rest.size() < kLengthBytes + length) break;
    }
    views_[count++] = rest.subspan(kLengthBytes, length);
    rest = rest.subspan(kLengthBytes + length);
    taken_bytes += kLengthBytes + length;
  }
  if (count == 0) return status_ = finish(rest);
  stream_.consume(taken_bytes);
  message_count_ += count;
  batch.messages = {views_.data(), count};
  return DayFileStatus::messages;
}

/// `rest`: all that is left of the file, or the mark and what of the file lies behind it.
DayFileStatus DayFileSource::finish(std::span<const std::byte> rest) noexcept {
  if (rest.size() >= kLengthBytes && load_big<std::uint16_t>(rest.data()) == 0) {
    stream_.consume(kLengthBytes);
    bytes_after_end_ = stream_.skip(std::numeric_limits<std::uint64_t>::max());
    return DayFileStatus::end_of_session;
  }
  truncated_bytes_ = rest.size();
  problem_ = stream_.problem();
  switch (stream_.status()) {
    case StreamStatus::truncated: return DayFileStatus::truncated_tail;
    case StreamStatus::corrupt:
    case StreamStatus::unreadable: return DayFileStatus::corrupt;
    case StreamStatus::open:
    case StreamStatus::end: break;
  }
  if (rest.empty()) return DayFileStatus::end;
  problem_ = "the file stops inside a message";
  return DayFileStatus::truncated_tail;
}

}  // namespace tickplant::feedhandlers::sources
