// Rows of 8-byte words as columns, and back: each column less what is above or beside it, its bytes put apart, all of
// it through zstd. Lossless to the bit. The door to libzstd for the journal.
//
// Threads: one; an object keeps its buffers. Not here: what the rows are (columns_layout.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace tickplant::ringbuf {

class ColumnsCoder {
 public:
  /// Bytes for work that nobody waits for; 6 and more cost twice the time for a twentieth of the size.
  static constexpr int kLevel = 3;

  explicit ColumnsCoder(int level = kLevel);
  ColumnsCoder(ColumnsCoder&&) noexcept;
  ColumnsCoder& operator=(ColumnsCoder&&) noexcept;
  ~ColumnsCoder();

  /// Appends a byte for each column and a frame to `out`. `rows`: a multiple of 8 x `columns`, at most 4 GiB.
  /// `columns` 0: only a frame, of the bytes as they are.
  void encode(std::span<const std::byte> rows, std::size_t columns, std::vector<std::byte>& out);

  /// The rows, which are out.size() bytes. False: `coded` is not what encode() gave.
  [[nodiscard]] bool decode(std::span<const std::byte> coded, std::size_t columns, std::span<std::byte> out) noexcept;

 private:
  struct Zstd;
  std::unique_ptr<Zstd> zstd_;
  std::vector<std::byte> planes_, trial_, best_;
};

}  // namespace tickplant::ringbuf
