#include "cohort/slide_bytes.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <system_error>
#include <vector>

#include "annulet/base/error.hpp"
#include "annulet/slide/slide_files.hpp"

namespace annulet::cohort {
namespace {

using Path = std::filesystem::path;
constexpr std::array<std::string_view, 3> kOfSeveralFiles{".mrxs", ".vms", ".vmu"};

std::vector<Path> files_of(const Path& slide) {
  if (!has_extension(slide, kOfSeveralFiles)) return {slide};
  try {
    return slide_files(slide);
  } catch (const Error&) {  // a member is missing: the slide's own row tells that
    return {slide};
  }
}

}  // namespace

bool has_extension(const Path& path, std::span<const std::string_view> extensions) {
  std::string extension = path.extension().string();
  for (char& c : extension) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return std::find(extensions.begin(), extensions.end(), extension) != extensions.end();
}

std::uint64_t bytes_of(const Path& slide) {
  std::uint64_t bytes = 0;
  for (const Path& file : files_of(slide)) {
    std::error_code failed;
    const std::uintmax_t size = std::filesystem::file_size(file, failed);
    if (!failed) bytes += size;
  }
  return bytes;
}

}  // namespace annulet::cohort
