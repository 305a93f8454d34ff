// The venue's messages and encoder under the names that tests use: what tests feed to the plant is written by the code
// that the simulated exchange sends with, and read by the plant's own.
//
// Threads: any; names only.
// Not here: the way back (itch_decoder.hpp), what the messages do to a book (itch_truth.hpp).
#pragma once

#include "feedhandlers/venue/itch_encoder.hpp"

namespace tickplant::tests::itch {

using feedhandlers::OrderReference;
using feedhandlers::venue::AddOrder;
using feedhandlers::venue::AddOrderAttributed;
using feedhandlers::venue::Alpha;
using feedhandlers::venue::BrokenTrade;
using feedhandlers::venue::Buffer;
using feedhandlers::venue::CrossTrade;
using feedhandlers::venue::DirectListing;
using feedhandlers::venue::encode;
using feedhandlers::venue::encode_end_of_session;
using feedhandlers::venue::encode_framed;
using feedhandlers::venue::Header;
using feedhandlers::venue::IpoQuotingPeriod;
using feedhandlers::venue::kEncodedBytes;
using feedhandlers::venue::LuldAuctionCollar;
using feedhandlers::venue::MarketParticipantPosition;
using feedhandlers::venue::MatchNumber;
using feedhandlers::venue::MwcbDeclineLevels;
using feedhandlers::venue::MwcbStatus;
using feedhandlers::venue::NetOrderImbalance;
using feedhandlers::venue::OperationalHalt;
using feedhandlers::venue::OrderCancel;
using feedhandlers::venue::OrderDelete;
using feedhandlers::venue::OrderExecuted;
using feedhandlers::venue::OrderExecutedWithPrice;
using feedhandlers::venue::OrderReplace;
using feedhandlers::venue::padded;
using feedhandlers::venue::Price4;
using feedhandlers::venue::Price8;
using feedhandlers::venue::RegShoRestriction;
using feedhandlers::venue::RetailPriceImprovement;
using feedhandlers::venue::Side;
using feedhandlers::venue::SinceMidnight;
using feedhandlers::venue::StockDirectory;
using feedhandlers::venue::StockLocate;
using feedhandlers::venue::StockTradingAction;
using feedhandlers::venue::Symbol;
using feedhandlers::venue::symbol;
using feedhandlers::venue::SystemEvent;
using feedhandlers::venue::TrackingNumber;
using feedhandlers::venue::Trade;
using feedhandlers::venue::unframed;

}  // namespace tickplant::tests::itch
