#include "platform/huge_pages.hpp"

#include <linux/magic.h>
#include <sys/statfs.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <string_view>
#include <tuple>

namespace tickplant::platform {
namespace {

namespace fs = std::filesystem;

std::optional<std::uint64_t> number_in(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<std::uint64_t> number_between(std::string_view prefix, std::string_view text, std::string_view suffix) {
  if (!text.starts_with(prefix) || !text.ends_with(suffix) || text.size() <= prefix.size() + suffix.size())
    return std::nullopt;
  return number_in(text.substr(prefix.size(), text.size() - prefix.size() - suffix.size()));
}

std::uint64_t read_number(const fs::path& file) {
  std::uint64_t number = 0;
  std::ifstream(file) >> number;
  return number;
}

// A folder that has sub-folders "hugepages-2048kB".
void add_pools(const fs::path& folder, int node, std::vector<HugePagePool>& pools) {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    const auto kilobytes = number_between("hugepages-", entry.path().filename().string(), "kB");
    if (!kilobytes) continue;
    const std::uint64_t free = read_number(entry.path() / "free_hugepages");
    const std::uint64_t reserved = read_number(entry.path() / "resv_hugepages");  // promised; absent per node
    pools.push_back({static_cast<std::size_t>(*kilobytes * 1024), node, read_number(entry.path() / "nr_hugepages"),
                     free - std::min(free, reserved)});
  }
}

// "2M", "1G", "1024M", "2048K".
std::size_t page_bytes_in(std::string_view text) {
  std::size_t unit = 1;
  if (!text.empty()) {
    switch (text.back()) {
      case 'K': unit = std::size_t{1} << 10; break;
      case 'M': unit = std::size_t{1} << 20; break;
      case 'G': unit = std::size_t{1} << 30; break;
      default: break;
    }
    if (unit != 1) text.remove_suffix(1);
  }
  return static_cast<std::size_t>(number_in(text).value_or(0)) * unit;
}

std::size_t default_page_bytes(const std::string& root) {
  std::ifstream meminfo(root + "/proc/meminfo");
  for (std::string word; meminfo >> word;) {
    std::size_t kilobytes = 0;
    if (word == "Hugepagesize:" && meminfo >> kilobytes) return kilobytes * 1024;
  }
  return 0;
}

// The kernel writes blanks and backslashes of a path as three octal digits.
std::string unescaped(const std::string& path) {
  std::string plain;
  for (std::size_t i = 0; i < path.size(); ++i) {
    unsigned code = 0;
    if (path[i] == '\\' && i + 3 < path.size() &&
        std::from_chars(&path[i + 1], &path[i + 4], code, 8).ptr == &path[i + 4]) {
      plain += static_cast<char>(code);
      i += 3;
    } else {
      plain += path[i];
    }
  }
  return plain;
}

}  // namespace

std::vector<HugePagePool> huge_page_pools(const std::string& root) {
  std::vector<HugePagePool> pools;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(root + "/sys/devices/system/node", error))
    if (const auto node = number_between("node", entry.path().filename().string(), ""))
      add_pools(entry.path() / "hugepages", static_cast<int>(*node), pools);
  if (pools.empty()) add_pools(root + "/sys/kernel/mm/hugepages", 0, pools);
  std::sort(pools.begin(), pools.end(), [](const HugePagePool& a, const HugePagePool& b) {
    return std::tie(a.node, a.page_bytes) < std::tie(b.node, b.page_bytes);
  });
  return pools;
}

std::vector<HugePageMount> huge_page_mounts(const std::string& root) {
  std::vector<HugePageMount> mounts;
  std::ifstream table(root + "/proc/self/mounts");
  for (std::string line; std::getline(table, line);) {
    std::istringstream fields(line);
    std::string device;
    std::string path;
    std::string type;
    std::string options;
    if (!(fields >> device >> path >> type >> options) || type != "hugetlbfs") continue;
    std::size_t page_bytes = 0;
    std::istringstream list(options);
    constexpr std::string_view kPageSize = "pagesize=";
    for (std::string option; std::getline(list, option, ',');)
      if (option.starts_with(kPageSize)) page_bytes = page_bytes_in(std::string_view(option).substr(kPageSize.size()));
    if (page_bytes == 0) page_bytes = default_page_bytes(root);
    if (page_bytes != 0) mounts.push_back({unescaped(path), page_bytes});
  }
  std::stable_sort(mounts.begin(), mounts.end(),
                   [](const HugePageMount& a, const HugePageMount& b) { return a.page_bytes < b.page_bytes; });
  return mounts;
}

bool is_on_huge_pages(const std::string& folder) noexcept {
  struct statfs status {};
  return ::statfs(folder.c_str(), &status) == 0 && static_cast<std::uint32_t>(status.f_type) == HUGETLBFS_MAGIC;
}

HugePageOffer find_huge_pages(std::size_t bytes, int node, const std::string& root) {
  HugePageOffer offer;
  offer.wish.what = "huge pages for " + bytes_as_text(bytes) + " on node " + std::to_string(node);
  const auto mounts = huge_page_mounts(root);
  const auto pools = huge_page_pools(root);
  for (const HugePageMount& mount : mounts) {
    const std::uint64_t needed = (bytes + mount.page_bytes - 1) / mount.page_bytes;
    const auto pool = std::find_if(pools.begin(), pools.end(), [&](const HugePagePool& one) {
      return one.node == node && one.page_bytes == mount.page_bytes;
    });
    const std::uint64_t free = pool == pools.end() ? 0 : pool->free;
    if (free >= needed) {
      offer.wish.granted = true;
      offer.wish.reason.clear();
      offer.mount = mount;
      offer.pages = needed;
      return offer;
    }
    if (!offer.wish.reason.empty()) offer.wish.reason += "; ";
    offer.wish.reason += mount.path + " needs " + std::to_string(needed) + " pages of " +
                         bytes_as_text(mount.page_bytes) + ", " + std::to_string(free) + " are free";
  }
  if (mounts.empty()) offer.wish.reason = "no hugetlbfs is mounted (mount -t hugetlbfs none /dev/hugepages)";
  return offer;
}

}  // namespace tickplant::platform
