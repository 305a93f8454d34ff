// The venue behind Databento's publisher numbers: the MIC-like code that stands in our directory as the venue.
//
// Threads: any; a table.
// Not here: datasets that are not in the table; their name says the venue (venue_of).
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "feedhandlers/dbn/fields.hpp"

namespace tickplant::feedhandlers::dbn {

/// By publisher number; 0 is nobody. Numbers 1 to 104, as published with Databento's own libraries.
inline constexpr std::array<std::string_view, 105> kVenues{
    "",     "GLBX", "XNAS", "XBOS", "XPSX", "BATS", "BATY", "EDGA", "EDGX", "XNYS", "XCIS", "XASE", "XCHI", "XCIS",
    "XCIS", "MEMX", "EPRL", "FINN", "FINC", "FINY", "AMXO", "XBOX", "XCBO", "EMLD", "EDGO", "GMNI", "XISX", "MCRY",
    "XMIO", "ARCO", "OPRA", "MPRL", "XNDQ", "XBXO", "C2OX", "XPHL", "BATO", "MXOP", "IEXG", "XCHI", "XCIS", "IEXG",
    "EPRL", "ARCX", "XNYS", "XNYS", "XNAS", "XNAS", "XCHI", "XCIS", "IEXG", "EPRL", "XNAS", "XNYS", "FINN", "FINY",
    "FINC", "IFEU", "NDEX", "DBEQ", "EQUS", "SPHR", "XCHI", "XCIS", "IEXG", "EPRL", "XNAS", "XNYS", "FINN", "FINY",
    "FINC", "BATS", "BATY", "EDGA", "EDGX", "XBOS", "XPSX", "MEMX", "XASE", "ARCX", "LTSE", "XNAS", "FINN", "FINC",
    "XOFF", "XOFF", "XBOS", "XPSX", "XBOS", "XPSX", "EQUS", "XCIS", "XNYS", "EQUS", "EQUS", "EQUS", "EQUS", "IFUS",
    "XOFF", "IFLL", "XOFF", "XEUR", "XEEE", "XOFF", "XOFF"};
static_assert(kVenues[1] == "GLBX" && kVenues[38] == "IEXG" && kVenues[43] == "ARCX" && kVenues[57] == "IFEU");
static_assert(kVenues[61] == "SPHR" && kVenues[80] == "LTSE" && kVenues[90] == "EQUS" && kVenues[104] == "XOFF");

/// The directory takes that much.
inline constexpr std::size_t kMaxVenueBytes = 7;

/// The venue of a publisher; of one that we do not know what the dataset's name says ("GLBX" of "GLBX.MDP3").
[[nodiscard]] constexpr std::string_view venue_of(PublisherId publisher, std::string_view dataset) noexcept {
  if (publisher.value != 0 && publisher.value < kVenues.size()) return kVenues[publisher.value];
  const std::string_view name = dataset.substr(0, dataset.find('.')).substr(0, kMaxVenueBytes);
  return name.empty() ? "DBN" : name;
}

/// Trades that were reported to this venue and matched elsewhere.
[[nodiscard]] constexpr bool is_off_book(std::string_view venue) noexcept {
  return venue == "FINN" || venue == "FINC" || venue == "FINY" || venue == "XOFF";
}

}  // namespace tickplant::feedhandlers::dbn
