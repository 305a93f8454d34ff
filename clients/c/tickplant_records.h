// What a plant hands over, as C structs: the bytes of docs/shared-memory.md, field by field. Little-endian, no padding.
//
//   tickplant_record    64 bytes    one tick: a quote, a trade, an order, ...; `type` says which body it has
//   tickplant_result   256 bytes    one thing that was computed: a window row, indicator values, a signal, ...
//   tickplant_image    256 bytes    where an instrument stands now
//   tickplant_depth    512 bytes    the ten best levels a side of an instrument with a book
//
// Units: times are ns since 1970 UTC; prices are counts of 1e-9 of the instrument's currency, absent ones are
// TICKPLANT_NO_PRICE; sizes are counts of 10^size_scale units (tickplant_instrument::size_scale; 0: shares). Texts are
// zero-padded and need not end with a zero.
//
// These are contracts of the memory layout: a size or a place never changes within a major version of the library. New
// types and values may come: pass over what you do not know.
#pragma once

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TICKPLANT_NO_PRICE        INT64_MAX
#define TICKPLANT_PRICES_PER_UNIT 1000000000  // a price of 189.01 is 189010000000
#define TICKPLANT_DEPTH_LEVELS    10

// ---- ticks

// tickplant_record::type
enum {
  TICKPLANT_NONE = 0,
  TICKPLANT_TRADE = 1,
  TICKPLANT_QUOTE = 2,
  TICKPLANT_ORDER = 3,
  TICKPLANT_LEVEL = 4,
  TICKPLANT_BOOK_CLEAR = 5,
  TICKPLANT_STATUS = 6,
  TICKPLANT_IMBALANCE = 7,
  TICKPLANT_AUCTION_PRICES = 8,
  TICKPLANT_TRADE_CANCEL = 9,
  TICKPLANT_GAP = 10,
  TICKPLANT_SOURCE_POSITION = 11,
  TICKPLANT_HEARTBEAT = 12,
  TICKPLANT_SESSION = 13,
  TICKPLANT_DEFINITION = 14,
  TICKPLANT_COMMAND = 15,
  TICKPLANT_PADDING = 16  // a sequence that was taken and never filled: nothing happened
};

// tickplant_record::flags
enum {
  TICKPLANT_END_OF_EVENT = 1 << 0,        // last record of one venue message: derived values are consistent again
  TICKPLANT_SNAPSHOT = 1 << 1,            // state being told again, not a new happening
  TICKPLANT_BAD_CLOCK = 1 << 2,           // ts_recv was clamped, or ts_event is implausible
  TICKPLANT_MAYBE_BAD_BOOK = 1 << 3,      // a gap or an unknown order: the book may be wrong
  TICKPLANT_POSSIBLE_DUPLICATE = 1 << 4,  // cannot be told apart from one already seen
  TICKPLANT_LATE = 1 << 5,                // event time lies before that of an earlier record
  TICKPLANT_CORRECTION = 1 << 6,          // replaces an earlier record
  TICKPLANT_DELAYED = 1 << 7              // the source publishes with a known delay
};

// Side of an order or a level; of a trade the side of the resting order.
enum { TICKPLANT_SIDE_NONE = 0, TICKPLANT_BID = 1, TICKPLANT_ASK = 2 };

// tickplant_trade::kind
enum {
  TICKPLANT_TRADE_EXECUTION = 1,  // against a displayed order
  TICKPLANT_TRADE_HIDDEN = 2,     // against one that was not displayed
  TICKPLANT_TRADE_CROSS = 3,      // an auction
  TICKPLANT_TRADE_OFF_BOOK = 4    // reported, not matched here
};
// tickplant_trade::eligibility: what it may be counted for
enum { TICKPLANT_FOR_VOLUME = 1 << 0, TICKPLANT_FOR_OPEN_HIGH_LOW = 1 << 1, TICKPLANT_FOR_LAST = 1 << 2 };

typedef struct tickplant_trade {
  int64_t price;
  uint64_t size;
  uint64_t trade_id;  // the venue's
  uint8_t side;
  uint8_t kind;
  uint8_t eligibility;
  uint8_t reserved;
  char condition[4];  // the venue's own codes
} tickplant_trade;

typedef struct tickplant_quote {
  int64_t bid_price;  // TICKPLANT_NO_PRICE: no bid
  int64_t ask_price;
  uint64_t bid_size;
  uint64_t ask_size;
} tickplant_quote;

// tickplant_order::action; `size` is the amount of the action
enum {
  TICKPLANT_ORDER_ADD = 1,
  TICKPLANT_ORDER_CANCEL = 2,   // less size; gone when nothing is left
  TICKPLANT_ORDER_EXECUTE = 3,  // likewise, by a trade; its record follows
  TICKPLANT_ORDER_MODIFY = 4    // price or size anew; `size` is the new open size
};
// tickplant_order::reason
enum { TICKPLANT_ORDER_PLAIN = 0, TICKPLANT_ORDER_REPLACED = 1, TICKPLANT_ORDER_DELETED = 2 };

typedef struct tickplant_order {
  uint64_t order_id;
  int64_t price;  // of the resting order, also for executions at another price
  uint64_t size;
  uint8_t action;
  uint8_t side;
  uint8_t reason;
  uint8_t reserved;
  char attribution[4];  // market participant
} tickplant_order;

typedef struct tickplant_level {
  int64_t price;
  uint64_t size;         // 0: the level is gone
  uint32_t order_count;  // 0 with a size: the venue does not say
  uint16_t index;        // from the best
  uint8_t side;
  uint8_t reserved[9];
} tickplant_level;

typedef struct tickplant_book_clear {
  uint8_t reason;  // 1 session, 2 snapshot follows, 3 recovery, 4 the venue says so
  uint8_t reserved[31];
} tickplant_book_clear;

// tickplant_status::trading_status, tickplant_image::trading_status
enum {
  TICKPLANT_STATUS_UNKNOWN = 0,
  TICKPLANT_STATUS_PRE_OPEN = 1,
  TICKPLANT_STATUS_TRADING = 2,
  TICKPLANT_STATUS_HALTED = 3,
  TICKPLANT_STATUS_PAUSED = 4,
  TICKPLANT_STATUS_QUOTE_ONLY = 5,
  TICKPLANT_STATUS_AUCTION = 6,
  TICKPLANT_STATUS_CLOSED = 7
};
// tickplant_status::kind: which of the venue's messages this is
enum {
  TICKPLANT_STATUS_TRADING_ACTION = 1,          // halt, pause, resume
  TICKPLANT_STATUS_OPERATIONAL = 2,             // one market of the group stops or resumes
  TICKPLANT_STATUS_SYSTEM_EVENT = 3,            // instrument 0
  TICKPLANT_STATUS_SHORT_SALE = 4,              // `code`: 0 none, 1 in effect, 2 remains
  TICKPLANT_STATUS_PRICE_BAND = 5,              // price[0] reference, [1] upper, [2] lower
  TICKPLANT_STATUS_CIRCUIT_BREAKER_LEVELS = 6,  // instrument 0
  TICKPLANT_STATUS_CIRCUIT_BREAKER = 7,         // instrument 0
  TICKPLANT_STATUS_MARKET_MAKER = 8,
  TICKPLANT_STATUS_IPO_QUOTATION = 9,
  TICKPLANT_STATUS_RETAIL_INTEREST = 10
};

typedef struct tickplant_status {
  uint8_t trading_status;
  uint8_t kind;
  char code;  // the venue's own
  char detail;
  char reason[4];
  int64_t price[3];  // by kind
} tickplant_status;

typedef struct tickplant_imbalance {
  uint64_t paired_size;
  uint64_t imbalance_size;
  int64_t reference_price;
  uint8_t side;    // the one with more interest
  char direction;  // the venue's own codes
  char auction;
  char variation;
  uint8_t reserved[4];
} tickplant_imbalance;

typedef struct tickplant_auction_prices {
  int64_t price[3];
  uint8_t kind;  // 1: near, far, reference; 2: minimum, maximum, near; 3: lower, upper, time since midnight
  char auction;
  char eligibility;
  uint8_t reserved[5];
} tickplant_auction_prices;

typedef struct tickplant_trade_cancel {
  uint64_t trade_id;  // of the trade that is taken back or changed
  int64_t price;      // corrected: the new one
  uint64_t size;
  uint8_t kind;  // 1 cancelled, 2 corrected
  uint8_t reserved[7];
} tickplant_trade_cancel;

typedef struct tickplant_gap {
  uint64_t first, last;  // sequences of the source, both missing
  char session[10];
  uint16_t feed;
  uint8_t reason;  // 1 lost, 2 a stage was too slow, 3 skipped by a restart
  uint8_t line;    // 0: after arbitration
  uint8_t reserved[2];
} tickplant_gap;

typedef struct tickplant_source_position {
  uint64_t next_sequence;
  uint64_t byte_offset;
  char session[10];
  uint16_t feed;
  uint16_t message_count;
  uint8_t line;
  uint8_t reserved;
} tickplant_source_position;

typedef struct tickplant_heartbeat {
  uint64_t tsc;
  uint64_t idle_nanos;         // since the last packet of the feed
  uint32_t clock_error_nanos;  // bound on ts_recv against UTC
  uint16_t feed;
  uint8_t reserved[10];
} tickplant_heartbeat;

typedef struct tickplant_session {
  int32_t trading_date;  // 20190130
  int32_t utc_offset_seconds;
  char session[10];
  uint16_t feed;
  uint8_t reserved[12];
} tickplant_session;

typedef struct tickplant_definition {
  uint64_t directory_stamp;
  uint16_t feed;
  uint16_t venue_key;  // the venue's own number for it today
  uint8_t reserved[20];
} tickplant_definition;

typedef struct tickplant_command {
  uint16_t command;
  uint16_t count;
  uint32_t owner;
  uint64_t argument;
  uint64_t text_offset;
  uint32_t text_bytes;
  uint32_t text_generation;
} tickplant_command;

typedef struct tickplant_record {
  uint64_t sequence;       // in its ring
  int64_t ts_event;        // the venue's clock
  int64_t ts_recv;         // our card's, kernel's or process's; never decreases within a ring
  uint32_t instrument;     // 0: about no single one
  uint8_t type;            // TICKPLANT_TRADE, ...
  uint8_t flags;           // TICKPLANT_END_OF_EVENT | ...
  uint16_t publish_delay;  // publish time - ts_recv in units of 64 ns, saturating
  union {
    tickplant_trade trade;
    tickplant_quote quote;
    tickplant_order order;
    tickplant_level level;
    tickplant_book_clear book_clear;
    tickplant_status status;
    tickplant_imbalance imbalance;
    tickplant_auction_prices auction_prices;
    tickplant_trade_cancel trade_cancel;
    tickplant_gap gap;
    tickplant_source_position source_position;
    tickplant_heartbeat heartbeat;
    tickplant_session session;
    tickplant_definition definition;
    tickplant_command command;
    uint8_t bytes[32];
  } body;
} tickplant_record;

// ---- results

// `quality` of a result and of an image: what is known against it; 0: nothing
enum {
  TICKPLANT_GAP_INSIDE = 1 << 0,       // input was lost and not recovered
  TICKPLANT_STALE_INPUT = 1 << 1,      // the feed was silent for longer than expected
  TICKPLANT_PARTIAL_WINDOW = 1 << 2,   // the first window after a start: not all of its input was seen
  TICKPLANT_LATE_MERGED = 1 << 3,      // a revision: data that came after the window had fired
  TICKPLANT_CONFLATED_INPUT = 1 << 4,  // computed from newest values, not from every record
  TICKPLANT_CLOCK_SUSPECT = 1 << 5,    // a time stamp of the input is outside its bound
  TICKPLANT_RECOVERING = 1 << 6,       // gap fill or snapshot under way
  TICKPLANT_UNVERIFIED_BOOK = 1 << 7,  // the venue offers no way to check continuity
  TICKPLANT_PROVISIONAL = 1 << 8       // the window is still open
};

// tickplant_result::type
enum {
  TICKPLANT_WINDOW_ROW = 1,
  TICKPLANT_INDICATOR_VALUES = 2,
  TICKPLANT_SIGNAL = 3,
  TICKPLANT_RESULT_CORRECTION = 4,
  TICKPLANT_RESULT_GAP = 5
};
// tickplant_result::basis: said on a tick; when a window first fired (it may change); when it could no longer change
enum { TICKPLANT_BASIS_TICK = 1, TICKPLANT_BASIS_FIRST = 2, TICKPLANT_BASIS_FINAL = 3 };
// tickplant_window_row::kind
enum {
  TICKPLANT_ROW_ON_TIME = 1,
  TICKPLANT_ROW_LATE = 2,         // the whole row again, behind a late or cancelled trade
  TICKPLANT_ROW_PROVISIONAL = 3,  // the window is still open
  TICKPLANT_ROW_CARRIED = 4,      // nothing traded: the price before it
  TICKPLANT_ROW_FINAL = 5
};
enum { TICKPLANT_TREND_NEUTRAL = 0, TICKPLANT_TREND_BULLISH = 1, TICKPLANT_TREND_BEARISH = 2 };

// Numbers are NaN where there is none.
typedef struct tickplant_window_row {
  int64_t start, end;  // [start, end)
  uint64_t count;      // trades that move prices
  int64_t open, high, low, close;
  uint64_t volume;
  uint64_t notional[2], sum[2], sum_of_squares[2];  // 128 bits: low word, high word; in counts of price_unit
  int64_t first_time, last_time;                    // event times of the first and last trade
  double vwap, average, deviation;                  // currency units
  double average_5min;                              // of the 5-minute window that ends with this one
  int64_t price_unit;                               // 1e-9
  int64_t watermark;
  uint8_t kind;
  uint8_t trend;
  uint8_t is_volatile;
  uint8_t reserved[5];
  uint64_t index;  // windows by trades, volume and value: which one of the instrument, from 0
} tickplant_window_row;

typedef struct tickplant_indicator_values {
  int64_t start, end;
  uint16_t first_output;  // place of value[0] among the outputs of the window
  uint16_t count;
  uint32_t bar_index;
  uint32_t affected;  // bit i: what `quality` says can still be felt in value[i]
  uint32_t reserved;
  double value[20];  // NaN: warming up
} tickplant_indicator_values;

// tickplant_signal::what
enum {
  TICKPLANT_SIGNAL_GOLDEN = 1,
  TICKPLANT_SIGNAL_DEATH = 2,
  TICKPLANT_SIGNAL_UP = 3,
  TICKPLANT_SIGNAL_DOWN = 4,
  TICKPLANT_SIGNAL_SWING = 5,
  TICKPLANT_SIGNAL_VOLUME = 6,
  TICKPLANT_SIGNAL_MATCH = 7  // of a pattern
};
// tickplant_signal::status: what became of a provisional one
enum {
  TICKPLANT_SIGNAL_STANDS = 0,
  TICKPLANT_SIGNAL_PROVISIONAL = 1,
  TICKPLANT_SIGNAL_CONFIRMED = 2,
  TICKPLANT_SIGNAL_WITHDRAWN = 3
};

typedef struct tickplant_signal {
  int64_t start, end;
  uint64_t index;
  int64_t price;    // that made it so
  double value[4];  // docs/analytics.md says which
  uint8_t what;
  uint8_t status;
  uint8_t is_edge;  // the first bar of a run
  uint8_t fired;    // which tests of a volume
  uint32_t bound_count;
  uint64_t bound[15];  // of a pattern: step << 56 | index of the event
} tickplant_signal;

typedef struct tickplant_result_correction {
  uint64_t trade_id;
  int64_t trade_time;
  int64_t old_price;
  uint64_t old_size;
  int64_t new_price;
  uint64_t new_size;
  uint8_t kind;  // 1 cancelled, 2 corrected, 3 late, 4 the trade is not known
  uint8_t window_count;
  uint8_t reserved_0[6];
  int64_t start[8];  // of windows that it came too late for
  uint16_t function[8];
  uint8_t reserved_1[56];
} tickplant_result_correction;

typedef struct tickplant_result_gap {
  uint64_t first;  // input that was never seen: its place in the order
  uint64_t count;
  uint32_t shard;
  uint8_t reserved[172];
} tickplant_result_gap;

typedef struct tickplant_result {
  uint64_t sequence;     // in its ring
  int64_t ts_event;      // event time it speaks of: the end of a window, the tick of a tick signal
  uint64_t cause_seq;    // the input that caused it: orders results of all rings
  uint64_t input_first;  // the inputs that went into it; 0: none
  uint64_t input_last;
  uint32_t instrument;
  uint16_t function;  // tickplant_results_function() says what that is
  uint8_t type;       // TICKPLANT_WINDOW_ROW, ...
  uint8_t basis;
  uint32_t revision;  // 0, 1, 2, ... of the same function and window: the highest is what counts
  uint32_t quality;
  int64_t ts_recv;  // of the input that caused it
  union {
    tickplant_window_row window_row;
    tickplant_indicator_values indicator_values;
    tickplant_signal signal;
    tickplant_result_correction correction;
    tickplant_result_gap gap;
    uint8_t bytes[192];
  } body;
} tickplant_result;

// ---- where an instrument stands

typedef struct tickplant_image {
  uint64_t sequence;  // of the newest record in it, in the ring of the instrument's feed
  int64_t ts_event;   // of that record
  int64_t bid_price;
  int64_t ask_price;
  uint64_t bid_size;
  uint64_t ask_size;
  uint8_t trading_status;
  char short_sale;  // the venue's code, 0: never said
  uint16_t reserved_0;
  uint32_t quality;
  int64_t ts_recv;
  int64_t last_price;  // of the last trade that may set it
  uint64_t last_size;
  int64_t last_trade_time;
  uint64_t last_trade_id;
  uint64_t volume;       // of the day, as are those below
  uint64_t notional[2];  // price x size, 128 bits: low word, high word
  uint64_t trade_count;
  int64_t open;
  int64_t high;
  int64_t low;
  int64_t previous_close;
  int32_t trading_date;  // 20190130, 0: no session yet
  uint32_t reserved_1;
  int64_t band_reference;  // price band in force
  int64_t band_upper;
  int64_t band_lower;
  uint64_t auction_paired;  // newest auction interest
  uint64_t auction_imbalance;
  int64_t auction_reference;
  int64_t auction_near;
  int64_t auction_far;
  uint8_t auction_side;
  uint8_t reserved_2[23];
} tickplant_image;

typedef struct tickplant_depth_level {
  int64_t price;
  uint64_t size;
  uint32_t order_count;
  uint32_t reserved;
} tickplant_depth_level;

enum { TICKPLANT_DEPTH_MAYBE_BAD = 1 << 0 };  // tickplant_depth::flags: the book may be wrong

typedef struct tickplant_depth {
  uint64_t sequence;
  int64_t ts_event;
  uint16_t bid_count;  // levels in use
  uint16_t ask_count;
  uint32_t flags;
  uint64_t reserved;
  tickplant_depth_level bid[TICKPLANT_DEPTH_LEVELS];  // best first
  tickplant_depth_level ask[TICKPLANT_DEPTH_LEVELS];
} tickplant_depth;

#ifdef __cplusplus
}  // extern "C"
#endif
