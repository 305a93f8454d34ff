#include "platform/io_ring.hpp"

#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>
#include <vector>

#include "platform/check.hpp"
#include "platform/io_ring_impl.hpp"
#include "platform/setup_error.hpp"
#include "platform/unix_nanos.hpp"

namespace tickplant::platform {
namespace {

constexpr std::size_t kBatch = 64;  // completions taken from the kernel's queue at a time
constexpr std::int64_t kCancelSeconds = 1;

// Best first; a kernel that does not know a flag says EINVAL. TASKRUN_FLAG lets poll() see deferred work without a
// call.
constexpr unsigned kDeferred = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN | IORING_SETUP_TASKRUN_FLAG;
constexpr std::array<unsigned, 4> kFlagSets{kDeferred, IORING_SETUP_SINGLE_ISSUER, IORING_SETUP_COOP_TASKRUN, 0};

[[noreturn]] void refuse(int error_number, const IoRingOptions& options) {
  const std::string problem =
      with_errno("io_uring with " + std::to_string(options.entries) + " entries cannot be set up", error_number);
  switch (error_number) {
    case EPERM: {
      int disabled = -1;
      std::ifstream("/proc/sys/kernel/io_uring_disabled") >> disabled;
      if (disabled > 0)
        throw SetupError{problem + "; kernel.io_uring_disabled is " + std::to_string(disabled),
                         "sysctl kernel.io_uring_disabled=0 (or 1, with the group in kernel.io_uring_group)"};
      throw SetupError{problem,
                       "a seccomp filter forbids it: allow io_uring_setup, io_uring_enter and io_uring_register "
                       "(SystemCallFilter= of the unit, the container's seccomp profile)"};
    }
    case ENOSYS:
      throw SetupError{problem,
                       "this kernel has no io_uring (5.1, CONFIG_IO_URING), or a container's seccomp profile "
                       "hides it"};
    case ENOMEM: throw SetupError{problem, "raise LimitMEMLOCK= of the unit or `ulimit -l`"};
    case EMFILE: throw SetupError{problem, "raise LimitNOFILE= of the unit or `ulimit -n`"};
    default: throw SetupError{problem, "use fewer entries (1 to 32768, a power of two)"};
  }
}

}  // namespace

void IoRing::Impl::enable() noexcept {
  if (is_enabled) return;
  // io_uring_enable_rings() is declared by liburing 2.3 but missing from Debian's shared library.
  TP_CHECK(io_uring_register(static_cast<unsigned>(ring.ring_fd), IORING_REGISTER_ENABLE_RINGS, nullptr, 0) == 0);
  is_enabled = true;
}

// Outcomes are not looked at: there may be nothing to cancel, and from a thread that is not the owner the kernel
// refuses, which is harmless, since an owner that has ended took its submissions along.
void IoRing::Impl::cancel_and_wait(std::uint64_t user_data) noexcept { cancel(user_data, IORING_ASYNC_CANCEL_ALL); }

void IoRing::Impl::cancel_all_and_wait() noexcept { cancel(0, IORING_ASYNC_CANCEL_ALL | IORING_ASYNC_CANCEL_ANY); }

void IoRing::Impl::cancel(std::uint64_t user_data, unsigned flags) noexcept {
  if (!is_enabled) return;
  io_uring_submit(&ring);  // what is still queued would reach the kernel later and find its memory gone
  io_uring_sync_cancel_reg request{};
  request.addr = user_data;
  request.flags = flags;
  request.timeout.tv_sec = kCancelSeconds;
  io_uring_register_sync_cancel(&ring, &request);
}

IoRing::IoRing(const IoRingOptions& options) : impl_(std::make_unique<Impl>()) {
  for (const unsigned flags : kFlagSets) {
    if (!options.one_thread && (flags & IORING_SETUP_SINGLE_ISSUER) != 0) continue;
    if (!options.deferred && (flags & IORING_SETUP_DEFER_TASKRUN) != 0) continue;
    io_uring_params params{};
    params.flags = flags | IORING_SETUP_R_DISABLED;
    if (options.completion_entries != 0) {
      params.flags |= IORING_SETUP_CQSIZE;
      params.cq_entries = options.completion_entries;
    }
    const int outcome = io_uring_queue_init_params(options.entries, &impl_->ring, &params);
    if (outcome == 0) {
      impl_->is_deferred = (flags & IORING_SETUP_DEFER_TASKRUN) != 0;
      return;
    }
    if (outcome != -EINVAL || flags == kFlagSets.back()) refuse(-outcome, options);
  }
}

IoRing::~IoRing() {
  impl_->cancel_all_and_wait();
  io_uring_queue_exit(&impl_->ring);
}

bool IoRing::is_deferred() const noexcept { return impl_->is_deferred; }

int IoRing::descriptor() const noexcept { return impl_->ring.ring_fd; }

MemoryWish IoRing::register_buffers(std::span<const MemoryRange> buffers) {
  std::vector<iovec> ranges;
  std::size_t bytes = 0;
  for (const MemoryRange buffer : buffers) {
    ranges.push_back({buffer.data(), buffer.size()});
    bytes += buffer.size();
  }
  MemoryWish wish{"register " + std::to_string(buffers.size()) + " I/O buffers, " + bytes_as_text(bytes), true, {}};
  const int outcome = io_uring_register_buffers(&impl_->ring, ranges.data(), static_cast<unsigned>(ranges.size()));
  if (outcome < 0) {
    wish.granted = false;
    wish.reason = with_errno("io_uring_register_buffers; it counts against LimitMEMLOCK=", -outcome);
  }
  return wish;
}

bool IoRing::queue_write(int fd, std::span<const std::byte> bytes, std::uint64_t offset, std::uint64_t user_data,
                         int registered) noexcept {
  io_uring_sqe* const entry = io_uring_get_sqe(&impl_->ring);
  if (entry == nullptr) return false;
  const auto length = static_cast<unsigned>(bytes.size());
  if (registered == kUnregistered)
    io_uring_prep_write(entry, fd, bytes.data(), length, offset);
  else
    io_uring_prep_write_fixed(entry, fd, bytes.data(), length, offset, registered);
  io_uring_sqe_set_data64(entry, user_data);
  return true;
}

bool IoRing::queue_read(int fd, std::span<std::byte> bytes, std::uint64_t offset, std::uint64_t user_data,
                        int registered) noexcept {
  io_uring_sqe* const entry = io_uring_get_sqe(&impl_->ring);
  if (entry == nullptr) return false;
  const auto length = static_cast<unsigned>(bytes.size());
  if (registered == kUnregistered)
    io_uring_prep_read(entry, fd, bytes.data(), length, offset);
  else
    io_uring_prep_read_fixed(entry, fd, bytes.data(), length, offset, registered);
  io_uring_sqe_set_data64(entry, user_data);
  return true;
}

bool IoRing::queue_sync(int fd, SyncKind kind, std::uint64_t user_data) noexcept {
  io_uring_sqe* const entry = io_uring_get_sqe(&impl_->ring);
  if (entry == nullptr) return false;
  io_uring_prep_fsync(entry, fd, kind == SyncKind::data ? IORING_FSYNC_DATASYNC : 0);
  io_uring_sqe_set_data64(entry, user_data);
  return true;
}

bool IoRing::queue_cancel(std::uint64_t target, std::uint64_t user_data) noexcept {
  io_uring_sqe* const entry = io_uring_get_sqe(&impl_->ring);
  if (entry == nullptr) return false;
  io_uring_prep_cancel64(entry, target, 0);
  io_uring_sqe_set_data64(entry, user_data);
  return true;
}

unsigned IoRing::submit() noexcept {
  impl_->enable();
  const int outcome = io_uring_submit(&impl_->ring);
  if (outcome >= 0) return static_cast<unsigned>(outcome);
  TP_CHECK(outcome == -EINTR || outcome == -EAGAIN || outcome == -EBUSY);  // EEXIST: not the owner's thread
  return 0;
}

std::size_t IoRing::poll(std::span<IoCompletion> out) noexcept {
  std::size_t filled = 0;
  std::array<io_uring_cqe*, kBatch> batch;
  while (filled < out.size()) {
    const auto room = static_cast<unsigned>(std::min(out.size() - filled, kBatch));
    const unsigned count = io_uring_peek_batch_cqe(&impl_->ring, batch.data(), room);
    for (unsigned i = 0; i < count; ++i) {
      const io_uring_cqe& entry = *batch[i];
      const bool has_buffer = (entry.flags & IORING_CQE_F_BUFFER) != 0;
      out[filled++] = {entry.user_data, entry.res,
                       has_buffer ? static_cast<std::int32_t>(entry.flags >> IORING_CQE_BUFFER_SHIFT) : -1,
                       (entry.flags & IORING_CQE_F_MORE) != 0};
    }
    io_uring_cq_advance(&impl_->ring, count);
    if (count < room) break;
  }
  return filled;
}

std::size_t IoRing::wait(std::span<IoCompletion> out, std::int64_t timeout_nanos) noexcept {
  impl_->enable();
  io_uring_cqe* first = nullptr;
  __kernel_timespec timeout{};
  timeout.tv_sec = timeout_nanos / kNanosPerSecond;
  timeout.tv_nsec = timeout_nanos % kNanosPerSecond;
  const int outcome = io_uring_submit_and_wait_timeout(&impl_->ring, &first, 1, &timeout, nullptr);
  TP_CHECK(outcome >= 0 || outcome == -ETIME || outcome == -EINTR || outcome == -EAGAIN || outcome == -EBUSY);
  return poll(out);
}

}  // namespace tickplant::platform
