#include "bench/itch_days.hpp"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <thread>

#include "bench/harness/child_program.hpp"
#include "bench/harness/temp_folder.hpp"
#include "platform/setup_error.hpp"

namespace tickplant::bench {
namespace {

std::vector<std::byte> bytes_of(const std::filesystem::path& file) {
  std::vector<std::byte> bytes(std::filesystem::file_size(file));
  std::ifstream stream(file, std::ios::binary);
  stream.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  if (!stream) throw platform::SetupError{"cannot read " + file.string(), "look at its rights"};
  return bytes;
}

}  // namespace

ItchDay real_day(const std::string& name, const std::filesystem::path& file) {
  ItchDay day{name, bytes_of(file), 0, 0};
  std::size_t at = 0;
  while (day.bytes.size() - at >= 2) {
    const std::size_t length = feedhandlers::load_big<std::uint16_t>(day.bytes.data() + at);
    if (length < 11 || length > day.bytes.size() - at - 2) break;  // no message, or cut
    day.symbols =
        std::max<std::uint32_t>(day.symbols, feedhandlers::load_big<std::uint16_t>(day.bytes.data() + at + 3));
    ++day.messages;
    at += 2 + length;
  }
  day.bytes.resize(at);
  return day;
}

ItchDay written_day(std::uint32_t symbols, std::uint64_t messages) {
  const TempFolder folder;
  const std::filesystem::path file = folder.path() / "day.itch";
  const std::filesystem::path log = folder.path() / "log";
  ChildProgram venue(
      sibling_program("tickplant-venue"),
      {"--write", file.string(), "--symbols", std::to_string(symbols), "--messages", std::to_string(messages)}, {},
      log.string());
  while (venue.is_running()) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  ItchDay day;
  if (std::filesystem::exists(file)) day = real_day("day of the simulated exchange", file);
  if (day.messages < messages) {
    std::ifstream text(log);
    throw platform::SetupError{"tickplant-venue wrote " + std::to_string(day.messages) + " of " +
                                   std::to_string(messages) +
                                   " messages: " + std::string(std::istreambuf_iterator<char>(text), {}),
                               "give TMPDIR a folder with 40 bytes a message"};
  }
  return day;
}

std::filesystem::path private_capture(const std::string& relative_path) {
  const char* const from_environment = std::getenv("TICKPLANT_SHARED_DATA");  // NOLINT(concurrency-mt-unsafe)
  const std::filesystem::path folder = from_environment != nullptr
                                           ? from_environment
                                           : std::filesystem::path(TICKPLANT_SOURCE_DIR) / ".." / "shared" / "data";
  const std::filesystem::path file = folder / relative_path;
  return std::filesystem::exists(file) ? file : std::filesystem::path{};
}

}  // namespace tickplant::bench
