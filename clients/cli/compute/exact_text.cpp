#include "clients/cli/compute/exact_text.hpp"

#include <algorithm>

namespace tickplant::cli {

using platform::Int128;
using platform::Uint128;

std::string integer_text(Int128 number) {
  const bool negative = number < 0;
  Uint128 rest = negative ? -static_cast<Uint128>(number) : static_cast<Uint128>(number);
  std::string text;
  do {
    text += static_cast<char>('0' + static_cast<int>(rest % 10));
    rest /= 10;
  } while (rest != 0);
  if (negative) text += '-';
  std::reverse(text.begin(), text.end());
  return text;
}

std::string PxScale::text(Int128 number, std::int64_t divisor) {
  if (number % divisor == 0) return integer_text(number / divisor);
  std::string digits = number < 0 ? "-" : "";
  const Int128 magnitude = number < 0 ? -number : number;
  digits += integer_text(magnitude / divisor) + '.';
  for (Int128 rest = magnitude % divisor; rest != 0; rest %= divisor) {
    rest *= 10;
    digits += static_cast<char>('0' + static_cast<int>(rest / divisor));
  }
  return digits;
}

}  // namespace tickplant::cli
