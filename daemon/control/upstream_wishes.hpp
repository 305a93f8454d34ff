// Which symbols clients want of each feed, counted: what a feed that has to ask for each symbol upstream subscribes to.
// Exchange feeds send all they have and have nobody to ask; they pass it over.
//
// Threads: any; the calls take a lock for a moment, so no data stage calls them in its turn.
// Not here: who wants them (tick_stream.hpp).
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace tickplant::daemon {

/// What a feed reads.
class WishedSymbols {
 public:
  virtual ~WishedSymbols() = default;
  /// Sorted; "*": somebody wants all. `most` of them.
  [[nodiscard]] virtual std::vector<std::string> of(const std::string& feed, std::size_t most) const = 0;
  [[nodiscard]] virtual std::size_t count_of(const std::string& feed) const = 0;
  /// Grows with each symbol that is wished first, or by nobody any more.
  [[nodiscard]] virtual std::uint64_t version() const = 0;
};

class UpstreamWishes final : public WishedSymbols {
 public:
  static constexpr const char* kAll = "*";

  struct Feed {
    std::string name, venue, ring;
  };

  /// The feeds that a subscription is about, of these.
  [[nodiscard]] static std::vector<std::pair<std::string, std::string>> wishes(const std::vector<Feed>& feeds,
                                                                               const std::vector<std::string>& symbols,
                                                                               const std::vector<std::string>& rings) {
    std::vector<std::pair<std::string, std::string>> found;
    for (const Feed& feed : feeds) {
      if (!rings.empty() && std::find(rings.begin(), rings.end(), feed.ring) == rings.end()) continue;
      if (symbols.empty()) found.emplace_back(feed.name, kAll);
      for (const std::string& symbol : symbols) {
        const std::size_t at = symbol.rfind('@');
        if (at == std::string::npos || std::string_view(symbol).substr(at + 1) == feed.venue)
          found.emplace_back(feed.name, symbol.substr(0, at));
      }
    }
    return found;
  }

  void add(const std::vector<std::pair<std::string, std::string>>& wishes) {
    const std::lock_guard lock(mutex_);
    for (const auto& wish : wishes) version_ += ++counts_[wish] == 1 ? 1u : 0u;
  }
  void remove(const std::vector<std::pair<std::string, std::string>>& wishes) {
    const std::lock_guard lock(mutex_);
    for (const auto& wish : wishes) {
      const auto found = counts_.find(wish);
      if (found == counts_.end() || --found->second != 0) continue;
      counts_.erase(found);
      ++version_;
    }
  }

  [[nodiscard]] std::vector<std::string> of(const std::string& feed, std::size_t most) const override {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> symbols;
    for (auto at = counts_.lower_bound({feed, ""}); at != counts_.end() && at->first.first == feed; ++at) {
      if (symbols.size() == most) break;
      symbols.push_back(at->first.second);
    }
    return symbols;
  }
  [[nodiscard]] std::size_t count_of(const std::string& feed) const override {
    const std::lock_guard lock(mutex_);
    std::size_t count = 0;
    for (auto at = counts_.lower_bound({feed, ""}); at != counts_.end() && at->first.first == feed; ++at) ++count;
    return count;
  }
  [[nodiscard]] std::uint64_t version() const override {
    const std::lock_guard lock(mutex_);
    return version_;
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::pair<std::string, std::string>, std::size_t> counts_;  // feed, symbol without venue
  std::uint64_t version_ = 0;
};

}  // namespace tickplant::daemon
