// What a seeded run found wrong: the first of it, which is the one to look at.
//
// Threads: one.
#pragma once

#include <sstream>
#include <string>

namespace tickplant::tests {

class IntegrityFindings {
 public:
  /// `says(ostream)` is called only where `is_right` is false for the first time.
  template <class Says>
  void expect(bool is_right, Says&& says) {
    if (is_right) [[likely]]
      return;
    ++count_;
    if (count_ > 1) return;
    std::ostringstream out;
    says(out);
    first_ = out.str();
  }
  [[nodiscard]] bool any() const { return count_ > 0; }
  [[nodiscard]] const std::string& first() const { return first_; }

 private:
  std::uint64_t count_ = 0;
  std::string first_;
};

}  // namespace tickplant::tests
