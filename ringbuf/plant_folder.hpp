// Where a plant's segments are, from the plant's name alone; and folders that no other user can plant files in.
//
// Order: $TICKPLANT_RUNTIME, /run/tickplant/<plant> when it exists (the service), $XDG_RUNTIME_DIR/tickplant/<plant>,
// /dev/shm/tickplant-<uid>/<plant>. Names in bare /dev/shm can be taken by any local user, so nothing lives there.
//
// Threads: set-up only. Not here: what is inside (catalog.hpp), huge pages (on a mount of their own, a setting).
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "platform/unique_fd.hpp"

namespace tickplant::ringbuf {

/// In the folder of a plant that has a journal: a symbolic link to the journal's folder.
inline constexpr const char* kJournalLink = "journal";
/// At which clients ask its daemon; none, where its config wants none.
inline constexpr const char* kControlSocket = "control.sock";

/// What the choice depends on, handed in. `root` replaces "/" in tests.
struct RuntimeEnvironment {
  std::optional<std::string> tickplant_runtime;  // $TICKPLANT_RUNTIME: the folder itself, whatever the plant's name
  std::optional<std::string> xdg_runtime_dir;    // $XDG_RUNTIME_DIR
  uid_t user = 0;                                // effective user id
  std::filesystem::path root = "/";
};

/// The environment of this process. Empty variables count as unset.
[[nodiscard]] RuntimeEnvironment runtime_environment_of_this_process();

/// The folder of plant `plant_name`; it need not exist. Throws SetupError: a name that cannot be one, a relative
/// $TICKPLANT_RUNTIME.
[[nodiscard]] std::filesystem::path plant_folder(std::string_view plant_name, const RuntimeEnvironment& environment);

/// Makes `folder` and what is missing above it, each 0700, and checks it with open_owned_folder(). Folders that exist
/// keep their mode. Throws SetupError.
void make_owned_folder(const std::filesystem::path& folder);

/// Opens a folder in which only we can make, replace or remove files. Throws SetupError: missing, a symbolic link, not
/// a folder, owned by another user, writable by group or others.
[[nodiscard]] platform::UniqueFd open_owned_folder(const std::filesystem::path& folder);

/// Names of plants and segments become file names: 1 to 63 bytes of letters, digits, '.', '_' and '-', the first a
/// letter or digit. Throws SetupError; `what` says which name it is.
void check_name(std::string_view what, std::string_view name);

}  // namespace tickplant::ringbuf
