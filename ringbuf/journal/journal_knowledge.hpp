// What the facts of a journal say so far: rings, feeds, instruments, functions, config, texts. Newer ones replace older
// ones.
//
// Threads: one.
// Not here: how facts lie in a block (journal_facts.hpp).
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "ringbuf/journal/journal_facts.hpp"
#include "ringbuf/text_layout.hpp"

namespace tickplant::ringbuf {

/// "AAPL@XNAS", by which an instrument is the same one where a plant was built anew.
[[nodiscard]] std::string name_of(const InstrumentEntry& entry);

class JournalKnowledge {
 public:
  /// Texts are kept up to this many bytes, the newest ones.
  static constexpr std::size_t kTextBytesMax = std::size_t{16} * 1024 * 1024;

  void apply(const FactView& fact);

  [[nodiscard]] const RingFact* ring(std::uint32_t id) const noexcept;
  [[nodiscard]] const RingFact* find_ring(std::string_view name) const noexcept;
  [[nodiscard]] const std::map<std::uint32_t, RingFact>& rings() const noexcept { return rings_; }
  [[nodiscard]] const std::map<std::uint16_t, FeedEntry>& feeds() const noexcept { return feeds_; }
  [[nodiscard]] const std::map<std::uint16_t, FunctionEntry>& functions() const noexcept { return functions_; }
  [[nodiscard]] const std::unordered_map<std::uint32_t, InstrumentEntry>& instruments() const noexcept {
    return instruments_;
  }
  [[nodiscard]] const InstrumentEntry* instrument(InstrumentId id) const noexcept;
  [[nodiscard]] const FunctionEntry* function(FunctionId id) const noexcept;
  /// "AAPL@XNAS"; empty: unknown.
  [[nodiscard]] std::string symbol_of(InstrumentId id) const;
  /// An analytics config.
  struct Config {
    std::uint64_t hash = 0;
    std::string text;  // whole
  };
  /// All that were told, the newest last.
  [[nodiscard]] const std::vector<Config>& configs() const noexcept { return configs_; }
  /// The text of the newest; empty: none.
  [[nodiscard]] const std::string& config() const noexcept;
  /// nullptr: it was not told.
  [[nodiscard]] const std::string* config_of(std::uint64_t hash) const noexcept;
  /// That the plant says it computes by.
  [[nodiscard]] std::uint64_t config_hash() const noexcept { return config_hash_; }
  /// Who writes.
  [[nodiscard]] std::string_view build() const noexcept { return build_; }
  /// Nothing: not there, or not any more.
  [[nodiscard]] std::optional<std::string> text(const TextReference& reference) const;
  /// The last fact was an orderly end.
  [[nodiscard]] bool is_closed() const noexcept { return is_closed_; }
  /// Records follow.
  void reopen() noexcept { is_closed_ = false; }

 private:
  using TextKey = std::pair<std::uint32_t, std::uint64_t>;  // generation, offset
  void apply_config(const FactView& fact);
  void apply_text(const FactView& fact);

  std::map<std::uint32_t, RingFact> rings_;
  std::map<std::uint16_t, FeedEntry> feeds_;
  std::map<std::uint16_t, FunctionEntry> functions_;
  std::unordered_map<std::uint32_t, InstrumentEntry> instruments_;
  std::vector<Config> configs_;
  std::string config_pieces_;
  std::uint64_t config_hash_ = 0;
  std::string build_;
  std::map<TextKey, std::string> texts_;
  std::deque<TextKey> text_order_;
  std::size_t text_bytes_ = 0;
  bool is_closed_ = false;
};

}  // namespace tickplant::ringbuf
