// Where the stream stands: what is missing, how far the source was read, that time passes, which trading day it is.
//
// These records make integrity part of the data: a reader, the journal and a replay see the same gaps at the same
// place.
#pragma once

#include "ringbuf/records/record.hpp"

namespace tickplant::ringbuf {

enum class GapReason : std::uint8_t {
  lost = 1,             // the source skipped these sequences
  internal_reader = 2,  // a stage of the plant was too slow for a source that cannot wait
  restart = 3,          // a range of ring sequences that was leased and never used
};

//  +0 first 8   +8 last 8   +16 session 10   +26 feed 2   +28 reason 1   +29 line 1   +30 reserved 2
struct GapBody {
  static constexpr RecordType kType = RecordType::gap;
  std::uint64_t first = 0;  // source sequences, both ends missing
  std::uint64_t last = 0;
  std::array<char, 10> session{};  // the venue's session
  FeedId feed{};
  GapReason reason = GapReason::lost;
  std::uint8_t line = 0;  // 0 = after arbitration
  std::array<std::uint8_t, 2> reserved{};
};
static_assert(RecordBody<GapBody> && offsetof(GapBody, session) == 16 && offsetof(GapBody, feed) == 26);

/// Written after the records of a packet: all source sequences below `next_sequence` are in the ring or told as gaps.
//  +0 next_sequence 8   +8 byte_offset 8   +16 session 10   +26 feed 2   +28 message_count 2   +30 line 1
//  +31 reserved 1
struct SourcePositionBody {
  static constexpr RecordType kType = RecordType::source_position;
  std::uint64_t next_sequence = 0;
  std::uint64_t byte_offset = 0;  // of the next unread byte, for sources that are files; else 0
  std::array<char, 10> session{};
  FeedId feed{};
  std::uint16_t message_count = 0;  // venue messages in this packet or batch
  std::uint8_t line = 0;
  std::uint8_t reserved = 0;
};
static_assert(RecordBody<SourcePositionBody> && offsetof(SourcePositionBody, session) == 16 &&
              offsetof(SourcePositionBody, message_count) == 28);

/// At least one a second, so that time passes downstream on a quiet feed. ts_recv is the plant's time.
//  +0 tsc 8   +8 idle_nanos 8   +16 clock_error_nanos 4   +20 feed 2   +22 reserved 10
struct HeartbeatBody {
  static constexpr RecordType kType = RecordType::heartbeat;
  std::uint64_t tsc = 0;
  std::uint64_t idle_nanos = 0;         // since the last packet of the feed
  std::uint32_t clock_error_nanos = 0;  // bound on ts_recv against UTC
  FeedId feed{};
  std::array<std::uint8_t, 10> reserved{};
};
static_assert(RecordBody<HeartbeatBody> && offsetof(HeartbeatBody, clock_error_nanos) == 16);

/// A trading day begins: day values (open, high, low, volume, books of order feeds) start anew from here.
//  +0 trading_date 4   +4 utc_offset_seconds 4   +8 session 10   +18 feed 2   +20 reserved 12
struct SessionBody {
  static constexpr RecordType kType = RecordType::session;
  std::int32_t trading_date = 0;  // 20190130
  std::int32_t utc_offset_seconds = 0;
  std::array<char, 10> session{};
  FeedId feed{};
  std::array<std::uint8_t, 12> reserved{};
};
static_assert(RecordBody<SessionBody> && offsetof(SessionBody, session) == 8 && offsetof(SessionBody, feed) == 18);

/// An instrument is new or changed: read its directory entry. Precedes the first other record about it.
//  +0 directory_stamp 8   +8 feed 2   +10 venue_key 2   +12 reserved 20
struct DefinitionBody {
  static constexpr RecordType kType = RecordType::definition;
  std::uint64_t directory_stamp = 0;  // of the entry when this was written
  FeedId feed{};
  std::uint16_t venue_key = 0;  // the venue's own number for it today (ITCH stock locate), 0 = none
  std::array<std::uint8_t, 20> reserved{};
};
static_assert(RecordBody<DefinitionBody> && offsetof(DefinitionBody, venue_key) == 10);

/// CommandBody::command: from here on analytics computes what the file says whose hash is the argument.
inline constexpr std::uint16_t kReloadAnalytics = 1;
/// From here on `count` shards compute anew, as after a start, what the file says whose hash is the argument.
inline constexpr std::uint16_t kBeginAnalytics = 2;
/// A successor goes on with all that was computed before, as if there had been no break: `count` shards, the file whose
/// hash is the argument.
inline constexpr std::uint16_t kResumeAnalytics = 3;
/// What `count` shards hold here is put down beside the journal, for those who follow it and miss something of what
/// came before: the file whose hash is the argument goes on to be computed.
inline constexpr std::uint16_t kSnapshotAnalytics = 4;

/// What an operator or client asked for, put in order with the data. Text arguments live in the text segment.
//  +0 command 2   +2 count 2   +4 owner 4   +8 argument 8   +16 text_offset 8   +24 text_bytes 4
//  +28 text_generation 4
struct CommandBody {
  static constexpr RecordType kType = RecordType::command;
  std::uint16_t command = 0;
  std::uint16_t count = 0;
  std::uint32_t owner = 0;
  std::uint64_t argument = 0;
  std::uint64_t text_offset = 0;
  std::uint32_t text_bytes = 0;
  std::uint32_t text_generation = 0;
};
static_assert(RecordBody<CommandBody> && offsetof(CommandBody, text_offset) == 16);

}  // namespace tickplant::ringbuf
