// The plant in C11, and in every language that can call C: libtickplant.so.0. docs/clients-c.md begins with an example.
//
//   tickplant_plant* plant;
//   tickplant_ticks* ticks;
//   const char* symbols[] = {"AAPL"};
//   tickplant_ticks_options options = {.struct_size = sizeof options, .symbols = symbols, .symbol_count = 1};
//   if (tickplant_attach("demo", &plant) != 0 || tickplant_ticks_open(plant, &options, &ticks) != 0) {
//     return fprintf(stderr, "%s\n", tickplant_error()), 2;
//   }
//   for (;;) {
//     tickplant_record records[256];
//     const int64_t count = tickplant_ticks_wait(ticks, records, 256, 100000000);
//     ...
//   }
//
// Answers: 0 or a count when all is well, a negative TICKPLANT_... below when not; then tickplant_error() says what is
// wrong, with the value found, and what to do about it. No call ends the process or lets a C++ exception out.
//
// Structs begin with struct_size, which the caller sets to its sizeof. They grow at their end: a program that was built
// with an older header goes on to work; one that asks an older library for what it does not know is told so. In options
// 0 always is the default, so zero the rest. Records, images and depths are fixed (tickplant_records.h).
//
// Threads: a handle is used by one thread at a time; handles do not know each other, so each may have a thread of its
// own and they may be closed in any order. Nothing here can change or delay the plant.
//
// A daemon that is restarted, killed or replaced: handles find its successor by themselves.
//
// What is exported has symbol versions; what once was stays, until the number behind .so grows.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "clients/c/tickplant_records.h"

#if defined(__GNUC__)
#define TICKPLANT_API __attribute__((visibility("default")))
#else
#define TICKPLANT_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tickplant_plant tickplant_plant;      // attached: instruments, images, depths
typedef struct tickplant_ticks tickplant_ticks;      // a stream of tickplant_record
typedef struct tickplant_results tickplant_results;  // a stream of tickplant_result
typedef struct tickplant_control tickplant_control;  // a connection to the daemon

enum {
  TICKPLANT_OK = 0,
  TICKPLANT_END = -1,      // of a history: all that was asked for was handed over; no error, and no message
  TICKPLANT_INVALID = -2,  // the caller's mistake: NULL, an option that cannot be
  TICKPLANT_SETUP = -3,    // no such plant or ring or journal, no permission, another version, the daemon is gone
  TICKPLANT_UNKNOWN = -4,  // no such instrument, feed or function; of a symbol, several venues have it
  TICKPLANT_NEVER = -5,    // nothing was said about it yet: no error, and no message
  TICKPLANT_BUSY = -6,     // the daemon died while it wrote this entry; its successor repairs it
  TICKPLANT_LAPPED = -7,   // records were lost, and TICKPLANT_RAISE was asked for
  TICKPLANT_REFUSED = -8,  // the daemon said no; the message is its own
  TICKPLANT_INTERNAL = -9  // out of memory, or what nobody thought of
};

// ---- errors and versions

// What the last call of this thread that returned an error has to say: problem, then remedy. "" before any. Valid until
// this thread's next call that fails.
TICKPLANT_API const char* tickplant_error(void);
// The parts of it. A remedy may be "".
TICKPLANT_API const char* tickplant_error_problem(void);
TICKPLANT_API const char* tickplant_error_remedy(void);
// "0.1.0", of the library that runs.
TICKPLANT_API const char* tickplant_version(void);

// ---- plants

// Finds the plant by its name, as the `tickplant` command does, and maps it read-only.
TICKPLANT_API int tickplant_attach(const char* name, tickplant_plant** plant);
// The plant in this folder.
TICKPLANT_API int tickplant_attach_folder(const char* folder, tickplant_plant** plant);
// NULL: nothing happens. What was opened with the plant stays open.
TICKPLANT_API void tickplant_detach(tickplant_plant* plant);
// Names of the plants that can be attached, sorted, each with a zero behind it. Returns how many there are; fills as
// many as `bytes` hold, whole ones. `names` may be NULL when `bytes` is 0.
TICKPLANT_API int64_t tickplant_known_plants(char* names, size_t bytes);

enum {
  TICKPLANT_LIVE = 0,
  TICKPLANT_STALLED = 1,  // its daemon exists and has shown no sign of life for 3 s
  TICKPLANT_DEAD = 2,     // it was killed; what it left can be read
  TICKPLANT_CLOSED = 3    // it was stopped in order
};

typedef struct tickplant_info {
  size_t struct_size;
  uint32_t state;  // TICKPLANT_LIVE, ...
  uint32_t daemon_pid;
  uint64_t epoch;             // grows with each daemon that took over
  int64_t created_at;         // ns UTC, as are the next two
  int64_t heartbeat;          // newest
  int64_t now;                // by the plant's clock: comparable with ts_recv
  uint32_t instrument_count;  // ids 1 to this are known
  uint32_t feed_count;
  uint8_t has_results;  // it computes something
  char name[64];
  char folder[512];
} tickplant_info;

TICKPLANT_API int tickplant_plant_info(tickplant_plant* plant, tickplant_info* info);

typedef struct tickplant_feed {
  size_t struct_size;
  uint32_t id;
  char name[64];
  char protocol[32];
  char venue[8];
  char ring[64];       // that its records go to
  char time_zone[64];  // "America/New_York"
} tickplant_feed;

// `index`: below info.feed_count. TICKPLANT_UNKNOWN above.
TICKPLANT_API int tickplant_plant_feed(tickplant_plant* plant, uint32_t index, tickplant_feed* feed);

// tickplant_instrument::status
enum {
  TICKPLANT_INSTRUMENT_UNKNOWN = 0,
  TICKPLANT_INSTRUMENT_ACTIVE = 1,
  TICKPLANT_INSTRUMENT_SUSPENDED = 2,
  TICKPLANT_INSTRUMENT_DELISTED = 3
};
// tickplant_instrument::kind
enum {
  TICKPLANT_KIND_UNKNOWN = 0,
  TICKPLANT_KIND_EQUITY = 1,
  TICKPLANT_KIND_FUND = 2,
  TICKPLANT_KIND_WARRANT = 3,
  TICKPLANT_KIND_RIGHT = 4,
  TICKPLANT_KIND_BOND = 5,
  TICKPLANT_KIND_FUTURE = 6,
  TICKPLANT_KIND_OPTION = 7,
  TICKPLANT_KIND_CURRENCY_PAIR = 8,
  TICKPLANT_KIND_CRYPTO_SPOT = 9,
  TICKPLANT_KIND_CRYPTO_FUTURE = 10,
  TICKPLANT_KIND_INDEX = 11,
  TICKPLANT_KIND_CONSOLIDATED = 12
};

typedef struct tickplant_instrument {
  size_t struct_size;
  uint32_t id;
  uint32_t feed;       // its id
  int64_t price_unit;  // all prices are multiples of it; 1e-9
  int32_t size_scale;  // a size of 1 is 10^size_scale units: 0 shares, -8 for 1e-8 coins
  uint32_t lot;        // round lot; 0: unknown
  uint8_t status;
  uint8_t kind;
  char symbol[72];  // "AAPL"
  char venue[8];    // "XNAS"
  char currency[8];
  char name[64];
  char sector[32];
} tickplant_instrument;

// `symbol`: "AAPL@XNAS", or "AAPL" where one venue has it; else the message lists the candidates.
TICKPLANT_API int tickplant_find_instrument(tickplant_plant* plant, const char* symbol, uint32_t* id);
// Ids are dense: those from 1 to info.instrument_count are all there are.
TICKPLANT_API int tickplant_read_instrument(tickplant_plant* plant, uint32_t id, tickplant_instrument* instrument);

// Consistent copies of where the instrument stands. TICKPLANT_NEVER: nothing was said about it, or it has no book.
TICKPLANT_API int tickplant_read_image(tickplant_plant* plant, uint32_t id, tickplant_image* image);
TICKPLANT_API int tickplant_read_depth(tickplant_plant* plant, uint32_t id, tickplant_depth* depth);

// ---- streams

// Where a stream begins. The first three read shared memory alone; the others read the journal, then memory, without a
// gap and without a duplicate, and go on live.
enum {
  TICKPLANT_FROM_NEWEST = 0,  // what is published from now on
  TICKPLANT_FROM_RING = 1,    // what the ring still holds
  TICKPLANT_FROM_IMAGE = 2,   // the image of each chosen instrument, as events, then every record not in it; ticks only
  TICKPLANT_FROM_BEGINNING = 3,  // the oldest that is kept
  TICKPLANT_FROM_TIME = 4,       // from_value: ns UTC, of ts_recv
  TICKPLANT_FROM_AGO = 5,        // from_value: so many ns before now
  TICKPLANT_FROM_SEQUENCE = 6    // from_value: of each ring
};

// What becomes of records that were overwritten before they were read.
enum {
  TICKPLANT_SKIP = 0,     // they are counted, and told by an event with the exact range
  TICKPLANT_RAISE = 1,    // the same, and the poll returns TICKPLANT_LAPPED; the next goes on behind the loss
  TICKPLANT_CONFLATE = 2  // each changed instrument is told once, by an event, with what was merged; FROM_NEWEST to
                          // FROM_IMAGE of ticks only
};

typedef struct tickplant_ticks_options {
  size_t struct_size;
  const char* const* symbols;  // "AAPL@XNAS", or "AAPL" at every venue; none: all. Unknown ones are waited for
  size_t symbol_count;
  const char* const* rings;  // by name; none: all, also those that come later
  size_t ring_count;
  uint32_t types;  // 1u << TICKPLANT_TRADE | ...; 0: all that say something
  uint32_t from;   // TICKPLANT_FROM_...
  int64_t from_value;
  int64_t until;                // FROM_BEGINNING and later: ns UTC of ts_recv, not included; 0: for ever
  const char* journal;          // likewise: its folder; NULL: where it lies by default
  uint32_t on_overrun;          // TICKPLANT_SKIP, ...
  uint8_t without_market_wide;  // no records about no single instrument: gaps, heartbeats, sessions
  uint8_t ends_when_caught_up;  // FROM_BEGINNING and later: TICKPLANT_END when all that there is now was handed over
  uint8_t reserved[2];
  uint64_t lag_max;  // TICKPLANT_CONFLATE: merge when further behind, in records; 0: three quarters of the ring
} tickplant_ticks_options;

// `options` NULL: everything from now on.
TICKPLANT_API int tickplant_ticks_open(tickplant_plant* plant, const tickplant_ticks_options* options,
                                       tickplant_ticks** ticks);
// Copies what there is into `records` and returns how many that were: 0 when nothing new came; never waits. Those of a
// ring come in its order, ring after ring. Makes no system call while records come. TICKPLANT_END, TICKPLANT_LAPPED.
TICKPLANT_API int64_t tickplant_ticks_poll(tickplant_ticks* ticks, tickplant_record* records, size_t capacity);
// The same; when nothing comes, sleeps until something does, at most `timeout` ns; below 0: for ever. The plant wakes
// who sleeps within its wake interval, 100 us by default. Returns 0 when time is over, when a signal came, and when
// there are events alone.
TICKPLANT_API int64_t tickplant_ticks_wait(tickplant_ticks* ticks, tickplant_record* records, size_t capacity,
                                           int64_t timeout);

enum {
  TICKPLANT_EVENT_LOST = 1,       // `ring`, `first`, `last`: overwritten before they were read, wanted or not
  TICKPLANT_EVENT_ATTACHED = 2,   // `ring`, `first`: a ring that is new, or was built anew, is followed from there on
  TICKPLANT_EVENT_IMAGE = 3,      // `instrument`, `image`: where it is; what comes next is not in it
  TICKPLANT_EVENT_CONFLATED = 4,  // the same, and `updates`, `trades`, `volume`: what was merged and will not be told
  TICKPLANT_EVENT_MERGED = 5      // `ring`, `first`, `last`: those were in the events before
};

typedef struct tickplant_event {
  size_t struct_size;
  uint32_t kind;
  uint32_t instrument;
  uint64_t first, last;  // sequences, both included
  uint64_t updates, trades, volume;
  char ring[64];
  tickplant_image image;
} tickplant_event;

// What happened behind the records of the last poll and before those of the next: a batch never reaches across an
// event. Returns 1 and fills `event`, or 0: no more. Events that were not fetched are gone with the next poll; the
// counts of progress stay.
TICKPLANT_API int tickplant_ticks_event(tickplant_ticks* ticks, tickplant_event* event);

typedef struct tickplant_progress {
  size_t struct_size;
  uint64_t lost_count;     // records that were overwritten before they were read, or are in no journal any more
  uint64_t merged_count;   // updates that were told merged
  uint64_t lag;            // live: records that the slowest ring is behind its writer
  uint64_t unknown_count;  // of a journal: of instruments or functions that the plant knows no more; not handed over
  uint8_t is_joined;       // reads memory: live, or a history that has caught up
  char problem[512];       // why a rebuilt plant or a new ring could not be attached when last tried; "": all is well
} tickplant_progress;

TICKPLANT_API int tickplant_ticks_progress(tickplant_ticks* ticks, tickplant_progress* progress);
// Merges at the next poll what was not read yet. With TICKPLANT_CONFLATE only.
TICKPLANT_API int tickplant_ticks_conflate(tickplant_ticks* ticks);
// NULL: nothing happens.
TICKPLANT_API void tickplant_ticks_close(tickplant_ticks* ticks);

// ---- results: what the plant computes

typedef struct tickplant_results_options {
  size_t struct_size;
  const char* const* symbols;  // as tickplant_ticks_options
  size_t symbol_count;
  const char* const* functions;  // names, with * and ? for anything: "T60", "T60.*"; none: all
  size_t function_count;
  const char* const* rings;  // "derived.1"; none: those of all shards
  size_t ring_count;
  uint32_t types;  // 1u << TICKPLANT_WINDOW_ROW | ...; 0: all
  uint32_t from;   // as tickplant_ticks_options, without TICKPLANT_FROM_IMAGE
  int64_t from_value;
  int64_t until;
  const char* journal;
  uint32_t on_overrun;  // TICKPLANT_SKIP or TICKPLANT_RAISE
  uint8_t ends_when_caught_up;
  uint8_t reserved[3];
} tickplant_results_options;

// As their namesakes of ticks. TICKPLANT_SETUP where the plant computes nothing.
TICKPLANT_API int tickplant_results_open(tickplant_plant* plant, const tickplant_results_options* options,
                                         tickplant_results** results);
TICKPLANT_API int64_t tickplant_results_poll(tickplant_results* results, tickplant_result* records, size_t capacity);
TICKPLANT_API int64_t tickplant_results_wait(tickplant_results* results, tickplant_result* records, size_t capacity,
                                             int64_t timeout);
TICKPLANT_API int tickplant_results_event(tickplant_results* results, tickplant_event* event);
TICKPLANT_API int tickplant_results_progress(tickplant_results* results, tickplant_progress* progress);
TICKPLANT_API void tickplant_results_close(tickplant_results* results);

// tickplant_function::kind
enum {
  TICKPLANT_FUNCTION_WINDOW = 1,
  TICKPLANT_FUNCTION_INDICATOR = 2,
  TICKPLANT_FUNCTION_SIGNAL = 3,
  TICKPLANT_FUNCTION_PATTERN = 4
};

typedef struct tickplant_function {
  size_t struct_size;
  uint32_t id;
  uint32_t kind;
  uint32_t window;  // id of the window it is computed on; 0: ticks, or a window itself
  uint32_t output;  // of an indicator: its place among the outputs of its window; see tickplant_indicator_values
  int64_t size;     // of a window of time: ns; else 0
  int64_t slide;
  char name[96];        // "T60", "T60.sma(20)"
  char set[40];         // the group of symbols it is computed for
  char parameters[96];  // as declared
} tickplant_function;

// What tickplant_result::function of the records of the last poll stands for; ids are 1, 2, ... TICKPLANT_UNKNOWN
// above.
TICKPLANT_API int tickplant_results_function(tickplant_results* results, uint32_t id, tickplant_function* function);

// ---- control: asking the daemon, over its socket. Calls wait for its answer, 10 s at most.
// A daemon that was restarted is connected to again by the next call.

enum { TICKPLANT_ROLE_NONE = 0, TICKPLANT_ROLE_READER = 1, TICKPLANT_ROLE_TRADER = 2, TICKPLANT_ROLE_ADMIN = 3 };

// `client`: who asks, for the daemon's log. Unlike others, the handle is used by the thread alone that made it.
TICKPLANT_API int tickplant_control_connect(tickplant_plant* plant, const char* client, tickplant_control** control);
// What this user may do.
TICKPLANT_API int tickplant_control_role(tickplant_control* control);

typedef struct tickplant_description {
  size_t struct_size;
  uint64_t epoch;
  int64_t created_at;  // ns UTC
  int64_t now;
  uint32_t pid;
  uint32_t instrument_count;
  uint32_t feed_count;
  uint32_t segment_count;
  uint64_t segment_bytes;  // of all
  char name[64];
  char version[64];  // the daemon's
  char folder[512];
} tickplant_description;

TICKPLANT_API int tickplant_control_describe(tickplant_control* control, tickplant_description* description);
// An admin's: the analytics file is read again. Returns how many changes that makes; tickplant_control_change() has a
// line on each, "" above. Valid until the next reload.
TICKPLANT_API int64_t tickplant_control_reload(tickplant_control* control);
TICKPLANT_API const char* tickplant_control_change(tickplant_control* control, size_t index);
// An admin's: the daemon drains and ends. Returns when it has begun to.
TICKPLANT_API int tickplant_control_stop(tickplant_control* control);
// NULL: nothing happens.
TICKPLANT_API void tickplant_control_close(tickplant_control* control);

#ifdef __cplusplus
}  // extern "C"
#endif
