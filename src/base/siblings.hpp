#pragma once
#include <sys/types.h>

#include <filesystem>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "annulet/base/files.hpp"

namespace annulet {

/// A hidden name beside `target` that no other process takes: .NAME.PURPOSE.HOST.PID.N.
std::filesystem::path sibling(const std::filesystem::path& target, std::string_view purpose);

/// The siblings of `target` for `purpose` whose process ran on this host and is gone. Empty where the folder
/// cannot be listed.
std::vector<std::filesystem::path> stale_siblings(const std::filesystem::path& target,
                                                  std::string_view purpose);

/// Gives `target` back what a process that is gone took away to replace it and did not (a file system without
/// an exchange of names), and returns what such processes left beside a `target` that stands.
std::vector<std::filesystem::path> put_back(const std::filesystem::path& target);

/// `from` and `to`, which both exist, change places; where the file system cannot do that at once, by three
/// renames. Returns where the earlier `to` is: `from`, or a sibling of `to` where the last rename failed.
/// Throws Error Output, and both are where they were.
std::filesystem::path change_places(const std::filesystem::path& from, const std::filesystem::path& to);

/// Writes and fsyncs one file: what `fill` appends. With `mode` it gets those permissions whatever the umask.
/// Throws Error Output.
void write_synced(const std::filesystem::path& path, const std::function<void(const Append&)>& fill,
                  std::optional<mode_t> mode = {});
void write_synced(const std::filesystem::path& path, std::string_view bytes);

/// fsyncs a file or a folder. Throws Error Output.
void sync_path(const std::filesystem::path& path);

/// Makes the name of a file or a folder last. Throws Error Output.
void sync_name(const std::filesystem::path& path);

/// Throws Error Output that tells errno.
[[noreturn]] void throw_output(const std::filesystem::path& path, const char* did);

}  // namespace annulet
