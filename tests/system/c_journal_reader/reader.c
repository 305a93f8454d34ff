/* A stranger's reader: prints what is in a journal. Written from docs/journal.md alone; includes nothing of the
 * plant's, so that the page is proven to be enough.
 *
 *   c_journal_reader FOLDER
 *
 * Prints one line each for segments, facts and records, and how many blocks followed:
 *
 *   segment 1 first=1 plant=us
 *   ring 3 ticks next=1
 *   instrument 1 AAPL@XNAS
 *   loss 3 10 20 reason=2
 *   tick ticks 17 type=1 instrument=AAPL@XNAS event=1700000000000000000 recv=1700000000000000500
 *   run 4 watermark=1700000000000000000 cause=17 ring=3
 *   derived derived 5 instrument=AAPL@XNAS function=1 cause=17
 *   end 12 blocks
 *
 * Exit: 0, or 1 with a message.
 */
#define _POSIX_C_SOURCE 200809L

#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PAGE  4096u
#define UNIT  262144u
#define BLOCK 128u
#define RINGS 512u
#define NAMES 4096u

enum { TICKS = 1, RUNS = 2, DERIVED = 3, FACTS = 4 };
enum { PLANT = 1, RING = 2, FEED = 3, INSTRUMENT = 4, FUNCTION = 5, CONFIG = 6, LOSS = 7, TEXT = 8, CLOSED = 9 };

static void die(const char* what, const char* about) {
  fprintf(stderr, "c_journal_reader: %s: %s\n", what, about);
  exit(1);
}

static uint64_t u64_at(const unsigned char* bytes, size_t offset) {
  uint64_t value;
  memcpy(&value, bytes + offset, 8);
  return value;
}
static uint32_t u32_at(const unsigned char* bytes, size_t offset) {
  uint32_t value;
  memcpy(&value, bytes + offset, 4);
  return value;
}
static uint16_t u16_at(const unsigned char* bytes, size_t offset) {
  uint16_t value;
  memcpy(&value, bytes + offset, 2);
  return value;
}

static uint32_t crc32c(const unsigned char* bytes, size_t count) {
  uint32_t crc = 0xffffffffu;
  for (size_t i = 0; i < count; ++i) {
    crc ^= bytes[i];
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ (0x82f63b78u & (0u - (crc & 1u)));
  }
  return crc ^ 0xffffffffu;
}

static char ring_names[RINGS][64];
static char instrument_names[NAMES][96];

static const char* ring_name(uint32_t ring) { return ring < RINGS && ring_names[ring][0] ? ring_names[ring] : "?"; }
static const char* instrument_name(uint32_t id) {
  return id < NAMES && instrument_names[id][0] ? instrument_names[id] : "-";
}

static void print_fact(unsigned kind, const unsigned char* fact, size_t bytes) {
  if (kind == PLANT && bytes == 128) printf("plant build=%.63s\n", (const char*)fact + 8);
  if (kind == RING && bytes == 128) {
    const uint32_t ring = u32_at(fact, 0);
    if (ring < RINGS) memcpy(ring_names[ring], fact + 24, 63);
    printf("ring %" PRIu32 " %s next=%" PRIu64 "\n", ring, ring_name(ring), u64_at(fact, 16));
  }
  if (kind == FEED && bytes == 256)
    printf("feed %u %.31s venue=%.7s\n", u16_at(fact, 8), (const char*)fact + 24, (const char*)fact + 16);
  if (kind == INSTRUMENT && bytes == 256) {
    const uint32_t id = u32_at(fact, 8);
    if (id < NAMES) {
      snprintf(instrument_names[id], sizeof instrument_names[id], "%.71s@%.7s", (const char*)fact + 32,
               (const char*)fact + 24);
    }
    printf("instrument %" PRIu32 " %s\n", id, instrument_name(id));
  }
  if (kind == FUNCTION && bytes == 256) printf("function %u %.95s\n", u16_at(fact, 0), (const char*)fact + 64);
  if (kind == CONFIG && bytes >= 16) {
    printf("config %" PRIx64 " %" PRIu32 " of %" PRIu32 "\n", u64_at(fact, 0), u32_at(fact, 12), u32_at(fact, 8));
  }
  if (kind == LOSS && bytes == 32) {
    printf("loss %" PRIu32 " %" PRIu64 " %" PRIu64 " reason=%" PRIu32 "\n", u32_at(fact, 0), u64_at(fact, 8),
           u64_at(fact, 16), u32_at(fact, 4));
  }
  if (kind == TEXT && bytes >= 16) {
    printf("text %" PRIu32 " %" PRIu64 " %.*s\n", u32_at(fact, 12), u64_at(fact, 0), (int)(bytes - 16),
           (const char*)fact + 16);
  }
  if (kind == CLOSED) printf("closed\n");
}

static void print_facts(const unsigned char* payload, size_t bytes) {
  for (size_t at = 0; at + 8 <= bytes;) {
    const size_t length = u32_at(payload, at + 4);
    if (length > bytes - at - 8) die("a fact is too long", "payload");
    print_fact(u16_at(payload, at), payload + at + 8, length);
    at += 8 + (length + 7) / 8 * 8;
  }
}

static void print_records(const unsigned char* header, const unsigned char* payload) {
  const unsigned kind = header[44];
  const uint32_t ring = u32_at(header, 48);
  const uint64_t first = u64_at(header, 56);
  for (uint32_t i = 0; i < u32_at(header, 52); ++i) {
    const unsigned char* record = payload + (size_t)i * u16_at(header, 46);
    const uint64_t sequence = u64_at(record, 0);
    if (sequence != first + i) die("a sequence is not the expected one", ring_name(ring));
    if (kind == TICKS) {
      printf("tick %s %" PRIu64 " type=%u instrument=%s event=%" PRId64 " recv=%" PRId64 "\n", ring_name(ring),
             sequence, record[28], instrument_name(u32_at(record, 24)), (int64_t)u64_at(record, 8),
             (int64_t)u64_at(record, 16));
    } else if (kind == RUNS) {
      printf("run %" PRIu64 " watermark=%" PRId64 " cause=%" PRIu64 " ring=%" PRIu32 "\n", sequence,
             (int64_t)u64_at(record, 8), u64_at(record, 16), u32_at(record, 24));
    } else if (kind == DERIVED) {
      printf("derived %s %" PRIu64 " instrument=%s function=%u cause=%" PRIu64 "\n", ring_name(ring), sequence,
             instrument_name(u32_at(record, 40)), u16_at(record, 44), u64_at(record, 16));
    }
  }
}

static uint64_t journal_id, expected, last_epoch, blocks;
static uint32_t expected_crc;

/* Whether the block at `offset` follows; it is then printed, and its end is returned. Else 0. */
static size_t take_block(const unsigned char* file, size_t bytes, size_t offset) {
  unsigned char header[BLOCK];
  if (offset + BLOCK > bytes) return 0;
  memcpy(header, file + offset, BLOCK);
  const size_t payload_bytes = u32_at(header, 32);
  const size_t room = UNIT - offset % UNIT;
  if (u32_at(header, 0) != 0x424a5054u) return 0;
  const uint32_t header_crc = u32_at(header, 4);
  memset(header + 4, 0, 4);
  if (crc32c(header, BLOCK) != header_crc || u64_at(header, 8) != journal_id) return 0;
  if (u64_at(header, 16) != expected || u32_at(header, 40) != expected_crc || u64_at(header, 24) < last_epoch) return 0;
  if (BLOCK + payload_bytes > room || offset + BLOCK + payload_bytes > bytes) return 0;
  const unsigned char* payload = file + offset + BLOCK;
  if (crc32c(payload, payload_bytes) != u32_at(header, 36)) return 0;
  ++expected;
  ++blocks;
  expected_crc = header_crc;
  last_epoch = u64_at(header, 24);
  if (header[44] == FACTS) {
    print_facts(payload, payload_bytes);
  } else {
    print_records(header, payload);
  }
  return offset + BLOCK + payload_bytes;
}

/* The whole file in memory; a segment of a test is small. */
static unsigned char* read_file(const char* path, size_t* bytes) {
  const int fd = open(path, O_RDONLY);
  if (fd < 0) return NULL;
  const off_t size = lseek(fd, 0, SEEK_END);
  unsigned char* file = malloc(size > 0 ? (size_t)size : 1);
  if (file == NULL || pread(fd, file, (size_t)size, 0) != size) die("cannot read", path);
  close(fd);
  *bytes = (size_t)size;
  return file;
}

static bool page_holds(const unsigned char* file, size_t bytes, uint64_t segment) {
  return bytes >= PAGE && memcmp(file, "TICKJRNL", 8) == 0 && u32_at(file, 4092) == crc32c(file, 4092) &&
         u16_at(file, 8) == 1 && u32_at(file, 12) == 0x01020304u && u32_at(file, 16) == PAGE &&
         u32_at(file, 20) == UNIT && u64_at(file, 32) == segment;
}

int main(int argc, char** argv) {
  if (argc != 2) die("usage", "c_journal_reader FOLDER");
  for (uint64_t segment = 1;; ++segment) {
    char path[4096];
    snprintf(path, sizeof path, "%s/%016" PRIu64 ".journal", argv[1], segment);
    size_t bytes = 0;
    unsigned char* file = read_file(path, &bytes);
    if (file == NULL) break;
    if (!page_holds(file, bytes, segment)) die("not a segment of version 1", path);
    if (segment == 1) {
      journal_id = u64_at(file, 24);
      expected = u64_at(file, 48);
      expected_crc = u32_at(file, 72);
    }
    if (u64_at(file, 24) != journal_id || u64_at(file, 48) != expected || u32_at(file, 72) != expected_crc) {
      die("the segment does not follow", path);
    }
    printf("segment %" PRIu64 " first=%" PRIu64 " plant=%.63s\n", segment, expected, (const char*)file + 80);
    for (size_t at = PAGE;;) {
      size_t behind = take_block(file, bytes, at);
      if (behind == 0) behind = take_block(file, bytes, (at / UNIT + 1) * UNIT);
      if (behind == 0) break;
      at = behind;
    }
    free(file);
  }
  if (blocks == 0) die("no journal", argv[1]);
  printf("end %" PRIu64 " blocks\n", blocks);
  return 0;
}
