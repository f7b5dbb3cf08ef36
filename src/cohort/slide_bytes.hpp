#pragma once
#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>

namespace annulet::cohort {

/// Whether a path ends in one of these extensions (".svs"), in letters of any case.
bool has_extension(const std::filesystem::path& path, std::span<const std::string_view> extensions);

/// Bytes of all files of a slide; 0 where it is not there. Opens those of several files alone.
std::uint64_t bytes_of(const std::filesystem::path& slide);

}  // namespace annulet::cohort
