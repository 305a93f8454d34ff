// Any bytes as the blocks of a journal, and as facts: walked, salvaged, read and opened, to the end, within the memory
// of a unit.
//
// Byte 0 is a set of flags: 1 mends checksums of payloads and headers, 2 numbers and chains the blocks, too; 4 puts
// what follows byte 1 x 64 into a second segment; 8 changes a byte of the first page (which one, and to what: bytes 2,
// 3 and 4). The rest are blocks, from offset 4096 of the first segment on. Without the mending nearly every input would
// end at the first checksum.
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <vector>

#include "platform/check.hpp"
#include "platform/setup_error.hpp"
#include "ringbuf/journal/journal_reader.hpp"
#include "tests/support/temp_directory.hpp"

namespace {

using namespace tickplant::ringbuf;

constexpr std::uint64_t kJournalId = 0x1122334455667788;
constexpr std::size_t kPrefixBytes = 5;
constexpr int kEndsLookedAt = 3;  // each goes through all that lies behind

volatile std::uint64_t sink;

/// Makes checksums hold, and, if `is_chained`, what follows follow, from where `chain` is.
void mend(std::vector<std::byte>& blocks, JournalChain& chain, bool is_chained) {
  for (std::size_t at = 0; at + kBlockBytesMin <= blocks.size();) {
    JournalBlockHeader header;
    std::memcpy(static_cast<void*>(&header), blocks.data() + at, sizeof header);
    const std::size_t room = blocks.size() - at - sizeof header;
    if (header.magic != kBlockMagic || header.payload_bytes > room) {
      at += kBlockAlignment;
      continue;
    }
    const auto payload = std::span<const std::byte>(blocks).subspan(at + sizeof header, header.payload_bytes);
    if (is_chained) {
      chain.seal(header, payload);
    } else {
      header.payload_crc = tickplant::platform::crc32c(payload);
      header.header_crc = header_crc_of(header);
    }
    std::memcpy(blocks.data() + at, &header, sizeof header);
    at += std::max(block_bytes(header.payload_bytes), kBlockAlignment);
  }
}

void write_segment(const std::filesystem::path& folder, std::uint64_t number, const JournalSegmentPage& page,
                   std::span<const std::byte> blocks) {
  std::ofstream out(folder / segment_file_name(number), std::ios::binary | std::ios::trunc);
  out.write(reinterpret_cast<const char*>(&page), sizeof page);
  out.write(reinterpret_cast<const char*>(blocks.data()), static_cast<std::streamsize>(blocks.size()));
}

JournalSegmentPage page_of(std::uint64_t number, const JournalChain& chain) {
  JournalSegmentPage page;
  page.journal_id = kJournalId;
  page.segment_number = number;
  page.segment_bytes = kJournalUnitBytes;
  page.first_block = chain.next_number();
  page.previous_crc = chain.last_header_crc();
  page.epoch = chain.epoch();
  seal_page(page);
  return page;
}

void read_facts(std::span<const std::byte> bytes) {
  JournalKnowledge knowledge;
  FactsReader facts(bytes);
  while (const auto fact = facts.next()) knowledge.apply(*fact);
  sink = knowledge.config().size() + knowledge.symbol_of({1}).size() + knowledge.text({64, 8, 1}).value_or("").size();
}

void salvage(const std::filesystem::path& folder) {
  JournalScanner scanner(folder);
  std::uint64_t last = 0;
  int ends = 0;
  for (;;) {
    while (const auto block = scanner.next()) {
      TP_CHECK(block->header.number > last);
      TP_CHECK(block->payload.size() == block->header.payload_bytes);
      last = block->header.number;
      if (block->header.kind == BlockKind::facts) read_facts(block->payload);
    }
    if (++ends <= kEndsLookedAt) (void)scanner.end(Search::thorough);
    const auto hole = scanner.resume();
    if (!hole) return;
    TP_CHECK(hole->last + 1 > last && hole->last + 1 >= hole->first);
  }
}

void read_records(const std::filesystem::path& folder, JournalWish wish) {
  try {
    JournalReader reader(folder, std::move(wish));
    while (const auto item = reader.next()) {
      const auto* records = std::get_if<JournalRecords>(&*item);
      if (records == nullptr) continue;
      TP_CHECK(records->count() > 0 && records->bytes.size() % records->record_bytes == 0);
      sink = sink + static_cast<std::uint64_t>(records->bytes.back());
    }
    (void)reader.end();
  } catch (const tickplant::platform::SetupError&) {  // of a later version
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::span<const std::byte> input = std::as_bytes(std::span(data, size));
  read_facts(input);
  if (size < kPrefixBytes) return 0;
  const unsigned flags = data[0];
  std::vector<std::byte> first(input.begin() + kPrefixBytes, input.end()), second;
  if ((flags & 4) != 0) {
    const std::size_t at = std::min<std::size_t>(std::size_t{data[1]} * kBlockAlignment, first.size());
    second.assign(first.begin() + static_cast<std::ptrdiff_t>(at), first.end());
    first.resize(at);
  }
  const tickplant::tests::TempDirectory directory("/dev/shm");
  const std::filesystem::path& folder = directory.path();
  JournalChain chain(kJournalId, 1);
  JournalSegmentPage page = page_of(1, chain);
  if ((flags & 8) != 0) {
    reinterpret_cast<unsigned char*>(&page)[(data[2] * 256U + data[3]) % sizeof page] = data[4];
    if ((flags & 1) != 0) seal_page(page);
  }
  if ((flags & 1) != 0) mend(first, chain, (flags & 2) != 0);
  write_segment(folder, 1, page, first);
  if ((flags & 4) != 0) {
    const JournalSegmentPage behind = page_of(2, chain);
    if ((flags & 1) != 0) mend(second, chain, (flags & 2) != 0);
    write_segment(folder, 2, behind, second);
  }

  salvage(folder);
  read_records(folder, {});
  read_records(folder, {.rings = {"ticks"}, .from_sequence = 5});
  read_records(folder, {.rings = {}, .from_recv = {1'700'000'000'005'000'000}});
  const JournalOpening opening = find_end(folder);
  TP_CHECK(opening.is_empty || opening.place.offset % kBlockAlignment == 0);
  return 0;
}
