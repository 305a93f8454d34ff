#include "clients/cli/live/record_types.hpp"

#include "clients/cli/failure.hpp"
#include "clients/cli/live/words.hpp"
#include "clients/cli/nearest_words.hpp"
#include "clients/cli/terminal.hpp"

namespace tickplant::cli {
namespace {

using ringbuf::RecordType;

RecordType type_of(const std::string& word) {
  if (const auto type = record_type_of(word)) return *type;
  std::vector<std::string> known;
  for (const RecordType type : record_types()) known.emplace_back(word_of(type));
  throw Failure(ExitCode::usage, "there is no record type '" + printable(word) + "'", nearest_or_all(word, known));
}

}  // namespace

clients::RecordTypes types_of(const std::vector<std::string>& words) {
  clients::RecordTypes types;
  for (const std::string& word : words) types.add(type_of(word));
  if (!words.empty()) return types;
  for (const RecordType type : record_types()) {
    if (type != RecordType::source_position && type != RecordType::heartbeat) types.add(type);
  }
  return types;
}

}  // namespace tickplant::cli
