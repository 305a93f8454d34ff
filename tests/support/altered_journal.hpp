// A journal in which something was changed and everything that tells of changes was made to fit: CRCs, the chain, the
// pages of segments. Only who computes again can see it.
//
// Threads: none of its own; nobody writes the journal.
#pragma once

#include <cstring>
#include <filesystem>
#include <fstream>
#include <span>
#include <stdexcept>
#include <vector>

#include "ringbuf/journal/journal_chain.hpp"
#include "ringbuf/journal/journal_files.hpp"
#include "ringbuf/journal/journal_scanner.hpp"

namespace tickplant::tests {

/// `change(header, payload)` is called with each block in order; payloads keep their sizes, and CRCs are made anew.
template <class Change>
void alter_journal(const std::filesystem::path& folder, Change&& change) {
  struct Block {
    ringbuf::JournalBlockHeader header;
    ringbuf::JournalPlace place;
    std::vector<std::byte> payload;
  };
  std::vector<Block> blocks;
  ringbuf::JournalScanner scanner(folder);
  while (const auto block = scanner.next()) {
    blocks.push_back({block->header, block->place, {block->payload.begin(), block->payload.end()}});
  }
  std::fstream file;
  std::uint64_t segment = 0;
  ringbuf::JournalChain chain;
  const auto put = [&](std::uint64_t offset, const auto& bytes) {
    file.seekp(static_cast<std::streamoff>(offset));
    file.write(reinterpret_cast<const char*>(std::as_bytes(std::span(bytes)).data()),
               static_cast<std::streamsize>(std::as_bytes(std::span(bytes)).size()));
  };
  for (Block& block : blocks) {
    if (chain.journal_id() == 0) {
      chain = ringbuf::JournalChain(block.header.journal_id, block.header.epoch, block.header.number - 1,
                                    block.header.previous_crc);
    }
    if (block.place.segment != std::exchange(segment, block.place.segment)) {
      file.close();
      file.open(folder / ringbuf::segment_file_name(segment), std::ios::in | std::ios::out | std::ios::binary);
      std::vector<ringbuf::JournalSegmentPage> page(1);
      file.read(reinterpret_cast<char*>(page.data()), sizeof page.front());
      page.front().previous_crc = chain.last_header_crc();
      ringbuf::seal_page(page.front());
      put(0, page);
    }
    change(block.header, std::span(block.payload));
    chain.begin_epoch(block.header.epoch);
    chain.seal(block.header, block.payload);
    put(block.place.offset, std::vector<ringbuf::JournalBlockHeader>{block.header});
    put(block.place.offset + sizeof block.header, block.payload);
    if (!file) throw std::runtime_error("a journal that cannot be altered");
  }
}

}  // namespace tickplant::tests
