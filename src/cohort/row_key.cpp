#include "annulet/cohort/row_key.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include "annulet/base/digest.hpp"
#include "annulet/base/error.hpp"
#include "annulet/cell/grade.hpp"
#include "annulet/cell/kind.hpp"
#include "annulet/guideline/guideline.hpp"
#include "annulet/pixel/stain_preset.hpp"
#include "annulet/slide/slide_files.hpp"

namespace annulet {
namespace {

/// Lines of "name value"; a line feed in a value cannot begin another.
class Facts {
 public:
  void add(std::string_view name, std::string_view value) {
    text_ += fmt::format("{} {} {}\n", name, value.size(), value);
  }
  std::string digest() const { return sha256_of(text_); }

 private:
  std::string text_;
};

std::string digest_of_region(const std::filesystem::path& file) {
  try {
    return sha256_of_file(file);
  } catch (const Error& error) {
    return std::string(name(error.code()));
  }
}

}  // namespace

ScoreOptions options_of(const ManifestRow& row, const CohortOptions& options) {
  ScoreOptions own = options.score;
  if (row.mpp) own.mpp = row.mpp;
  if (!row.ish.empty()) own.ish = row.ish;
  if (!row.controls.empty()) own.controls = row.controls;
  if (!row.antibody.empty()) own.antibody = row.antibody;
  own.regions = row.regions;
  own.expect_sha256 = row.sha256;
  return own;
}

std::string common_digest(const CohortOptions& options) {
  const ScoreOptions& score = options.score;
  Facts facts;
  facts.add("version", ANNULET_VERSION);
  facts.add("guideline", Guideline::load(score.guideline).digest());
  facts.add("grading", load_grading(score.grading).digest);
  facts.add("kind", KindModel::load(score.kind).digest);
  facts.add("stain", load_stain_preset(score.stain == "fit" ? "hdab-ruifrok" : score.stain).digest);
  facts.add("stain-fit", score.stain == "fit" ? "yes" : "no");
  // The names stand in result.json as they were given.
  facts.add("names", score.guideline + "\n" + score.grading + "\n" + score.kind + "\n" + score.stain);
  facts.add("allow-incomplete", score.allow_incomplete ? fmt::format("{}", *score.allow_incomplete) : "");
  facts.add("geojson", options.geojson ? "yes" : "no");
  return facts.digest();
}

std::string row_key(const ManifestRow& row, const CohortOptions& options, const std::string& common) {
  const ScoreOptions own = options_of(row, options);
  Facts facts;
  facts.add("common", common);
  facts.add("mpp", own.mpp ? fmt::format("{}", *own.mpp) : "");
  facts.add("ish", own.ish);
  facts.add("controls", own.controls);
  facts.add("antibody", own.antibody);
  facts.add("sha256", own.expect_sha256);
  for (const std::filesystem::path& region : own.regions) {
    facts.add("region", region.filename().string());
    facts.add("region-bytes", digest_of_region(region));
  }
  return facts.digest();
}

std::string slide_stamp(const std::filesystem::path& slide) {
  std::string text;
  try {
    for (const std::filesystem::path& file : slide_files(slide)) {
      struct stat found {};
      if (::stat(file.c_str(), &found) != 0) return "absent";
      text += fmt::format("{}:{}.{:09}:{}.{:09};", found.st_size, found.st_mtim.tv_sec, found.st_mtim.tv_nsec,
                          found.st_ctim.tv_sec, found.st_ctim.tv_nsec);
    }
  } catch (const Error& error) {
    return "absent: " + std::string(name(error.code()));
  }
  constexpr std::size_t kWritten = 120;  // longer lists, of slides of many files, by their digest
  return text.size() <= kWritten ? text : sha256_of(text);
}

}  // namespace annulet
