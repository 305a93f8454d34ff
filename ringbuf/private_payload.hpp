// Zeroed, page-aligned bytes of this process alone: a place for the tables of a plant that nobody attaches to (tests,
// offline tools).
//
// Threads: the bytes belong to the object. Not here: segments (segment.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <span>

#include "platform/cache_line.hpp"

namespace tickplant::ringbuf {

class PrivatePayload {
 public:
  explicit PrivatePayload(std::uint64_t bytes)
      : bytes_(static_cast<std::byte*>(::operator new(bytes, kAlignment))), size_(bytes) {
    std::memset(bytes_.get(), 0, bytes);
  }

  [[nodiscard]] std::span<std::byte> bytes() noexcept { return {bytes_.get(), size_}; }
  [[nodiscard]] std::span<const std::byte> bytes() const noexcept { return {bytes_.get(), size_}; }

 private:
  static constexpr std::align_val_t kAlignment{platform::kPageBytes};
  struct Delete {
    void operator()(std::byte* bytes) const noexcept { ::operator delete(bytes, kAlignment); }
  };
  std::unique_ptr<std::byte, Delete> bytes_;
  std::size_t size_;
};

}  // namespace tickplant::ringbuf
