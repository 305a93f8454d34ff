// What a C function answers: the code, and for this thread what is wrong. Lets no exception out.
//
// Threads: each has its own message. Not here: what the codes mean (tickplant.h).
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>

#include "clients/c/tickplant.h"

namespace tickplant::clients::c {

/// A failure with its code: SetupErrors and the like have theirs by their type.
class Failure : public std::runtime_error {
 public:
  Failure(int code, const std::string& problem, std::string remedy = "")
      : std::runtime_error(problem), code_(code), remedy_(std::move(remedy)) {}
  [[nodiscard]] int code() const noexcept { return code_; }
  [[nodiscard]] const std::string& remedy() const noexcept { return remedy_; }

 private:
  int code_;
  std::string remedy_;
};

/// The code of the exception that is being handled; its message is this thread's from now on.
[[nodiscard]] int answer_for_current_exception() noexcept;

/// What `work()` returns, or the code of what it throws.
template <class Result, class Work>
Result answering(Work&& work) noexcept {
  try {
    return static_cast<Result>(work());
  } catch (...) {
    return static_cast<Result>(answer_for_current_exception());
  }
}
/// The same for a work that returns nothing: TICKPLANT_OK.
template <class Work>
int doing(Work&& work) noexcept {
  return answering<int>([&] {
    work();
    return TICKPLANT_OK;
  });
}

/// Throws Failure when the pointer is NULL.
template <class Pointee>
Pointee& given(Pointee* pointer, const char* name) {
  if (pointer == nullptr) {
    throw Failure(TICKPLANT_INVALID, std::string(name) + " is NULL", "check what the call that made it answered");
  }
  return *pointer;
}

/// A fixed C text, ended by a zero; longer ones are cut off.
template <std::size_t Bytes>
void set_text(char (&field)[Bytes], std::string_view text) noexcept {
  const std::size_t length = text.copy(field, Bytes - 1);
  field[length] = '\0';
}

}  // namespace tickplant::clients::c
