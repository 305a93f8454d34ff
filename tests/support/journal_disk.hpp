// A disk for a journal, in memory: it fails when told to, is slow when told to, and forgets what was not synced when
// its power is cut, keeping whichever pages and names chance lets through.
//
//   JournalDisk disk(memory);
//   disk.fail_at(7, ENOSPC);       the seventh call from here on fails, and so do all after it until heal()
//   disk.hold(true);               nothing is over until hold(false)
//   disk.cut_power(random);        from here on: what a machine finds when it starts again
//   disk.save(folder);             as real files, for those who read files
//
// Threads: any, one at a time.
#pragma once

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <deque>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "daemon/journal/journal_io.hpp"
#include "tests/support/random.hpp"

namespace tickplant::tests {

class JournalDisk final : public daemon::JournalIo {
 public:
  static constexpr std::size_t kPage = 4096;

  /// `memory`: buffers of 256 KiB, as the real one is given them.
  explicit JournalDisk(std::span<std::byte> memory) : memory_(memory) {}
  /// What another one holds, for a successor.
  JournalDisk(std::span<std::byte> memory, const JournalDisk& before)
      : memory_(memory), names_(before.names_), synced_names_(before.synced_names_) {
    for (auto* table : {&names_, &synced_names_}) {
      for (auto& [name, file] : *table) file = std::make_shared<FileBytes>(*file);
    }
  }

  // --- what becomes of it ---

  /// The `call`th from here on, counted from 1, is refused, and `times` in all. `error` 0: a write comes short.
  void fail_at(std::uint64_t call, int error, std::uint64_t times = ~std::uint64_t{0}) {
    const std::lock_guard lock(mutex_);
    first_failing_ = calls_ + call;
    failures_left_ = times;
    error_ = error;
  }
  void heal() {
    const std::lock_guard lock(mutex_);
    failures_left_ = 0;
  }
  void hold(bool is_held) { is_held_ = is_held; }
  /// Room for files to be prepared.
  void set_free_bytes(std::uint64_t bytes) { free_bytes_ = bytes; }
  [[nodiscard]] std::uint64_t calls() const noexcept { return calls_; }
  [[nodiscard]] std::size_t held() const noexcept { return waiting_.size(); }

  /// Of each page that was written and not synced, what was on disk stays or any of the writes since has come through;
  /// of what is still under way, too. Names that were not synced are as before or as after.
  void cut_power(Random& random) {
    const std::lock_guard lock(mutex_);
    for (const Waiting& each : waiting_) {
      if (!each.bytes.empty() && each.result > 0) write(*each.file, each.bytes, each.offset);
    }
    waiting_.clear();
    if (random.below(2) == 0) names_ = synced_names_;
    synced_names_ = names_;
    for (auto& [name, file] : names_) {
      for (auto& [page, versions] : file->unsynced) {
        const std::uint64_t kept = random.below(static_cast<std::uint32_t>(versions.size() + 1));
        if (kept != 0) std::memcpy(file->synced.data() + page * kPage, versions[kept - 1].data(), kPage);
      }
      file->unsynced.clear();
      file->bytes = file->synced;
    }
  }

  /// As real files, in a folder that is there.
  void save(const std::filesystem::path& folder) const {
    for (const auto& [name, file] : names_) {
      std::ofstream out(folder / name, std::ios::binary | std::ios::trunc);
      out.write(reinterpret_cast<const char*>(file->bytes.data()), static_cast<std::streamsize>(file->bytes.size()));
    }
  }
  [[nodiscard]] std::set<std::string> names() const {
    std::set<std::string> all;
    for (const auto& [name, file] : names_) all.insert(name);
    return all;
  }
  [[nodiscard]] std::span<const std::byte> bytes_of(const std::string& name) const { return names_.at(name)->bytes; }

  // --- JournalIo ---

  int prepare(const std::string& name, std::uint64_t bytes, const std::atomic<bool>& is_unwanted) noexcept override {
    const std::lock_guard lock(mutex_);
    if (const int error = refusal()) return error > 0 ? error : EIO;
    if (is_unwanted) return ECANCELED;
    if (bytes > free_bytes_) return ENOSPC;
    free_bytes_ -= bytes;
    auto file = std::make_shared<FileBytes>();
    file->bytes.resize(bytes);
    file->synced.resize(bytes);
    names_[name] = std::move(file);
    return 0;
  }
  int rename(const std::string& from, const std::string& to) noexcept override {
    const std::lock_guard lock(mutex_);
    if (const int error = refusal()) return error > 0 ? error : EIO;
    const auto found = names_.find(from);
    if (found == names_.end()) return ENOENT;
    auto file = found->second;
    names_.erase(found);
    names_[to] = std::move(file);
    return 0;
  }
  int remove(const std::string& name) noexcept override {
    const std::lock_guard lock(mutex_);
    if (const int error = refusal()) return error > 0 ? error : EIO;
    const auto found = names_.find(name);
    if (found == names_.end()) return ENOENT;
    free_bytes_ += found->second->bytes.size();
    names_.erase(found);
    return 0;
  }
  std::vector<Entry> entries() override {
    const std::lock_guard lock(mutex_);
    std::vector<Entry> all;
    for (const auto& [name, file] : names_) all.push_back({name, file->bytes.size()});
    return all;
  }

  int open(const std::string& name, File& out) noexcept override {
    const std::lock_guard lock(mutex_);
    if (const int error = refusal()) return error > 0 ? error : EIO;
    const auto found = names_.find(name);
    if (found == names_.end()) return ENOENT;
    open_[out = next_file_++] = found->second;
    return 0;
  }
  void close(File file) noexcept override {
    const std::lock_guard lock(mutex_);
    open_.erase(file);
  }
  bool queue_write(File file, const daemon::JournalWrite& wanted, std::uint64_t tag) noexcept override {
    const std::lock_guard lock(mutex_);
    const auto from = memory_.subspan(wanted.buffer * ringbuf::kJournalUnitBytes + wanted.begin, wanted.bytes);
    check_pages(*open_.at(file), wanted);
    Waiting each{tag, static_cast<std::int32_t>(wanted.bytes), open_.at(file), wanted.offset, from, false};
    if (const int error = refusal(); error > 0) {
      each.result = -error;
    } else if (error < 0) {
      each.result = static_cast<std::int32_t>(wanted.bytes / 2 / kPage * kPage);
    }
    waiting_.push_back(std::move(each));
    return true;
  }
  bool queue_sync(File file, std::uint64_t tag) noexcept override {
    const std::lock_guard lock(mutex_);
    const int error = refusal();
    waiting_.push_back({tag, error == 0 ? 0 : -(error > 0 ? error : EIO), open_.at(file), 0, {}, true});
    return true;
  }
  bool queue_folder_sync(std::uint64_t tag) noexcept override {
    const std::lock_guard lock(mutex_);
    const int error = refusal();
    waiting_.push_back({tag, error == 0 ? 0 : -(error > 0 ? error : EIO), nullptr, 0, {}, true});
    return true;
  }
  std::size_t take(std::span<Done> out, std::int64_t) noexcept override {
    const std::lock_guard lock(mutex_);
    std::size_t count = 0;
    while (!is_held_ && count < out.size() && !waiting_.empty()) {
      finish(waiting_.front());
      out[count++] = {waiting_.front().tag, waiting_.front().result};
      waiting_.pop_front();
    }
    return count;
  }
  [[nodiscard]] std::string describe() const override { return "in memory"; }

 private:
  using Page = std::array<std::byte, kPage>;
  struct FileBytes {
    std::vector<std::byte> bytes, synced;
    std::map<std::size_t, std::vector<Page>> unsynced;  // by page: what it was after each write since the last sync
  };
  using Names = std::map<std::string, std::shared_ptr<FileBytes>>;
  struct Waiting {
    std::uint64_t tag = 0;
    std::int32_t result = 0;
    std::shared_ptr<FileBytes> file;
    std::uint64_t offset = 0;
    std::span<const std::byte> bytes;  // the writer's own memory: it has to stay as it is
    bool is_sync = false;
  };

  /// 0: none; -1: a write comes short.
  int refusal() noexcept {
    if (++calls_ < first_failing_ || failures_left_ == 0) return 0;
    --failures_left_;
    return error_ == 0 ? -1 : error_;
  }
  /// Whole pages, and none of them under way already.
  void check_pages(const FileBytes& file, const daemon::JournalWrite& wanted) const {
    const auto fail = [](const char* what) { throw std::logic_error(what); };
    if (wanted.bytes == 0 || wanted.bytes % kPage != 0 || wanted.offset % kPage != 0 || wanted.begin % kPage != 0)
      fail("a write that is not of whole pages");
    if (wanted.offset + wanted.bytes > file.bytes.size()) fail("a write behind the end of the file");
    for (const Waiting& other : waiting_) {
      if (other.is_sync || other.file.get() != &file) continue;
      if (wanted.offset < other.offset + other.bytes.size() && other.offset < wanted.offset + wanted.bytes)
        fail("two writes of one page under way at once");
    }
  }
  static void write(FileBytes& file, std::span<const std::byte> bytes, std::uint64_t offset) {
    std::copy(bytes.begin(), bytes.end(), file.bytes.begin() + static_cast<std::ptrdiff_t>(offset));
    for (std::size_t page = offset / kPage; page < (offset + bytes.size()) / kPage; ++page) {
      std::memcpy(file.unsynced[page].emplace_back().data(), file.bytes.data() + page * kPage, kPage);
    }
  }
  void finish(const Waiting& each) {
    if (!each.is_sync) {
      if (each.result > 0) write(*each.file, each.bytes.first(static_cast<std::size_t>(each.result)), each.offset);
      return;
    }
    if (each.file == nullptr) {
      if (each.result == 0) synced_names_ = names_;
      return;
    }
    // A refused one: the kernel forgets that the pages are not on disk.
    if (each.result == 0) each.file->synced = each.file->bytes;
    each.file->unsynced.clear();
  }

  std::span<std::byte> memory_;
  mutable std::mutex mutex_;
  Names names_, synced_names_;
  std::map<File, std::shared_ptr<FileBytes>> open_;
  File next_file_ = 1;
  std::deque<Waiting> waiting_;
  std::uint64_t calls_ = 0, first_failing_ = ~std::uint64_t{0}, failures_left_ = 0;
  int error_ = 0;
  std::atomic<bool> is_held_{false};
  std::uint64_t free_bytes_ = ~std::uint64_t{0};
};

}  // namespace tickplant::tests
