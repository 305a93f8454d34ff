#include "analytics/nbbo/nbbo_symbols.hpp"

#include <algorithm>

namespace tickplant::analytics {

namespace {

constexpr std::size_t kRoomStep = 256;
constexpr int kMostScaleSteps = 18;  // 10^18 fits into 64 bits

}  // namespace

ringbuf::InstrumentId NbboSymbol::instrument_on(std::uint16_t feed) const noexcept {
  const auto found = std::find_if(instruments.begin(), instruments.end(),
                                  [&](const NbboInstrument& each) { return each.feed == feed; });
  return found == instruments.end() ? ringbuf::kNoInstrument : found->id;
}

NbboSymbols::NbboSymbols(const config::NbboConfig& config)
    : wanted_(config.venues), builder_({.venues = kMaxVenues}, 0, 0, *this) {}

std::optional<std::uint32_t> NbboSymbols::add(const InstrumentFacts& facts, NbboInstrument instrument) {
  if (!wanted_.empty() && std::find(wanted_.begin(), wanted_.end(), facts.venue) == wanted_.end()) return std::nullopt;
  const std::optional<std::uint8_t> venue = number_of(instrument.feed, facts.venue);
  const auto known = numbers_.find(facts.symbol);
  NbboSymbol fresh;
  fresh.size_scale = facts.size_scale;
  const NbboSymbol& symbol = known == numbers_.end() ? fresh : symbols_[known->second];
  const int steps = symbol.size_scale - facts.size_scale;
  const bool has_venue = std::any_of(symbol.instruments.begin(), symbol.instruments.end(),
                                     [&](const NbboInstrument& each) { return each.venue == facts.venue; });
  if (!venue || has_venue || steps < 0 || steps > kMostScaleSteps) {
    ++refused_;
    return std::nullopt;
  }
  std::uint64_t multiplier = 1;
  for (int i = 0; i < steps; ++i) multiplier *= 10;
  const auto number = known != numbers_.end() ? known->second : static_cast<std::uint32_t>(symbols_.size());
  if (known == numbers_.end()) {
    numbers_.emplace(facts.symbol, number);
    symbols_.push_back(std::move(fresh));
  }
  instrument.venue = facts.venue;
  symbols_[number].instruments.push_back(std::move(instrument));
  parts_.push_back({{number}, *venue, multiplier});
  if (parts_.size() > room_) {
    room_ += std::max(kRoomStep, room_ / 8);
    builder_.grow(room_, room_);
  }
  return static_cast<std::uint32_t>(parts_.size() - 1);
}

std::optional<std::uint8_t> NbboSymbols::number_of(std::uint16_t feed, const std::string& venue) {
  const std::pair key(feed, venue);
  const auto found = std::find(venues_.begin(), venues_.end(), key);
  const auto number = static_cast<std::uint8_t>(found - venues_.begin());
  if (found != venues_.end()) return number;
  if (venues_.size() == kMaxVenues) return std::nullopt;
  venues_.push_back(key);
  return number;
}

std::optional<NbboPart> NbboSymbols::find(ringbuf::InstrumentId part) const noexcept {
  if (part.value >= parts_.size()) return std::nullopt;
  return parts_[part.value];
}

const Nbbo* NbboSymbols::apply(std::uint32_t part, const ringbuf::Record& record) noexcept {
  using ringbuf::RecordType;
  switch (record.header.type) {
    case RecordType::quote: return builder_.on_quote({part}, record.header.flags, record.as<QuoteBody>());
    case RecordType::status: return builder_.on_status({part}, record.as<ringbuf::StatusBody>());
    case RecordType::book_clear: return builder_.forget({part});
    default: return nullptr;
  }
}

}  // namespace tickplant::analytics
