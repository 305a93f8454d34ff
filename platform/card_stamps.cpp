#include "platform/card_stamps.hpp"

#include <linux/ethtool.h>
#include <linux/net_tstamp.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <sys/ioctl.h>

namespace tickplant::platform {
namespace {

bool ask(int socket, const std::string& interface, unsigned long what, void* answer) noexcept {
  ifreq request{};
  interface.copy(request.ifr_name, IFNAMSIZ - 1);
  request.ifr_data = static_cast<char*>(answer);
  return ::ioctl(socket, what, &request) == 0;
}

}  // namespace

CardStamps card_stamps(int socket, const std::string& interface) noexcept {
  constexpr unsigned kByHardware = SOF_TIMESTAMPING_RX_HARDWARE | SOF_TIMESTAMPING_RAW_HARDWARE;
  ethtool_ts_info able{};
  able.cmd = ETHTOOL_GET_TS_INFO;
  if (!ask(socket, interface, SIOCETHTOOL, &able)) return CardStamps::none;
  if ((able.so_timestamping & kByHardware) != kByHardware || (able.rx_filters & (1u << HWTSTAMP_FILTER_ALL)) == 0)
    return CardStamps::none;
  hwtstamp_config now{};
  const bool is_on = ask(socket, interface, SIOCGHWTSTAMP, &now) && now.rx_filter == HWTSTAMP_FILTER_ALL;
  return is_on ? CardStamps::every_one : CardStamps::off;
}

}  // namespace tickplant::platform
