#include "annulet/cohort/calibration_slides.hpp"

#include <algorithm>
#include <optional>
#include <set>

#include "annulet/base/error.hpp"

namespace annulet {
namespace {

using Readers = std::vector<std::pair<std::string, Score>>;

std::string listed(const std::set<std::string>& names) {
  std::string out;
  std::size_t left = names.size();
  for (const std::string& name : names) {
    out += (out.empty() ? "" : left == 1 ? " and " : ", ") + name;
    --left;
  }
  return out;
}

std::string choose_reader(const std::set<std::string>& names, const std::string& reader, bool consensus) {
  if (names.empty())
    throw Error(Code::Usage,
                "no slide of the cohort has a reader's score: give them in columns reader_NAME of "
                "the manifest and run annulet batch again, which scores nothing twice");
  if (consensus) return "";
  if (reader.empty() && names.size() == 1) return *names.begin();
  if (reader.empty())
    throw Error(Code::Usage, "several readers scored the cohort, " + listed(names) +
                                 ": name one with --reader, or take their median with --consensus");
  if (!names.contains(reader))
    throw Error(Code::Usage, "no reader '" + reader + "' in the cohort; there are " + listed(names));
  return reader;
}

/// The middle score; nothing where an even number of readers is split in the middle.
std::optional<Score> median_of(const Readers& readers) {
  std::vector<Score> scores;
  for (const auto& [name, score] : readers) scores.push_back(score);
  std::sort(scores.begin(), scores.end());
  const Score low = scores[(scores.size() - 1) / 2], high = scores[scores.size() / 2];
  if (low != high) return std::nullopt;
  return low;
}

std::optional<Score> score_by(const Readers& readers, const std::string& reader) {
  const auto at =
      std::find_if(readers.begin(), readers.end(), [&](const auto& r) { return r.first == reader; });
  if (at == readers.end()) return std::nullopt;
  return at->second;
}

}  // namespace

LabelledSlides label_slides(std::span<const CohortRow> rows, const std::string& reader, bool consensus) {
  std::set<std::string> names;
  for (const CohortRow& row : rows) {
    for (const auto& [name, score] : row.asked.readers) names.insert(name);
  }
  const std::string one = choose_reader(names, reader, consensus);
  LabelledSlides labelled;
  labelled.reader = consensus ? "consensus of " + listed(names) : one;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto& [asked, outcome] = rows[i];
    const bool read = consensus ? !asked.readers.empty() : score_by(asked.readers, one).has_value();
    if (!read) {
      ++labelled.unread;
      continue;
    }
    const std::optional<Score> label = consensus ? median_of(asked.readers) : score_by(asked.readers, one);
    if (!label) {
      ++labelled.undecided;
    } else if (!outcome.score) {
      ++labelled.unscored;
    } else {
      labelled.slides.push_back({asked.slide, asked.case_id, outcome.slide_sha256, *label});
      labelled.row.push_back(i);
    }
  }
  return labelled;
}

}  // namespace annulet
