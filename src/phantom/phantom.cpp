#include "annulet/phantom/phantom.hpp"

#include "annulet/base/error.hpp"
#include "annulet/phantom/phantom_slide.hpp"
#include "annulet/phantom/pyramid_writer.hpp"

namespace annulet {

void make_phantom(const std::string& recipe_path_or_preset, const std::filesystem::path& out) {
  const std::string extension = out.extension().string();
  if (extension != ".svs" && extension != ".tif" && extension != ".tiff") {
    throw Error(Code::Usage,
                "phantom '" + out.string() + "': the name must end in .svs (Aperio-like), .tif or .tiff");
  }
  const std::filesystem::path folder = std::filesystem::absolute(out).parent_path();
  if (!std::filesystem::is_directory(folder)) {
    throw Error(Code::Output, "phantom '" + out.string() + "': the folder '" + folder.string() +
                                  "' does not exist; create it first");
  }
  const PhantomSlide slide = paint_phantom(load_recipe(recipe_path_or_preset));
  PyramidOptions options;
  options.mpp = slide.recipe.mpp;
  options.aperio = extension == ".svs";
  options.quality = static_cast<int>(slide.recipe.jpeg_quality);
  options.name = out.stem().string();
  write_pyramid_tiff(slide.rgb, out, options);
  write_phantom_truth(slide, out.string());
}

}  // namespace annulet
