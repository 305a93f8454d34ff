#include "feedhandlers/make_packet_feed.hpp"

#include <functional>

#include "feedhandlers/arbitrated_feed.hpp"
#include "feedhandlers/iex/iex_feed.hpp"
#include "feedhandlers/itch50/itch50_protocol.hpp"
#include "feedhandlers/mdp3/mdp3_lines.hpp"
#include "platform/setup_error.hpp"

namespace tickplant::feedhandlers {
namespace {

constexpr std::size_t kLevelsPerInstrument = 64;  // of feeds that tell levels

sequencing::ReorderOptions reorder_options(const config::FeedConfig& config) {
  sequencing::ReorderOptions options;
  const bool is_in_order = config.source.kind == config::SourceKind::soupbintcp;
  options.wait_nanos = is_in_order ? 0 : config.source.reorder_wait_ns;
  options.recovery_wait_nanos = config.source.recovery_wait_ns;
  options.can_request = config.source.rerequest.present();
  options.seed = std::hash<std::string>{}(config.name);
  return options;
}

std::unique_ptr<PacketFeed> make_of_protocol(const config::FeedConfig& config, const FeedParts& parts,
                                             std::uint64_t instrument_capacity, FeedHost& host,
                                             std::span<const mdp3::ChannelLines> channels) {
  const OrderBookConfig book = book_config(config.protocol, instrument_capacity);
  const sequencing::ReorderOptions reorder = reorder_options(config);
  switch (config.protocol) {
    case config::Protocol::itch50: {
      auto feed =
          std::make_unique<ArbitratedFeed<moldudp64::Framing, itch50::Itch50Protocol>>(parts, book, reorder, host);
      if (config.source.glimpse.present()) feed->protocol().add_recovery(book);
      return feed;
    }
    case config::Protocol::iex:
      return std::make_unique<ArbitratedFeed<iextp::Framing, iex::IexFeed>>(parts, book, reorder, host);
    case config::Protocol::mdp3:
      return std::make_unique<mdp3::Mdp3Lines>(parts, book, reorder, host, mdp3::FeedOptions{.channels = channels});
    case config::Protocol::dbn:
    case config::Protocol::journal: break;
  }
  throw platform::SetupError{"feed " + config.name + ": dbn and journal are formats of files, not of packets",
                             "set source.kind: dbn_file, or journal"};
}

}  // namespace

OrderBookConfig book_config(config::Protocol protocol, std::uint64_t instrument_capacity) {
  const bool tells_orders = protocol != config::Protocol::iex && protocol != config::Protocol::mdp3;
  OrderBookConfig book;
  book.instrument_count = instrument_capacity + 1;
  book.order_capacity = tells_orders ? instrument_capacity * kOrdersPerInstrument : 1024;
  book.level_capacity = instrument_capacity * (tells_orders ? kOrdersPerInstrument : kLevelsPerInstrument);
  return book;
}

PublishedForms published_forms(const config::FeedConfig& config) {
  PublishedForms forms;
  forms.quotes = config.publishes(config::Form::quotes);
  forms.levels = config.publishes(config::Form::levels);
  forms.depth = config.publishes(config::Form::depth);
  return forms;
}

std::unique_ptr<PacketFeed> make_packet_feed(const config::FeedConfig& config, const FeedParts& parts,
                                             std::uint64_t instrument_capacity, FeedHost& host,
                                             std::span<const mdp3::ChannelLines> channels) {
  std::unique_ptr<PacketFeed> feed = make_of_protocol(config, parts, instrument_capacity, host, channels);
  if (config.source.compare_lines) feed->compare_copies();
  return feed;
}

}  // namespace tickplant::feedhandlers
