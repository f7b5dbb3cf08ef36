// The scan asks for memory while it finds out how much it needs; from then on blocks, windows and tiles use
// the memory of those before them. Counted in this program alone, where operator new is replaced.
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <new>
#include <string>

#include "annulet/phantom/pyramid_writer.hpp"
#include "annulet/pipeline/scan.hpp"
#include "support/kernel_paths.hpp"

namespace {

std::atomic<std::int64_t> allocations{0};

void* counted(std::size_t bytes, std::size_t alignment) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  void* memory = nullptr;
  if (::posix_memalign(&memory, alignment, bytes == 0 ? 1 : bytes) != 0) throw std::bad_alloc();
  return memory;
}

}  // namespace

// The forms for arrays call these. The library's form that does not throw does, too, but a sanitizer's does
// not.
void* operator new(std::size_t bytes) {
  return counted(bytes, __STDCPP_DEFAULT_NEW_ALIGNMENT__);
}
void* operator new(std::size_t bytes, const std::nothrow_t&) noexcept {
  return ::operator new(bytes);
}
void* operator new(std::size_t bytes, std::align_val_t alignment) {
  return counted(bytes, static_cast<std::size_t>(alignment));
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::align_val_t) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
  std::free(memory);
}

using namespace annulet;

namespace {

constexpr int kRepeatUm = 192, kBlockUm = 96, kBlocksPerRepeat = 2;

/// The middle of a level of a 3+ sample, where nuclei, brown bodies and interiors are all looked for.
RgbImage middle_of_sample(int level) {
  const auto source = open_slide(std::filesystem::path(ANNULET_SOURCE_DIR) / "samples/slides/her2-3plus.tif");
  const Size<LevelFrame> extent = source->info().levels[static_cast<std::size_t>(level)].extent;
  const Rect<LevelFrame> middle{extent.width / 4, extent.height / 4, 3 * extent.width / 4,
                                3 * extent.height / 4};
  SlidePixels pixels;
  source->read(level, middle, pixels);
  REQUIRE(pixels.whole);
  return pixels.rgb;
}

/// `rows` times the part, one below the other.
RgbImage repeated(const RgbImage& part, int rows) {
  RgbImage image(part.width, part.height * rows);
  for (int row = 0; row < rows; ++row)
    std::copy(part.data.begin(), part.data.end(), image.row(row * part.height));
  return image;
}

struct Cost {
  std::int64_t allocations = 0, blocks = 0, cells = 0;
};

/// What the scan of a slide of `rows` repeats asks for, from its plan to the sorted table.
Cost scan_of(const RgbImage& part, int rows) {
  const auto path =
      std::filesystem::temp_directory_path() / ("annulet-steady-" + std::to_string(::getpid()) + ".tif");
  PyramidOptions pyramid;
  pyramid.mpp = double{kRepeatUm} / part.width;
  // Repeats are whole tiles and whole blocks, hence alike, and the tiles too small to be called duplicates.
  pyramid.tile_px = 64;
  write_pyramid_tiff(repeated(part, rows), path, pyramid);
  const auto source = open_slide(path);
  ScoreOptions options;
  options.threads = 1;
  options.block_um = kBlockUm;
  const Survey survey = survey_slide(*source, source->info().pitch, options, {});
  REQUIRE(survey.reasons.empty());
  const std::int64_t before = allocations;
  const Scan scan = scan_slide(*source, survey, options, {});
  const std::int64_t after = allocations;
  std::filesystem::remove(path);
  return {after - before, std::int64_t{kBlocksPerRepeat} * kBlocksPerRepeat * rows,
          static_cast<std::int64_t>(scan.cells.size())};
}

}  // namespace

// One for the cells of the block, which are kept; a quarter for lists that still meet a longer one than
// before.
TEST_CASE("a further block of the scan asks for memory once, for its cells") {
  for (const int level : {0, 1}) {  // 0.25 um/px, and 0.5, where DAB is sharpened
    const RgbImage part = middle_of_sample(level);
    const Cost less = scan_of(part, 16), more = scan_of(part, 32);
    const std::int64_t blocks = more.blocks - less.blocks, asked = more.allocations - less.allocations;
    CAPTURE(level, less.allocations, more.allocations, less.cells, more.cells, blocks);
    REQUIRE(more.cells - less.cells > 20 * blocks);
    CHECK(asked <= blocks + blocks / 4);
  }
}
