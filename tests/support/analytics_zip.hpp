// The one file of a .zip, in memory: what the vendor's bars come in. Raw deflate (RFC 1951), no encryption, no
// spanning.
//
// Threads: pure.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace tickplant::tests {

class Inflate {
 public:
  explicit Inflate(std::string_view in) : in_(in) {}

  std::string run() {
    for (bool is_last = false; !is_last;) {
      is_last = bits(1) != 0;
      switch (bits(2)) {
        case 0: stored(); break;
        case 1: compressed(fixed_lengths(), std::vector<std::uint8_t>(30, 5)); break;
        case 2: dynamic(); break;
        default: throw std::runtime_error("not deflate");
      }
    }
    return std::move(out_);
  }

 private:
  static constexpr int kMaxBits = 15;

  /// A canonical Huffman code: how many codes of each length, and the symbols in their order.
  struct Code {
    std::array<int, kMaxBits + 1> count{};
    std::vector<int> symbols;
    explicit Code(const std::vector<std::uint8_t>& lengths) {
      for (const std::uint8_t length : lengths) ++count[length];
      count[0] = 0;
      for (int length = 1; length <= kMaxBits; ++length) {
        for (std::size_t i = 0; i < lengths.size(); ++i) {
          if (lengths[i] == length) symbols.push_back(static_cast<int>(i));
        }
      }
    }
  };

  int bits(int count) {
    int value = 0;
    for (int i = 0; i < count; ++i) {
      if (at_ / 8 >= in_.size()) throw std::runtime_error("deflate ends early");
      value |= (static_cast<unsigned char>(in_[at_ / 8]) >> at_ % 8 & 1) << i;
      ++at_;
    }
    return value;
  }
  int symbol(const Code& code) {
    int value = 0, first = 0, index = 0;
    for (std::size_t length = 1; length <= kMaxBits; ++length) {
      value |= bits(1);
      const int count = code.count[length];
      if (value - count < first) return code.symbols[static_cast<std::size_t>(index + value - first)];
      index += count;
      first = (first + count) << 1;
      value <<= 1;
    }
    throw std::runtime_error("no such code");
  }

  void stored() {
    at_ = (at_ + 7) / 8 * 8;
    const int length = bits(16);
    bits(16);
    for (int i = 0; i < length; ++i) out_ += static_cast<char>(bits(8));
  }
  static std::vector<std::uint8_t> fixed_lengths() {
    std::vector<std::uint8_t> lengths(288, 8);
    for (std::size_t i = 144; i < 280; ++i) lengths[i] = i < 256 ? 9 : 7;
    return lengths;
  }
  void dynamic() {
    const auto literals = static_cast<std::size_t>(bits(5)) + 257, distances = static_cast<std::size_t>(bits(5)) + 1;
    const int codes = bits(4) + 4;
    constexpr std::array<std::size_t, 19> kOrder{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15};
    std::vector<std::uint8_t> lengths(19);
    for (std::size_t i = 0; i < static_cast<std::size_t>(codes); ++i) {
      lengths[kOrder[i]] = static_cast<std::uint8_t>(bits(3));
    }
    const Code code(lengths);
    lengths.clear();
    while (lengths.size() < literals + distances) {
      const int next = symbol(code);
      if (next < 16) {
        lengths.push_back(static_cast<std::uint8_t>(next));
      } else {
        const std::uint8_t repeated = next == 16 ? lengths.back() : std::uint8_t{0};
        const int times = next == 16 ? 3 + bits(2) : next == 17 ? 3 + bits(3) : 11 + bits(7);
        lengths.insert(lengths.end(), static_cast<std::size_t>(times), repeated);
      }
    }
    const auto middle = lengths.begin() + static_cast<std::ptrdiff_t>(literals);
    compressed({lengths.begin(), middle}, {middle, lengths.end()});
  }
  void compressed(const std::vector<std::uint8_t>& literal_lengths, const std::vector<std::uint8_t>& distance_lengths) {
    static constexpr std::array<int, 29> kLength{3,  4,  5,  6,  7,  8,  9,  10, 11,  13,  15,  17,  19,  23, 27,
                                                 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258};
    static constexpr std::array<int, 30> kDistance{1,    2,    3,    4,    5,    7,    9,    13,    17,    25,
                                                   33,   49,   65,   97,   129,  193,  257,  385,   513,   769,
                                                   1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577};
    const Code literals(literal_lengths), distances(distance_lengths);
    for (int next = symbol(literals); next != 256; next = symbol(literals)) {
      if (next < 256) {
        out_ += static_cast<char>(next);
        continue;
      }
      const int which = next - 257;
      const int length =
          kLength.at(static_cast<std::size_t>(which)) + (which < 8 || which == 28 ? 0 : bits((which - 4) / 4));
      const int far = symbol(distances);
      const int distance = kDistance.at(static_cast<std::size_t>(far)) + (far < 4 ? 0 : bits((far - 2) / 2));
      for (int i = 0; i < length; ++i) out_ += out_.at(out_.size() - static_cast<std::size_t>(distance));
    }
  }

  std::string_view in_;
  std::size_t at_ = 0;  // bit
  std::string out_;
};

/// Throws when it cannot be read.
inline std::string read_zip(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  const auto number = [&](std::size_t at, std::size_t width) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < width; ++i) {
      value |= std::uint64_t{static_cast<unsigned char>(bytes.at(at + i))} << 8 * i;
    }
    return value;
  };
  // Sizes from the directory at the end: a local header may leave them out.
  const std::size_t end = bytes.rfind("PK\5\6");
  if (end == std::string::npos) throw std::runtime_error("no zip: " + path.string());
  const std::size_t entry = number(end + 16, 4), local = number(entry + 42, 4);
  const std::size_t method = number(entry + 10, 2);
  std::size_t packed = number(entry + 20, 4), whole = number(entry + 24, 4);
  const std::size_t extra = entry + 46 + number(entry + 28, 2);
  if (packed == 0xffff'ffff && whole == 0xffff'ffff && number(extra, 2) == 1) {  // zip64: in the field behind the name
    whole = number(extra + 4, 8);
    packed = number(extra + 12, 8);
  }
  const std::size_t data = local + 30 + number(local + 26, 2) + number(local + 28, 2);
  const std::string_view content = std::string_view(bytes).substr(data, packed);
  std::string text = method == 0 ? std::string(content) : Inflate(content).run();
  if (text.size() != whole) throw std::runtime_error("damaged zip: " + path.string());
  return text;
}

}  // namespace tickplant::tests
