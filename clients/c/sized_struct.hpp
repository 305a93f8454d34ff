// Structs that grow at their end, between a program and a library of different ages.
//
// Each begins with struct_size, which the caller has set. What the younger side has and the older one does not know is
// zero: the default where it is asked for, nothing where it is told.
//
// Threads: pure functions.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <string>

#include "clients/c/answer.hpp"

namespace tickplant::clients::c {

template <class Struct>
void check_struct_size(std::size_t size, const char* name) {
  // Anything smaller has no field; anything as large was never initialised.
  if (size >= 2 * sizeof(std::size_t) && size <= 64 * sizeof(Struct)) return;
  throw Failure(TICKPLANT_INVALID, std::string(name) + "->struct_size is " + std::to_string(size),
                "set it to the sizeof of the struct, and zero the rest");
}

/// Options as this library knows them. NULL: all defaults. Throws Failure: more is asked for than it knows.
template <class Options>
Options read_options(const Options* options) {
  Options known{};
  if (options == nullptr) return known;
  std::size_t size = 0;
  std::memcpy(&size, options, sizeof size);
  check_struct_size<Options>(size, "options");
  std::memcpy(&known, options, std::min(size, sizeof known));
  const auto* const bytes = reinterpret_cast<const unsigned char*>(options);
  if (size > sizeof known && std::any_of(bytes + sizeof known, bytes + size, [](unsigned char c) { return c != 0; })) {
    throw Failure(TICKPLANT_INVALID, "an option is set that libtickplant " TICKPLANT_VERSION " does not know",
                  "install the version that the program was built with, or zero what lies behind the options you set");
  }
  return known;
}

/// Tells `values` (but for their struct_size) in a struct of the caller's size.
template <class Struct>
void tell(const Struct& values, Struct* out, const char* name) {
  (void)given(out, name);
  std::size_t size = 0;
  std::memcpy(&size, out, sizeof size);
  check_struct_size<Struct>(size, name);
  auto* const bytes = reinterpret_cast<unsigned char*>(out);
  const std::size_t known = std::min(size, sizeof values);
  std::memcpy(bytes + sizeof size, reinterpret_cast<const unsigned char*>(&values) + sizeof size, known - sizeof size);
  std::fill(bytes + known, bytes + size, static_cast<unsigned char>(0));
}

}  // namespace tickplant::clients::c
