#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <string>

#include "annulet/base/files.hpp"
#include "annulet/phantom/phantom.hpp"
#include "annulet/slide/slide_source.hpp"
#include "support/catch.hpp"

using namespace annulet;
namespace fs = std::filesystem;

TEST_CASE("both readers open the phantom with its pitch and agree on its pixels") {
  std::string name = (fs::temp_directory_path() / "annulet-opened-XXXXXX").string();
  const fs::path folder = mkdtemp(name.data());
  write_file_atomically(folder / "r.toml",
                        "preset = \"20x-score2\"\nwidth_px = 600\nheight_px = 520\nseed = 9\n");
  for (const char* file : {"slide.svs", "slide.tif"}) {
    CAPTURE(file);
    make_phantom((folder / "r.toml").string(), folder / file);
    SlidePixels fast, vendor;
    for (const ReaderChoice choice : {ReaderChoice::Tiff, ReaderChoice::OpenSlide}) {
      const auto slide = open_slide(folder / file, choice);
      const SlideInfo& info = slide->info();
      CHECK(info.extent == Size<SlideFrame>{600, 520});
      CHECK(info.pitch.x == Approx(0.5));
      CHECK(info.pitch.y == Approx(0.5));
      CHECK(info.format == (std::string(file) == "slide.svs" ? "aperio" : "generic-tiff"));
      slide->read(0, {100, 100, 500, 400}, choice == ReaderChoice::Tiff ? fast : vendor);
    }
    CHECK(fast.whole);
    CHECK(fast.rgb.data == vendor.rgb.data);
  }
  fs::remove_all(folder);
}
