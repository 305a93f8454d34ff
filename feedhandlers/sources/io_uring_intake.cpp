#include "feedhandlers/sources/io_uring_intake.hpp"

#include <sys/socket.h>

#include <bit>
#include <cerrno>

#include "platform/setup_error.hpp"
#include "platform/unique_fd.hpp"

namespace tickplant::feedhandlers::sources {
namespace {

using platform::SetupError;

constexpr std::size_t kCompletions = 64;  // taken from the ring at a time

/// A kernel may have io_uring and not know multishot receives: one datagram is sent to ourselves.
void try_out() {
  std::array<int, 2> pair{};
  if (::socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, pair.data()) != 0)
    throw SetupError{platform::with_errno("no pair of sockets to try io_uring with", errno),
                     "raise LimitNOFILE= or `ulimit -n`"};
  const platform::UniqueFd receiving{pair[0]};
  const platform::UniqueFd sending{pair[1]};
  platform::IoRing ring{{.entries = 4}};
  platform::DatagramReceiver receiver{ring, receiving.get(), 1, {.buffer_count = 2, .payload_bytes = 64}};
  std::array<platform::IoCompletion, 1> completion;
  const bool is_received = receiver.arm() && ring.submit() == 1 && ::send(sending.get(), "x", 1, MSG_NOSIGNAL) == 1 &&
                           ring.wait(completion, platform::kNanosPerSecond) == 1 && receiver.take(completion[0]);
  if (!is_received)
    throw SetupError{platform::with_errno("io_uring receives nothing by multishot", receiver.last_error()),
                     "it needs Linux 6.0"};
}

platform::IoRing make_ring(std::size_t buffers_of_all) {
  try_out();
  return platform::IoRing{
      {.entries = 16, .completion_entries = static_cast<unsigned>(std::bit_ceil(2 * buffers_of_all))}};
}

}  // namespace

IoUringIntake::IoUringIntake(std::span<const int> sockets, const IntakeRoom& room)
    : buffers_(room.buffers),
      ring_(make_ring(sockets.size() * room.buffers)),
      errors_(sockets.size()),
      descriptors_(sockets.begin(), sockets.end()) {
  descriptors_.push_back(ring_.descriptor());
  const platform::DatagramOptions options{.buffer_count = static_cast<unsigned>(room.buffers),
                                          .payload_bytes = room.buffer_bytes};
  for (std::size_t i = 0; i < sockets.size(); ++i)
    receivers_.push_back(std::make_unique<platform::DatagramReceiver>(ring_, sockets[i], i, options));
}

void IoUringIntake::refill(std::span<DatagramQueue> queues, bool) noexcept {
  keep_armed();
  std::array<platform::IoCompletion, kCompletions> completions;
  std::size_t count;
  do {
    count = ring_.poll(completions);
    for (std::size_t i = 0; i < count; ++i) {
      platform::DatagramReceiver& receiver = *receivers_[completions[i].user_data];
      const auto datagram = receiver.take(completions[i]);
      if (datagram)
        queues[completions[i].user_data].push(*datagram);
      else if (!receiver.is_armed() && completions[i].result != -ENOBUFS)
        ++errors_[completions[i].user_data];
    }
  } while (count == kCompletions);
}

/// A receive ends when its buffers ran out or the socket had an error: nothing is lost by that.
void IoUringIntake::keep_armed() noexcept {
  bool is_new = false;
  for (const auto& receiver : receivers_)
    if (!receiver->is_armed()) is_new = receiver->arm() || is_new;
  if (is_new) ring_.submit();
}

void IoUringIntake::give_back(std::size_t socket, const platform::Datagram& datagram) noexcept {
  receivers_[socket]->give_back(datagram);
}

Intake::Troubles IoUringIntake::troubles(std::size_t socket) const noexcept {
  return {.starved = receivers_[socket]->starved_count(), .errors = errors_[socket]};
}

}  // namespace tickplant::feedhandlers::sources
