# What a client may ask the daemon of a plant, over the Unix socket `control.sock` in the plant's folder.
#
# A connection begins with connect(): the capabilities that come back are what its user may do, and whoever has none cannot
# ask. Numbers of methods and fields never change; what is added later, old sides pass over (Cap'n Proto's own rules).
#
# Times are ns UTC. Texts are UTF-8. A refusal is an exception: what is wrong, then "; remedy: " and what to do about it.

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

struct Feed {
  name @0 :Text;
  venue @1 :Text;
  protocol @2 :Text;
  ring @3 :Text;
  id @4 :UInt16;
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

struct Instrument {
  id @0 :UInt32;
  symbol @1 :Text;       # "AAPL"
  venue @2 :Text;        # "XNAS"
  feed @3 :UInt16;
  status @4 :InstrumentStatus;
}

enum InstrumentStatus { unknown @0; active @1; suspended @2; delisted @3; }

interface Control {
  connect @0 (version :UInt16, client :Text) -> (role :Role, reader :Reader, admin :Admin);
  # Once, within control.handshake_timeout. `client`: a name for the log, at most 64 bytes. `admin` is null for others.
}

interface Reader {
  describe @0 () -> (plant :Description);

  instruments @1 (prefix :Text, venue :Text, statuses :List(InstrumentStatus), after :UInt32, limit :UInt32)
      -> (instruments :List(Instrument), hasMore :Bool);
  # In the order of their ids, those behind `after`, at most `limit` (0: 1000, which is the most). What is empty wishes
  # for nothing in particular.
}

interface Admin {
  reload @0 () -> (changes :List(Text));
  # Reads the analytics file again. No changes: it says what it said before.

  stop @1 () -> ();
  # Drains and ends in order, as SIGTERM. The answer comes before.
}
