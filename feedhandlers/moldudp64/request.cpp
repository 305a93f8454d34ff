#include "feedhandlers/moldudp64/request.hpp"

#include <cstring>
#include <limits>

#include "feedhandlers/byte_order.hpp"
#include "feedhandlers/moldudp64/framing.hpp"

namespace tickplant::feedhandlers::moldudp64 {

std::array<std::byte, kRequestBytes> encode(const Request& request) noexcept {
  std::array<std::byte, kRequestBytes> bytes;
  const std::uint64_t first = swap_bytes(request.first);
  const std::uint16_t count = swap_bytes(request.count);
  std::memcpy(bytes.data(), request.session.words, kSessionBytes);
  std::memcpy(bytes.data() + 10, &first, sizeof first);
  std::memcpy(bytes.data() + 18, &count, sizeof count);
  return bytes;
}

std::optional<Request> parse_request(std::span<const std::byte> bytes) noexcept {
  if (bytes.size() != kRequestBytes) return std::nullopt;
  const Request request{sequencing::SessionId::from_bytes(bytes.first<kSessionBytes>()),
                        load_big<std::uint64_t>(bytes.data() + 10), load_big<std::uint16_t>(bytes.data() + 18)};
  const bool wraps = request.first > std::numeric_limits<std::uint64_t>::max() - request.count;
  if (request.first == 0 || request.count == 0 || wraps) return std::nullopt;
  return request;
}

}  // namespace tickplant::feedhandlers::moldudp64
