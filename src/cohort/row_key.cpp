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
#include "cohort/parts.hpp"

namespace annulet {
namespace {

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
  cohort::Parts facts;
  facts.add("version").add(ANNULET_VERSION);
  facts.add("guideline").add(Guideline::load(score.guideline).digest());
  facts.add("grading").add(load_grading(score.grading).digest);
  facts.add("kind").add(KindModel::load(score.kind).digest);
  facts.add("stain").add(load_stain_preset(score.stain == "fit" ? "hdab-ruifrok" : score.stain).digest);
  facts.add("stain-fit").add(score.stain == "fit" ? "yes" : "no");
  // The names stand in result.json as they were given.
  facts.add("names").add(score.guideline + "\n" + score.grading + "\n" + score.kind + "\n" + score.stain);
  facts.add("allow-incomplete").add(score.allow_incomplete ? fmt::format("{}", *score.allow_incomplete) : "");
  facts.add("geojson").add(options.geojson ? "yes" : "no");
  return facts.digest();
}

std::string row_key(const ManifestRow& row, const CohortOptions& options, const std::string& common) {
  const ScoreOptions own = options_of(row, options);
  cohort::Parts facts;
  facts.add("common").add(common);
  facts.add("mpp").add(own.mpp ? fmt::format("{}", *own.mpp) : "");
  facts.add("ish").add(own.ish);
  facts.add("controls").add(own.controls);
  facts.add("antibody").add(own.antibody);
  facts.add("sha256").add(own.expect_sha256);
  for (const std::filesystem::path& region : own.regions) {
    facts.add("region").add(region.filename().string());
    facts.add("region-bytes").add(digest_of_region(region));
  }
  return facts.digest();
}

std::string shared_digest(const CohortOptions& options, const std::string& common) {
  return row_key({}, options, common);
}

std::string asked_digest(const ManifestRow& row) {
  return row_key(row, {}, "");
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
