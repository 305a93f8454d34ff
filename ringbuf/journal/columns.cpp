#include "ringbuf/journal/columns.hpp"

#include <zstd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <new>

#include "platform/check.hpp"
#include "ringbuf/journal/columns_layout.hpp"

namespace tickplant::ringbuf {
namespace {

constexpr int kTrialLevel = 1;
constexpr std::size_t kWordBytes = sizeof(std::uint64_t);
constexpr std::size_t kTrialRows = 4096;  // of a column, on which its coding is chosen

std::uint64_t zigzag(std::uint64_t value) noexcept { return (value << 1) ^ (0 - (value >> 63)); }
std::uint64_t unzigzag(std::uint64_t value) noexcept { return (value >> 1) ^ (0 - (value & 1)); }

std::uint64_t word_at(std::span<const std::byte> rows, std::size_t index) noexcept {
  std::uint64_t word = 0;
  std::memcpy(&word, rows.data() + index * kWordBytes, kWordBytes);
  return word;
}

/// The words of one column, coded, first bytes first.
void put_apart(std::span<const std::byte> rows, std::size_t columns, std::size_t column, ColumnCoding coding,
               std::size_t count, std::byte* out) noexcept {
  std::uint64_t above = 0;
  for (std::size_t row = 0; row < count; ++row) {
    const std::uint64_t word = word_at(rows, row * columns + column);
    std::uint64_t coded = word;
    switch (coding) {
      case ColumnCoding::plain: break;
      case ColumnCoding::delta: coded = zigzag(word - above); break;
      case ColumnCoding::differ: coded = word ^ above; break;
      case ColumnCoding::beside: coded = zigzag(word - word_at(rows, row * columns + column - 1)); break;
    }
    above = word;
    for (std::size_t plane = 0; plane < kWordBytes; ++plane) {
      out[plane * count + row] = static_cast<std::byte>(coded >> (8 * plane));
    }
  }
}

/// The other way round; columns left of it are there already.
void put_together(const std::byte* planes, std::size_t columns, std::size_t column, ColumnCoding coding,
                  std::size_t count, std::span<std::byte> rows) noexcept {
  std::uint64_t above = 0;
  for (std::size_t row = 0; row < count; ++row) {
    std::uint64_t word = 0;
    for (std::size_t plane = 0; plane < kWordBytes; ++plane) {
      word |= static_cast<std::uint64_t>(planes[plane * count + row]) << (8 * plane);
    }
    switch (coding) {
      case ColumnCoding::plain: break;
      case ColumnCoding::delta: word = above + unzigzag(word); break;
      case ColumnCoding::differ: word ^= above; break;
      case ColumnCoding::beside: word = word_at(rows, row * columns + column - 1) + unzigzag(word); break;
    }
    above = word;
    std::memcpy(rows.data() + (row * columns + column) * kWordBytes, &word, kWordBytes);
  }
}

}  // namespace

struct ColumnsCoder::Zstd {
  explicit Zstd(int wanted) : compress(ZSTD_createCCtx()), expand(ZSTD_createDCtx()), level(wanted) {
    if (compress == nullptr || expand == nullptr) throw std::bad_alloc();
  }
  Zstd(const Zstd&) = delete;
  Zstd& operator=(const Zstd&) = delete;
  ~Zstd() {
    ZSTD_freeCCtx(compress);
    ZSTD_freeDCtx(expand);
  }

  /// Bytes of the frame, which is at the start of `out`.
  std::size_t frame(std::span<const std::byte> bytes, std::vector<std::byte>& out, int at_level) const {
    out.resize(ZSTD_compressBound(bytes.size()));
    const std::size_t size = ZSTD_compressCCtx(compress, out.data(), out.size(), bytes.data(), bytes.size(), at_level);
    TP_CHECK(ZSTD_isError(size) == 0);  // room there is, and memory it has
    return size;
  }

  ZSTD_CCtx* compress;
  ZSTD_DCtx* expand;
  int level;
};

ColumnsCoder::ColumnsCoder(int level) : zstd_(std::make_unique<Zstd>(level)) {}
ColumnsCoder::ColumnsCoder(ColumnsCoder&&) noexcept = default;
ColumnsCoder& ColumnsCoder::operator=(ColumnsCoder&&) noexcept = default;
ColumnsCoder::~ColumnsCoder() = default;

void ColumnsCoder::encode(std::span<const std::byte> rows, std::size_t columns, std::vector<std::byte>& out) {
  TP_CHECK(columns <= kColumnsMax && (columns == 0 || rows.size() % (kWordBytes * columns) == 0));
  std::span<const std::byte> planes = rows;
  if (columns != 0) {
    const std::size_t count = rows.size() / (kWordBytes * columns);
    const std::size_t tried = std::min(count, kTrialRows);
    planes_.resize(rows.size());
    trial_.resize(tried * kWordBytes);
    for (std::size_t column = 0; column < columns; ++column) {
      ColumnCoding best = ColumnCoding::plain;
      std::size_t least = SIZE_MAX;
      for (const auto coding : {ColumnCoding::plain, ColumnCoding::delta, ColumnCoding::differ, ColumnCoding::beside}) {
        if (coding == ColumnCoding::beside && column == 0) continue;
        put_apart(rows, columns, column, coding, tried, trial_.data());
        const std::size_t size = zstd_->frame(trial_, best_, kTrialLevel);
        if (size >= least) continue;
        least = size;
        best = coding;
      }
      put_apart(rows, columns, column, best, count, planes_.data() + column * count * kWordBytes);
      out.push_back(static_cast<std::byte>(best));
    }
    planes = planes_;
  }
  const std::size_t size = zstd_->frame(planes, best_, zstd_->level);
  out.insert(out.end(), best_.begin(), best_.begin() + static_cast<std::ptrdiff_t>(size));
}

bool ColumnsCoder::decode(std::span<const std::byte> coded, std::size_t columns, std::span<std::byte> out) noexcept {
  if (columns > kColumnsMax || coded.size() < columns) return false;
  if (columns != 0 && out.size() % (kWordBytes * columns) != 0) return false;
  const std::span<const std::byte> codings = coded.first(columns), frame = coded.subspan(columns);
  for (std::size_t column = 0; column < columns; ++column) {
    const auto coding = static_cast<ColumnCoding>(codings[column]);
    if (coding > ColumnCoding::beside || (coding == ColumnCoding::beside && column == 0)) return false;
  }
  std::span<std::byte> planes = out;
  if (columns != 0) {
    planes_.resize(out.size());
    planes = planes_;
  }
  const std::size_t size = ZSTD_decompressDCtx(zstd_->expand, planes.data(), planes.size(), frame.data(), frame.size());
  if (ZSTD_isError(size) != 0 || size != out.size()) return false;
  if (columns == 0) return true;
  const std::size_t count = out.size() / (kWordBytes * columns);
  for (std::size_t column = 0; column < columns; ++column) {
    put_together(planes.data() + column * count * kWordBytes, columns, column,
                 static_cast<ColumnCoding>(codings[column]), count, out);
  }
  return true;
}

}  // namespace tickplant::ringbuf
