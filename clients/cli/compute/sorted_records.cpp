#include "clients/cli/compute/sorted_records.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <span>

#include "platform/setup_error.hpp"

namespace tickplant::cli {

using ringbuf::DerivedRecord;

void SortedRecords::add(Key key, const DerivedRecord& record) {
  keys_.push_back({key, keys_.size()});
  if (error_ != 0) return;
  if (buffer_.size() == kBuffered) spill();
  buffer_.push_back(record);
}

void SortedRecords::spill() {
  if (!file_) {
    std::string name = (folder_ / ".compute-XXXXXX").string();
    file_ = platform::UniqueFd(::mkstemp(name.data()));
    if (!file_) {
      error_ = errno;
      return;
    }
    ::unlink(name.c_str());
  }
  const auto bytes = std::as_bytes(std::span(buffer_));
  for (std::size_t done = 0; done < bytes.size();) {
    const ssize_t written = ::write(file_.get(), bytes.data() + done, bytes.size() - done);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) {
      error_ = written < 0 ? errno : EIO;
      return;
    }
    done += static_cast<std::size_t>(written);
  }
  spilled_ += buffer_.size();
  buffer_.clear();
}

void SortedRecords::prepare() {
  if (error_ == 0 && spilled_ != 0 && !mapping_) {
    const auto bytes = static_cast<std::size_t>(spilled_) * sizeof(DerivedRecord);
    void* const memory = ::mmap(nullptr, bytes, PROT_READ, MAP_SHARED, file_.get(), 0);
    if (memory == MAP_FAILED) {
      error_ = errno;
    } else {
      mapping_.reset(static_cast<const DerivedRecord*>(memory),
                     [memory, bytes](const DerivedRecord*) { ::munmap(memory, bytes); });
    }
  }
  if (error_ != 0) {
    throw platform::SetupError(
        platform::with_errno(
            "cannot keep " + std::to_string(keys_.size()) + " results of 256 bytes in " + folder_.string(), error_),
        "name a folder with room with --out");
  }
  std::sort(keys_.begin(), keys_.end());
}

}  // namespace tickplant::cli
