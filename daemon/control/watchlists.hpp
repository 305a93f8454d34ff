// Lists of symbols that users keep under a name, and their file: `watchlists` in the plant's state folder, replaced
// whole, so that it is always one that was. One that is damaged is set aside, not overwritten.
//
//   tickplant-watchlists 1
//   list 1000 tech AAPL@XNAS MSFT@XNAS        uid, name, symbols
//   checksum 5c0f31aa                         CRC32C of all before
//
// Threads: a Watchlists belongs to one; the functions of the file may wait for the disk.
// Not here: who asks (trader_impl.hpp).
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tickplant::daemon {

class Watchlists {
 public:
  static constexpr std::size_t kListsOfAUser = 100;
  static constexpr std::size_t kSymbolsOfAList = 1'000;
  static constexpr std::size_t kSymbolsOfAll = 100'000;
  static constexpr std::size_t kNameBytes = 64;
  static constexpr const char* kFileName = "watchlists";

  /// In alphabetical order.
  [[nodiscard]] std::vector<std::string> names_of(uid_t owner) const;
  /// Throws SetupError: there is none of that name, with the nearest there is.
  [[nodiscard]] const std::vector<std::string>& symbols_of(uid_t owner, const std::string& name) const;

  /// Makes the list if need be; what is in it already stays where it is. Throws SetupError, and nothing changes: a name
  /// or symbol that is none, a limit.
  const std::vector<std::string>& add(uid_t owner, const std::string& name, std::span<const std::string> symbols);
  /// Throws SetupError, and nothing changes: no such list, or a symbol that is not in it.
  const std::vector<std::string>& remove(uid_t owner, const std::string& name, std::span<const std::string> symbols);
  /// Throws SetupError: no such list.
  void erase(uid_t owner, const std::string& name);

  [[nodiscard]] std::string encode() const;
  /// Throws SetupError: what is wrong with it.
  [[nodiscard]] static Watchlists decode(std::string_view text);

  /// What the folder has. `notes`: an alarm for the log when the file is damaged and was set aside. Throws SetupError:
  /// it cannot be read, or not be set aside.
  [[nodiscard]] static Watchlists load(const std::filesystem::path& folder, std::vector<std::string>& alarms);

 private:
  using Key = std::pair<uid_t, std::string>;
  std::map<Key, std::vector<std::string>> lists_;
  std::size_t symbol_count_ = 0;
};

/// On disk when it returns. Throws SetupError; the file is then as it was.
void write_watchlists(const std::filesystem::path& folder, const std::string& text);

}  // namespace tickplant::daemon
