#include "clients/cpp/record_filter.hpp"

#include <algorithm>
#include <functional>

#include "platform/setup_error.hpp"
#include "ringbuf/fixed_text.hpp"

namespace tickplant::clients {
namespace {

using ringbuf::InstrumentEntry;
using ringbuf::InstrumentId;

constexpr std::size_t kSymbolBytesMax = sizeof(InstrumentEntry::symbol) - 1;
constexpr std::size_t kVenueBytesMax = sizeof(InstrumentEntry::venue) - 1;

void check_spelling(const std::string& text) {
  const std::size_t at = text.find('@');
  const std::string_view symbol = std::string_view(text).substr(0, at);
  const std::string_view venue = at == std::string::npos ? "-" : std::string_view(text).substr(at + 1);
  const bool is_spelled = !symbol.empty() && symbol.size() <= kSymbolBytesMax && !venue.empty() &&
                          venue.size() <= kVenueBytesMax && venue.find('@') == std::string_view::npos;
  if (is_spelled) return;
  throw platform::SetupError("'" + text + "' is not a symbol", "write SYMBOL or SYMBOL@VENUE, at most " +
                                                                   std::to_string(kSymbolBytesMax) + " and " +
                                                                   std::to_string(kVenueBytesMax) + " bytes");
}

bool holds(const std::vector<std::string>& sorted, std::string_view text) {
  return std::binary_search(sorted.begin(), sorted.end(), text, std::less<>{});
}

}  // namespace

RecordFilter::RecordFilter(const ringbuf::InstrumentDirectoryReader& directory, const Subscription& subscription)
    : directory_(directory),
      types_(subscription.types),
      market_wide_(subscription.market_wide),
      chooses_all_(subscription.symbols.empty()) {
  for (const std::string& symbol : subscription.symbols) {
    check_spelling(symbol);
    (symbol.find('@') == std::string::npos ? any_venue_ : with_venue_).push_back(symbol);
  }
  std::sort(with_venue_.begin(), with_venue_.end());
  std::sort(any_venue_.begin(), any_venue_.end());
  if (chooses_all_) return;
  choice_.resize(std::size_t{directory.capacity()} + 1, Choice::unknown);
  for (std::uint32_t id = 1; id <= directory.count(); ++id) look_up({id});
}

void RecordFilter::look_up(InstrumentId id) noexcept {
  const std::string symbol = directory_.symbol_of(id);
  if (symbol.empty()) return;  // not defined: ask again with its next record
  choice_[id.value] = is_wanted(symbol) ? Choice::yes : Choice::no;
}

bool RecordFilter::is_wanted(const std::string& symbol_at_venue) const {
  const std::string_view text = symbol_at_venue;
  return holds(with_venue_, text) || holds(any_venue_, text.substr(0, text.rfind('@')));
}

}  // namespace tickplant::clients
