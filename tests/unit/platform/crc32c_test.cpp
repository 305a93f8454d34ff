#include "platform/crc32c.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

namespace tickplant::platform::this_file {
namespace {

using Bytes = std::vector<std::byte>;

Bytes counting(int first, int step) {
  Bytes bytes(32);
  for (int i = 0; i < 32; ++i) bytes[static_cast<std::size_t>(i)] = static_cast<std::byte>(first + step * i);
  return bytes;
}

std::uint32_t both(std::span<const std::byte> bytes) {
  EXPECT_EQ(crc32c(bytes), crc32c_by_table(bytes));
  return crc32c(bytes);
}

// RFC 3720 appendix B.4, which prints the checksum byte by byte in wire order.
TEST(Crc32c, AgreesWithTheVectorsOfRfc3720) {
  EXPECT_EQ(both(Bytes(32, std::byte{0x00})), 0x8A9136AAu);
  EXPECT_EQ(both(Bytes(32, std::byte{0xFF})), 0x62A8AB43u);
  EXPECT_EQ(both(counting(0, 1)), 0x46DD794Eu);
  EXPECT_EQ(both(counting(31, -1)), 0x113FDB5Cu);
  constexpr std::array<unsigned char, 48> kReadCommand{
      0x01, 0xc0, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
      0x14, 0x00, 0x00, 0x00, 0x00, 0x00, 0x04, 0x00, 0x00, 0x00, 0x00, 0x14, 0x00, 0x00, 0x00, 0x18,
      0x28, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00};
  EXPECT_EQ(both(std::as_bytes(std::span{kReadCommand})), 0xD9963A56u);
}

TEST(Crc32c, AgreesWithTheCheckValueOfTheCatalogue) {
  constexpr std::string_view kDigits = "123456789";
  EXPECT_EQ(both(std::as_bytes(std::span{kDigits})), 0xE3069283u);
}

TEST(Crc32c, OfNothingIsZero) { EXPECT_EQ(both({}), 0u); }

TEST(Crc32c, GoesOnOverPiecesOfAnyLength) {
  Bytes bytes(67);
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::byte>(i * 37 + 11);
  const std::span<const std::byte> all{bytes};
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
    EXPECT_EQ(crc32c(all.subspan(cut), crc32c(all.first(cut))), crc32c(all)) << "cut at " << cut;
    EXPECT_EQ(crc32c_by_table(all.subspan(cut), crc32c_by_table(all.first(cut))), crc32c(all)) << "cut at " << cut;
    EXPECT_EQ(crc32c(all.subspan(cut)), crc32c_by_table(all.subspan(cut))) << "unaligned from " << cut;
  }
}

TEST(Crc32c, IsTheSameInLanesOfAnyLength) {
  Bytes bytes(40'000);
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::byte>(i * i * 31 + i * 7 + 3);
  const std::span<const std::byte> all{bytes};
  for (const std::size_t size : std::initializer_list<std::size_t>{767, 768, 769, 1'535, 1'536, 12'287, 12'288, 12'289,
                                                                   13'056, 24'576, 25'351, 40'000}) {
    EXPECT_EQ(crc32c(all.first(size), 0x12345678), crc32c_by_table(all.first(size), 0x12345678)) << size;
    EXPECT_EQ(crc32c(all.last(size)), crc32c_by_table(all.last(size))) << size;
  }
}

TEST(Crc32c, ChangesWithEverySingleFlippedBit) {
  Bytes bytes(64, std::byte{0x5A});
  const std::uint32_t right = crc32c(bytes);
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    bytes[bit / 8] ^= static_cast<std::byte>(1 << (bit % 8));
    EXPECT_NE(crc32c(bytes), right) << "bit " << bit;
    bytes[bit / 8] ^= static_cast<std::byte>(1 << (bit % 8));
  }
}

}  // namespace
}  // namespace tickplant::platform::this_file
