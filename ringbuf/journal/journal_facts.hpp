// Facts: what is needed to understand the records of a journal, as items of its blocks of kind facts.
//
// FactsBuilder collects them and gives them out as payloads that fit into blocks; FactsReader goes through a payload
// and believes no length in it.
//
// Threads: plain values; the builder allocates while its buffer grows.
// Not here: where the facts come from (daemon/journal), what a reader keeps of them (journal_reader.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "ringbuf/catalog_layout.hpp"
#include "ringbuf/functions_layout.hpp"
#include "ringbuf/instruments_layout.hpp"
#include "ringbuf/journal/journal_layout.hpp"

namespace tickplant::ringbuf {

/// Texts are cut into pieces of at most this.
inline constexpr std::size_t kFactPieceBytes = std::size_t{32} * 1024;

class FactsBuilder {
 public:
  void add(const PlantFact& fact) { append(FactKind::plant, bytes_of(fact)); }
  void add(const RingFact& fact) { append(FactKind::ring, bytes_of(fact)); }
  void add(const LossFact& fact) { append(FactKind::loss, bytes_of(fact)); }
  /// Stored with stamp 0: the stamp is the table's affair.
  void add(FeedEntry entry);
  void add(InstrumentEntry entry);
  void add(const FunctionEntry& entry) { append(FactKind::function, bytes_of(entry)); }
  void add_config(std::uint64_t hash, std::string_view text);
  /// A piece of the text segment, from `offset` of the circle `generation` on.
  void add_text(std::uint64_t offset, std::uint32_t generation, std::string_view text);
  void add_closed() { append(FactKind::closed, {}); }

  [[nodiscard]] bool is_empty() const noexcept { return given_ == bytes_.size(); }
  /// Bytes that are still to be given out, without filling.
  [[nodiscard]] std::size_t pending_bytes() const noexcept { return bytes_.size() - given_; }

  struct Payload {
    std::span<const std::byte> bytes;  // a multiple of 64; valid until the next call
    std::uint32_t count = 0;           // facts in it, without the filling: `count` of the block
  };
  /// As many facts as fit into `bytes_max`, in the order in which they were added. Empty: nothing left, or the next one
  /// does not fit. Every fact fits into kPayloadBytesMax.
  [[nodiscard]] Payload take(std::size_t bytes_max = kPayloadBytesMax);

 private:
  template <class Fact>
  static std::span<const std::byte> bytes_of(const Fact& fact) noexcept {
    return std::as_bytes(std::span(&fact, 1));
  }
  void append(FactKind kind, std::span<const std::byte> fixed, std::string_view text = {});

  std::vector<std::byte> bytes_;    // facts, each a multiple of 8
  std::size_t given_ = 0;           // of them
  std::vector<std::byte> payload_;  // of the last take()
};

/// One fact of a payload.
struct FactView {
  FactKind kind = FactKind::none;
  std::span<const std::byte> bytes;

  /// The struct that the kind starts with. The caller has looked at `kind`: FactsReader lets nothing shorter through.
  template <class Fact>
  [[nodiscard]] Fact as() const noexcept {
    Fact out;
    std::memcpy(static_cast<void*>(&out), bytes.data(), sizeof out);
    return out;
  }
  /// What lies behind the struct: the piece of text of config and text.
  template <class Fact>
  [[nodiscard]] std::string_view text_behind() const noexcept {
    return {reinterpret_cast<const char*>(bytes.data()) + sizeof(Fact), bytes.size() - sizeof(Fact)};
  }
};

class FactsReader {
 public:
  explicit FactsReader(std::span<const std::byte> payload) noexcept : rest_(payload) {}

  /// The next fact; fillings are passed over, kinds we do not know are not. Nothing: the end, or is_damaged().
  [[nodiscard]] std::optional<FactView> next() noexcept;

  /// A length that does not fit: what lies behind it was not read.
  [[nodiscard]] bool is_damaged() const noexcept { return is_damaged_; }

 private:
  std::span<const std::byte> rest_;
  bool is_damaged_ = false;
};

}  // namespace tickplant::ringbuf
