/* A stranger's reader: follows the rings of a live plant and prints records and images. Written from
 * docs/shared-memory.md alone; includes nothing of the plant's, so that the page is proven to be enough.
 *
 *   c_reader FOLDER [--count N] [--seconds S] [--from-start]
 *
 * Prints one line each for feeds, segments, records and, at the end, images:
 *
 *   feed 1 nasdaq venue=XNAS ring=ticks
 *   segment ticks kind=2 slots=1024
 *   record ticks 17 quote AAPL@XNAS ts=1548854400000000000 bid=101.250000000 ask=- bid_size=100 ask_size=0
 *   overrun ticks 18 530
 *   image AAPL@XNAS stamp=17 bid=101.250000000 ask=- last=101.260000000 volume=300 trades=2
 *   function 1 T60 kind=1 set=standard
 *   derived derived 5 row T60 AAPL@XNAS cause=99 revision=0 end=... open=101.25 high= low= close= volume=300
 *   derived_image AAPL@XNAS sequence=5 T60 end=... close=101.250000000 average_5min=101.2
 *
 * Ends after N records, after S seconds, or when every ring is closed and read to its end. Exit: 0, or 1 with a
 * message.
 */
#define _POSIX_C_SOURCE 200809L

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define WRITING (UINT64_C(1) << 63)
#define PAGE    4096u

static void die(const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  fputs("c_reader: ", stderr);
  vfprintf(stderr, format, arguments);
  fputc('\n', stderr);
  va_end(arguments);
  exit(1);
}

/* --- fields of copied bytes --- */

static uint64_t u64_at(const void* bytes, size_t offset) {
  uint64_t value;
  memcpy(&value, (const char*)bytes + offset, 8);
  return value;
}
static int64_t i64_at(const void* bytes, size_t offset) { return (int64_t)u64_at(bytes, offset); }
static uint32_t u32_at(const void* bytes, size_t offset) {
  uint32_t value;
  memcpy(&value, (const char*)bytes + offset, 4);
  return value;
}
static uint16_t u16_at(const void* bytes, size_t offset) {
  uint16_t value;
  memcpy(&value, (const char*)bytes + offset, 2);
  return value;
}
static uint8_t u8_at(const void* bytes, size_t offset) { return ((const uint8_t*)bytes)[offset]; }

/* --- segments: "Attaching" --- */

enum {
  KIND_CATALOG = 1,
  KIND_BROADCAST = 2,
  KIND_INSTRUMENTS = 6,
  KIND_IMAGE = 7,
  KIND_FUNCTIONS = 14,
  KIND_DERIVED_IMAGE = 15
};

struct segment {
  const char* bytes; /* the whole file, NULL when there is none */
  size_t size;
  uint64_t slot_bytes;
  uint64_t slot_count;
};

static const _Atomic uint64_t* word_at(const struct segment* segment, uint64_t offset) {
  return (const _Atomic uint64_t*)(const void*)(segment->bytes + offset);
}
static uint64_t load_acquire(const struct segment* segment, uint64_t offset) {
  return atomic_load_explicit(word_at(segment, offset), memory_order_acquire);
}
static uint32_t state_of(const struct segment* segment) {
  return atomic_load_explicit((const _Atomic uint32_t*)(const void*)(segment->bytes + 0x0c0), memory_order_acquire);
}

static struct segment attach(const char* path, uint32_t kind, uint64_t schema_hash) {
  const int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) die("cannot open %s: %s", path, strerror(errno));
  struct stat status;
  if (fstat(fd, &status) != 0 || status.st_size < (off_t)PAGE) die("%s is no segment: too short", path);
  struct segment segment = {NULL, (size_t)status.st_size, 0, 0};
  void* address = mmap(NULL, segment.size, PROT_READ, MAP_SHARED, fd, 0);
  close(fd);
  if (address == MAP_FAILED) die("cannot map %s: %s", path, strerror(errno));
  segment.bytes = address;

  const char* header = segment.bytes;
  if (memcmp(header, "TICKPLNT", 8) != 0) die("%s is no segment", path);
  if (u32_at(header, 0x00c) != 0x01020304) die("%s was written in another byte order", path);
  if (u16_at(header, 0x008) != 1) die("%s has layout version %u, this reader knows 1", path, u16_at(header, 0x008));
  if (u32_at(header, 0x018) != kind) die("%s is of kind %u, expected %u", path, u32_at(header, 0x018), kind);
  if (u64_at(header, 0x020) != schema_hash) die("%s has a schema that this reader does not know", path);
  if (state_of(&segment) == 0) die("%s is still being built", path);
  segment.slot_bytes = u64_at(header, 0x030);
  segment.slot_count = u64_at(header, 0x038);
  if (u64_at(header, 0x028) != segment.size) die("%s is truncated", path);
  if (segment.slot_bytes != 0 && segment.slot_count > (segment.size - PAGE) / segment.slot_bytes) {
    die("%s claims more slots than it has bytes", path);
  }
  return segment;
}

/* --- table entries: "Two read protocols" --- */

enum entry_result { VALUE, NEVER, BUSY };

static enum entry_result read_entry(const struct segment* segment, uint64_t offset, size_t words, uint64_t* out) {
  const _Atomic uint64_t* entry = word_at(segment, offset);
  for (int attempt = 0; attempt < 64; ++attempt) {
    out[0] = atomic_load_explicit(&entry[0], memory_order_acquire);
    if (out[0] == 0) return NEVER;
    if ((out[0] & WRITING) != 0) continue;
    for (size_t i = 1; i < words; ++i) out[i] = atomic_load_explicit(&entry[i], memory_order_acquire);
    if (atomic_load_explicit(&entry[0], memory_order_relaxed) == out[0]) return VALUE;
  }
  return BUSY;
}

/* Until it is not busy: the writer of a live plant is done in a moment. */
static bool read_entry_patiently(const struct segment* segment, uint64_t offset, size_t words, uint64_t* out) {
  for (int attempt = 0; attempt < 1000; ++attempt) {
    const enum entry_result result = read_entry(segment, offset, words, out);
    if (result != BUSY) return result == VALUE;
    nanosleep(&(struct timespec){0, 100000}, NULL);
  }
  return false;
}

/* --- rings: "Two read protocols", "Broadcast ring" --- */

enum poll_result { RECORD, EMPTY, OVERRUN };

struct ring {
  struct segment segment;
  char name[64];
  uint64_t next;
  uint64_t lost_first;
  uint64_t lost_last;
};

static uint64_t max_of(uint64_t a, uint64_t b) { return a > b ? a : b; }

static enum poll_result poll_ring(struct ring* ring, uint64_t* out) {
  const uint64_t slot_count = ring->segment.slot_count;
  const size_t words = ring->segment.slot_bytes / 8;
  const uint64_t first_sequence = load_acquire(&ring->segment, 0x10c0);
  const _Atomic uint64_t* slot =
      word_at(&ring->segment, 0x2000 + (ring->next & (slot_count - 1)) * ring->segment.slot_bytes);
  const uint64_t stamp = atomic_load_explicit(&slot[0], memory_order_acquire);
  uint64_t found = stamp & ~WRITING;
  if (stamp == ring->next) {
    out[0] = stamp;
    for (size_t i = 1; i < words; ++i) out[i] = atomic_load_explicit(&slot[i], memory_order_acquire);
    const uint64_t again = atomic_load_explicit(&slot[0], memory_order_relaxed);
    if (again == stamp) {
      ring->next++;
      return RECORD;
    }
    found = again & ~WRITING;
  } else if (found <= ring->next) {
    if (found != 0 || ring->next >= first_sequence) return EMPTY;
    found = first_sequence;
  }
  const uint64_t newest = max_of(found - 1, load_acquire(&ring->segment, 0x1000));
  const uint64_t half = slot_count / 2;
  const uint64_t resume = max_of(newest > half ? newest - half + 1 : 1, first_sequence);
  ring->lost_first = ring->next;
  ring->lost_last = resume - 1;
  ring->next = resume;
  return OVERRUN;
}

/* --- printing --- */

static struct segment instruments;

static const char* symbol_of(uint32_t id) {
  static char text[128];
  uint64_t entry[32];
  if (id == 0) return "-";
  if (instruments.bytes == NULL || id > load_acquire(&instruments, 0x1000) ||
      !read_entry_patiently(&instruments, PAGE + UINT64_C(256) * id, 32, entry)) {
    snprintf(text, sizeof text, "#%" PRIu32, id);
    return text;
  }
  snprintf(text, sizeof text, "%.72s@%.8s", (const char*)entry + 32, (const char*)entry + 24);
  return text;
}

static void print_price(const char* name, int64_t price) {
  if (price == INT64_MAX) {
    printf(" %s=-", name);
    return;
  }
  const uint64_t absolute = price < 0 ? 0 - (uint64_t)price : (uint64_t)price;
  printf(" %s=%s%" PRIu64 ".%09" PRIu64, name, price < 0 ? "-" : "", absolute / 1000000000, absolute % 1000000000);
}

static void print_trade(const char* body) {
  print_price("price", i64_at(body, 0));
  printf(" size=%" PRIu64 " id=%" PRIu64 " side=%u kind=%u", u64_at(body, 8), u64_at(body, 16), u8_at(body, 24),
         u8_at(body, 25));
}

static void print_quote(const char* body) {
  print_price("bid", i64_at(body, 0));
  print_price("ask", i64_at(body, 8));
  printf(" bid_size=%" PRIu64 " ask_size=%" PRIu64, u64_at(body, 16), u64_at(body, 24));
}

static void print_order(const char* body) {
  print_price("price", i64_at(body, 8));
  printf(" size=%" PRIu64 " id=%" PRIu64 " action=%u side=%u", u64_at(body, 16), u64_at(body, 0), u8_at(body, 24),
         u8_at(body, 25));
}

static void print_record(const char* ring, const uint64_t* words) {
  static const char* const types[] = {"none",           "trade",        "quote",      "order",
                                      "level",          "book_clear",   "status",     "imbalance",
                                      "auction_prices", "trade_cancel", "gap",        "source_position",
                                      "heartbeat",      "session",      "definition", "command"};
  const char* record = (const char*)words;
  const char* body = record + 32;
  const unsigned type = u8_at(record, 28);
  printf("record %s %" PRIu64 " %s %s ts=%" PRId64, ring, u64_at(record, 0),
         type < sizeof types / sizeof types[0] ? types[type] : "unknown", symbol_of(u32_at(record, 24)),
         i64_at(record, 8));
  switch (type) {
    case 1: print_trade(body); break;
    case 2: print_quote(body); break;
    case 3: print_order(body); break;
    case 6: printf(" status=%u kind=%u", u8_at(body, 0), u8_at(body, 1)); break;
    case 10: printf(" first=%" PRIu64 " last=%" PRIu64, u64_at(body, 0), u64_at(body, 8)); break;
    case 13: printf(" date=%" PRIu32, u32_at(body, 0)); break;
    default: break;
  }
  putchar('\n');
}

static double f64_at(const void* bytes, size_t offset) {
  double value;
  memcpy(&value, (const char*)bytes + offset, 8);
  return value;
}

static struct segment functions;

/* "Functions": entries below the count never change. */
static const char* function_name(uint16_t id) {
  static char text[97];
  if (functions.bytes == NULL || id == 0 || id > load_acquire(&functions, 0x1000)) return "?";
  snprintf(text, sizeof text, "%.96s", functions.bytes + PAGE + UINT64_C(256) * id + 64);
  return text;
}

static void print_functions(void) {
  const uint64_t count = functions.bytes == NULL ? 0 : load_acquire(&functions, 0x1000);
  for (uint64_t id = 1; id <= count; ++id) {
    const char* entry = functions.bytes + PAGE + 256 * id;
    printf("function %u %s kind=%u set=%.40s\n", u16_at(entry, 0), function_name((uint16_t)id), u8_at(entry, 2),
           entry + 24);
  }
}

/* "Derived records" */
static void print_derived(const char* ring, const uint64_t* words) {
  static const char* const types[] = {"none", "row", "values", "signal", "correction"};
  const char* record = (const char*)words;
  const char* body = record + 64;
  const unsigned type = u8_at(record, 46);
  printf("derived %s %" PRIu64 " %s %s %s cause=%" PRIu64 " revision=%" PRIu32, ring, u64_at(record, 0),
         type < sizeof types / sizeof types[0] ? types[type] : "unknown", function_name(u16_at(record, 44)),
         symbol_of(u32_at(record, 40)), u64_at(record, 16), u32_at(record, 48));
  if (type == 1) {
    printf(" end=%" PRId64, i64_at(body, 8));
    print_price("open", i64_at(body, 24));
    print_price("high", i64_at(body, 32));
    print_price("low", i64_at(body, 40));
    print_price("close", i64_at(body, 48));
    printf(" volume=%" PRIu64, u64_at(body, 56));
  } else if (type == 2) {
    printf(" end=%" PRId64, i64_at(body, 8));
    for (unsigned i = 0; i < u16_at(body, 18) && i < 20; ++i) printf(" %g", f64_at(body, 32 + 8 * (size_t)i));
  } else if (type == 3) {
    printf(" what=%u status=%u", u8_at(body, 64), u8_at(body, 65));
    print_price("price", i64_at(body, 24));
  }
  putchar('\n');
}

/* "Derived image" */
static void print_derived_image(const struct segment* image) {
  const uint64_t known = instruments.bytes == NULL ? image->slot_count : load_acquire(&instruments, 0x1000) + 1;
  for (uint64_t id = 1; id < image->slot_count && id < known; ++id) {
    uint64_t words[128];
    if (!read_entry_patiently(image, PAGE + 1024 * id, 128, words)) continue;
    const char* entry = (const char*)words;
    printf("derived_image %s sequence=%" PRIu64, symbol_of((uint32_t)id), u64_at(entry, 8));
    for (size_t at = 64; at < 448; at += 96) {
      if (u16_at(entry, at + 92) == 0) continue;
      printf(" %s end=%" PRId64, function_name(u16_at(entry, at + 92)), i64_at(entry, at + 8));
      print_price("close", i64_at(entry, at + 40));
    }
    if (u16_at(entry, 448 + 24) != 0) printf(" cross=%u", u8_at(entry, 448 + 26));
    printf(" average_5min=%g indicators=%u\n", f64_at(entry, 48), u16_at(entry, 46));
  }
}

static void print_image(const struct segment* image) {
  const uint64_t known = instruments.bytes == NULL ? image->slot_count : load_acquire(&instruments, 0x1000) + 1;
  for (uint64_t id = 1; id < image->slot_count && id < known; ++id) {
    uint64_t entry[32];
    if (!read_entry_patiently(image, PAGE + 256 * id, 32, entry)) continue;
    printf("image %s stamp=%" PRIu64, symbol_of((uint32_t)id), u64_at(entry, 0));
    print_price("bid", i64_at(entry, 16));
    print_price("ask", i64_at(entry, 24));
    print_price("last", i64_at(entry, 64));
    printf(" volume=%" PRIu64 " trades=%" PRIu64 "\n", u64_at(entry, 96), u64_at(entry, 120));
  }
}

/* --- the plant: "Catalog" --- */

#define RINGS_MAX 64
static struct ring rings[RINGS_MAX];
static size_t ring_count;
static struct segment images[RINGS_MAX];
static size_t image_count;
static struct segment derived_image;

static void path_of(const char* folder, const char* file, char* out, size_t out_bytes) {
  const int length =
      file[0] == '/' ? snprintf(out, out_bytes, "%s", file) : snprintf(out, out_bytes, "%s/%s", folder, file);
  if (length < 0 || (size_t)length >= out_bytes) die("path too long: %s", file);
}

static void open_plant(const char* folder, bool from_start) {
  char path[4096];
  path_of(folder, "catalog.seg", path, sizeof path);
  const struct segment catalog = attach(path, KIND_CATALOG, UINT64_C(0x9386041d9eda3460));
  printf("plant %.64s\n", catalog.bytes + 0x040);

  uint64_t entry[32];
  const uint64_t feed_count = load_acquire(&catalog, 0x1008);
  for (uint64_t i = 0; i < feed_count && i < 64; ++i) {
    if (!read_entry_patiently(&catalog, 0x1040 + 256 * i, 32, entry)) continue;
    const char* feed = (const char*)entry;
    printf("feed %u %.32s venue=%.8s ring=%.64s\n", u16_at(feed, 8), feed + 24, feed + 16, feed + 128);
  }
  const uint64_t segment_count = load_acquire(&catalog, 0x1010);
  for (uint64_t i = 0; i < segment_count && i < 512; ++i) {
    if (!read_entry_patiently(&catalog, 0x5040 + 256 * i, 32, entry)) continue;
    const char* segment = (const char*)entry;
    const uint32_t kind = u32_at(segment, 8);
    printf("segment %.64s kind=%" PRIu32 " slots=%" PRIu64 "\n", segment + 40, kind, u64_at(segment, 24));
    path_of(folder, segment + 104, path, sizeof path);
    if (kind == KIND_INSTRUMENTS) instruments = attach(path, kind, UINT64_C(0x578cc9e49db32af1));
    if (kind == KIND_IMAGE && image_count < RINGS_MAX) {
      images[image_count++] = attach(path, kind, UINT64_C(0xf03614d17b017bff));
    }
    if (kind == KIND_FUNCTIONS) functions = attach(path, kind, UINT64_C(0xd16da31b68857887));
    if (kind == KIND_DERIVED_IMAGE) derived_image = attach(path, kind, UINT64_C(0xe7f702d5d324525d));
    const uint64_t slot_bytes = u64_at(segment, 16);
    if (kind == KIND_BROADCAST && (slot_bytes == 64 || slot_bytes == 256) && ring_count < RINGS_MAX) {
      struct ring* ring = &rings[ring_count++];
      ring->segment = attach(path, kind, UINT64_C(0xd762a5788a8a8c31));
      memcpy(ring->name, segment + 40, sizeof ring->name);
      ring->name[sizeof ring->name - 1] = '\0';
      const uint64_t slot_count = ring->segment.slot_count;
      if (slot_count < 2 || (slot_count & (slot_count - 1)) != 0 ||
          0x2000 + slot_count * slot_bytes > ring->segment.size || ring->segment.slot_bytes != slot_bytes) {
        die("ring %s has an impossible slot count", ring->name);
      }
      ring->next = from_start ? load_acquire(&ring->segment, 0x10c0) : load_acquire(&ring->segment, 0x1000) + 1;
    }
  }
}

/* --- following --- */

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static void follow(uint64_t count, double seconds) {
  const double end = now() + seconds;
  uint64_t record[32];
  uint64_t printed = 0;
  while (printed < count) {
    bool found = false;
    bool open = false;
    for (size_t i = 0; i < ring_count && printed < count; ++i) {
      const bool closed = state_of(&rings[i].segment) == 2; /* before the poll: what comes behind was written before */
      switch (poll_ring(&rings[i], record)) {
        case RECORD:
          (rings[i].segment.slot_bytes == 64 ? print_record : print_derived)(rings[i].name, record);
          ++printed;
          found = true;
          break;
        case OVERRUN:
          printf("overrun %s %" PRIu64 " %" PRIu64 "\n", rings[i].name, rings[i].lost_first, rings[i].lost_last);
          found = true;
          break;
        case EMPTY:
          if (!closed) open = true;
          break;
      }
    }
    if (now() >= end || (!found && !open)) return;
    if (found) continue;
    fflush(stdout);
    nanosleep(&(struct timespec){0, 50000}, NULL);
  }
}

int main(int argc, char** argv) {
  if (argc < 2) die("usage: c_reader FOLDER [--count N] [--seconds S] [--from-start]");
  uint64_t count = UINT64_MAX;
  double seconds = 10;
  bool from_start = false;
  for (int i = 2; i < argc; ++i) {
    if (strcmp(argv[i], "--from-start") == 0) {
      from_start = true;
    } else if (strcmp(argv[i], "--count") == 0 && i + 1 < argc) {
      count = strtoull(argv[++i], NULL, 10);
    } else if (strcmp(argv[i], "--seconds") == 0 && i + 1 < argc) {
      seconds = strtod(argv[++i], NULL);
    } else {
      die("unknown argument %s", argv[i]);
    }
  }
  open_plant(argv[1], from_start);
  print_functions();
  fflush(stdout);
  follow(count, seconds);
  for (size_t i = 0; i < image_count; ++i) print_image(&images[i]);
  if (derived_image.bytes != NULL) print_derived_image(&derived_image);
  return fflush(stdout) == 0 ? 0 : 1;
}
