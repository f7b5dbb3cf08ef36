// The names of the values as they stand in files: one place for all of them.
#include "annulet/model/cell_row.hpp"
#include "annulet/model/problem.hpp"
#include "annulet/model/quality.hpp"
#include "annulet/model/region.hpp"
#include "annulet/model/result.hpp"
#include "annulet/model/verdict.hpp"

namespace annulet {

const char* name(CellKind kind) {
  static constexpr const char* kNames[] = {"tumour", "benign", "lymphocyte", "stroma", "uncertain"};
  return kNames[static_cast<int>(kind)];
}

const char* name(Pattern pattern) {
  static constexpr const char* kNames[] = {"unmeasurable",           "none",
                                           "faint_incomplete",       "moderate_or_strong_incomplete",
                                           "weak_moderate_complete", "intense_complete"};
  return kNames[static_cast<int>(pattern)];
}

const char* name(Score score) {
  static constexpr const char* kNames[] = {"0", "1+", "2+", "3+"};
  return kNames[static_cast<int>(score)];
}

const char* name(Status status) {
  static constexpr const char* kNames[] = {
      "scored", "scored-with-caveats", "not-evaluable", "failed", "crashed", "timed-out"};
  return kNames[static_cast<int>(status)];
}

const char* name(ProblemKind kind) {
  static constexpr const char* kNames[] = {"missing", "undecodable", "suspect", "duplicate"};
  return kNames[static_cast<int>(kind)];
}

const char* name(QcFlag flag) {
  static constexpr const char* kNames[] = {"none", "blur",    "pen",      "fold",    "bubble",
                                           "dust", "crushed", "necrosis", "control", "region"};
  return kNames[static_cast<int>(flag)];
}

const char* name(RegionRole role) {
  static constexpr const char* kNames[] = {"include", "exclude", "control"};
  return kNames[static_cast<int>(role)];
}

std::optional<Score> score_named(std::string_view text) {
  for (int i = 0; i < kScoreCount; ++i) {
    if (text == name(static_cast<Score>(i))) return static_cast<Score>(i);
  }
  return std::nullopt;
}

std::optional<Status> status_named(std::string_view text) {
  for (int i = 0; i < kStatuses; ++i) {
    if (text == name(static_cast<Status>(i))) return static_cast<Status>(i);
  }
  return std::nullopt;
}

bool is_failure(Status status) {
  return status == Status::Failed || status == Status::Crashed || status == Status::TimedOut;
}

int exit_code(Status status) {
  static constexpr int kCodes[] = {0, 0, 3, 4, 7, 7};
  return kCodes[static_cast<int>(status)];
}

}  // namespace annulet
