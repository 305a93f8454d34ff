// The folder that a new journal comes into: made here, or empty.
//
// Threads: any.
#pragma once

#include <filesystem>

namespace tickplant::cli {

/// `who`: "a repair", for the remedy. Throws Failure (usage): something is in it; SetupError: it cannot be made.
void make_new_folder(const std::filesystem::path& folder, const char* who);

}  // namespace tickplant::cli
