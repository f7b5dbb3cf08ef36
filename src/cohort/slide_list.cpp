#include "cohort/slide_list.hpp"

#include <fmt/format.h>
#include <fnmatch.h>

#include <algorithm>
#include <set>
#include <string>
#include <system_error>

#include "annulet/base/error.hpp"
#include "annulet/base/printable.hpp"
#include "annulet/slide/slide_files.hpp"
#include "annulet/slide/slide_head.hpp"

namespace annulet::cohort {
namespace {

using Path = std::filesystem::path;

constexpr const char* kWildcards = "*?[";
constexpr const char* kAnyFolders = "**";

bool has_wildcard(const std::string& text) {
  return text.find_first_of(kWildcards) != std::string::npos;
}

/// What a pattern has matched, and how many files of it are no slides.
struct Matches {
  std::set<Path> slides;
  std::size_t others = 0;

  void add(const Path& file) {
    std::error_code ignored;
    if (looks_like_slide(file)) {
      slides.insert(file);
    } else if (std::filesystem::is_regular_file(file, ignored)) {
      ++others;
    }
  }
};

/// Names in a folder that are not hidden.
std::vector<Path> entries_of(const Path& folder) {
  std::error_code error;
  std::vector<Path> entries;
  auto entry = std::filesystem::directory_iterator(folder.empty() ? Path(".") : folder, error);
  for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    const Path name = entry->path().filename();
    if (name.string().front() != '.') entries.push_back(folder / name);
  }
  if (error)
    throw Error(
        error == std::errc::permission_denied ? Code::Permission : Code::NotFound,
        fmt::format("{}: the folder cannot be read: {}", printable(folder.string()), error.message()));
  return entries;
}

bool is_folder(const Path& path) {
  std::error_code ignored;
  return std::filesystem::is_directory(path, ignored);
}

/// Links to folders are not followed below **: they may lead back.
bool is_own_folder(const Path& path) {
  std::error_code ignored;
  return is_folder(path) && !std::filesystem::is_symlink(path, ignored);
}

using Part = std::vector<Path>::const_iterator;

void match(const Path& at, Part part, Part end, Matches& matches) {
  if (part == end) {
    matches.add(at);
    return;
  }
  const std::string text = part->string();
  if (text == kAnyFolders) {
    match(at, part + 1, end, matches);
    for (const Path& entry : entries_of(at)) {
      if (is_own_folder(entry)) {
        match(entry, part, end, matches);
      } else if (part + 1 == end) {
        matches.add(entry);
      }
    }
    return;
  }
  if (!has_wildcard(text)) {
    std::error_code ignored;
    if (std::filesystem::exists(at / *part, ignored)) match(at / *part, part + 1, end, matches);
    return;
  }
  for (const Path& entry : entries_of(at)) {
    const bool fits = ::fnmatch(text.c_str(), entry.filename().c_str(), FNM_PERIOD) == 0;
    if (fits && (part + 1 == end || is_folder(entry))) match(entry, part + 1, end, matches);
  }
}

/// Pictures that belong to a slide of several files are no slides of their own.
void leave_out_members(std::set<Path>& slides) {
  std::vector<Path> members;
  for (const Path& slide : slides) {
    const std::string extension = slide.extension().string();
    if (extension != ".vms" && extension != ".vmu") continue;
    try {
      const std::vector<Path> files = slide_files(slide);
      members.insert(members.end(), files.begin() + 1, files.end());
    } catch (const Error&) {
      continue;  // a member is missing: the slide's own row tells that
    }
  }
  for (const Path& member : members) slides.erase(member);
}

std::vector<ManifestRow> rows_of(std::set<Path> slides, const Path& base) {
  leave_out_members(slides);
  std::vector<ManifestRow> rows;
  for (const Path& slide : slides) {
    ManifestRow row;
    row.path = slide;
    row.slide = base.empty() ? slide.generic_string() : slide.lexically_relative(base).generic_string();
    rows.push_back(std::move(row));
  }
  std::sort(rows.begin(), rows.end(),
            [](const ManifestRow& a, const ManifestRow& b) { return a.slide < b.slide; });
  return rows;
}

}  // namespace

bool is_pattern(const Path& path) {
  return has_wildcard(path.string());
}

std::vector<ManifestRow> slides_of_folder(const Path& folder) {
  Matches matches;
  for (const Path& entry : entries_of(folder)) matches.add(entry);
  if (matches.slides.empty())
    throw Error(
        Code::Usage,
        fmt::format("{}: the folder holds no slides ({} other files); folders inside it are not looked "
                    "into unless the pattern '{}' is given, in quotes",
                    printable(folder.string()), matches.others, printable((folder / "**").string())));
  return rows_of(std::move(matches.slides), folder);
}

std::vector<ManifestRow> slides_of_pattern(const Path& pattern) {
  std::vector<Path> parts(pattern.begin(), pattern.end());
  const auto first = std::find_if(parts.begin(), parts.end(), [](const Path& p) { return is_pattern(p); });
  Path base;
  for (auto part = parts.begin(); part != first; ++part) base /= *part;
  Matches matches;
  if (base.empty() || is_folder(base)) match(base, first, parts.end(), matches);
  if (matches.slides.empty())
    throw Error(
        Code::Usage,
        fmt::format("{}: no slide matches this pattern ({} other files do); * stands for any name, ** for "
                    "folders however deep; write the pattern in quotes",
                    printable(pattern.string()), matches.others));
  return rows_of(std::move(matches.slides), base);
}

}  // namespace annulet::cohort
