#include "feedhandlers/venue/listings.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <string_view>

#include "feedhandlers/venue/random.hpp"

namespace tickplant::feedhandlers::venue {
namespace {

/// Syllables of company names: "NOV" + "A", "BR" + "IX".
constexpr std::array<std::string_view, 48> kBeginnings{
    "A",  "AL", "AM", "AR", "AX", "B", "BR", "C",  "CL", "CO", "CR", "D",  "EN", "EX", "F", "FL",
    "G",  "GL", "GR", "H",  "IN", "J", "K",  "KR", "L",  "LU", "M",  "ME", "N",  "NO", "O", "P",
    "PL", "PR", "Q",  "R",  "RO", "S", "SK", "SO", "ST", "T",  "TR", "U",  "V",  "VE", "W", "X"};
constexpr std::array<std::string_view, 32> kEndings{"A",  "AB", "AL", "AN", "AR", "AX", "BI", "CO", "DA", "EN", "ER",
                                                    "ET", "GN", "IA", "IC", "IO", "IX", "LD", "LT", "MD", "ND", "NT",
                                                    "ON", "OR", "PT", "RA", "RE", "RX", "ST", "TX", "US", "VA"};

std::string some_ticker(Random& random) {
  std::string ticker{kBeginnings[random.below(kBeginnings.size())]};
  if (random.chance(3, 5)) ticker += "BCDFGKLMNPRSTVXZ"[random.below(16)];
  ticker += kEndings[random.below(kEndings.size())];
  return ticker.substr(0, random.chance(1, 4) ? 3 : 4);
}

/// Few below a dollar, most at tens of dollars, some at hundreds.
std::uint32_t some_price_e4(Random& random) {
  const std::uint32_t roll = random.below(100);
  if (roll < 4) return 1'000 + random.below(8'500);
  if (roll < 16) return 100 * (120 + random.below(880));
  if (roll < 70) return 100 * (1'000 + random.below(6'000));
  if (roll < 94) return 100 * (7'000 + random.below(18'000));
  return 100 * (25'000 + random.below(55'000));
}

Listing some_listing(Random& random, std::string_view ticker) {
  Listing made;
  made.previous_close_e4 = some_price_e4(random);
  made.sector = random.below(kSectors);
  made.beta = 0.4 + 1.2 * random.fraction();
  made.day_volatility = 0.012 + 0.03 * random.fraction() * random.fraction();
  if (made.previous_close_e4 < 50'000) made.day_volatility *= 2;

  StockDirectory& directory = made.directory;
  directory.stock = symbol(ticker);
  directory.market_category = "QQQGGSSN"[random.below(8)];
  directory.luld_tier = random.chance(1, 3) ? '1' : '2';
  directory.short_sale_threshold = random.chance(1, 50) ? 'Y' : 'N';
  if (random.chance(1, 40)) directory.financial_status = 'D';
  if (random.chance(1, 8)) {  // a fund: calmer, and it follows the market
    directory.etp_flag = 'Y';
    directory.issue_classification = 'Q';
    directory.issue_sub_type = padded<2>("E");
    directory.market_category = 'P';
    made.day_volatility *= 0.3;
    made.beta = 1;
    if (random.chance(1, 6)) directory.etp_leverage_factor = 2, made.beta = 2;
  }
  return made;
}

/// Zipf with a flat top: the busiest gets some 2 %, the least a few in a hundred thousand.
void share_out_activity(Random& random, std::vector<Listing>& listings) {
  std::vector<std::size_t> rank(listings.size());
  for (std::size_t i = 0; i < rank.size(); ++i) rank[i] = i;
  for (std::size_t i = rank.size(); i > 1; --i)
    std::swap(rank[i - 1], rank[random.below(static_cast<std::uint32_t>(i))]);
  double total = 0;
  for (std::size_t i = 0; i < rank.size(); ++i) total += 1.0 / static_cast<double>(i + 9);
  for (std::size_t i = 0; i < rank.size(); ++i) listings[rank[i]].activity = 1.0 / static_cast<double>(i + 9) / total;
}

void make_debut(Listing& listing, Debut debut) {
  listing.debut = debut;
  listing.previous_close_e4 = 100 * 2'400;
  listing.day_volatility = 0.08;
  listing.directory.ipo_flag = 'Y';
  listing.directory.etp_flag = 'N';
  listing.directory.market_category = 'Q';
}

}  // namespace

std::vector<Listing> make_listings(std::uint64_t seed, std::uint32_t count) {
  Random random{seed ^ 0x6c69'7374'696e'6773};
  std::set<std::string> tickers;
  while (tickers.size() < count) {
    std::string ticker = some_ticker(random);
    if (!tickers.insert(ticker).second) {  // taken: a letter more, as share classes have
      ticker += static_cast<char>('A' + random.below(26));
      tickers.insert(ticker.substr(0, 5));
    }
  }
  std::vector<Listing> listings;
  listings.reserve(count);
  for (const std::string& ticker : tickers) listings.push_back(some_listing(random, ticker));
  share_out_activity(random, listings);
  if (count >= 20) {
    const std::uint32_t first = random.below(count);
    make_debut(listings[first], Debut::public_offering);
    make_debut(listings[(first + 1 + random.below(count - 1)) % count], Debut::direct_listing);
  }
  return listings;
}

}  // namespace tickplant::feedhandlers::venue
