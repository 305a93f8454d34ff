// Redis publish and subscribe, through a server of our own on a Unix socket in a folder of our own: no port, no file
// with data, no limit on what a subscriber may be behind (at which it would be thrown out).
//
// Threads: writer and reader, a process each; the server is a third.
#include <hiredis/hiredis.h>

#include <chrono>
#include <cstring>
#include <memory>
#include <thread>

#include "bench/harness/child_program.hpp"
#include "bench/harness/temp_folder.hpp"
#include "bench/peers/peers.hpp"

namespace tickplant::bench {
namespace {

using platform::SetupError;

struct FreeReply {
  void operator()(void* reply) const noexcept { ::freeReplyObject(reply); }
};
struct FreeContext {
  void operator()(redisContext* context) const noexcept { ::redisFree(context); }
};
using Connection = std::unique_ptr<redisContext, FreeContext>;
using Reply = std::unique_ptr<redisReply, FreeReply>;

Connection connect_to(const std::string& socket) {
  Connection connection(::redisConnectUnix(socket.c_str()));
  if (!connection || connection->err != 0)
    throw SetupError{"no connection to redis-server", "see why it did not start"};
  return connection;
}

struct Redis {
  static constexpr PeerTraits kTraits{
      .name = "Redis pub/sub",
      .how =
          "Unix socket, PUBLISH without replies, reader blocks, server runs where there is room, at most 16,384 "
          "records ahead",
      .window = 16'384,
      .shortest_interval_nanos = 100'000};
  TempFolder folder;
  std::string socket = (folder.path() / "redis").string();
  ChildProgram server{program_path("redis-server"),
                      {"--port", "0", "--unixsocket", socket, "--save", "", "--appendonly", "no", "--dir",
                       folder.path().string(), "--client-output-buffer-limit", "pubsub 0 0 0"},
                      {},
                      (folder.path() / "log").string()};

  Redis() {
    for (int attempt = 0; attempt < 1'000; ++attempt) {
      const Connection connection(::redisConnectUnix(socket.c_str()));
      if (connection && connection->err == 0) return;
      if (!server.is_running()) break;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    throw SetupError{"redis-server does not answer at " + socket, "run `redis-server --port 0` by hand"};
  }

  struct Writer {
    explicit Writer(Redis& peer) : connection(connect_to(peer.socket)) {
      // The answers to PUBLISH would be a second stream to read; nobody who streams asks for them.
      ::redisAppendCommand(connection.get(), "CLIENT REPLY OFF");
      flush();
    }
    bool try_send(const CheckedRecord& record) noexcept {
      const char* words[] = {"PUBLISH", "ticks", reinterpret_cast<const char*>(&record)};
      const std::size_t lengths[] = {7, 5, sizeof record};
      return ::redisAppendCommandArgv(connection.get(), 3, words, lengths) == REDIS_OK;
    }
    void flush() {
      for (int done = 0; done == 0;) {
        if (::redisBufferWrite(connection.get(), &done) != REDIS_OK)
          throw SetupError{std::string("redis refused a record: ") + connection->errstr, "see the server's log"};
      }
    }
    Connection connection;
  };
  struct Reader {
    explicit Reader(Redis& peer) : connection(connect_to(peer.socket)) {
      const Reply reply(static_cast<redisReply*>(::redisCommand(connection.get(), "SUBSCRIBE ticks")));
      if (!reply || reply->type != REDIS_REPLY_ARRAY) throw SetupError{"redis refused to subscribe", "see its log"};
    }
    bool try_receive(CheckedRecord& out) {
      void* next = nullptr;
      if (::redisGetReply(connection.get(), &next) != REDIS_OK)
        throw SetupError{std::string("redis ended the subscription: ") + connection->errstr, "see the server's log"};
      const Reply reply(static_cast<redisReply*>(next));
      if (reply->type != REDIS_REPLY_ARRAY || reply->elements != 3 || reply->element[2]->len != sizeof out)
        throw SetupError{"redis sent something else than a record", "see the server's log"};
      std::memcpy(&out, reply->element[2]->str, sizeof out);
      return true;
    }
    Connection connection;
  };
};

}  // namespace

Candidate redis() {
  const Redis tried;  // throws where the server does not start
  return candidate<Redis>();
}

}  // namespace tickplant::bench
