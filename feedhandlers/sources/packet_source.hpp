// What a source of packets is: asked for the next one, it gives it or says why there is none.
//
// Files answer at once; a live source adds its own "nothing yet". The four answers below are those of a finite source.
#pragma once

#include <concepts>
#include <cstdint>

#include "feedhandlers/packet.hpp"

namespace tickplant::feedhandlers::sources {

enum class SourceStatus : std::uint8_t {
  packet,          /// there is one
  end,             /// the input ended where a record ends
  truncated_tail,  /// the input ended inside a record or inside its compression; all before was delivered
  corrupt,         /// the input cannot be understood from here on; all before was delivered
};

template <typename T>
concept PacketSource = requires(T source, Packet& packet) {
  { source.next(packet) }
  noexcept->std::same_as<SourceStatus>;
};

}  // namespace tickplant::feedhandlers::sources
