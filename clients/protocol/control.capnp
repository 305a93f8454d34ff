# What a client may ask the daemon of a plant, over the Unix socket `control.sock` in the plant's folder.
#
# A connection begins with connect(): the capabilities that come back are what its user may do. Numbers of methods and
# fields never change; what is added later, old sides pass over (Cap'n Proto's own rules).
#
# Times are ns UTC. Prices are in 1e-9, absent: 2^63 - 1. Sizes count in the instrument's size scale. Numbers are absent
# as NaN. Texts are UTF-8. A refusal is an exception: what is wrong, then "; remedy: " and what to do about it.
#
# Each call that changes something returns `requestId`, by which the audit file and the daemon's log name it; a refusal
# has it, too: "... (request 6742f1a3-17)".

@0x810ab0414972adb6;

using Cxx = import "/capnp/c++.capnp";
$Cxx.namespace("tickplant::protocol");

const version :UInt16 = 1;  # grows when an old client would misunderstand what it is told

enum Role {
  none @0;
  reader @1;   # whoever may open the socket: its group
  trader @2;   # control.traders_group: may also keep what is his own
  admin @3;    # the daemon's own user, root, control.admins_group: may change the plant
}

# ---- what the plant is

enum FeedState { waiting @0; live @1; silent @2; ended @3; failed @4; stopped @5; }

struct Feed {
  name @0 :Text;
  venue @1 :Text;
  protocol @2 :Text;
  ring @3 :Text;
  id @4 :UInt16;
  state @5 :FeedState;
  messages @6 :UInt64;         # since the plant's memory was made, as those below
  records @7 :UInt64;
  gaps @8 :UInt64;             # times that messages came on no line, and how many those were
  missedMessages @9 :UInt64;
  lastPacketAt @10 :Int64;     # 0: none yet
  wishedCount @11 :UInt32;     # symbols that clients of subscribe() want of it now
  wished @12 :List(Text);      # the first 100 of them, sorted; "*": somebody wants all
}

struct Segment {
  name @0 :Text;
  file @1 :Text;
  bytes @2 :UInt64;
}

struct Description {
  plant @0 :Text;
  version @1 :Text;      # of the daemon
  folder @2 :Text;       # absolute: what a client maps
  pid @3 :UInt32;
  epoch @4 :UInt64;      # grows with each daemon that took over
  createdAt @5 :Int64;
  now @6 :Int64;         # by the plant's clock
  feeds @7 :List(Feed);
  segments @8 :List(Segment);
  instrumentCount @9 :UInt32;
}

struct Ring {
  name @0 :Text;
  slots @1 :UInt64;
  slotBytes @2 :UInt32;
  published @3 :UInt64;  # sequence of the newest record
  durable @4 :UInt64;    # up to here it is in the journal, and on disk; 0: nothing, or no journal
}

struct Instrument {
  id @0 :UInt32;
  symbol @1 :Text;       # "AAPL"
  venue @2 :Text;        # "XNAS"
  feed @3 :UInt16;
  status @4 :InstrumentStatus;
}

enum InstrumentStatus { unknown @0; active @1; suspended @2; delisted @3; }

# ---- where an instrument is

struct Image {
  instrument @0 :UInt32;
  symbol @1 :Text;           # "AAPL@XNAS"
  isKnown @2 :Bool;          # false: nothing was told of it yet, the rest is absent
  sequence @3 :UInt64;       # newest record in it, in the ring of its feed
  tsEvent @4 :Int64;
  tsRecv @5 :Int64;
  bidPrice @6 :Int64;
  bidSize @7 :UInt64;
  askPrice @8 :Int64;
  askSize @9 :UInt64;
  lastPrice @10 :Int64;
  lastSize @11 :UInt64;
  lastTradeAt @12 :Int64;
  volume @13 :UInt64;         # of the day, as those below
  tradeCount @14 :UInt64;
  vwap @15 :Int64;
  open @16 :Int64;
  high @17 :Int64;
  low @18 :Int64;
  previousClose @19 :Int64;
  tradingDate @20 :UInt32;   # 20260131; 0: no session yet
  tradingStatus @21 :UInt8;  # as docs/shared-memory.md numbers it
  quality @22 :UInt32;       # bits, as docs/shared-memory.md has them; 0: nothing is wrong
  sizeScale @23 :Int8;       # a size of 1 is 10^sizeScale units: 0 shares, -8 for 1e-8 coins
}

struct Level {
  price @0 :Int64;
  size @1 :UInt64;
  orders @2 :UInt32;
}

struct Depth {
  instrument @0 :UInt32;
  symbol @1 :Text;
  isKnown @2 :Bool;
  isInDoubt @3 :Bool;
  sequence @4 :UInt64;
  tsEvent @5 :Int64;
  bids @6 :List(Level);      # best first, ten at most
  asks @7 :List(Level);
}

# ---- what was computed

struct Bar {
  # One row of a window.
  instrument @0 :UInt32;
  symbol @1 :Text;
  window @2 :Text;           # "T60": as the analytics file calls it
  start @3 :Int64;
  end @4 :Int64;
  open @5 :Int64;
  high @6 :Int64;
  low @7 :Int64;
  close @8 :Int64;
  volume @9 :UInt64;
  count @10 :UInt64;         # trades
  vwap @11 :Float64;         # in currency units, as the two below
  average @12 :Float64;
  deviation @13 :Float64;
  kind @14 :UInt8;           # RowKind, trend: Trend, basis: Basis; as docs/shared-memory.md numbers them
  trend @15 :UInt8;
  basis @16 :UInt8;
  revision @17 :UInt32;      # a row with a higher one replaces the others of its window and start
  quality @18 :UInt32;
  sequence @19 :UInt64;      # of the record, in the ring of its shard; 0: told by derived(), which has the newest
  causeSequence @20 :UInt64; # the input that caused it
}

struct Signal {
  instrument @0 :UInt32;
  symbol @1 :Text;
  name @2 :Text;             # as the analytics file calls it
  time @3 :Int64;
  price @4 :Int64;
  what @5 :UInt8;            # SignalValue, status: SignalStatus, basis: Basis; as docs/shared-memory.md numbers them
  status @6 :UInt8;
  basis @7 :UInt8;
  values @8 :List(Float64);  # docs/analytics.md says which
  quality @9 :UInt32;
  sequence @10 :UInt64;
  causeSequence @11 :UInt64;
}

struct Derived {
  # What was computed of an instrument last.
  instrument @0 :UInt32;
  symbol @1 :Text;
  isKnown @2 :Bool;
  trend @3 :UInt8;
  quality @4 :UInt32;
  tsEvent @5 :Int64;
  average5min @6 :Float64;
  bars @7 :List(Bar);        # newest of each window, four at most
  signals @8 :List(Signal);  # newest cross, newest other
}

# ---- streams, which the client pulls

struct From {
  # Where to begin.
  union {
    oldest @0 :Void;         # that is kept
    sequence @1 :UInt64;     # of each ring
    time @2 :Int64;          # received then or later
  }
}

enum Join { newest @0; image @1; oldest @2; }

struct TickWish {
  symbols @0 :List(Text);    # "AAPL@XNAS", or "AAPL" at every venue; none: all. Unknown ones are waited for
  types @1 :List(UInt8);     # RecordType, as docs/shared-memory.md numbers them; none: all
  rings @2 :List(Text);      # none: all rings of ticks
  marketWide @3 :Bool = true;  # records about no single instrument, too
}

struct Lost {
  # Not told, wanted or not: exactly these sequences.
  ring @0 :Text;
  first @1 :UInt64;
  last @2 :UInt64;
}

struct ImageUpdate {
  instrument @0 :UInt32;
  image @1 :Data;            # 256 bytes, an entry of the image table (docs/shared-memory.md)
  mergedUpdates @2 :UInt64;  # what is in it and was not told record by record; all 0: the image one joined with
  mergedTrades @3 :UInt64;
  mergedVolume @4 :UInt64;
}

struct TickBatch {
  # In this order: what was lost before them, images, records.
  lost @0 :List(Lost);
  images @1 :List(ImageUpdate);
  records @2 :Data;          # 64 bytes each, as docs/shared-memory.md lays them out
  hasMore @3 :Bool;          # there is more now: ask again at once
  lostCount @4 :UInt64;      # of this stream, so far
}

interface Ticks {
  # Held: it goes on. Dropped: it ends, and with it what it asked upstream.
  next @0 (limit :UInt32, wait :Int64) -> (batch :TickBatch);
  # At most `limit` records (0: 1024, which is the most). With nothing to tell it waits, `wait` ns at most (60 s), and
  # then says so with an empty batch. One at a time: that is the credit, and what bounds memory. Who does not ask is
  # overrun as any slow reader is, and told exactly what it lost.
}

struct ResultWish {
  symbols @0 :List(Text);
  functions @1 :List(Text);  # names, with * and ? for anything: "T60", "T60.*"; none: all
  bars @2 :Bool = true;      # which kinds
  signals @3 :Bool = true;
}

interface Results {
  next @0 (limit :UInt32) -> (bars :List(Bar), signals :List(Signal), lost :List(Lost), hasMore :Bool);
  # At most `limit` of both (0: 256, which is the most). hasMore false: that is all there is now; ask again later.
}

# ---- who reads

struct Position {
  ring @0 :Text;
  next @1 :UInt64;           # sequence that is read next
  latencyP50 @2 :UInt64;     # ns from ts_recv to the reader, as it measured since it reported last; 0: not measured
  latencyMax @3 :UInt64;
}

struct ReaderReport {
  client @0 :Text;
  uid @1 :UInt32;
  pid @2 :UInt32;
  at @3 :Int64;              # by the plant's clock
  position @4 :Position;
  published @5 :UInt64;      # of that ring, now
  slots @6 :UInt64;
}

interface Control {
  connect @0 (version :UInt16, client :Text) -> (role :Role, reader :Reader, admin :Admin, trader :Trader);
  # Once, within control.handshake_timeout. `client`: a name for the log, at most 64 bytes. What a role may not do, its
  # `trader` and `admin` refuse, and the audit file has the attempt.
}

interface Reader {
  describe @0 () -> (plant :Description);

  instruments @1 (prefix :Text, venue :Text, statuses :List(InstrumentStatus), after :UInt32, limit :UInt32)
      -> (instruments :List(Instrument), hasMore :Bool);
  # In the order of their ids, those behind `after`, at most `limit` (0: 1000, which is the most). What is empty wishes
  # for nothing in particular.

  rings @2 () -> (rings :List(Ring));
  # Of ticks, of the order, of results.

  images @3 (symbols :List(Text)) -> (images :List(Image));
  # "AAPL@XNAS", or "AAPL" where one venue has it; 100 at most, one answer each. A symbol nobody knows refuses all.

  depth @4 (symbol :Text) -> (depth :Depth);

  derived @5 (symbols :List(Text)) -> (derived :List(Derived));
  # 50 at most.

  subscribe @6 (wish :TickWish, join :Join, conflate :Bool) -> (ticks :Ticks);
  # From now on. Notes the symbols with the feeds of their venue, which an internet feed asks upstream for. Images and
  # conflation take memory for each symbol: then `symbols` names them, 256 at most.

  history @7 (wish :TickWish, from :From, until :Int64) -> (ticks :Ticks);
  # Out of rings and journal, then on with what comes. `until`: what was received before; 0: no end.

  results @8 (wish :ResultWish, from :From, until :Int64) -> (results :Results);
  # Bars and signals, the same way.

  report @9 (positions :List(Position)) -> (isTaken :Bool);
  # Where the client itself reads, 16 rings at most; once a second. False: that was too soon, and is forgotten.

  readers @10 (after :UInt64, limit :UInt32) -> (readers :List(ReaderReport), next :UInt64, hasMore :Bool);
  # Of all clients that reported; first `after` 0, then `next`. 500 at most.
}

interface Trader {
  # Watchlists of one's own: kept across restarts, by user (uid).

  watchlists @0 () -> (names :List(Text));
  watchlist @1 (name :Text) -> (symbols :List(Text));
  add @2 (name :Text, symbols :List(Text)) -> (requestId :Text, symbols :List(Text));
  # Makes it if need be. All that are in it now come back.
  remove @3 (name :Text, symbols :List(Text)) -> (requestId :Text, symbols :List(Text));
  delete @4 (name :Text) -> (requestId :Text);
}

enum FeedAction { start @0; stop @1; restart @2; }

interface Admin {
  reload @0 () -> (changes :List(Text), requestId :Text);
  # Reads the analytics file again. No changes: it says what it said before.

  stop @1 () -> (requestId :Text);
  # Drains and ends in order, as SIGTERM. The answer comes before.

  feed @2 (name :Text, action :FeedAction) -> (requestId :Text, changes :List(Text));
  # A stopped feed holds no socket and publishes nothing; what its venue sends meanwhile is missed, and mended by its
  # ladder when it starts, as after a restart of the daemon. Returns when it is done. No changes: it was so already.

  checkConfig @3 (text :Text) -> (notes :List(Text));
  # Would the daemon start with this YAML, here and now? Empty: with the file it was started with. Refused: no, and why.

  rotate @4 () -> (requestId :Text, segment :UInt64);
  # What was published goes to the disk, and the journal on in a new file, of this number.

  savepoint @5 (name :Text) -> (requestId :Text, file :Text);
  # What was computed so far, for tickplantd --savepoint. Returns when it is on disk.

  drain @6 () -> (requestId :Text, notes :List(Text));
  # Feeds stop; all that was published is computed with, in the journal, and on disk when it returns. The plant stays up.
}
