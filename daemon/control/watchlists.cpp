#include "daemon/control/watchlists.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <fstream>
#include <set>
#include <sstream>

#include "config/nearest.hpp"
#include "platform/clock.hpp"
#include "platform/crc32c.hpp"
#include "platform/setup_error.hpp"
#include "platform/unique_fd.hpp"

namespace tickplant::daemon {
namespace {

using platform::SetupError;
using platform::with_errno;

constexpr std::string_view kWatchlistsHead = "tickplant-watchlists 1\n";
constexpr std::string_view kWatchlistsEnd = "checksum ";
constexpr std::size_t kSymbolBytes = 80;

std::string watchlists_checksum(std::string_view text) {
  std::array<char, 9> digits{};
  std::snprintf(digits.data(), digits.size(), "%08x", platform::crc32c(std::as_bytes(std::span(text))));
  return digits.data();
}

std::string shown(const std::string& text) {
  std::string out = text.substr(0, kSymbolBytes);
  std::replace_if(
      out.begin(), out.end(), [](char letter) { return letter < ' ' || letter > '~'; }, '?');
  return out;
}

void check_name(const std::string& name) {
  const auto is_letter = [](char letter) {
    return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') || (letter >= '0' && letter <= '9') ||
           letter == '_' || letter == '-' || letter == '.';
  };
  if (!name.empty() && name.size() <= Watchlists::kNameBytes && std::all_of(name.begin(), name.end(), is_letter))
    return;
  throw SetupError("'" + shown(name) + "' is no name of a watchlist",
                   "take letters, digits, and _ - . between, 64 at most");
}

void check_symbol(const std::string& symbol) {
  const auto is_plain = [](char letter) { return letter > ' ' && letter <= '~'; };
  if (!symbol.empty() && symbol.size() <= kSymbolBytes && std::all_of(symbol.begin(), symbol.end(), is_plain)) return;
  throw SetupError("'" + shown(symbol) + "' is no symbol",
                   "write it as tickplant instruments lists it: AAPL@XNAS, or AAPL");
}

}  // namespace

std::vector<std::string> Watchlists::names_of(uid_t owner) const {
  std::vector<std::string> names;
  for (auto at = lists_.lower_bound({owner, ""}); at != lists_.end() && at->first.first == owner; ++at)
    names.push_back(at->first.second);
  return names;
}

const std::vector<std::string>& Watchlists::symbols_of(uid_t owner, const std::string& name) const {
  const auto found = lists_.find({owner, name});
  if (found != lists_.end()) return found->second;
  const std::string meant = config::nearest(name, names_of(owner));
  throw SetupError("you have no watchlist '" + shown(name) + "'",
                   meant.empty() ? "tickplant watchlist list shows those you have" : "did you mean " + meant + "?");
}

const std::vector<std::string>& Watchlists::add(uid_t owner, const std::string& name,
                                                std::span<const std::string> symbols) {
  check_name(name);
  for (const std::string& symbol : symbols) check_symbol(symbol);
  const auto found = lists_.find({owner, name});
  if (found == lists_.end() && names_of(owner).size() >= kListsOfAUser) {
    throw SetupError("you have " + std::to_string(kListsOfAUser) + " watchlists, which is the most",
                     "tickplant watchlist delete NAME");
  }
  std::vector<std::string> all = found == lists_.end() ? std::vector<std::string>() : found->second;
  const std::size_t before = all.size();
  std::set<std::string> known(all.begin(), all.end());
  for (const std::string& symbol : symbols) {
    if (known.insert(symbol).second) all.push_back(symbol);
  }
  if (all.size() > kSymbolsOfAList) {
    throw SetupError("watchlist '" + name + "' would have " + std::to_string(all.size()) + " symbols, " +
                         std::to_string(kSymbolsOfAList) + " are the most",
                     "make a second one");
  }
  if (symbol_count_ + all.size() - before > kSymbolsOfAll) {
    throw SetupError(
        "the watchlists of all users have " + std::to_string(kSymbolsOfAll) + " symbols together, which is the most",
        "delete some that nobody needs");
  }
  symbol_count_ += all.size() - before;
  return lists_[{owner, name}] = std::move(all);
}

const std::vector<std::string>& Watchlists::remove(uid_t owner, const std::string& name,
                                                   std::span<const std::string> symbols) {
  (void)symbols_of(owner, name);
  std::vector<std::string>& list = lists_.find({owner, name})->second;
  const std::set<std::string> unwanted(symbols.begin(), symbols.end());
  for (const std::string& symbol : unwanted) {
    if (std::find(list.begin(), list.end(), symbol) != list.end()) continue;
    const std::string meant = config::nearest(symbol, list);
    throw SetupError("'" + shown(symbol) + "' is not in watchlist '" + name + "'",
                     meant.empty() ? "tickplant watchlist show " + name : "did you mean " + meant + "?");
  }
  symbol_count_ -= std::erase_if(list, [&](const std::string& symbol) { return unwanted.contains(symbol); });
  return list;
}

void Watchlists::erase(uid_t owner, const std::string& name) {
  symbol_count_ -= symbols_of(owner, name).size();
  lists_.erase({owner, name});
}

std::string Watchlists::encode() const {
  std::string text(kWatchlistsHead);
  for (const auto& [key, symbols] : lists_) {
    text += "list " + std::to_string(key.first) + ' ' + key.second;
    for (const std::string& symbol : symbols) text += ' ' + symbol;
    text += '\n';
  }
  const std::string checksum = watchlists_checksum(text);
  return text + std::string(kWatchlistsEnd) + checksum + '\n';
}

Watchlists Watchlists::decode(std::string_view text) {
  if (!text.starts_with(kWatchlistsHead)) {
    throw SetupError("it begins '" + shown(std::string(text.substr(0, 40))) + "', not as one that we can read", "");
  }
  const std::size_t end = text.rfind(kWatchlistsEnd);
  if (end == std::string_view::npos || end == 0 || text[end - 1] != '\n') throw SetupError("it is cut off", "");
  const std::string_view body = text.substr(0, end);
  if (text.substr(end) != std::string(kWatchlistsEnd) + watchlists_checksum(body) + '\n')
    throw SetupError("its checksum is wrong", "");
  Watchlists lists;
  std::istringstream lines{std::string(body.substr(kWatchlistsHead.size()))};
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string word, name;
    uid_t owner = 0;
    if (!(words >> word >> owner >> name) || word != "list")
      throw SetupError("it cannot be read at '" + shown(line) + "'", "");
    std::vector<std::string> symbols;
    while (words >> word) symbols.push_back(word);
    (void)lists.add(owner, name, symbols);
  }
  return lists;
}

Watchlists Watchlists::load(const std::filesystem::path& folder, std::vector<std::string>& alarms) {
  const std::filesystem::path path = folder / kFileName;
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    if (errno == ENOENT) return {};
    throw SetupError(with_errno("cannot read the watchlists in '" + path.string() + "'", errno),
                     "give the file to the daemon's user, mode 0600");
  }
  std::ostringstream text;
  text << file.rdbuf();
  try {
    return decode(text.str());
  } catch (const SetupError& error) {
    const std::filesystem::path aside =
        folder / (std::string(kFileName) + ".damaged-" + std::to_string(platform::system_now().value));
    std::error_code failure;
    std::filesystem::rename(path, aside, failure);
    if (failure) {
      throw SetupError("the watchlists in '" + path.string() + "' are damaged: " + error.problem() +
                           "; and they cannot be set aside: " + failure.message(),
                       "move the file elsewhere by hand");
    }
    alarms.push_back("the watchlists in '" + path.string() + "' are damaged: " + error.problem() +
                     ". All users begin without; what is left of them is in '" + aside.string() + "'");
    return {};
  }
}

void write_watchlists(const std::filesystem::path& folder, const std::string& text) {
  const std::string fresh = (folder / Watchlists::kFileName).string() + ".new", path = folder / Watchlists::kFileName;
  const auto fail = [&](const char* what) {
    const int error = errno;
    (void)::unlink(fresh.c_str());
    throw SetupError(with_errno(std::string("cannot ") + what + " '" + path + "'", error),
                     "make room on its disk, and give its folder to the daemon's user");
  };
  std::error_code ignored;
  std::filesystem::create_directories(folder, ignored);
  const platform::UniqueFd file(::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!file) fail("write");
  for (std::string_view rest = text; !rest.empty();) {
    const ssize_t written = ::write(file.get(), rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) fail("write");
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
  if (::fsync(file.get()) != 0) fail("sync");
  if (::rename(fresh.c_str(), path.c_str()) != 0) fail("replace");
  const platform::UniqueFd directory(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory || ::fsync(directory.get()) != 0) fail("sync the folder of");
}

}  // namespace tickplant::daemon
