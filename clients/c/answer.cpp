#include "clients/c/answer.hpp"

#include <new>
#include <string_view>

#include "clients/control/control_client.hpp"
#include "platform/setup_error.hpp"

namespace tickplant::clients::c {
namespace {

struct Message {
  std::string problem, remedy, all;
};

Message& message_of_this_thread() noexcept {
  static thread_local Message message;
  return message;
}

int answer(int code, std::string_view problem, std::string_view remedy) {
  Message& message = message_of_this_thread();
  message.problem = problem;
  message.remedy = remedy;
  message.all = remedy.empty() ? message.problem : message.problem + "\n  remedy: " + message.remedy;
  return code;
}

int answer_for_exception() {
  try {
    throw;
  } catch (const Failure& failure) {
    return answer(failure.code(), failure.what(), failure.remedy());
  } catch (const ControlRefusal& refusal) {
    const std::string_view text = refusal.what();
    for (const std::string_view remedy : {"\n  remedy: ", "; remedy: "}) {  // the last one is of the whole
      if (const std::size_t at = text.rfind(remedy); at != std::string_view::npos) {
        return answer(TICKPLANT_REFUSED, text.substr(0, at), text.substr(at + remedy.size()));
      }
    }
    return answer(TICKPLANT_REFUSED, text, "");
  } catch (const platform::SetupError& error) {
    return answer(TICKPLANT_SETUP, error.problem(), error.remedy());
  } catch (const std::bad_alloc&) {
    return answer(TICKPLANT_INTERNAL, "out of memory", "");
  } catch (const std::exception& error) {
    return answer(TICKPLANT_INTERNAL, error.what(), "");
  } catch (...) {
    return answer(TICKPLANT_INTERNAL, "an error that is no std::exception", "");
  }
}

}  // namespace

int answer_for_current_exception() noexcept {
  try {
    return answer_for_exception();
  } catch (...) {  // no memory for the message either
    Message& message = message_of_this_thread();
    message.problem.clear();
    message.remedy.clear();
    message.all.clear();
    return TICKPLANT_INTERNAL;
  }
}

}  // namespace tickplant::clients::c

using tickplant::clients::c::message_of_this_thread;

const char* tickplant_error() { return message_of_this_thread().all.c_str(); }
const char* tickplant_error_problem() { return message_of_this_thread().problem.c_str(); }
const char* tickplant_error_remedy() { return message_of_this_thread().remedy.c_str(); }
const char* tickplant_version() { return TICKPLANT_VERSION; }
