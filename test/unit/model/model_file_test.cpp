#include "annulet/model/model_file.hpp"

#include "annulet/base/error.hpp"
#include "support/catch.hpp"

using namespace annulet;

TEST_CASE("a model that a result names is loaded where it is built in, and never as a path") {
  const ModelFile known = load_model_file("guidelines", "asco-cap-breast-2018");
  CHECK(built_in_id("guideline", known.id) == known.id);
  CHECK(built_in_id("guideline", known.id, known.digest) == known.id);
  CHECK_THROWS_AS(built_in_id("guideline", known.id, "of an edited file"), Error);
  CHECK_THROWS_AS(built_in_id("grading", known.id), Error);
  const std::string file = std::string(ANNULET_SOURCE_DIR) + "/models/guidelines/asco-cap-breast-2018.toml";
  CHECK_NOTHROW(load_model_file("guidelines", file));
  CHECK_THROWS_AS(built_in_id("guideline", file), Error);
}
