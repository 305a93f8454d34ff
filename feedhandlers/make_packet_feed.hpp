// The feed of packets that a config names.
//
// Threads: the set-up thread.
#pragma once

#include <cstddef>
#include <memory>
#include <span>

#include "config/plant_config.hpp"
#include "feedhandlers/feed.hpp"
#include "feedhandlers/mdp3/channels.hpp"

namespace tickplant::feedhandlers {

/// Open orders a book of an order feed has room for, for each instrument.
inline constexpr std::size_t kOrdersPerInstrument = 128;

/// Room for the instruments of a plant, and for the orders or levels that `protocol` tells.
[[nodiscard]] OrderBookConfig book_config(config::Protocol protocol, std::uint64_t instrument_capacity);

[[nodiscard]] PublishedForms published_forms(const config::FeedConfig& config);

/// `parts`, `host` outlive it. `channels`: of MDP 3.0 alone; none: all packets are of one. Throws SetupError: memory.
[[nodiscard]] std::unique_ptr<PacketFeed> make_packet_feed(const config::FeedConfig& config, const FeedParts& parts,
                                                           std::uint64_t instrument_capacity, FeedHost& host,
                                                           std::span<const mdp3::ChannelLines> channels = {});

}  // namespace tickplant::feedhandlers
