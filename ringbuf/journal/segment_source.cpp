#include "ringbuf/journal/segment_source.hpp"

#include "ringbuf/journal/segment_page.hpp"

namespace tickplant::ringbuf {

std::ptrdiff_t SegmentSource::read(std::uint64_t offset, std::span<std::byte> out) const {
  return expanded_ != nullptr ? expanded_->read(offset, out) : read_at(fd_.get(), offset, out);
}

}  // namespace tickplant::ringbuf
