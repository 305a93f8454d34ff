// Memory that two processes can map, each in its own way, and that leaves nothing behind: an unnamed memfd.
//
// Threads: set-up by one.
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <span>
#include <stdexcept>

#include "platform/unique_fd.hpp"

namespace tickplant::tests {

class MemoryFile {
 public:
  explicit MemoryFile(std::size_t bytes) : fd_(::memfd_create("tickplant-test", MFD_CLOEXEC)), bytes_(bytes) {
    if (!fd_ || ::ftruncate(fd_.get(), static_cast<off_t>(bytes)) != 0) throw std::runtime_error("memfd_create");
  }

  class Mapping {
   public:
    Mapping(int fd, std::size_t bytes, int protection)
        : address_(::mmap(nullptr, bytes, protection, MAP_SHARED, fd, 0)), bytes_(bytes) {
      if (address_ == MAP_FAILED) throw std::runtime_error("mmap");
    }
    Mapping(const Mapping&) = delete;
    Mapping& operator=(const Mapping&) = delete;
    ~Mapping() { ::munmap(address_, bytes_); }
    [[nodiscard]] std::span<std::byte> bytes() const noexcept { return {static_cast<std::byte*>(address_), bytes_}; }

   private:
    void* address_;
    std::size_t bytes_;
  };

  [[nodiscard]] Mapping map_writable() const { return {fd_.get(), bytes_, PROT_READ | PROT_WRITE}; }
  [[nodiscard]] Mapping map_read_only() const { return {fd_.get(), bytes_, PROT_READ}; }

 private:
  platform::UniqueFd fd_;
  std::size_t bytes_;
};

}  // namespace tickplant::tests
