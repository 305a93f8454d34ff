// Whether the network card behind an interface stamps every packet it receives, by a clock of its own.
//
// Looks, changes nothing: the setting belongs to the whole host (ptp4l lives on it) and needs CAP_NET_ADMIN.
//
// Threads: any; at set-up.
#pragma once

#include <cstdint>
#include <string>

namespace tickplant::platform {

enum class CardStamps : std::uint8_t {
  none,       /// it cannot, or not for every packet
  off,        /// it could: `hwstamp_ctl -i INTERFACE -r 1`
  every_one,  /// it does
};

/// `socket`: any of the network namespace of `interface`.
[[nodiscard]] CardStamps card_stamps(int socket, const std::string& interface) noexcept;

}  // namespace tickplant::platform
