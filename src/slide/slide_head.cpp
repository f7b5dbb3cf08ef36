#include "annulet/slide/slide_head.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "annulet/base/error.hpp"
#include "slide/input_file.hpp"

namespace annulet {
namespace {

constexpr std::array<std::string_view, 20> kSlideExtensions{
    ".svs", ".tif", ".tiff", ".btf",     ".tf2", ".tf8",  ".qptiff", ".scn", ".ndpi", ".vms",
    ".vmu", ".bif", ".mrxs", ".svslide", ".jpg", ".jpeg", ".png",    ".czi", ".vsi",  ".isyntax"};

bool has_slide_extension(const std::filesystem::path& file) {
  std::string extension = file.extension().string();
  for (char& c : extension) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return std::find(kSlideExtensions.begin(), kSlideExtensions.end(), extension) != kSlideExtensions.end();
}

}  // namespace

bool looks_like_slide(const std::filesystem::path& file) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(file, ignored)) return false;
  if (has_slide_extension(file)) return true;
  try {
    const Content content = content_of(InputFile(file));
    return content != Content::Other && content != Content::Sqlite;
  } catch (const Error&) {
    return false;
  }
}

}  // namespace annulet
