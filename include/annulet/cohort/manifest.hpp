#pragma once
#include <cstddef>
#include <filesystem>
#include <iosfwd>
#include <string>
#include <vector>

#include "annulet/model/cohort.hpp"

namespace annulet {

/// \file
/// Which slides make up a cohort. Format: docs/formats/manifest.md.

/// A longer manifest is refused: ten times the largest archive that was asked for.
inline constexpr std::size_t kManifestRows = 1'000'000;
inline constexpr std::size_t kManifestTextBytes = 1'024;  ///< case, antibody, scanner, name of a reader
inline constexpr std::size_t kManifestPathBytes = 4'095;  ///< what Linux takes for a path

/// The slides of a manifest (CSV), of a folder, or of a pattern such as "slides/**/*.svs".
///
/// A manifest: rows in its order, every value checked, relative paths from the manifest's folder. Whether the
/// slides are there is not looked at: each row ends in a status of its own.
/// A folder: the slides directly in it; a pattern: the slides that it matches. Sorted by name (bytes), `line`
/// 0, and `slide` relative to the folder, or to what of the pattern stands before its first wildcard.
///
/// Throws Error Usage ("cohort.csv:3:17: why; what to do"; a folder or pattern without any slide), NotFound,
/// Permission. About 4 us and 1 kB of memory a row. One thread.
std::vector<ManifestRow> read_manifest(const std::filesystem::path& file_or_folder_or_glob);

/// The same of a stream. `name` stands in messages.
std::vector<ManifestRow> read_manifest(std::istream& csv, const std::string& name,
                                       const std::filesystem::path& folder);

}  // namespace annulet
