#include "ringbuf/journal/journal_facts.hpp"

#include <algorithm>

namespace tickplant::ringbuf {
namespace {

constexpr std::size_t padded_fact_bytes(std::size_t bytes) noexcept { return (bytes + 7) / 8 * 8; }

/// What a fact of this kind has at least, or exactly where nothing variable follows.
struct FactSize {
  std::size_t fixed = 0;
  bool is_exact = false;
};

FactSize size_of(FactKind kind) noexcept {
  switch (kind) {
    case FactKind::plant: return {sizeof(PlantFact), true};
    case FactKind::ring: return {sizeof(RingFact), true};
    case FactKind::feed: return {sizeof(FeedEntry), true};
    case FactKind::instrument: return {sizeof(InstrumentEntry), true};
    case FactKind::function: return {sizeof(FunctionEntry), true};
    case FactKind::config: return {sizeof(ConfigFact), false};
    case FactKind::loss: return {sizeof(LossFact), true};
    case FactKind::text: return {sizeof(TextFact), false};
    case FactKind::none:
    case FactKind::closed: break;
  }
  return {};
}

bool is_sound(const FactView& fact) noexcept {
  const FactSize size = size_of(fact.kind);
  if (size.is_exact ? fact.bytes.size() != size.fixed : fact.bytes.size() < size.fixed) return false;
  if (fact.kind == FactKind::text) return fact.as<TextFact>().bytes == fact.bytes.size() - size.fixed;
  if (fact.kind != FactKind::config) return true;
  const auto config = fact.as<ConfigFact>();
  return std::uint64_t{config.offset} + fact.bytes.size() - size.fixed <= config.total_bytes;
}

}  // namespace

void FactsBuilder::add(FeedEntry entry) {
  entry.stamp = 0;
  append(FactKind::feed, bytes_of(entry));
}

void FactsBuilder::add(InstrumentEntry entry) {
  entry.stamp = 0;
  append(FactKind::instrument, bytes_of(entry));
}

void FactsBuilder::add_config(std::uint64_t hash, std::string_view text) {
  ConfigFact fact{hash, static_cast<std::uint32_t>(text.size()), 0};
  do {
    const std::string_view piece = text.substr(fact.offset, kFactPieceBytes);
    append(FactKind::config, bytes_of(fact), piece);
    fact.offset += static_cast<std::uint32_t>(piece.size());
  } while (fact.offset < text.size());
}

void FactsBuilder::add_text(std::uint64_t offset, std::uint32_t generation, std::string_view text) {
  do {
    const std::string_view piece = text.substr(0, kFactPieceBytes);
    append(FactKind::text, bytes_of(TextFact{offset, static_cast<std::uint32_t>(piece.size()), generation}), piece);
    offset += piece.size();
    text.remove_prefix(piece.size());
  } while (!text.empty());
}

void FactsBuilder::append(FactKind kind, std::span<const std::byte> fixed, std::string_view text) {
  const FactHeader header{kind, 0, static_cast<std::uint32_t>(fixed.size() + text.size())};
  const std::size_t begin = bytes_.size();
  bytes_.resize(begin + sizeof header + padded_fact_bytes(header.bytes));
  std::byte* at = bytes_.data() + begin;
  std::memcpy(at, &header, sizeof header);
  if (!fixed.empty()) std::memcpy(at + sizeof header, fixed.data(), fixed.size());
  if (!text.empty()) std::memcpy(at + sizeof header + fixed.size(), text.data(), text.size());
}

FactsBuilder::Payload FactsBuilder::take(std::size_t bytes_max) {
  bytes_max = bytes_max / kBlockAlignment * kBlockAlignment;
  Payload out;
  std::size_t end = given_;
  while (end < bytes_.size()) {
    FactHeader header;
    std::memcpy(&header, bytes_.data() + end, sizeof header);
    const std::size_t next = end + sizeof header + padded_fact_bytes(header.bytes);
    if (next - given_ > bytes_max) break;
    end = next;
    ++out.count;
  }
  if (out.count == 0) return out;
  const std::size_t used = end - given_;
  const std::size_t filled = (used + kBlockAlignment - 1) / kBlockAlignment * kBlockAlignment;
  payload_.assign(filled, std::byte{0});
  std::memcpy(payload_.data(), bytes_.data() + given_, used);
  if (filled != used) {
    const FactHeader filling{FactKind::none, 0, static_cast<std::uint32_t>(filled - used - sizeof(FactHeader))};
    std::memcpy(payload_.data() + used, &filling, sizeof filling);
  }
  given_ = end;
  if (is_empty()) {
    bytes_.clear();
    given_ = 0;
  }
  out.bytes = payload_;
  return out;
}

std::optional<FactView> FactsReader::next() noexcept {
  while (!rest_.empty()) {
    FactHeader header;
    if (rest_.size() < sizeof header) break;
    std::memcpy(&header, rest_.data(), sizeof header);
    const std::span<const std::byte> behind = rest_.subspan(sizeof header);
    if (padded_fact_bytes(std::size_t{header.bytes}) > behind.size()) break;
    const FactView fact{header.kind, behind.first(header.bytes)};
    if (!is_sound(fact)) break;
    rest_ = behind.subspan(padded_fact_bytes(header.bytes));
    if (header.kind != FactKind::none) return fact;
  }
  is_damaged_ = is_damaged_ || !rest_.empty();
  rest_ = {};
  return std::nullopt;
}

}  // namespace tickplant::ringbuf
