// Model files of a user: guidelines, gradings, kinds, stains and phantom recipes.
#include <array>

#include "annulet/base/error.hpp"
#include "annulet/cell/grade.hpp"
#include "annulet/cell/kind.hpp"
#include "annulet/guideline/guideline.hpp"
#include "annulet/phantom/recipe.hpp"
#include "annulet/pixel/stain_preset.hpp"
#include "fuzz/fuzz_file.hpp"

using namespace annulet;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const fuzz::FileOfBytes file(data, size);
  const std::string path = file.path();
  const std::array<void (*)(const std::string&), 5> loaders = {
      [](const std::string& p) { (void)Guideline::load(p); },
      [](const std::string& p) { (void)load_grading(p); },
      [](const std::string& p) { (void)KindModel::load(p); },
      [](const std::string& p) { (void)load_stain_preset(p); },
      [](const std::string& p) { (void)load_recipe(p); }};
  for (const auto& load : loaders) {
    try {
      load(path);
    } catch (const Error& error) {
      if (error.code() != Code::Usage) throw;
    }
  }
  return 0;
}
