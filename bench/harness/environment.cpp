#include "bench/harness/environment.hpp"

#include <sys/utsname.h>
#include <unistd.h>

#include <fstream>

namespace tickplant::bench {
namespace {

std::string first_line_with(const std::string& path, const std::string& key) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    if (line.rfind(key, 0) != 0) continue;
    const auto colon = line.find(": ");
    return key.empty() || colon == std::string::npos ? line : line.substr(colon + 2);
  }
  return "unknown";
}

}  // namespace

std::string describe_environment(const std::string& commit) {
  utsname kernel{};
  ::uname(&kernel);
  return first_line_with("/proc/cpuinfo", "model name") + ", " + std::to_string(::sysconf(_SC_NPROCESSORS_ONLN)) +
         " cores, governor " + first_line_with("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "") +
         ", Linux " + kernel.release + ", " TICKPLANT_COMPILER " " TICKPLANT_BUILD_TYPE ", commit " + commit;
}

}  // namespace tickplant::bench
