#include "clients/cli/journal/past_state.hpp"

#include "clients/cli/failure.hpp"
#include "clients/cli/terminal.hpp"

namespace tickplant::cli {

PastState past_state(clients::PastView& past, const std::string& symbol, platform::UnixNanos at) {
  PastState out;
  try {
    static_cast<clients::PastState&>(out) = past.state(symbol, at);
  } catch (const clients::UnknownInstrument& unknown) {
    throw Failure(ExitCode::usage, printable(unknown.problem()), unknown.remedy());
  }
  out.row.id = out.id;
  out.row.symbol = out.name.substr(0, out.name.rfind('@'));
  out.row.venue = out.name.substr(out.name.rfind('@') + 1);
  out.row.size_scale = out.size_scale;
  out.row.has_image = out.has_image;
  out.row.image = out.image;
  out.row.updates = out.records;
  return out;
}

}  // namespace tickplant::cli
