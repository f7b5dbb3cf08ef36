#pragma once
#include <filesystem>
#include <functional>
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

/// Writes and fsyncs one file: what `fill` appends. Throws Error Output.
void write_synced(const std::filesystem::path& path, const std::function<void(const Append&)>& fill);
void write_synced(const std::filesystem::path& path, std::string_view bytes);

/// fsyncs a file or a folder. Throws Error Output.
void sync_path(const std::filesystem::path& path);

/// Throws Error Output that tells errno.
[[noreturn]] void throw_output(const std::filesystem::path& path, const char* did);

}  // namespace annulet
