// Any bytes as the index of a segment: its tables, postings and states read to the end, within the memory of its size.
//
// Byte 0 is a set of flags: 1 mends the checksums of head and tables, 2 those of postings and states. The rest is the
// file. Without the mending nearly every input would end at the first checksum.
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "platform/check.hpp"
#include "platform/crc32c.hpp"
#include "ringbuf/books/instrument_state.hpp"
#include "ringbuf/journal/segment_index.hpp"

namespace {

using namespace tickplant::ringbuf;
using tickplant::platform::crc32c;

template <class Row, class Mend>
void mend_rows(std::span<std::byte> file, std::uint64_t& at, std::uint32_t count, Mend&& mend) {
  for (std::uint32_t i = 0; i < count; ++i, at += sizeof(Row)) {
    Row row;
    std::memcpy(static_cast<void*>(&row), file.data() + at, sizeof row);
    mend(row);
    std::memcpy(file.data() + at, &row, sizeof row);
  }
}

void mend(std::span<std::byte> file, bool also_pieces) {
  IndexHead head;
  if (file.size() < sizeof head) return;
  std::memcpy(static_cast<void*>(&head), file.data(), sizeof head);
  head.magic = kIndexMagic;
  head.major = IndexHead::kMajor;
  head.file_bytes = file.size();
  const std::uint64_t bytes = index_table_bytes(head);
  if (bytes <= file.size() - sizeof head) {
    const auto crc_of = [&](std::uint64_t offset, std::uint64_t size) {
      return offset <= file.size() && size <= file.size() - offset ? crc32c(file.subspan(offset, size)) : 0;
    };
    std::uint64_t at = sizeof head + head.ring_count * sizeof(IndexRing) + head.feed_count * sizeof(IndexFeed);
    mend_rows<IndexInstrument>(file, at, also_pieces ? head.instrument_count : 0, [&](IndexInstrument& row) {
      row.postings_crc = crc_of(row.postings, std::uint64_t{row.posting_count} * sizeof(std::uint32_t));
    });
    at = sizeof head + head.ring_count * sizeof(IndexRing) + head.feed_count * sizeof(IndexFeed) +
         head.instrument_count * sizeof(IndexInstrument) + head.block_count * sizeof(IndexBlock) +
         head.event_count * sizeof(IndexEvent);
    mend_rows<IndexState>(file, at, also_pieces ? head.state_count : 0,
                          [&](IndexState& row) { row.crc = crc_of(row.offset, row.bytes); });
    head.tables_crc = crc32c(file.subspan(sizeof head, bytes));
  }
  head.crc = crc32c(std::as_bytes(std::span(&head, 1)).first(offsetof(IndexHead, crc)));
  std::memcpy(file.data(), &head, sizeof head);
}

void read(const SegmentIndex& index) {
  for (const IndexRing& ring : index.rings()) (void)index.blocks(ring);
  for (const IndexInstrument& each : index.instruments()) {
    (void)index.find(index.name_of(each));
    (void)index.postings(each);
    for (const IndexState& row : index.states(each)) {
      const auto bytes = index.bytes_of(row);
      InstrumentState state;
      if (!bytes || !state.restore(*bytes)) continue;
      InstrumentState again;
      const std::vector<std::byte> whole = state.bytes();
      TP_CHECK(again.restore(whole) && again.bytes() == whole);
      (void)state.book().depth();
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const auto input = std::as_bytes(std::span(data, size)).subspan(1);
  InstrumentState state;
  (void)state.restore(input);
  std::vector<std::byte> file(input.begin(), input.end());
  if ((data[0] & 1U) != 0) mend(file, (data[0] & 2U) != 0);
  std::string why;
  if (const auto index = SegmentIndex::of(std::move(file), why)) read(*index);
  return 0;
}
