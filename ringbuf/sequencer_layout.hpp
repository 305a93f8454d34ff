// Sequencer ring: in which order the records of all rings, and commands, are applied. A broadcast ring
// (broadcast_layout.hpp) of 64-byte slots, each a run:
//
//   offset  bytes  field
//        0      8  stamp      sequence of the run in this ring; the ring owns it
//        8      8  watermark  event time up to which input is believed complete after the run, ns UTC
//       16      8  cause_seq  place of the run's first record in the order of everything
//       24      4  ring       RingId; 0 for a command or a pause
//       28      1  kind       RunKind
//       29      3  reserved
//       32     32  body       by kind
//
//   records: +0 first 8, +8 last 8 (sequences in `ring`, both included), +16 reserved 16
//   command: CommandBody (records/source.hpp)
//   pause:   reserved 32
//
// cause_seq counts from 1 and has no holes: record q of a run has cause_seq + (q - first), a command or a pause takes
// one, the next run goes on behind. A pause says that there was nothing to read just then: work that was put off is
// done at this place, in a replay as in the plant. So one number names the input that caused a derived record,
// whichever ring it came from.
//
// Version rule: segment_layout.hpp.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "platform/check.hpp"
#include "platform/unix_nanos.hpp"
#include "ringbuf/records/instrument_id.hpp"
#include "ringbuf/records/source.hpp"
#include "ringbuf/segment_layout.hpp"

namespace tickplant::ringbuf {

/// A ring as the catalog numbers it: the index of its segment entry + 1 (catalog_layout.hpp). 0 = none.
struct RingId {
  std::uint32_t value = 0;
  friend constexpr auto operator<=>(RingId, RingId) = default;
};

/// Place of a record or command in the order of everything. The first has 1; 0 = before everything.
struct CauseSequence {
  std::uint64_t value = 0;
  friend constexpr auto operator<=>(CauseSequence, CauseSequence) = default;
};

enum class RunKind : std::uint8_t { none = 0, records = 1, command = 2, pause = 3 };

struct SequencerRun {
  std::uint64_t stamp = 0;
  platform::UnixNanos watermark{};
  CauseSequence cause_seq{};
  RingId ring{};
  RunKind kind = RunKind::none;
  std::array<std::uint8_t, 3> reserved{};
  std::array<std::byte, kRecordBodyBytes> body{};

  /// The records of a run. The caller has looked at `kind`: TP_DCHECKed.
  [[nodiscard]] SequenceRange range() const noexcept {
    TP_DCHECK(kind == RunKind::records);
    SequenceRange out;
    std::memcpy(&out, body.data(), sizeof out);
    return out;
  }
  [[nodiscard]] CommandBody command() const noexcept {
    TP_DCHECK(kind == RunKind::command);
    CommandBody out;
    std::memcpy(&out, body.data(), sizeof out);
    return out;
  }
  /// How many places in the order of everything it takes.
  [[nodiscard]] std::uint64_t count() const noexcept { return kind == RunKind::records ? range().count() : 1; }
};

static_assert(sizeof(SequencerRun) == 64 && std::is_trivially_copyable_v<SequencerRun> &&
              std::has_unique_object_representations_v<SequencerRun>);
static_assert(offsetof(SequencerRun, watermark) == 8 && offsetof(SequencerRun, cause_seq) == 16 &&
              offsetof(SequencerRun, ring) == 24);
static_assert(offsetof(SequencerRun, kind) == 28 && offsetof(SequencerRun, body) == 32);
static_assert(sizeof(SequenceRange) == 16 && offsetof(SequenceRange, last) == 8);

inline constexpr std::uint64_t kSequencerSchema =
    schema_hash_of("sequencer/1 run:watermark,cause_seq,ring,kind,body records:first,last command:CommandBody");

}  // namespace tickplant::ringbuf
