#pragma once
#include <filesystem>
#include <vector>

#include "annulet/model/cohort.hpp"

namespace annulet::cohort {

/// The slides of a folder, or of a pattern; see read_manifest. Throws Error Usage where there is none,
/// Permission.
std::vector<ManifestRow> slides_of_folder(const std::filesystem::path& folder);
std::vector<ManifestRow> slides_of_pattern(const std::filesystem::path& pattern);

/// True where a path holds *, ? or [.
bool is_pattern(const std::filesystem::path& path);

}  // namespace annulet::cohort
