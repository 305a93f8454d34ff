#include "clients/cli/journal/journal_copy.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "platform/setup_error.hpp"
#include "ringbuf/fixed_text.hpp"
#include "ringbuf/journal/journal_files.hpp"

namespace tickplant::cli {

using namespace ringbuf;

void JournalCopy::refuse(const char* what, int error) const {
  throw platform::SetupError(
      platform::with_errno(
          "cannot " + std::string(what) + " '" + (folder_ / segment_file_name(segment_)).string() + "'", error),
      "make room, or name another folder; what was written there so far can be removed");
}

void JournalCopy::begin_segment(const JournalSegmentPage& page) {
  if (has_begun()) sync();
  ++segment_;
  page_ = page;
  page_.journal_id = chain_.journal_id();
  page_.segment_number = segment_;
  page_.first_block = chain_.next_number();
  page_.previous_crc = chain_.last_header_crc();
  page_.major = kJournalMajor;
  page_.minor = kJournalMinor;
  if (page_.epoch > chain_.epoch()) chain_.begin_epoch(page_.epoch);
  page_.epoch = chain_.epoch();
  seal_page(page_);
  offset_ = kJournalPageBytes;
  fd_.reset(::open((folder_ / segment_file_name(segment_)).c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640));
  if (!fd_) refuse("make", errno);
  write(0, std::as_bytes(std::span(&page_, 1)));
}

bool JournalCopy::fits(std::size_t bytes) const noexcept {
  const std::uint64_t begin = bytes <= room_in_unit(offset_) ? offset_ : offset_ + room_in_unit(offset_);
  return begin + bytes <= page_.segment_bytes;
}

void JournalCopy::append(JournalBlockHeader header, std::span<const std::byte> payload,
                         const JournalKnowledge& knowledge, const JournalContinuity& continuity) {
  if (!fits(block_bytes(payload.size()))) {
    begin_segment(page_);
    append_knowledge(knowledge, continuity);
  }
  place(header, payload);
}

void JournalCopy::place(JournalBlockHeader header, std::span<const std::byte> payload) {
  if (block_bytes(payload.size()) > room_in_unit(offset_)) offset_ += room_in_unit(offset_);
  if (header.epoch > chain_.epoch()) chain_.begin_epoch(header.epoch);
  written_at_ = header.written_at;
  header.durable = durable_;
  chain_.seal(header, payload);
  write(offset_, std::as_bytes(std::span(&header, 1)));
  write(offset_ + sizeof header, payload);
  offset_ += block_bytes(payload.size());
}

void JournalCopy::append_facts(FactsBuilder& facts, const JournalKnowledge& knowledge,
                               const JournalContinuity& continuity) {
  while (!facts.is_empty()) {
    const FactsBuilder::Payload payload = facts.take();
    JournalBlockHeader header;
    header.kind = BlockKind::facts;
    header.count = payload.count;
    header.written_at = written_at_;
    append(header, payload.bytes, knowledge, continuity);
  }
}

void JournalCopy::append_loss(const LossFact& loss, const JournalKnowledge& knowledge,
                              const JournalContinuity& continuity) {
  FactsBuilder facts;
  facts.add(loss);
  append_facts(facts, knowledge, continuity);
}

void JournalCopy::append_knowledge(const JournalKnowledge& knowledge, const JournalContinuity& continuity) {
  FactsBuilder facts;
  PlantFact plant;
  plant.config_hash = knowledge.config_hash();
  set_text(plant.build, knowledge.build());
  facts.add(plant);
  for (auto [id, ring] : knowledge.rings()) {
    ring.next = std::max(ring.next, continuity.next(id));
    facts.add(ring);
  }
  for (const auto& [id, feed] : knowledge.feeds()) facts.add(feed);
  for (const auto& [id, function] : knowledge.functions()) facts.add(function);
  for (const JournalKnowledge::Config& config : knowledge.configs()) facts.add_config(config.hash, config.text);
  for (const auto& [id, instrument] : knowledge.instruments()) facts.add(instrument);
  append_facts(facts, knowledge, continuity);
}

void JournalCopy::write(std::uint64_t offset, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::pwrite(fd_.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) refuse("write", count == 0 ? ENOSPC : errno);
    bytes = bytes.subspan(static_cast<std::size_t>(count));
    offset += static_cast<std::uint64_t>(count);
  }
}

void JournalCopy::sync() {
  if (::fdatasync(fd_.get()) != 0) refuse("sync", errno);
  durable_ = chain_.last_number();
}

}  // namespace tickplant::cli
