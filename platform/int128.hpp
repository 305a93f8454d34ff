// 128-bit integers, which g++ and clang have and the standard does not: sums of prices and of their squares.
#pragma once

namespace tickplant::platform {

__extension__ using Int128 = __int128;
__extension__ using Uint128 = unsigned __int128;

}  // namespace tickplant::platform
