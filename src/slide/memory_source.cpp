#include "memory_source.hpp"

#include <cstring>

#include "pixel_window.hpp"

namespace annulet {
namespace {

class MemorySource final : public SlideSource {
 public:
  MemorySource(SlidePixels pixels, SlideInfo info) : pixels_(std::move(pixels)), info_(std::move(info)) {
    count_tiles(1);
  }

  const SlideInfo& info() const override { return info_; }

  void read(int level, Rect<LevelFrame> rect, SlidePixels& out) const override {
    expects(level == 0, "a picture has level 0 alone");
    PixelWindow window(rect, out);
    const Rect<LevelFrame> inside = rect.clipped(whole_level(info_.levels.front()));
    window.lose_outside(inside);
    for (std::int64_t y = inside.y0; y < inside.y1; ++y) {
      copy_row(static_cast<int>(y), inside, window, out);
    }
    for (const Problem& problem : pixels_.problems) {
      const Rect<SlideFrame> here{inside.x0, inside.y0, inside.x1, inside.y1};
      if (!problem.where.clipped(here).empty()) out.problems.push_back(problem);
    }
  }

 private:
  void copy_row(int y, const Rect<LevelFrame>& inside, const PixelWindow& window, SlidePixels& out) const {
    if (inside.empty()) return;
    const auto count = static_cast<std::size_t>(inside.width());
    std::memcpy(window.at(inside.x0, y), pixels_.rgb.row(y) + 3 * inside.x0, count * 3);
    const std::uint8_t* coverage = pixels_.covered.row(y) + inside.x0;
    std::memcpy(window.coverage_at(inside.x0, y), coverage, count);
    if (std::memchr(coverage, 0, count) != nullptr) out.whole = false;
  }

  SlidePixels pixels_;
  SlideInfo info_;
};

}  // namespace

std::unique_ptr<SlideSource> make_memory_source(SlidePixels pixels, SlideInfo info) {
  return std::make_unique<MemorySource>(std::move(pixels), std::move(info));
}

}  // namespace annulet
