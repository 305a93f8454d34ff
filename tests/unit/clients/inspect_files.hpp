// Made-up days as files in every form that `inspect` reads.
//
// Threads: one.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "clients/cli/inspect/inspection.hpp"
#include "platform/setup_error.hpp"
#include "tests/support/itch_session.hpp"
#include "tests/support/mold_writer.hpp"
#include "tests/support/temp_directory.hpp"

namespace tickplant::tests {

/// As the facts have them.
inline std::map<std::string, std::uint64_t> by_name(const std::map<char, std::uint64_t>& counts) {
  std::map<std::string, std::uint64_t> named;
  for (const auto& [type, count] : counts) named.emplace(std::string(1, type), count);
  return named;
}

/// A day of `count` messages between its open and its close, as a BinaryFILE image.
inline Bytes day_file(itch::Session& session, std::uint64_t count) {
  itch::Buffer file;
  session.open(file);
  session.trade(count, file);
  session.close(file);
  return to_bytes(file);
}

inline std::vector<Bytes> messages_of(const Bytes& file) {
  std::vector<Bytes> messages;
  for (const auto message : itch::unframed(as_span(file))) messages.push_back(to_bytes(message));
  return messages;
}

/// The messages in MoldUDP64 packets of `per_packet`, the first with sequence 1.
inline std::vector<Bytes> mold_packets(const std::vector<Bytes>& messages, std::size_t per_packet = 7,
                                       std::string_view session = "000010059B") {
  std::vector<Bytes> packets;
  for (std::size_t i = 0; i < messages.size(); i += per_packet) {
    const std::size_t end = std::min(i + per_packet, messages.size());
    packets.push_back(mold_packet(
        session, i + 1,
        {messages.begin() + static_cast<std::ptrdiff_t>(i), messages.begin() + static_cast<std::ptrdiff_t>(end)}));
  }
  return packets;
}

inline constexpr std::uint32_t kCaptureSeconds = 1'548'858'600;  // 2019-01-30 09:30:00 in New York

inline Bytes pcap_file(const std::vector<Bytes>& packets, std::initializer_list<std::uint16_t> vlan_tags = {}) {
  const PcapWriter writer{.nanos = true};
  Bytes file = writer.header();
  for (const Bytes& packet : packets)
    file += writer.record(ethernet(ipv4(udp(packet)), 0x0800, vlan_tags), kCaptureSeconds);
  return file;
}

inline Bytes pcapng_file(const std::vector<Bytes>& packets) {
  const PcapngWriter writer;
  Bytes file = writer.section() + writer.interface();
  for (const Bytes& packet : packets)
    file += writer.enhanced(udp_frame(packet), std::uint64_t{kCaptureSeconds} * 1'000'000);
  return file;
}

class InspectFiles : public testing::Test {
 protected:
  /// Room for as many orders as the days here need: less than inspect's least, which is quicker.
  static constexpr std::size_t kOrders = 2048;

  cli::Facts inspect(const Bytes& content, std::string_view name = "day", cli::InspectOptions options = {}) {
    if (options.order_capacity == 0) options.order_capacity = kOrders;
    return cli::inspect_file(directory_.write(name, content), options);
  }

  /// What a person is told when the file is refused; empty when it is not.
  std::string refusal(const Bytes& content, std::string_view name = "day") {
    try {
      (void)inspect(content, name);
      return "";
    } catch (const platform::SetupError& error) {
      return error.what();
    }
  }

  TempDirectory directory_;
};

}  // namespace tickplant::tests
