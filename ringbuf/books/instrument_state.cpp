// As packed numbers: id, records, trading date; of the image, the 32 words of its entry, each differing from that of an
// empty one (exclusive-or), so that what was never said takes a byte; then the book, nothing if it was never touched.
#include "ringbuf/books/instrument_state.hpp"

#include <array>
#include <cstring>
#include <limits>
#include <optional>
#include <utility>

#include "ringbuf/packed_numbers.hpp"

namespace tickplant::ringbuf {
namespace {

using ImageWords = std::array<std::uint64_t, kImageEntryBytes / 8>;

ImageWords words_of(const ImageEntry& entry) noexcept {
  ImageWords out;
  std::memcpy(out.data(), &entry, sizeof entry);
  return out;
}

}  // namespace

std::vector<std::byte> InstrumentState::bytes() const {
  std::vector<std::byte> out;
  const RecordImage::State image = image_.state();
  pack_number(id_.value, out);
  pack_number(records_, out);
  pack_number(zigzag(image.trading_date), out);
  const ImageWords words = words_of(image.image), empty = words_of(ImageEntry{});
  for (std::size_t i = 0; i < words.size(); ++i) pack_number(words[i] ^ empty[i], out);
  if (book_.is_untouched()) return out;
  const std::vector<std::byte> book = book_.bytes();
  out.insert(out.end(), book.begin(), book.end());
  return out;
}

bool InstrumentState::restore(std::span<const std::byte> bytes) {
  PackedNumbers numbers(bytes);
  const std::uint64_t id = numbers.next();
  records_ = numbers.next();
  const std::int64_t trading_date = from_zigzag(numbers.next());
  ImageWords words = words_of(ImageEntry{});
  for (std::uint64_t& word : words) word ^= numbers.next();
  if (numbers.is_broken() || id > std::numeric_limits<std::uint32_t>::max() ||
      !std::in_range<std::int32_t>(trading_date)) {
    return false;
  }
  id_ = {static_cast<std::uint32_t>(id)};
  RecordImage::State image;
  std::memcpy(static_cast<void*>(&image.image), words.data(), sizeof image.image);
  image.trading_date = static_cast<std::int32_t>(trading_date);
  image_.restore(image);
  if (numbers.rest().empty()) return true;
  std::optional<RecordBook> book = RecordBook::of(numbers.rest());
  if (book) book_ = std::move(*book);
  return book.has_value();
}

}  // namespace tickplant::ringbuf
