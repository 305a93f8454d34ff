// find_end() of journal_scanner.hpp: two walks over headers, and over the payloads that nobody called durable.
#include <algorithm>

#include "ringbuf/journal/journal_facts.hpp"
#include "ringbuf/journal/journal_scanner.hpp"

namespace tickplant::ringbuf {
namespace {

void note(std::map<std::uint32_t, std::uint64_t>& next, std::uint32_t ring, std::uint64_t sequence) {
  std::uint64_t& known = next[ring];
  known = std::max(known, sequence);
}

void note_block(const JournalBlock& block, JournalOpening& out) {
  out.is_closed = false;
  if (block.header.kind == BlockKind::ticks) out.last_recv[block.header.ring] = {block.header.last_recv};
  if (block.header.ring != 0) note(out.next, block.header.ring, block.header.first + block.header.count);
  if (block.header.kind != BlockKind::facts) return;
  FactsReader facts(block.payload);
  while (const auto fact = facts.next()) {
    out.is_closed = fact->kind == FactKind::closed;
    if (fact->kind == FactKind::ring) note(out.next, fact->as<RingFact>().ring, fact->as<RingFact>().next);
    if (fact->kind == FactKind::loss) note(out.next, fact->as<LossFact>().ring, fact->as<LossFact>().last + 1);
  }
}

/// Walks headers from a segment on: up to where blocks were durable.
std::uint64_t durable_from(JournalScanner& scanner) {
  std::uint64_t durable = 0;
  while (const auto block = scanner.next(Payloads::none)) durable = std::max(durable, block->header.durable);
  return durable;
}

}  // namespace

JournalOpening find_end(const std::filesystem::path& folder) {
  JournalOpening out;
  const std::vector<JournalSegmentFile> segments = list_segments(folder);
  if (segments.empty()) return out;
  out.is_empty = false;
  out.last_segment = segments.back().number;

  JournalScanner scanner(folder);
  std::uint64_t durable = 0;
  std::size_t start = segments.size();
  do {
    --start;
    if (segments[start].fault != PageFault::none) continue;
    scanner.begin_at(segments[start].number);
    durable = durable_from(scanner);
  } while (start > 0 && (segments[start].fault != PageFault::none || durable < segments[start].page.first_block));

  scanner.begin_at(segments[start].number);
  for (;;) {
    const bool is_durable = scanner.chain().next_number() <= durable && scanner.page();
    const auto block = scanner.next(is_durable ? Payloads::facts : Payloads::all);
    if (!block) break;
    note_block(*block, out);
  }
  out.end = scanner.end();
  out.read_error = scanner.read_error();
  for (; start < segments.size() && out.read_error == 0; ++start) out.read_error = segments[start].read_error;
  out.place = scanner.place();
  out.chain = scanner.chain();
  if (scanner.page()) out.page = *scanner.page();
  return out;
}

}  // namespace tickplant::ringbuf
