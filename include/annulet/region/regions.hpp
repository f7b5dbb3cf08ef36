#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "annulet/model/region.hpp"

namespace annulet {

enum class RegionFormat { GeoJson, ImageScope, Asap };
const char* name(RegionFormat format);  ///< "GeoJSON", "ImageScope XML", "ASAP XML"

/// What was read of a file of regions.
struct RegionFile {
  std::string file_name;  ///< without folder
  std::string digest;     ///< SHA-256 of its bytes
  RegionFormat format = RegionFormat::GeoJson;
  std::vector<Region> regions;  ///< in the order of the file, corners as they stand there; never empty
  std::size_t skipped = 0;      ///< drawings that are no regions: points, lines, detections, empty rings
};

/// Reads what a user drew in QuPath (GeoJSON: level-0 px from the corner of the image as QuPath shows it), in
/// Aperio ImageScope or HALO (XML) or in ASAP (XML: level-0 px). The format is told by the content. Nothing
/// but the file itself is ever opened, and limits are checked before memory is taken. Throws Error Usage
/// whose message names the file, the place in it, the fault and what to do. Cost: linear, about 0.1 s for 10
/// MB. docs/guide/regions.md has the rules.
RegionFile read_regions(const std::filesystem::path& path);
/// The same for the content of a file; `file_name` is for messages and the result.
RegionFile parse_regions(std::string_view bytes, const std::string& file_name);

/// Limits of a file of regions.
inline constexpr std::size_t kMostRegionBytes = std::size_t{64} << 20;
inline constexpr std::size_t kMostCorners = 1'000'000;
inline constexpr std::size_t kMostRegions = 20'000;
inline constexpr std::size_t kLongestRegionName = 200;  ///< bytes; the rest is cut off
inline constexpr std::size_t kDeepestJson = 32;
inline constexpr double kFarthestCorner = 1e7;  ///< px from the origin: slides are 1e5 to 1e6 px wide

/// What a class or layer of this name means; docs/guide/regions.md lists the words.
RegionRole role_of(std::string_view class_name);

}  // namespace annulet
