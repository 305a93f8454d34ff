// Any bytes as a compressed segment of a journal: expanded, walked, salvaged, to the end, within the memory of a group.
//
// Byte 0 is a set of flags: 1 mends the checksums of pieces, 2 that of the page. The rest is the file. Without the
// mending nearly every input would end at the first checksum.
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <vector>

#include "platform/check.hpp"
#include "ringbuf/journal/journal_scanner.hpp"
#include "tests/support/temp_directory.hpp"

namespace {

using namespace tickplant::ringbuf;

void mend_pieces(std::span<std::byte> file) {
  for (std::size_t at = kColumnsPageBytes; at + sizeof(ColumnsPiece) <= file.size(); at += kColumnsAlignment) {
    ColumnsPiece piece;
    std::memcpy(static_cast<void*>(&piece), file.data() + at, sizeof piece);
    const std::size_t bytes = piece_bytes(piece);
    if (piece.magic == kColumnsPieceMagic && bytes <= file.size() - at) seal_piece(file.subspan(at, bytes));
  }
}

void walk(const std::filesystem::path& folder) {
  JournalScanner scanner(folder);
  std::uint64_t last = 0;
  for (;;) {
    while (const auto block = scanner.next()) {
      TP_CHECK(block->header.number > last);
      TP_CHECK(block->is_dropped || block->payload.size() == block->header.payload_bytes);
      last = block->header.number;
    }
    (void)scanner.end(Search::thorough);
    if (!scanner.resume()) return;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const auto input = std::as_bytes(std::span(data, size)).subspan(1);
  std::vector<std::byte> rows(4096);
  for (const std::size_t columns : {0U, 1U, 8U, 17U, 32U}) (void)ColumnsCoder().decode(input, columns, rows);
  std::vector<std::byte> file(input.begin(), input.end());
  if ((data[0] & 1U) != 0) mend_pieces(file);
  if ((data[0] & 2U) != 0 && file.size() >= sizeof(ColumnsPage)) {
    ColumnsPage page;
    std::memcpy(static_cast<void*>(&page), file.data(), sizeof page);
    seal_columns_page(page);
    std::memcpy(file.data(), &page, sizeof page);
  }
  const tickplant::tests::TempDirectory directory("/dev/shm");
  const std::filesystem::path path = directory.path() / compressed_file_name(1);
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(file.data()), static_cast<std::streamsize>(file.size()));
  OpenedSegment opened = open_segment(directory.path(), 1);
  if (opened.source) (void)opened.source.expanded()->is_whole();
  walk(directory.path());
  return 0;
}
