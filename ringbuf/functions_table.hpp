// Says what the function of a derived record is: its name, what it is computed on, for whom. Append-only and read in
// place.
//
// Threads: FunctionsWriter: the daemon's set-up, then whoever reloads: one at a time. FunctionsReader: any thread of
// any process. Not here: the bytes (functions_layout.hpp), which functions there are (analytics/program.hpp).
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "ringbuf/functions_layout.hpp"

namespace tickplant::ringbuf {

/// Of the table as a whole. Texts: functions_layout.hpp, less one byte; longer ones are cut off.
struct FunctionsHead {
  std::uint64_t config_hash = 0;
  std::uint32_t shard_count = 1;
  std::string build;
  std::string file;

  friend bool operator==(const FunctionsHead&, const FunctionsHead&) = default;
};

/// As the entry of that name in functions_layout.hpp.
struct FunctionSpec {
  FunctionKind kind = FunctionKind::none;
  std::uint8_t window_place = 0;
  FunctionId window{};
  std::uint16_t output = 0;
  std::int64_t size_ns = 0;
  std::int64_t slide_ns = 0;
  std::string set;
  std::string name;
  std::string parameters;
};

class FunctionsWriter {
 public:
  static constexpr std::uint64_t payload_bytes(std::uint32_t capacity) noexcept {
    return kFunctionEntryBytes * (std::uint64_t{capacity} + 1);
  }

  /// `payload`: zeroed.
  FunctionsWriter(std::span<std::byte> payload, std::uint32_t capacity, const FunctionsHead& head);

  /// Goes on behind what the table holds. `payload`: as another writer left it.
  explicit FunctionsWriter(std::span<std::byte> payload);

  /// The next id. Throws SetupError: full, a name too long.
  FunctionId add(const FunctionSpec& spec);
  /// All of them or, when it throws, none.
  void add_all(std::span<const FunctionSpec> specs);
  /// What is computed from here on was declared otherwise.
  void set_config_hash(std::uint64_t hash) noexcept { control_->config_hash.store(hash, std::memory_order_relaxed); }

 private:
  void check(const FunctionSpec& spec) const;
  [[noreturn]] void refuse_full(std::size_t wanted) const;

  FunctionsControl* control_;
  std::span<FunctionEntry> entries_;  // by id; the control lies where entry 0 would be
};

class FunctionsReader {
 public:
  /// Throws SetupError when the table claims more than `payload` has.
  explicit FunctionsReader(std::span<const std::byte> payload);

  /// Ids 1 to count() are known.
  [[nodiscard]] std::uint16_t count() const noexcept;
  [[nodiscard]] FunctionsHead head() const;
  /// nullptr: not known.
  [[nodiscard]] const FunctionEntry* find(FunctionId id) const noexcept;
  /// "T60.sma(20)"; "" when it is not known.
  [[nodiscard]] std::string_view name_of(FunctionId id) const noexcept;
  /// The first of that name, of that set where one is given.
  [[nodiscard]] std::optional<FunctionId> find(std::string_view name, std::string_view set = {}) const noexcept;

 private:
  const FunctionsControl* control_;
  std::span<const FunctionEntry> entries_;
};

}  // namespace tickplant::ringbuf
