// Functions table: what the FunctionId of a derived record stands for. Behind the segment header (one page),
// little-endian:
//
//   offset  bytes  field        written by   read by
//   0x1000      8  count        the writer   readers: entries 1 to count are complete
//   0x1008      8  config_hash  the writer   whoever asks whether two runs computed the same; a reload changes it
//   0x1010      4  capacity     creator
//   0x1014      4  shard_count  creator      instrument i is computed by shard i mod shard_count
//   0x1018      8  reserved
//   0x1020     64  build        creator      text: what computed it
//   0x1060    128  file         creator      text: where it was declared
//   0x10e0     32  reserved
//   0x1100  256*n  entries      the writer   readers; function i is at 0x1000 + 256 * i
//
// A reload adds entries and takes none away: what an id stood for once, it stands for as long as the table lives.
//
// An entry; it never changes:
//   offset  bytes  field
//        0      2  id
//        2      1  kind            FunctionKind
//        3      1  window_place    of a window: its place in the derived image, from 1; 0 = none
//        4      2  window          FunctionId of the window it is computed on; 0 = ticks, or a window itself
//        6      2  output          of an indicator: its place among the outputs of its window, from 0
//        8      8  size            of a window: ns; of others and of windows not of time: 0
//       16      8  slide           likewise
//       24     40  set             text: the group of symbols it is computed for: "standard"
//       64     96  name            text: "T60", "T60.sma(20)"
//      160     96  parameters      text: as declared; may be empty
//
// Version rule: segment_layout.hpp.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "ringbuf/records/derived.hpp"
#include "ringbuf/segment_layout.hpp"

namespace tickplant::ringbuf {

enum class FunctionKind : std::uint8_t { none = 0, window = 1, indicator = 2, signal = 3, pattern = 4 };

struct FunctionsControl {
  std::atomic<std::uint64_t> count;
  std::atomic<std::uint64_t> config_hash;
  std::uint32_t capacity;
  std::uint32_t shard_count;
  std::array<std::byte, 8> reserved_0;
  std::array<char, 64> build;
  std::array<char, 128> file;
  std::array<std::byte, 32> reserved_1;
};

struct FunctionEntry {
  FunctionId id{};
  FunctionKind kind = FunctionKind::none;
  std::uint8_t window_place = 0;
  FunctionId window{};
  std::uint16_t output = 0;
  std::int64_t size = 0;
  std::int64_t slide = 0;
  std::array<char, 40> set{};
  std::array<char, 96> name{};
  std::array<char, 96> parameters{};
};

inline constexpr std::size_t kFunctionEntryBytes = 256;
inline constexpr std::uint32_t kFunctionsMax = 0xffff;

static_assert(sizeof(FunctionsControl) == kFunctionEntryBytes, "so that entry i is at 256 * i");
static_assert(offsetof(FunctionsControl, config_hash) == 0x08 && offsetof(FunctionsControl, shard_count) == 0x14);
static_assert(offsetof(FunctionsControl, build) == 0x20 && offsetof(FunctionsControl, file) == 0x60);
static_assert(sizeof(FunctionEntry) == kFunctionEntryBytes && std::has_unique_object_representations_v<FunctionEntry> &&
              std::is_standard_layout_v<FunctionsControl>);
static_assert(offsetof(FunctionEntry, window) == 4 && offsetof(FunctionEntry, size) == 8);
static_assert(offsetof(FunctionEntry, set) == 24 && offsetof(FunctionEntry, name) == 64 &&
              offsetof(FunctionEntry, parameters) == 160);

inline constexpr const char* kFunctionsSegmentName = "functions";
inline constexpr std::uint64_t kFunctionsSchema = schema_hash_of(
    "functions/1 count,config_hash,capacity,shard_count,build,file id,kind,window_place,window,output,size,slide,"
    "set,name,parameters");

}  // namespace tickplant::ringbuf
