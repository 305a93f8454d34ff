#include "platform/datagram_receiver.hpp"

#include <sys/mman.h>
#include <sys/socket.h>

#include <cerrno>

#include "platform/cache_line.hpp"
#include "platform/check.hpp"
#include "platform/io_ring_impl.hpp"
#include "platform/setup_error.hpp"

namespace tickplant::platform {
namespace {

constexpr std::size_t rounded_up(std::size_t bytes, std::size_t unit) { return (bytes + unit - 1) / unit * unit; }

}  // namespace

struct DatagramReceiver::State {
  msghdr message{};
  io_uring_sqe* submission = nullptr;  // the last one queued
  io_uring_buf_ring* free_buffers = nullptr;
  std::size_t free_buffers_bytes = 0;
  std::uint16_t group = 0;
};

DatagramReceiver::DatagramReceiver(IoRing& ring, int socket, std::uint64_t user_data, const DatagramOptions& options)
    : ring_(ring),
      socket_(socket),
      user_data_(user_data),
      buffer_count_(options.buffer_count),
      buffer_bytes_(sizeof(io_uring_recvmsg_out) + kDatagramControlBytes + options.payload_bytes),
      stride_(rounded_up(buffer_bytes_, kCacheLineBytes)),
      state_(std::make_unique<State>()) {
  TP_CHECK(buffer_count_ > 0 && buffer_count_ <= 32'768 && (buffer_count_ & (buffer_count_ - 1)) == 0);
  state_->message.msg_controllen = kDatagramControlBytes;
  state_->free_buffers_bytes = rounded_up(buffer_count_ * sizeof(io_uring_buf), kPageBytes);
  const std::size_t buffers_bytes = rounded_up(buffer_count_ * stride_, kPageBytes);
  void* const at = ::mmap(nullptr, state_->free_buffers_bytes + buffers_bytes, PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (at == MAP_FAILED)
    throw SetupError{with_errno("no memory for " + bytes_as_text(buffers_bytes) + " of receive buffers", errno),
                     "use fewer or smaller buffers"};
  state_->free_buffers = static_cast<io_uring_buf_ring*>(at);
  memory_ = {static_cast<std::byte*>(at) + state_->free_buffers_bytes, buffers_bytes};
  state_->group = ring_.impl_->next_group++;

  io_uring_buf_reg registration{};
  registration.ring_addr = reinterpret_cast<std::uintptr_t>(at);
  registration.ring_entries = buffer_count_;
  registration.bgid = state_->group;
  const int outcome = io_uring_register_buf_ring(&ring_.impl_->ring, &registration, 0);
  if (outcome < 0) {
    ::munmap(at, state_->free_buffers_bytes + buffers_bytes);
    throw SetupError{with_errno("the kernel refuses a ring of receive buffers", -outcome),
                     "it needs Linux 5.19 (multishot receive: 6.0); on an older one receive by recvmmsg"};
  }
  io_uring_buf_ring_init(state_->free_buffers);
  for (unsigned number = 0; number < buffer_count_; ++number) offer(number);
}

DatagramReceiver::~DatagramReceiver() {
  if (is_armed_ && ring_.impl_->is_enabled)
    ring_.impl_->cancel_and_wait(user_data_);
  else if (is_armed_)
    io_uring_prep_nop(state_->submission);  // still queued, as nobody has used the ring yet: must not find us gone
  io_uring_unregister_buf_ring(&ring_.impl_->ring, state_->group);
  ::munmap(state_->free_buffers, state_->free_buffers_bytes + memory_.size());
}

bool DatagramReceiver::arm() noexcept {
  io_uring_sqe* const entry = io_uring_get_sqe(&ring_.impl_->ring);
  if (entry == nullptr) return false;
  io_uring_prep_recvmsg_multishot(entry, socket_, &state_->message, 0);
  entry->flags |= IOSQE_BUFFER_SELECT;
  entry->buf_group = state_->group;
  io_uring_sqe_set_data64(entry, user_data_);
  state_->submission = entry;
  is_armed_ = true;
  return true;
}

// The kernel's layout of a filled buffer: io_uring_recvmsg_out, control (fixed room), payload.
std::optional<Datagram> DatagramReceiver::take(const IoCompletion& completion) noexcept {
  TP_DCHECK(completion.user_data == user_data_);
  if (!completion.more) is_armed_ = false;
  if (completion.result == -ENOBUFS) {
    ++starved_count_;
    return std::nullopt;
  }
  if (completion.result < 0 || completion.buffer < 0) {
    last_error_ = completion.result < 0 ? -completion.result : 0;
    return std::nullopt;
  }
  Datagram datagram;
  datagram.buffer = static_cast<std::uint16_t>(completion.buffer);
  std::byte* const start = buffer_at(datagram.buffer);
  io_uring_recvmsg_out* const header = io_uring_recvmsg_validate(start, completion.result, &state_->message);
  if (header == nullptr) {  // shorter than its own header: nothing of it can be used
    give_back(datagram);
    return std::nullopt;
  }
  datagram.payload = {static_cast<const std::byte*>(io_uring_recvmsg_payload(header, &state_->message)),
                      io_uring_recvmsg_payload_length(header, completion.result, &state_->message)};
  datagram.is_cut = (header->flags & MSG_TRUNC) != 0;
  for (cmsghdr* message = io_uring_recvmsg_cmsg_firsthdr(header, &state_->message); message != nullptr;
       message = io_uring_recvmsg_cmsg_nexthdr(header, &state_->message, message))
    read_control(*message, datagram);
  return datagram;
}

void DatagramReceiver::give_back(const Datagram& datagram) noexcept { offer(datagram.buffer); }

std::byte* DatagramReceiver::buffer_at(unsigned number) const noexcept {
  TP_DCHECK(number < buffer_count_);
  return memory_.data() + number * stride_;
}

void DatagramReceiver::offer(unsigned number) noexcept {
  io_uring_buf_ring_add(state_->free_buffers, buffer_at(number), static_cast<unsigned>(buffer_bytes_),
                        static_cast<std::uint16_t>(number), io_uring_buf_ring_mask(buffer_count_), 0);
  io_uring_buf_ring_advance(state_->free_buffers, 1);
}

}  // namespace tickplant::platform
