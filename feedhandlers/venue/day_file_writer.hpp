// Writes a day of the simulated exchange into a BinaryFILE, the form in which ITCH days are published: u16 length,
// big-endian, then the message; a length of zero at the end.
//
//   03:00  start of messages, stocks, early orders     09:30  opening crosses     16:00  closing crosses
//
// In between, time passes as on an exchange: busier at the open and at the close, messages in bursts.
//
// Threads: one.
// Not here: reading (sources/day_file_source.hpp), sending at a pace (pacer.hpp).
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>

#include "feedhandlers/venue/market.hpp"

namespace tickplant::feedhandlers::venue {

/// Of the market's options: what makes its day last from 09:30 to 16:00.
inline constexpr std::uint32_t kDaySessionSeconds = 23'400;

/// Told of the messages written so far, now and then (about every 2 MB) and at the end.
using Progress = std::function<void(std::uint64_t messages)>;

/// The whole day of a market that has not begun one. Trading goes on until `messages` are written; the close adds some,
/// about three a stock. Returns how many the file holds. Throws SetupError when it cannot be written.
std::uint64_t write_day_file(Market& market, const std::filesystem::path& file, std::uint64_t messages,
                             const Progress& progress = {});

}  // namespace tickplant::feedhandlers::venue
