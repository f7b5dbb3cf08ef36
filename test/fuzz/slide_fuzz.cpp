// Slides and pictures: opening, then reading around the first and the last tile of every level.
#include "annulet/base/error.hpp"
#include "annulet/slide/slide_source.hpp"
#include "fuzz/fuzz_file.hpp"

using namespace annulet;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const fuzz::FileOfBytes file(data, size);
  try {
    // OpenSlide ends the process where memory is short: it is fuzzed as the child of the program.
    const std::unique_ptr<SlideSource> slide = open_slide(file.path(), ReaderChoice::Tiff);
    SlidePixels pixels;
    for (std::size_t level = 0; level < slide->info().levels.size(); ++level) {
      const Size<LevelFrame> extent = slide->info().levels[level].extent;
      slide->read(static_cast<int>(level), {-8, -8, 300, 300}, pixels);
      slide->read(static_cast<int>(level),
                  {extent.width - 64, extent.height - 64, extent.width + 8, extent.height + 8}, pixels);
    }
  } catch (const Error&) {
  }
  return 0;
}
