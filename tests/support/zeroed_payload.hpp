// Zeroed, page-aligned bytes: what lies behind the header page of a new segment, for tests that need no file.
//
// Threads: the owner hands spans out; the bytes are as shared as the test makes them.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "platform/cache_line.hpp"

namespace tickplant::tests {

class ZeroedPayload {
 public:
  explicit ZeroedPayload(std::size_t bytes) : pages_((bytes + platform::kPageBytes - 1) / platform::kPageBytes) {}

  [[nodiscard]] std::span<std::byte> bytes() noexcept {
    return {pages_.data()->bytes, pages_.size() * platform::kPageBytes};
  }

  /// The struct that lies `offset` bytes in.
  template <class T>
  [[nodiscard]] T& at(std::size_t offset) noexcept {
    return *reinterpret_cast<T*>(bytes().data() + offset);
  }

 private:
  struct alignas(platform::kPageBytes) Page {
    std::byte bytes[platform::kPageBytes]{};
  };
  std::vector<Page> pages_;
};

}  // namespace tickplant::tests
