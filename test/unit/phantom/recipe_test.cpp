#include <filesystem>
#include <fstream>
#include <set>

#include "annulet/base/error.hpp"
#include "annulet/base/files.hpp"
#include "annulet/model/model_file.hpp"
#include "annulet/phantom/recipe.hpp"
#include "support/catch.hpp"

using namespace annulet;

namespace {

struct RecipeFile {
  std::filesystem::path path = std::filesystem::temp_directory_path() / "annulet-recipe-test.toml";
  explicit RecipeFile(const std::string& text) { std::ofstream(path) << text; }
  ~RecipeFile() { std::filesystem::remove(path); }
};

}  // namespace

TEST_CASE("every built-in recipe loads and bears its own name") {
  std::set<std::string> names;
  for (const ModelFile& file : built_in_model_files()) {
    if (file.kind != "phantom") continue;
    CHECK(load_recipe(file.id).preset == file.id);
    names.insert(file.id);
  }
  CHECK(names.size() >= 52);
  CHECK(names.count("20x-score2") == 1);
}

TEST_CASE("a recipe file starts from its preset and overrides it") {
  const RecipeFile file(
      "preset = \"20x-score2\"\nseed = 77\nwhite = [200, 201, 202]\nchromogen_vector = [0, 3, 4]\n");
  const PhantomRecipe recipe = load_recipe(file.path.string());
  CHECK(recipe.preset == "20x-score2");
  CHECK(recipe.mpp == 0.5);
  CHECK(recipe.seed == 77);
  CHECK(recipe.percent_moderate == load_recipe("score2").percent_moderate);
  CHECK(recipe.white[2] == 202);
  CHECK(recipe.chromogen_vector[1] == Approx(0.6));
}

TEST_CASE("a recipe that cannot be followed is refused with its key") {
  const auto refused = [](const std::string& text, const std::string& word) {
    const RecipeFile file(text);
    try {
      load_recipe(file.path.string());
      FAIL("accepted: " << text);
    } catch (const Error& error) {
      CHECK(error.code() == Code::Usage);
      CHECK(std::string(error.what()).find(word) != std::string::npos);
    }
  };
  refused("sead = 3", "sead");
  refused("mpp = 4", "mpp");
  refused("mpp = nan", "mpp");
  refused("noise_grey = \"much\"", "noise_grey");
  refused("chromogen = \"red\"", "chromogen");
  refused("architecture = \"spirals\"", "\"trabeculae\" or \"glands\"");
  refused("pen_colour = \"pink\"", "pen_colour");
  refused("white = [1, 2]", "white");
  refused("chromogen_vector = [0, 0, 0]", "chromogen_vector");
  refused("percent_faint = 60\npercent_intense = 60", "more than 100");
  refused("preset = \"nonesuch\"", "nonesuch");
  refused("seed = = 2", ".toml:1:");
  refused("seed = 3\nmpp = 4", ".toml:2:7: 'mpp'");
  refused("preset = 3", "'preset' must be a text");
}

TEST_CASE("every parameter stands in the documentation") {
  const std::string page = read_text(std::filesystem::path(ANNULET_SOURCE_DIR) / "docs/science/phantom.md");
  for (const RecipeParameter& parameter : recipe_parameters()) {
    CAPTURE(parameter.key);
    CHECK(page.find("| `" + std::string(parameter.key) + "` | " + parameter.unit) != std::string::npos);
  }
}
