// A journal written the plain way, for those who read one: block by block with pwrite, as docs/journal.md says.
//
// Threads: one. Not here: the plant's writer (daemon/journal), which fills units and syncs.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "platform/unique_fd.hpp"
#include "ringbuf/fixed_text.hpp"
#include "ringbuf/journal/journal_chain.hpp"
#include "ringbuf/journal/journal_facts.hpp"
#include "ringbuf/journal/journal_files.hpp"
#include "ringbuf/journal/journal_scanner.hpp"
#include "ringbuf/records/trade.hpp"

namespace tickplant::tests {

inline constexpr std::uint64_t kTestJournalId = 0x1122334455667788;
inline constexpr std::int64_t kTestTime = 1'700'000'000'000'000'000;

class JournalInFolder {
 public:
  explicit JournalInFolder(std::filesystem::path folder, std::uint64_t segment_bytes = ringbuf::kJournalUnitBytes,
                           std::uint64_t journal_id = kTestJournalId)
      : folder_(std::move(folder)), segment_bytes_(segment_bytes), chain_(journal_id, 1) {
    begin_segment();
  }

  /// Blocks from here on say that all blocks up to `lag` before them are durable. Else: none is.
  void call_durable_behind(std::uint64_t lag) { lag_ = lag; }
  void call_nothing_durable() { lag_ = UINT64_MAX; }
  void begin_epoch(std::uint64_t epoch) { chain_.begin_epoch(epoch); }

  /// A new segment; what lies in the file already stays where it is not written over.
  void begin_segment() {
    place_ = {place_.segment + 1, ringbuf::kJournalPageBytes};
    ringbuf::JournalSegmentPage page;
    page.journal_id = chain_.journal_id();
    page.segment_number = place_.segment;
    page.segment_bytes = segment_bytes_;
    page.first_block = chain_.next_number();
    page.epoch = chain_.epoch();
    page.created_at = kTestTime;
    page.previous_crc = chain_.last_header_crc();
    ringbuf::set_text(page.plant_name, "test");
    ringbuf::seal_page(page);
    fd_.reset(::open(path().c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640));
    if (!fd_ || ::ftruncate(fd_.get(), static_cast<off_t>(segment_bytes_)) != 0) throw std::runtime_error("segment");
    write(0, std::as_bytes(std::span(&page, 1)));
  }

  /// What each segment but the first is to begin with.
  std::function<void()> restate;

  /// A successor that found nothing whole behind `chain` goes on there, in the next unit.
  void go_on_behind(const ringbuf::JournalChain& chain) {
    const std::uint64_t epoch = chain_.epoch() + 1;
    chain_ = chain;
    begin_epoch(epoch);
    begin_unit();
  }
  void begin_unit() { place_.offset += ringbuf::room_in_unit(place_.offset); }

  /// Writes a block where the chain is, in the next unit or segment where it does not fit. Returns where.
  ringbuf::JournalPlace append(ringbuf::JournalBlockHeader header, std::span<const std::byte> payload) {
    const std::size_t bytes = ringbuf::block_bytes(payload.size());
    if (bytes > ringbuf::room_in_unit(place_.offset)) begin_unit();
    if (place_.offset + bytes > segment_bytes_) {
      begin_segment();
      if (restate) restate();
    }
    if (bytes > ringbuf::room_in_unit(place_.offset)) begin_unit();
    const std::uint64_t number = chain_.next_number();
    header.durable = number > lag_ ? number - lag_ : 0;
    header.written_at = kTestTime + static_cast<std::int64_t>(number);
    chain_.seal(header, payload);
    std::vector<std::byte> block(bytes);
    std::memcpy(block.data(), &header, sizeof header);
    std::memcpy(block.data() + sizeof header, payload.data(), payload.size());
    const ringbuf::JournalPlace place = place_;
    write(place.offset, block);
    place_.offset += bytes;
    places_.push_back(place);
    return place;
  }

  /// Trades of instrument 1, one a millisecond, with prices that tell their sequence.
  ringbuf::JournalPlace append_ticks(std::uint32_t ring, std::uint64_t first, std::uint32_t count) {
    std::vector<ringbuf::Record> records;
    for (std::uint64_t sequence = first; sequence < first + count; ++sequence) records.push_back(tick(sequence));
    return append(header_of(ringbuf::BlockKind::ticks, ring, first, records), std::as_bytes(std::span(records)));
  }

  static ringbuf::Record tick(std::uint64_t sequence) {
    ringbuf::TradeBody body;
    body.price = {static_cast<std::int64_t>(sequence) * 1'000'000'000};
    body.size = {sequence};
    const ringbuf::UnixNanos time{kTestTime + static_cast<std::int64_t>(sequence) * 1'000'000};
    ringbuf::Record record = ringbuf::make_record({1}, time, time + 500, body);
    record.header.stamp = sequence;
    return record;
  }

  template <class Record>
  static ringbuf::JournalBlockHeader header_of(ringbuf::BlockKind kind, std::uint32_t ring, std::uint64_t first,
                                               const std::vector<Record>& records) {
    ringbuf::JournalBlockHeader header;
    header.kind = kind;
    header.ring = ring;
    header.first = first;
    header.count = static_cast<std::uint32_t>(records.size());
    header.record_bytes = sizeof(Record);
    if constexpr (requires { records.front().header.ts_event; }) {
      header.first_recv = header.last_recv = records.front().header.ts_recv.value;
      header.first_event = header.last_event = records.front().header.ts_event.value;
      for (const Record& record : records) {
        header.first_recv = std::min(header.first_recv, record.header.ts_recv.value);
        header.last_recv = std::max(header.last_recv, record.header.ts_recv.value);
        header.first_event = std::min(header.first_event, record.header.ts_event.value);
        header.last_event = std::max(header.last_event, record.header.ts_event.value);
      }
    }
    return header;
  }

  /// All facts of the builder, in as many blocks as it takes.
  void append_facts(ringbuf::FactsBuilder& facts) {
    while (!facts.is_empty()) {
      const ringbuf::FactsBuilder::Payload payload = facts.take();
      ringbuf::JournalBlockHeader header;
      header.kind = ringbuf::BlockKind::facts;
      header.count = payload.count;
      append(header, payload.bytes);
    }
  }

  static ringbuf::RingFact ring_fact(std::uint32_t ring, std::string_view name,
                                     ringbuf::BlockKind kind = ringbuf::BlockKind::ticks, std::uint64_t next = 1) {
    ringbuf::RingFact fact;
    fact.ring = ring;
    fact.kind = kind;
    fact.record_bytes = ringbuf::has_derived_records(kind) ? 256 : 64;
    fact.slot_count = 1024;
    fact.next = next;
    ringbuf::set_text(fact.name, name);
    return fact;
  }

  static ringbuf::InstrumentEntry instrument(std::uint32_t id, std::string_view symbol, std::string_view venue) {
    ringbuf::InstrumentEntry entry;
    entry.id = {id};
    entry.feed = {1};
    entry.price_unit = 100'000;
    ringbuf::set_text(entry.symbol, symbol);
    ringbuf::set_text(entry.venue, venue);
    return entry;
  }

  void write(std::uint64_t offset, std::span<const std::byte> bytes) const {
    if (::pwrite(fd_.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset)) !=
        static_cast<ssize_t>(bytes.size())) {
      throw std::runtime_error("cannot write the journal of a test");
    }
  }

  [[nodiscard]] std::filesystem::path path() const { return folder_ / ringbuf::segment_file_name(place_.segment); }
  [[nodiscard]] std::filesystem::path path(std::uint64_t segment) const {
    return folder_ / ringbuf::segment_file_name(segment);
  }
  [[nodiscard]] const ringbuf::JournalChain& chain() const noexcept { return chain_; }
  [[nodiscard]] ringbuf::JournalPlace place() const noexcept { return place_; }  // of the next block
  /// Of block `number`, all blocks having been written by us.
  [[nodiscard]] ringbuf::JournalPlace place_of(std::uint64_t number) const { return places_.at(number - 1); }

 private:
  std::filesystem::path folder_;
  std::uint64_t segment_bytes_;
  ringbuf::JournalChain chain_;
  ringbuf::JournalPlace place_;
  std::uint64_t lag_ = 2;
  platform::UniqueFd fd_;
  std::vector<ringbuf::JournalPlace> places_;
};

/// A file's bytes, and back.
inline std::vector<char> bytes_of_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}
inline void write_file(const std::filesystem::path& path, std::span<const char> bytes) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (!out.flush()) throw std::runtime_error("cannot write " + path.string());
}

}  // namespace tickplant::tests
