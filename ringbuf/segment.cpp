#include "ringbuf/segment.hpp"

#include <fcntl.h>
#include <grp.h>
#include <linux/magic.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include <algorithm>
#include <boost/interprocess/file_mapping.hpp>
#include <boost/interprocess/mapped_region.hpp>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>
#include <string_view>
#include <utility>

#include "platform/check.hpp"
#include "platform/futex.hpp"
#include "platform/numa_memory.hpp"
#include "platform/setup_error.hpp"
#include "platform/unique_fd.hpp"
#include "ringbuf/fixed_text.hpp"
#include "ringbuf/plant_folder.hpp"

namespace tickplant::ringbuf {
namespace {

namespace interprocess = boost::interprocess;
using platform::SetupError;
using platform::UniqueFd;
using platform::with_errno;

constexpr mode_t kSegmentMode = 0640;  // the group reads, nobody but us writes

/// Maps the very file behind `fd`: Boost wants a name, and by its own name the file could meanwhile be another one.
interprocess::mapped_region map_whole(const UniqueFd& fd, const std::string& file, interprocess::mode_t mode,
                                      int map_options) {
  try {
    const std::string name = "/proc/self/fd/" + std::to_string(fd.get());
    const interprocess::file_mapping mapping(name.c_str(), mode);
    return {mapping, mode, 0, 0, nullptr, map_options};
  } catch (const interprocess::interprocess_exception& error) {
    throw SetupError(with_errno("cannot map " + file, error.get_native_error()),
                     "check the address space limit (ulimit -v), vm.max_map_count, and that /proc is mounted");
  }
}

// --- creating ---

/// Bytes of a page of the file system. Throws unless the file is in memory: a page fault that waits for a disk would
/// stop the writer.
std::uint64_t check_file_system(const UniqueFd& folder, const std::string& file, bool allow_disk) {
  struct statfs status {};
  if (::fstatfs(folder.get(), &status) != 0) throw SetupError(with_errno(file, errno), "check the file system");
  const auto magic = static_cast<std::uint32_t>(status.f_type);
  if (magic == TMPFS_MAGIC) return platform::kPageBytes;
  if (magic == HUGETLBFS_MAGIC) return static_cast<std::uint64_t>(status.f_bsize);
  if (allow_disk) return platform::kPageBytes;
  char digits[2 + 8 + 1];
  std::snprintf(digits, sizeof digits, "0x%08x", magic);
  throw SetupError(file + " would lie on a file system of type " + digits + ", not on tmpfs or hugetlbfs",
                   "set TICKPLANT_RUNTIME to a folder on tmpfs (findmnt -t tmpfs lists them)");
}

[[noreturn]] void throw_no_space(const UniqueFd& folder, const std::string& file, std::uint64_t bytes_needed) {
  struct statfs status {};
  (void)::fstatfs(folder.get(), &status);
  const std::uint64_t bytes_free = status.f_bavail * static_cast<std::uint64_t>(status.f_bsize);
  const bool is_huge = static_cast<std::uint32_t>(status.f_type) == HUGETLBFS_MAGIC;
  throw SetupError(file + " needs " + std::to_string(bytes_needed) + " bytes, " + std::to_string(bytes_free) +
                       " are free on its file system",
                   is_huge ? "reserve more huge pages (vm.nr_hugepages), or configure fewer slots"
                           : "remount the tmpfs with a larger size=, remove other plants' segments, or configure fewer "
                             "slots");
}

/// Asks first: posix_fallocate fills the file system to the brim before it gives up, which hurts everybody on it.
void ask_for_room(const UniqueFd& folder, const std::string& file, std::uint64_t bytes) {
  struct statfs status {};
  (void)::fstatfs(folder.get(), &status);
  if (status.f_blocks != 0 && bytes / static_cast<std::uint64_t>(status.f_bsize) > status.f_bavail) {
    throw_no_space(folder, file, bytes);
  }
}

void allocate(const UniqueFd& fd, const UniqueFd& folder, const std::string& file, std::uint64_t bytes) {
  int error = EINTR;
  while (error == EINTR) error = ::posix_fallocate(fd.get(), 0, static_cast<off_t>(bytes));
  if (error == ENOSPC) throw_no_space(folder, file, bytes);
  if (error != 0) {
    throw SetupError(with_errno("cannot allocate " + std::to_string(bytes) + " bytes for " + file, error),
                     "check the file size limit (ulimit -f) and the quota");
  }
}

/// Mapped, all pages there: no page fault later.
interprocess::mapped_region map_allocated(const UniqueFd& fd, const UniqueFd& folder, const std::string& file,
                                          std::uint64_t bytes) {
  ask_for_room(folder, file, bytes);
  allocate(fd, folder, file, bytes);
  return map_whole(fd, file, interprocess::read_write, MAP_POPULATE);
}

/// The same in transparent huge pages, which the kernel gives when a page is first touched by way of a mapping that was
/// advised: posix_fallocate before that would take small ones for good.
interprocess::mapped_region map_in_huge_pages(const UniqueFd& fd, const UniqueFd& folder, const std::string& file,
                                              std::uint64_t bytes) {
  ask_for_room(folder, file, bytes);
  struct stat status {};
  if (::ftruncate(fd.get(), static_cast<off_t>(bytes)) != 0 || ::fstat(fd.get(), &status) != 0) {
    throw SetupError(with_errno("cannot make " + file + " " + std::to_string(bytes) + " bytes long", errno),
                     "check the file size limit (ulimit -f)");
  }
  interprocess::mapped_region region = map_whole(fd, file, interprocess::read_write, 0);
  const std::span<std::byte> range(static_cast<std::byte*>(region.get_address()), region.get_size());
  // Without room this call fails; a store would end in SIGBUS.
  if (platform::use_transparent_huge_pages_of_tmpfs(range, status.st_dev).granted) {
    (void)::madvise(range.data(), range.size(), MADV_POPULATE_WRITE);
  }
  allocate(fd, folder, file, bytes);  // what is not there yet
  const platform::MemoryWish here = platform::prefault(range);
  if (!here.granted) throw SetupError(file + ": " + here.what + ": " + here.reason, "check the memory of the machine");
  return region;
}

void fill_header(SegmentHeader& header, const SegmentSpec& spec, std::uint64_t bytes,
                 platform::UnixNanos now) noexcept {
  header.magic = kSegmentMagic;
  header.layout_major = kLayoutMajor;
  header.layout_minor = kLayoutMinor;
  header.endian_probe = kEndianProbe;
  header.header_bytes = kSegmentHeaderBytes;
  header.cache_line_bytes = platform::kCacheLineBytes;
  header.kind = spec.kind;
  header.schema_hash = spec.schema_hash;
  header.segment_bytes = bytes;
  header.slot_bytes = spec.slot_bytes;
  header.slot_count = spec.slot_count;
  set_text(header.plant_name, spec.plant_name);
  set_text(header.segment_name, spec.segment_name);
  header.epoch.store(0, std::memory_order_relaxed);
  header.created_at = now.value;
}

void wake_readers(SegmentHeader& header) noexcept {
  // W14 -> R14: whoever sees the word moved sees what moved it; a reader that loads it before its last look cannot
  // sleep
  //             through news that came after the look.
  header.wake_word.fetch_add(1, std::memory_order_release);
  (void)platform::futex_wake_all(header.wake_word);
}

/// One owner more in the life of the segment: this process.
void sign(SegmentHeader& header, platform::UnixNanos now) noexcept {
  const auto pid = static_cast<std::uint32_t>(::getpid());
  header.writer_pid.store(pid, std::memory_order_relaxed);  // all of this is seen through W7
  header.writer_start_time.store(process_start_time(pid), std::memory_order_relaxed);
  header.epoch.store(header.epoch.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  header.heartbeat.store(now.value, std::memory_order_relaxed);
}

/// Could a predecessor of this very configuration and layout have made it, and announced it?
bool is_what_we_would_build(const SegmentHeader& header, std::uint64_t file_bytes, const SegmentSpec& spec,
                            std::uint64_t page_bytes) noexcept {
  const std::uint64_t bytes = (spec.segment_bytes + page_bytes - 1) / page_bytes * page_bytes;
  return header.magic == kSegmentMagic && header.endian_probe == kEndianProbe && header.layout_major == kLayoutMajor &&
         header.layout_minor == kLayoutMinor && header.header_bytes == kSegmentHeaderBytes &&
         header.cache_line_bytes == platform::kCacheLineBytes && header.kind == spec.kind &&
         header.schema_hash == spec.schema_hash && file_bytes == bytes && header.segment_bytes == bytes &&
         header.slot_bytes == spec.slot_bytes && header.slot_count == spec.slot_count &&
         text_of(header.plant_name) == spec.plant_name && text_of(header.segment_name) == spec.segment_name &&
         header.state.load(std::memory_order_relaxed) != SegmentState::building;
}

/// Takes the half-made file away again unless it was renamed.
class Building {
 public:
  Building(const UniqueFd& folder, std::string name) : folder_(&folder), name_(std::move(name)) {}
  Building(const Building&) = delete;
  Building& operator=(const Building&) = delete;
  ~Building() {
    if (!is_renamed_) ::unlinkat(folder_->get(), name_.c_str(), 0);
  }
  [[nodiscard]] const char* name() const noexcept { return name_.c_str(); }
  [[nodiscard]] bool rename_to(const std::string& final_name) noexcept {
    is_renamed_ = ::renameat(folder_->get(), name_.c_str(), folder_->get(), final_name.c_str()) == 0;
    return is_renamed_;
  }

 private:
  const UniqueFd* folder_;
  std::string name_;
  bool is_renamed_ = false;
};

// --- attaching ---

std::string group_name(gid_t group) {
  const struct group* entry = ::getgrgid(group);  // NOLINT(concurrency-mt-unsafe): set-up, one thread
  return entry != nullptr ? entry->gr_name : std::to_string(group);
}

[[noreturn]] void throw_no_permission(const std::filesystem::path& path, const std::string& file) {
  // The file itself, or the nearest folder above it that we can still look at: that is where we were stopped.
  std::filesystem::path stopped_at = path;
  struct stat status {};
  while (::lstat(stopped_at.c_str(), &status) != 0 && stopped_at.has_relative_path()) {
    stopped_at = stopped_at.parent_path();
  }
  const std::string group = group_name(status.st_gid);
  throw SetupError("no permission to read " + file + ": '" + stopped_at.string() + "' is open to group '" + group + "'",
                   "join it: usermod -aG " + group + " <user>, then log in again");
}

UniqueFd open_segment(const std::filesystem::path& path, const std::string& file) {
  // O_NONBLOCK: a FIFO of that name must not hold us up.
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK));
  if (fd) return fd;
  switch (errno) {
    case ENOENT: throw SetupError(file + " does not exist", "start the plant, or check its name");
    case EACCES: throw_no_permission(path, file);
    case ELOOP: throw SetupError(file + " is a symbolic link, not a segment", "remove it: no plant makes one");
    default: throw SetupError(with_errno("cannot open " + file, errno), "check the path");
  }
}

constexpr const char* kRemedyRebuild = "restart the plant: it builds its segments anew";
constexpr const char* kRemedySameVersion = "use a client and a plant of the same version";

std::string hex(std::uint64_t value) {
  char digits[2 + 16 + 1];
  std::snprintf(digits, sizeof digits, "0x%016lx", value);
  return digits;
}

void check_header(const SegmentHeader& header, std::uint64_t file_bytes, SegmentExpectation expected,
                  const std::string& file) {
  if (header.magic != kSegmentMagic) {
    throw SetupError(file + " is not a segment of a plant: it does not start with TICKPLNT", "check the path");
  }
  if (header.endian_probe != kEndianProbe) {
    throw SetupError(file + " was written on a machine with another byte order", "read it where it was written");
  }
  if (header.layout_major != kLayoutMajor) {
    throw SetupError(file + " has layout version " + std::to_string(header.layout_major) + "." +
                         std::to_string(header.layout_minor) + ", this program reads " + std::to_string(kLayoutMajor) +
                         "." + std::to_string(kLayoutMinor),
                     kRemedySameVersion);
  }
  if (header.kind != expected.kind) {
    throw SetupError(
        file + " is of kind " + std::string(name_of(header.kind)) + ", expected " + std::string(name_of(expected.kind)),
        "check the path");
  }
  if (header.schema_hash != expected.schema_hash) {
    throw SetupError(
        file + " has schema " + hex(header.schema_hash) + ", this program reads " + hex(expected.schema_hash),
        kRemedySameVersion);
  }
  // R7 <- W7: whoever sees `live` sees all that was built before it.
  if (header.state.load(std::memory_order_acquire) == SegmentState::building) {
    throw SetupError(file + " is half built",
                     "wait for the plant to become ready; if it died while starting, restart it");
  }
  if (header.segment_bytes != file_bytes) {
    throw SetupError(file + " is " + std::to_string(file_bytes) + " bytes long, its header says " +
                         std::to_string(header.segment_bytes),
                     kRemedyRebuild);
  }
  const std::uint64_t payload_bytes = file_bytes - kSegmentHeaderBytes;
  const bool slots_fit = header.slot_bytes == 0 || header.slot_count <= payload_bytes / header.slot_bytes;
  if (header.header_bytes != kSegmentHeaderBytes || header.cache_line_bytes != platform::kCacheLineBytes ||
      !slots_fit) {
    throw SetupError(file + " has an impossible header: " + std::to_string(header.slot_count) + " slots of " +
                         std::to_string(header.slot_bytes) + " bytes, header " + std::to_string(header.header_bytes) +
                         ", cache line " + std::to_string(header.cache_line_bytes) + ", file " +
                         std::to_string(file_bytes),
                     kRemedyRebuild);
  }
}

std::string quoted(const std::filesystem::path& path) { return "segment '" + path.string() + "'"; }

}  // namespace

// --- the writer's side ---

struct WritableSegment::Mapping {
  std::filesystem::path path;
  interprocess::mapped_region region;
  bool is_adopted = false;
};

WritableSegment WritableSegment::create(const std::filesystem::path& folder_path, const SegmentSpec& spec,
                                        platform::UnixNanos now, bool allow_disk) {
  TP_CHECK(spec.kind != SegmentKind::none && spec.segment_bytes >= kSegmentHeaderBytes);
  TP_CHECK(spec.slot_bytes == 0 || spec.slot_count <= (spec.segment_bytes - kSegmentHeaderBytes) / spec.slot_bytes);
  check_name("plant name", spec.plant_name);
  check_name("segment name", spec.segment_name);

  const std::filesystem::path path = segment_path(folder_path, spec.segment_name);
  const std::string file = quoted(path);
  const UniqueFd folder = open_owned_folder(folder_path);
  const std::uint64_t page_bytes = check_file_system(folder, file, allow_disk);
  const std::uint64_t bytes = (spec.segment_bytes + page_bytes - 1) / page_bytes * page_bytes;

  Building building(folder, path.filename().string() + ".building");
  (void)::unlinkat(folder.get(), building.name(), 0);  // left by a process that died in here
  const UniqueFd fd(::openat(folder.get(), building.name(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!fd || ::fchmod(fd.get(), kSegmentMode) != 0) {
    throw SetupError(with_errno("cannot create " + file, errno), "check that nobody else starts this plant just now");
  }
  const bool is_huge_wish = spec.wants_huge_pages && page_bytes == platform::kPageBytes;
  auto mapping = std::make_unique<Mapping>(Mapping{
      path, is_huge_wish ? map_in_huge_pages(fd, folder, file, bytes) : map_allocated(fd, folder, file, bytes), false});
  SegmentHeader& header = *new (mapping->region.get_address()) SegmentHeader{};
  fill_header(header, spec, bytes, now);
  sign(header, now);

  if (!building.rename_to(path.filename().string())) {
    throw SetupError(with_errno("cannot rename " + file + " into place", errno), "remove what has that name");
  }
  return WritableSegment(std::move(mapping));
}

WritableSegment WritableSegment::adopt_or_create(const std::filesystem::path& folder_path, const SegmentSpec& spec,
                                                 platform::UnixNanos now, bool allow_disk, Takeover takeover) {
  const std::filesystem::path path = segment_path(folder_path, spec.segment_name);
  const std::string file = quoted(path);
  const UniqueFd folder = open_owned_folder(folder_path);
  const UniqueFd fd(::openat(folder.get(), path.filename().c_str(), O_RDWR | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK));
  struct stat status {};
  const bool is_file = fd && ::fstat(fd.get(), &status) == 0 && S_ISREG(status.st_mode) &&
                       status.st_size >= static_cast<off_t>(kSegmentHeaderBytes);
  if (!is_file) return create(folder_path, spec, now, allow_disk);

  auto left =
      std::make_unique<Mapping>(Mapping{path, map_whole(fd, file, interprocess::read_write, MAP_POPULATE), true});
  SegmentHeader& header = *static_cast<SegmentHeader*>(left->region.get_address());
  const auto file_bytes = static_cast<std::uint64_t>(status.st_size);
  if (takeover == Takeover::when_equal &&
      is_what_we_would_build(header, file_bytes, spec, check_file_system(folder, file, allow_disk))) {
    sign(header, now);
    return WritableSegment(std::move(left));
  }
  WritableSegment made = create(folder_path, spec, now, allow_disk);
  // Of another layout we do not know where the state is; those readers see that nobody beats any more.
  // One that nobody was ever told of stays what it is: `closed` means that all in it is true.
  if (header.magic == kSegmentMagic && header.endian_probe == kEndianProbe && header.layout_major == kLayoutMajor &&
      header.state.load(std::memory_order_relaxed) != SegmentState::building) {
    header.state.store(SegmentState::closed, std::memory_order_release);  // W7 -> R7
    wake_readers(header);
  }
  return made;
}

WritableSegment::WritableSegment(std::unique_ptr<Mapping> mapping) noexcept : mapping_(std::move(mapping)) {}
WritableSegment::WritableSegment(WritableSegment&&) noexcept = default;
WritableSegment& WritableSegment::operator=(WritableSegment&&) noexcept = default;
WritableSegment::~WritableSegment() = default;

SegmentHeader& WritableSegment::header() noexcept {
  return *static_cast<SegmentHeader*>(mapping_->region.get_address());
}

std::span<std::byte> WritableSegment::payload() noexcept {
  return std::span(static_cast<std::byte*>(mapping_->region.get_address()), mapping_->region.get_size())
      .subspan(kSegmentHeaderBytes);
}

const std::filesystem::path& WritableSegment::path() const noexcept { return mapping_->path; }
bool WritableSegment::is_adopted() const noexcept { return mapping_->is_adopted; }

// W7 -> R7: whoever sees `live` sees the header and all that was stored before; else a reader could attach to zeros.
void WritableSegment::announce() noexcept {
  header().state.store(SegmentState::live, std::memory_order_release);
  wake();
}

// W7 -> R7: whoever sees `closed` sees the last thing ever written.
void WritableSegment::close() noexcept {
  header().state.store(SegmentState::closed, std::memory_order_release);
  wake();
}

void WritableSegment::beat(platform::UnixNanos now) noexcept {
  // Relaxed: signs of life, nothing is read through them. One thread beats, so load and store are enough.
  SegmentHeader& page = header();
  page.heartbeat.store(now.value, std::memory_order_relaxed);
  page.heartbeat_count.store(page.heartbeat_count.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
}

void WritableSegment::wake() noexcept { wake_readers(header()); }

void WritableSegment::remove() noexcept { (void)::unlink(mapping_->path.c_str()); }

// --- the reader's side ---

struct ReadOnlySegment::Mapping {
  std::filesystem::path path;
  interprocess::mapped_region region;
};

ReadOnlySegment ReadOnlySegment::attach(const std::filesystem::path& path, SegmentExpectation expectation) {
  const std::string file = quoted(path);
  const UniqueFd fd = open_segment(path, file);
  struct stat status {};
  if (::fstat(fd.get(), &status) != 0) throw SetupError(with_errno("cannot look at " + file, errno), "check the path");
  if (!S_ISREG(status.st_mode)) throw SetupError(file + " is not a regular file", "check the path");
  const auto file_bytes = static_cast<std::uint64_t>(status.st_size);
  // A page that is mapped but not in the file is a SIGBUS, not an error message.
  if (file_bytes < kSegmentHeaderBytes) {
    throw SetupError(file + " is " + std::to_string(file_bytes) + " bytes long, shorter than a segment's header",
                     "check the path");
  }
  auto mapping = std::make_unique<Mapping>(Mapping{path, map_whole(fd, file, interprocess::read_only, 0)});
  check_header(*static_cast<const SegmentHeader*>(mapping->region.get_address()), file_bytes, expectation, file);
  // Best effort: without it (kernel before 5.14) the first reads of each page take a minor fault.
  (void)::madvise(mapping->region.get_address(), mapping->region.get_size(), MADV_POPULATE_READ);
  return ReadOnlySegment(std::move(mapping));
}

ReadOnlySegment::ReadOnlySegment(std::unique_ptr<Mapping> mapping) noexcept : mapping_(std::move(mapping)) {}
ReadOnlySegment::ReadOnlySegment(ReadOnlySegment&&) noexcept = default;
ReadOnlySegment& ReadOnlySegment::operator=(ReadOnlySegment&&) noexcept = default;
ReadOnlySegment::~ReadOnlySegment() = default;

const SegmentHeader& ReadOnlySegment::header() const noexcept {
  return *static_cast<const SegmentHeader*>(mapping_->region.get_address());
}

std::span<const std::byte> ReadOnlySegment::payload() const noexcept {
  return std::span(static_cast<const std::byte*>(mapping_->region.get_address()), mapping_->region.get_size())
      .subspan(kSegmentHeaderBytes);
}

const std::filesystem::path& ReadOnlySegment::path() const noexcept { return mapping_->path; }

SegmentState ReadOnlySegment::state() const noexcept {
  return header().state.load(std::memory_order_acquire);  // R7 <- W7
}

// --- about segments ---

bool writer_is_alive(const SegmentHeader& header) noexcept {
  const std::uint64_t start_time = header.writer_start_time.load(std::memory_order_relaxed);
  return start_time != 0 && process_start_time(header.writer_pid.load(std::memory_order_relaxed)) == start_time;
}

std::uint64_t process_start_time(std::uint32_t pid) noexcept {
  char name[32];
  std::snprintf(name, sizeof name, "/proc/%u/stat", pid);
  const UniqueFd fd(::open(name, O_RDONLY | O_CLOEXEC));
  char text[1024];
  const ssize_t bytes = fd ? ::read(fd.get(), text, sizeof text - 1) : 0;
  if (bytes <= 0) return 0;
  text[bytes] = '\0';
  // The command's name, field 2, may hold blanks and brackets: count fields from its last bracket on.
  const char* at = std::strrchr(text, ')');
  if (at == nullptr || std::strlen(at) < 3) return 0;
  if (at[2] == 'Z' || at[2] == 'X') return 0;  // dead, and nobody has waited for it yet
  for (int field = 2; field < 22 && at != nullptr; ++field) at = std::strchr(at + 1, ' ');
  return at == nullptr ? 0 : std::strtoull(at, nullptr, 10);
}

std::filesystem::path segment_path(const std::filesystem::path& folder, const std::string& segment_name) {
  return folder / (segment_name + ".seg");
}

std::string_view name_of(SegmentKind kind) noexcept {
  switch (kind) {
    case SegmentKind::none: return "none";
    case SegmentKind::catalog: return "catalog";
    case SegmentKind::broadcast: return "broadcast";
    case SegmentKind::sequencer: return "sequencer";
    case SegmentKind::spsc_queue: return "spsc_queue";
    case SegmentKind::mpmc_queue: return "mpmc_queue";
    case SegmentKind::instruments: return "instruments";
    case SegmentKind::image: return "image";
    case SegmentKind::newest: return "newest";
    case SegmentKind::depth: return "depth";
    case SegmentKind::text: return "text";
    case SegmentKind::counters: return "counters";
    case SegmentKind::clock: return "clock";
    case SegmentKind::gating: return "gating";
    case SegmentKind::functions: return "functions";
    case SegmentKind::derived_image: return "derived_image";
  }
  return "unknown";
}

}  // namespace tickplant::ringbuf
