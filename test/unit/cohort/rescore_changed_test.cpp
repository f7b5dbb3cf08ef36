#include <unistd.h>

#include <filesystem>

#include "annulet/base/error.hpp"
#include "annulet/cohort/rescore.hpp"
#include "support/catch.hpp"

using namespace annulet;

TEST_CASE("a slide that was scored anew since its row was read is not rescored under the old row") {
  const auto file = std::filesystem::temp_directory_path() /
                    ("annulet-rescore-changed-" + std::to_string(::getpid()) + ".sqlite");
  std::filesystem::remove(file);
  CohortRow row;
  row.asked.slide = "one";
  row.outcome.status = Status::NotEvaluable;
  row.outcome.result_digest = std::string(64, 'a');
  CohortStoreWriter writer(file);
  writer.describe_batch({});
  writer.put(row, 0, "e", {}, nullptr, nullptr);
  const CohortStore store(file);
  const std::int64_t id = store.slide_ids().at(0);
  CHECK_NOTHROW(RescorableSlide(store, id, row));
  row.outcome.result_digest = std::string(64, 'b');
  const auto code_of = [&](std::int64_t of) {
    try {
      (void)RescorableSlide(store, of, row);
    } catch (const Error& error) {
      return error.code();
    }
    return Code::Internal;
  };
  CHECK(code_of(id) == Code::Changed);
  writer.put(row, 0, "e2", {}, nullptr, nullptr);  // under a number of its own
  CHECK(code_of(id) == Code::Changed);
  std::filesystem::remove(file);
}
