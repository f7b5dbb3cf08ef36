#include "openslide_source.hpp"

#include <openslide.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <mutex>
#include <set>
#include <string_view>
#include <tuple>

#include "header_pitch.hpp"
#include "pixel_window.hpp"

namespace annulet {
namespace {

constexpr std::int64_t kCell = 256;  ///< px of the grid on which loss is told where the file's own is unknown
constexpr std::int64_t kLeastCell = 64,
                       kMostCell = 1024;  ///< px a side of the file's tiles that serve as one
constexpr std::int64_t kBlock = 1024;     ///< px read at once: larger regions leave the processor's cache
/// Blocks in which something cannot be decoded: each costs two openings of the file, and two for each of its
/// bad cells; what is known to be bad is not tried again.
constexpr std::size_t kMostBadBlocks = 256;
constexpr double kIntegralTolerance = 1e-9;

using Handle = std::shared_ptr<openslide_t>;
using Argb = std::vector<std::uint32_t>;

Handle open_handle(const std::string& path) {
  openslide_t* raw = openslide_open(path.c_str());
  return raw == nullptr ? nullptr : Handle(raw, openslide_close);
}

std::string fault_of(openslide_t* handle) {
  const char* fault = openslide_get_error(handle);
  return fault == nullptr ? "" : fault;
}

/// All that is read of a slide's properties: none of them names a patient, an operator, a scanner or a date.
/// Label and macro images are never asked for.
constexpr std::array<std::string_view, 12> kProperties{
    "openslide.vendor",   "openslide.mpp-x",    "openslide.mpp-y",        "openslide.objective-power",
    "openslide.bounds-x", "openslide.bounds-y", "openslide.bounds-width", "openslide.bounds-height",
    "tiff.XResolution",   "tiff.YResolution",   "tiff.ResolutionUnit",    "leica.illumination-source"};
/// Hamamatsu keeps its shading data under names that change: these are searched for a mark, nothing is kept.
constexpr std::string_view kShading = "hamamatsu.";
/// The size of each level's tiles.
constexpr std::string_view kOfLevel = "openslide.level[";

std::string property(openslide_t* handle, const char* name) {
  const bool allowed = std::find(kProperties.begin(), kProperties.end(), name) != kProperties.end() ||
                       std::string_view(name).starts_with(kShading) ||
                       std::string_view(name).starts_with(kOfLevel);
  expects(allowed, "the property is one of those that are read");
  const char* value = openslide_get_property_value(handle, name);
  return value == nullptr ? "" : value;
}

double number_or_zero(openslide_t* handle, const char* name) {
  return decimal_number(property(handle, name)).value_or(0.0);
}

/// The grid on which loss is told: the file's own tiles, so that a bad one is lost alone.
Size<LevelFrame> cell_of(openslide_t* handle, int level) {
  const std::string prefix = "openslide.level[" + std::to_string(level) + "].tile-";
  const double width = number_or_zero(handle, (prefix + "width").c_str()),
               height = number_or_zero(handle, (prefix + "height").c_str());
  const auto serves = [](double side) { return side >= kLeastCell && side <= kMostCell; };
  if (!serves(width) || !serves(height)) return {kCell, kCell};
  return {static_cast<std::int64_t>(width), static_cast<std::int64_t>(height)};
}

/// As many whole cells as a block may have.
Size<LevelFrame> block_of(const Size<LevelFrame>& cell) {
  return {kBlock / cell.width * cell.width, kBlock / cell.height * cell.height};
}

class OpenslideSource final : public SlideSource {
 public:
  OpenslideSource(const InputFile& file, Handle handle);

  const SlideInfo& info() const override { return info_; }
  void read(int level, Rect<LevelFrame> rect, SlidePixels& out) const override;

 private:
  struct Block;
  Handle current() const;
  void replace(const Handle& failed) const;
  std::string fetch(openslide_t* handle, int level, const Rect<LevelFrame>& area, Argb& pixels) const;
  std::string fetch_alone(int level, const Rect<LevelFrame>& area, Argb& pixels) const;
  std::string fault_of_cell(int level, const Rect<LevelFrame>& cell, Argb& pixels) const;
  bool read_whole(int level, const Rect<LevelFrame>& block, Argb& pixels) const;
  void read_block(int level, const Rect<LevelFrame>& block, const Rect<LevelFrame>& wanted, Argb& pixels,
                  PixelWindow& window, std::vector<Problem>& problems) const;
  void tell_missing(int level, const Rect<LevelFrame>& block, const Argb& pixels,
                    std::vector<Problem>& problems) const;

  std::string path_;
  SlideInfo info_;
  std::vector<Size<LevelFrame>> cells_;  ///< by level
  bool dense_ = false;  ///< a format whose every tile is stored: a transparent one is missing, not glass
  mutable std::mutex mutex_;
  mutable Handle handle_;  ///< shared by all threads; an error poisons it for good, then it is replaced
  using Place = std::tuple<int, std::int64_t, std::int64_t>;  // level, x, y
  mutable std::set<Place> bad_blocks_;                        ///< that could not be read as a whole
  mutable std::map<Place, std::string> bad_cells_;            ///< and why: not tried again
};

/// Hamamatsu tells the excitation of a fluorescence scan in its shading data, Leica its lamp.
bool tells_of_fluorescence(openslide_t* handle) {
  if (property(handle, "leica.illumination-source") == "fluorescence") return true;
  for (const char* const* name = openslide_get_property_names(handle); *name != nullptr; ++name) {
    if (std::string_view(*name).substr(0, kShading.size()) != kShading) continue;
    const std::string value = property(handle, *name);
    const std::string marks[] = {"ExcitationWaveLength=", "EmissionWaveLength="};
    for (const std::string& mark : marks) {
      const auto at = value.find(mark);
      if (at == std::string::npos) continue;
      const char digit = at + mark.size() < value.size() ? value[at + mark.size()] : '0';
      if (digit >= '1' && digit <= '9') return true;
    }
  }
  return false;
}

Pitch pitch_of(openslide_t* handle) {
  const Pitch pitch =
      stated_pitch(number_or_zero(handle, "openslide.mpp-x"), number_or_zero(handle, "openslide.mpp-y"));
  if (pitch.known()) return pitch;
  const std::string unit = property(handle, "tiff.ResolutionUnit");
  return pitch_of_resolution(number_or_zero(handle, "tiff.XResolution"),
                             number_or_zero(handle, "tiff.YResolution"),
                             unit == "inch"         ? 2
                             : unit == "centimeter" ? 3
                                                    : 1);
}

/// Programs such as QuPath show only this part where both its sides are shorter than the slide's.
std::optional<Rect<SlideFrame>> scanned_part(openslide_t* handle, const Size<SlideFrame>& extent) {
  const auto px = [&](const char* name) { return static_cast<std::int64_t>(number_or_zero(handle, name)); };
  const std::int64_t x = px("openslide.bounds-x"), y = px("openslide.bounds-y"),
                     width = px("openslide.bounds-width"), height = px("openslide.bounds-height");
  if (x < 0 || y < 0 || width < 1 || height < 1 || width >= extent.width || height >= extent.height)
    return std::nullopt;
  return Rect<SlideFrame>{x, y, x + width, y + height};
}

OpenslideSource::OpenslideSource(const InputFile& file, Handle handle)
    : path_(file.path().string()), handle_(std::move(handle)) {
  openslide_t* slide = handle_.get();
  info_.file_name = file.name();
  info_.format = property(slide, "openslide.vendor");
  info_.reader = "openslide";
  info_.bytes = file.bytes();
  for (int level = 0; level < openslide_get_level_count(slide); ++level) {
    std::int64_t width = 0, height = 0;
    openslide_get_level_dimensions(slide, level, &width, &height);
    if (width < 1 || height < 1)
      throw file.error(Code::Corrupt, "level " + std::to_string(level) + " has no pixels");
    info_.levels.push_back({{width, height}, openslide_get_level_downsample(slide, level)});
    cells_.push_back(cell_of(slide, level));
  }
  if (info_.levels.empty()) throw file.error(Code::Corrupt, "has no level");
  info_.extent = {info_.levels.front().extent.width, info_.levels.front().extent.height};
  info_.scanned = scanned_part(slide, info_.extent);
  info_.tile = {cells_.front().width, cells_.front().height};
  info_.pitch = pitch_of(slide);
  info_.objective_power = decimal_number(property(slide, "openslide.objective-power"));
  info_.fluorescence = tells_of_fluorescence(slide);
  dense_ = info_.format == "aperio" || info_.format == "generic-tiff";
}

Handle OpenslideSource::current() const {
  const std::lock_guard lock(mutex_);
  return handle_;
}

void OpenslideSource::replace(const Handle& failed) const {
  const std::lock_guard lock(mutex_);
  if (handle_ != failed) return;
  if (Handle fresh = open_handle(path_)) handle_ = std::move(fresh);
}

/// OpenSlide wants the origin in level-0 pixels. It lands on the level's own grid, without resampling, where
/// the downsample is a whole number; elsewhere the fixed grid of blocks makes the pixels the same for every
/// read.
std::string OpenslideSource::fetch(openslide_t* handle, int level, const Rect<LevelFrame>& area,
                                   Argb& pixels) const {
  const double downsample = info_.levels[static_cast<std::size_t>(level)].downsample;
  const auto origin = [&](std::int64_t v) { return std::llround(static_cast<double>(v) * downsample); };
  pixels.resize(static_cast<std::size_t>(area.area()));
  openslide_read_region(handle, pixels.data(), origin(area.x0), origin(area.y0), level, area.width(),
                        area.height());
  return fault_of(handle);
}

/// On a handle of its own: the verdict on these pixels then depends on nothing that other threads do.
std::string OpenslideSource::fetch_alone(int level, const Rect<LevelFrame>& area, Argb& pixels) const {
  const Handle alone = open_handle(path_);
  if (alone == nullptr) return "the slide cannot be opened again";
  const std::string fault = fault_of(alone.get());
  return fault.empty() ? fetch(alone.get(), level, area, pixels) : fault;
}

/// Copies what of `area` is wanted. `pixels` are premultiplied ARGB of the whole area; only opaque ones
/// count.
void copy_opaque(const Rect<LevelFrame>& area, const Rect<LevelFrame>& part, const Argb& pixels,
                 PixelWindow& window) {
  if (part.empty()) return;
  for (std::int64_t y = part.y0; y < part.y1; ++y) {
    const std::uint32_t* from = pixels.data() + (y - area.y0) * area.width() + (part.x0 - area.x0);
    std::uint8_t* to = window.at(part.x0, y);
    for (std::int64_t x = part.x0; x < part.x1; ++x, ++from, to += 3) {
      if (*from >> 24 == 255) {
        to[0] = static_cast<std::uint8_t>(*from >> 16);
        to[1] = static_cast<std::uint8_t>(*from >> 8);
        to[2] = static_cast<std::uint8_t>(*from);
      } else {
        window.lost_pixel(x, y);
      }
    }
  }
}

template <class Visit>
void for_each_cell(const Rect<LevelFrame>& area, const Size<LevelFrame>& cell, Visit visit) {
  for (std::int64_t y = area.y0 / cell.height * cell.height; y < area.y1; y += cell.height) {
    for (std::int64_t x = area.x0 / cell.width * cell.width; x < area.x1; x += cell.width) {
      visit(Rect<LevelFrame>{x, y, x + cell.width, y + cell.height});
    }
  }
}

/// Whether all of a block can be read at once. Throws Error Corrupt where too many cannot: the file would be
/// opened again and again for hours, for no score.
bool OpenslideSource::read_whole(int level, const Rect<LevelFrame>& block, Argb& pixels) const {
  const Size<LevelFrame> side = block_of(cells_[static_cast<std::size_t>(level)]);
  const Place place{level, block.x0 / side.width, block.y0 / side.height};
  {
    const std::lock_guard lock(mutex_);
    if (bad_blocks_.contains(place)) return false;
  }
  const Handle shared = current();
  if (fetch(shared.get(), level, block, pixels).empty()) return true;
  const bool good = fetch_alone(level, block, pixels).empty();
  replace(shared);
  if (good) return true;
  const std::lock_guard lock(mutex_);
  bad_blocks_.insert(place);
  if (bad_blocks_.size() > kMostBadBlocks) {
    throw Error(Code::Corrupt, info_.file_name + " cannot be decoded in more than " +
                                   std::to_string(kMostBadBlocks) +
                                   " places; copy it again from its source, or scan the slide again");
  }
  return false;
}

/// Empty with its pixels, or why they cannot be had; a cell found bad once is not tried again.
std::string OpenslideSource::fault_of_cell(int level, const Rect<LevelFrame>& cell, Argb& pixels) const {
  const Place place{level, cell.x0, cell.y0};
  {
    const std::lock_guard lock(mutex_);
    const auto known = bad_cells_.find(place);
    if (known != bad_cells_.end()) return known->second;
  }
  const Handle shared = current();
  if (fetch(shared.get(), level, cell, pixels).empty()) return {};
  std::string fault = fetch_alone(level, cell, pixels);
  replace(shared);
  if (!fault.empty()) {
    const std::lock_guard lock(mutex_);
    bad_cells_.emplace(place, fault);
  }
  return fault;
}

void OpenslideSource::tell_missing(int level, const Rect<LevelFrame>& block, const Argb& pixels,
                                   std::vector<Problem>& problems) const {
  for_each_cell(block, cells_[static_cast<std::size_t>(level)], [&](const Rect<LevelFrame>& whole_cell) {
    const Rect<LevelFrame> cell = whole_cell.clipped(block);
    for (std::int64_t y = cell.y0; y < cell.y1; ++y) {
      const std::uint32_t* row = pixels.data() + (y - block.y0) * block.width() + (cell.x0 - block.x0);
      for (std::int64_t x = 0; x < cell.width(); ++x) {
        if (row[x] >> 24 != 0) return;
      }
    }
    problems.push_back({ProblemKind::Missing,
                        "pixels " + std::to_string(cell.x0) + ", " + std::to_string(cell.y0) + " of level " +
                            std::to_string(level) + " on: has no data",
                        slide_area(info_, level, cell)});
  });
}

void OpenslideSource::read_block(int level, const Rect<LevelFrame>& block, const Rect<LevelFrame>& wanted,
                                 Argb& pixels, PixelWindow& window, std::vector<Problem>& problems) const {
  if (read_whole(level, block, pixels)) {
    copy_opaque(block, block.clipped(wanted), pixels, window);
    if (dense_) tell_missing(level, block, pixels, problems);
    return;
  }
  for_each_cell(block, cells_[static_cast<std::size_t>(level)], [&](const Rect<LevelFrame>& whole_cell) {
    const Rect<LevelFrame> cell = whole_cell.clipped(block);
    const std::string fault = fault_of_cell(level, cell, pixels);
    const Rect<LevelFrame> part = cell.clipped(wanted);
    if (fault.empty()) {
      copy_opaque(cell, part, pixels, window);
      if (dense_) tell_missing(level, cell, pixels, problems);
      return;
    }
    window.lost(part);
    problems.push_back({ProblemKind::Undecodable,
                        "pixels " + std::to_string(cell.x0) + ", " + std::to_string(cell.y0) + " of level " +
                            std::to_string(level) + " on: " + fault,
                        slide_area(info_, level, cell)});
  });
}

void OpenslideSource::read(int level, Rect<LevelFrame> rect, SlidePixels& out) const {
  expects(level >= 0 && level < static_cast<int>(info_.levels.size()), "the level exists");
  const Level& of = info_.levels[static_cast<std::size_t>(level)];
  PixelWindow window(rect, out);
  const Rect<LevelFrame> extent = whole_level(of), inside = rect.clipped(extent);
  window.lose_outside(inside);
  if (inside.empty()) return;
  // Whole cells are read even where a part is wanted, so that loss does not depend on how the slide is tiled.
  // Where the downsample is no whole number whole blocks are, so that the resampled pixels do not either.
  const bool on_grid = std::abs(of.downsample - std::round(of.downsample)) < kIntegralTolerance;
  const Size<LevelFrame> cell = cells_[static_cast<std::size_t>(level)], blocks = block_of(cell);
  const Size<LevelFrame> unit = on_grid ? cell : blocks;
  const auto down = [](std::int64_t v, std::int64_t side) { return v / side * side; };
  const Rect<LevelFrame> around = Rect<LevelFrame>{down(inside.x0, unit.width), down(inside.y0, unit.height),
                                                   down(inside.x1 + unit.width - 1, unit.width),
                                                   down(inside.y1 + unit.height - 1, unit.height)}
                                      .clipped(extent);
  Argb pixels;
  std::uint64_t cells = 0;
  for_each_cell(around, blocks, [&](const Rect<LevelFrame>& whole_block) {
    const Rect<LevelFrame> block = whole_block.clipped(around);
    read_block(level, block, inside, pixels, window, out.problems);
    cells += static_cast<std::uint64_t>(((block.width() + cell.width - 1) / cell.width) *
                                        ((block.height() + cell.height - 1) / cell.height));
  });
  std::stable_sort(out.problems.begin(), out.problems.end(), [](const Problem& a, const Problem& b) {
    return std::pair(a.where.y0, a.where.x0) < std::pair(b.where.y0, b.where.x0);
  });
  count_tiles(cells);
}

}  // namespace

std::unique_ptr<SlideSource> open_with_openslide(const InputFile& file, const std::string& scanner) {
  const std::string path = file.path().string();
  if (openslide_detect_vendor(path.c_str()) == nullptr) {
    if (!scanner.empty()) {
      throw file.error(Code::Corrupt,
                       "bears the mark of " + scanner +
                           ", but OpenSlide does not recognise it: it is damaged or was copied in "
                           "part; copy it again from its source");
    }
    throw file.error(
        Code::Unsupported,
        "is not a slide that can be read (tiled TIFF, SVS, formats of OpenSlide, JPEG, PNG); export it "
        "from its scanner's software as a tiled TIFF");
  }
  Handle handle = open_handle(path);
  if (handle == nullptr)
    throw file.error(Code::Corrupt, "OpenSlide knows the format but cannot open the file");
  const std::string fault = fault_of(handle.get());
  if (!fault.empty()) {
    throw file.error(Code::Corrupt,
                     "OpenSlide cannot open it (" + fault + "); copy it again from its source");
  }
  return std::make_unique<OpenslideSource>(file, std::move(handle));
}

}  // namespace annulet
