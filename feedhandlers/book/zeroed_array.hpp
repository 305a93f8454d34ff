// A fixed array of zeroes, taken from the kernel at start and touched once, so that the data path meets no page fault.
//
// Asks for huge pages (one TLB entry for 2 MiB: a random walk over 100 MB of orders is bound by that), works without.
//
// Threads: none of its own; its pages come from the NUMA node of the thread that constructs it.
#pragma once

#include <cstddef>
#include <string_view>
#include <type_traits>

namespace tickplant::feedhandlers {

/// Owner of zeroed, page-aligned, resident memory.
class ZeroedMemory {
 public:
  /// Throws SetupError, with `purpose` in it, when the kernel refuses.
  ZeroedMemory(std::size_t bytes, std::string_view purpose);
  ~ZeroedMemory();
  ZeroedMemory(const ZeroedMemory&) = delete;
  ZeroedMemory& operator=(const ZeroedMemory&) = delete;

  [[nodiscard]] void* data() const noexcept { return data_; }

 private:
  void* data_ = nullptr;
  std::size_t mapped_bytes_ = 0;
};

/// `T` must be valid when all its bytes are zero.
template <typename T>
class ZeroedArray {
  static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T>);

 public:
  ZeroedArray(std::size_t count, std::string_view purpose)
      : memory_(count * sizeof(T), purpose), items_(static_cast<T*>(memory_.data())), count_(count) {}

  [[nodiscard]] T* data() noexcept { return items_; }
  [[nodiscard]] const T* data() const noexcept { return items_; }
  [[nodiscard]] T& operator[](std::size_t index) noexcept { return items_[index]; }
  [[nodiscard]] const T& operator[](std::size_t index) const noexcept { return items_[index]; }
  [[nodiscard]] std::size_t size() const noexcept { return count_; }

 private:
  ZeroedMemory memory_;
  T* items_;
  std::size_t count_;
};

}  // namespace tickplant::feedhandlers
