#include "feedhandlers/book/zeroed_array.hpp"

#include <sys/mman.h>

#include <cerrno>
#include <cstdint>
#include <string>

#include "platform/cache_line.hpp"
#include "platform/numa_memory.hpp"
#include "platform/setup_error.hpp"

namespace tickplant::feedhandlers {
namespace {

constexpr std::size_t kHugePageBytes = std::size_t{2} << 20;

/// Huge pages are laid only where a whole aligned one fits: start on their boundary.
void* map_aligned(std::size_t bytes, std::size_t alignment) noexcept {
  void* const mapped =
      ::mmap(nullptr, bytes + alignment, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (mapped == MAP_FAILED) return nullptr;
  auto* const begin = static_cast<std::byte*>(mapped);
  const std::size_t head = (alignment - reinterpret_cast<std::uintptr_t>(begin) % alignment) % alignment;
  if (head > 0) ::munmap(begin, head);
  ::munmap(begin + head + bytes, alignment - head);
  return begin + head;
}

}  // namespace

ZeroedMemory::ZeroedMemory(std::size_t bytes, std::string_view purpose) {
  const std::size_t page = bytes >= kHugePageBytes ? kHugePageBytes : platform::kPageBytes;
  mapped_bytes_ = (bytes + page - 1) / page * page;
  if (mapped_bytes_ == 0) mapped_bytes_ = page;
  data_ = map_aligned(mapped_bytes_, page);
  if (data_ == nullptr) {
    throw platform::SetupError(
        platform::with_errno("cannot map " + std::to_string(mapped_bytes_) + " bytes for the " + std::string(purpose),
                             errno),
        "lower the capacity of the feed's order book, or give the process more memory");
  }
  const platform::MemoryRange range{static_cast<std::byte*>(data_), mapped_bytes_};
  // Wishes: small pages work too, slower.
  if (mapped_bytes_ >= kHugePageBytes) {
    (void)platform::use_transparent_huge_pages(range, platform::MemoryKind::anonymous);
  }
  (void)platform::prefault(range);
}

ZeroedMemory::~ZeroedMemory() { ::munmap(data_, mapped_bytes_); }

}  // namespace tickplant::feedhandlers
