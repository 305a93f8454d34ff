// Columns: whatever the rows are, they come back; whatever is decoded, it ends.
#include "ringbuf/journal/columns.hpp"

#include <gtest/gtest.h>

#include <cstring>

#include "tests/support/random.hpp"

namespace tickplant::ringbuf::this_file {
namespace {

/// Rows of words of many tempers: constant, counting, jumping, small, of any value, beside their neighbour.
std::vector<std::byte> rows_by_chance(tests::Random& random, std::size_t columns, std::size_t count) {
  std::vector<std::uint64_t> words(columns * count);
  for (std::size_t column = 0; column < columns; ++column) {
    const std::uint32_t temper = random.below(6);
    std::uint64_t value = random.next();
    for (std::size_t row = 0; row < count; ++row) {
      const std::size_t at = row * columns + column;
      switch (temper) {
        case 0: break;
        case 1: ++value; break;
        case 2: value += random.below(1000); break;
        case 3: value = random.below(4); break;
        case 4: value = random.next(); break;
        default: value = column == 0 ? value - 7 : words[at - 1] + random.below(10); break;
      }
      words[at] = value;
    }
  }
  std::vector<std::byte> out(words.size() * 8);
  if (!out.empty()) std::memcpy(out.data(), words.data(), out.size());
  return out;
}

TEST(Columns, GiveBackWhateverWasPutIn) {
  tests::Random random(20261122);
  ColumnsCoder coder;
  for (int round = 0; round < 300; ++round) {
    const std::size_t columns = random.below(33);
    const std::size_t count = random.chance(1, 10) ? random.below(5000) : random.below(50);
    std::vector<std::byte> rows = rows_by_chance(random, std::max<std::size_t>(columns, 1), count);
    if (columns == 0 && !rows.empty()) rows.resize(random.below(static_cast<std::uint32_t>(rows.size())));
    std::vector<std::byte> coded(3);  // what was there stays
    coder.encode(rows, columns, coded);
    std::vector<std::byte> out(rows.size());
    ASSERT_TRUE(coder.decode(std::span(coded).subspan(3), columns, out)) << round;
    ASSERT_EQ(out, rows) << round;
    out.resize(out.size() + 8 * std::max<std::size_t>(columns, 1));
    EXPECT_FALSE(coder.decode(std::span(coded).subspan(3), columns, out)) << "more than there was";
  }
}

TEST(Columns, AreSmallWhereRowsAreAlike) {
  ColumnsCoder coder;
  std::vector<std::uint64_t> words;
  for (std::uint64_t row = 0; row < 10'000; ++row) words.insert(words.end(), {row + 1, row * 1000, row * 1000 + 3, 42});
  std::vector<std::byte> coded;
  coder.encode(std::as_bytes(std::span(words)), 4, coded);
  EXPECT_LT(coded.size() * 200, words.size() * 8);
}

TEST(Columns, RefuseWhatTheyNeverMade) {
  tests::Random random(7);
  ColumnsCoder coder;
  const std::vector<std::byte> rows = rows_by_chance(random, 8, 64);
  std::vector<std::byte> coded, out(rows.size());
  coder.encode(rows, 8, coded);
  EXPECT_FALSE(coder.decode(coded, 33, out));
  EXPECT_FALSE(coder.decode(coded, 7, out)) << "rows of other widths";
  EXPECT_FALSE(coder.decode(std::span(coded).first(5), 8, out));
  EXPECT_FALSE(coder.decode({}, 0, out));
  for (const unsigned coding : {3U, 4U, 255U}) {
    std::vector<std::byte> other = coded;
    other[0] = static_cast<std::byte>(coding);
    EXPECT_FALSE(coder.decode(other, 8, out)) << "no column is left of the first";
  }
  for (int round = 0; round < 2000; ++round) {
    std::vector<std::byte> other = coded;
    other[random.below(static_cast<std::uint32_t>(other.size()))] = static_cast<std::byte>(random.next());
    (void)coder.decode(other, 8, out);
  }
}

}  // namespace
}  // namespace tickplant::ringbuf::this_file
