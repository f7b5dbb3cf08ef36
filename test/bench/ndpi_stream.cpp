#include "ndpi_stream.hpp"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include <jpeglib.h>

#include "annulet/base/error.hpp"
#include "annulet/base/files.hpp"

namespace annulet::bench {
namespace {

constexpr int kLargestRestart = 64;  // units of 16 px: strips of 1,024 x 8 px between restart markers
constexpr double kMicronsPerCm = 1e4, kPowerTimesPitch = 10;  // 40x at 0.25 um/px
// JPEG's markers, behind 0xff (ITU-T T.81, table B.1).
constexpr std::size_t kFirstRestart = 0xd0, kLastRestart = 0xd7, kEndOfImage = 0xd9, kStartOfScan = 0xda;

enum Type : std::uint16_t { kShort = 3, kLong = 4, kRational = 5, kSigned = 9, kFloat = 11 };

/// A classic little-endian TIFF whose directories end with links of eight bytes, as NDPI's do. Values that do
/// not fit an entry stand before their directory.
class NdpiFile {
 public:
  struct Entry {
    std::uint16_t tag;
    Type type;
    std::vector<std::uint32_t> values;  ///< a rational is two
  };
  std::uint32_t add(const std::string& bytes) {
    const auto at = static_cast<std::uint32_t>(bytes_.size());
    bytes_ += bytes;
    if (bytes_.size() % 2 != 0) bytes_.push_back('\0');
    return at;
  }
  void add_directory(const std::vector<Entry>& entries) {
    std::string directory = number(static_cast<std::uint32_t>(entries.size()), 2);
    for (const Entry& entry : entries) {
      const auto count = static_cast<std::uint32_t>(entry.values.size()) / (entry.type == kRational ? 2 : 1);
      std::string values;
      for (const std::uint32_t value : entry.values) values += number(value, entry.type == kShort ? 2 : 4);
      if (values.size() > 4) values = number(add(values), 4);
      values.resize(4, '\0');
      directory += number(entry.tag, 2) + number(entry.type, 2) + number(count, 4) + values;
    }
    const std::uint32_t at = add(directory + number(0, 4) + number(0, 4));
    bytes_.replace(link_, 4, number(at, 4));
    link_ = at + directory.size();
  }
  const std::string& bytes() const { return bytes_; }

 private:
  static std::string number(std::uint32_t value, int bytes) {
    std::string text;
    for (int i = 0; i < bytes; ++i) text.push_back(static_cast<char>(value >> (8 * i) & 0xff));
    return text;
  }
  std::string bytes_{"II*\0\0\0\0\0\0\0\0\0", 12};
  std::size_t link_ = 4;
};

/// Where the units behind the header and behind each restart marker begin, in bytes of the JPEG.
std::vector<std::uint32_t> restart_places(const std::string& jpeg) {
  const auto byte = [&](std::size_t at) { return std::size_t{static_cast<unsigned char>(jpeg[at])}; };
  const auto behind_segment = [&](std::size_t at) { return at + 2 + 256 * byte(at + 2) + byte(at + 3); };
  std::size_t at = 2;  // behind the start of the image
  while (byte(at + 1) != kStartOfScan) at = behind_segment(at);
  at = behind_segment(at);
  std::vector<std::uint32_t> places{static_cast<std::uint32_t>(at)};
  for (; (at = jpeg.find('\xff', at)) != std::string::npos; ++at) {
    if (byte(at + 1) == kEndOfImage) break;
    if (byte(at + 1) >= kFirstRestart && byte(at + 1) <= kLastRestart)
      places.push_back(static_cast<std::uint32_t>(at + 2));
  }
  return places;
}

std::uint32_t bits(float value) {
  std::uint32_t word = 0;
  std::memcpy(&word, &value, sizeof word);
  return word;
}

std::vector<NdpiFile::Entry> entries_of(const SlideForm& form, std::size_t level, std::uint32_t at,
                                        const std::string& jpeg) {
  const auto side = static_cast<std::uint32_t>(form.side >> level);
  const auto across = static_cast<std::uint32_t>(form.across), down = static_cast<std::uint32_t>(form.down);
  const double reduction = static_cast<double>(1 << level);
  const auto per_cm = static_cast<std::uint32_t>(kMicronsPerCm / form.um_per_px / reduction + 0.5);
  const auto power = static_cast<float>(kPowerTimesPitch / form.um_per_px / reduction);
  return {{256, kLong, {side}},
          {257, kLong, {side}},
          {258, kShort, {8, 8, 8}},
          {259, kShort, {7}},
          {262, kShort, {6}},
          {273, kLong, {at}},
          {277, kShort, {3}},
          {278, kLong, {side}},
          {279, kLong, {static_cast<std::uint32_t>(jpeg.size())}},
          {282, kRational, {per_cm, 1}},
          {283, kRational, {per_cm, 1}},
          {296, kShort, {3}},
          {530, kShort, {across, down}},
          {65420, kLong, {1}},             // the format's flag
          {65421, kFloat, {bits(power)}},  // the lens; negative for macro and map
          {65422, kSigned, {0}},           // offset from the slide's centre, nm
          {65423, kSigned, {0}},
          {65424, kSigned, {0}},  // focal plane
          {65426, kLong, restart_places(jpeg)}};
}

}  // namespace

/// One level's JPEG on its way into memory.
class NdpiStream::Level {
 public:
  Level(int side, const SlideForm& form) {
    encoder_.err = jpeg_std_error(&errors_);
    jpeg_create_compress(&encoder_);
    jpeg_mem_dest(&encoder_, &bytes_, &size_);
    encoder_.image_width = encoder_.image_height = static_cast<JDIMENSION>(side);
    encoder_.input_components = 3;
    encoder_.in_color_space = JCS_RGB;
    jpeg_set_defaults(&encoder_);
    jpeg_set_quality(&encoder_, form.quality, TRUE);
    encoder_.comp_info[0].h_samp_factor = form.across;
    encoder_.comp_info[0].v_samp_factor = form.down;
    const int unit = DCTSIZE * form.across, units = (side + unit - 1) / unit;
    int restart = kLargestRestart;  // OpenSlide wants whole intervals in a row
    while (units % restart != 0) --restart;
    encoder_.restart_interval = static_cast<unsigned>(restart);
    jpeg_start_compress(&encoder_, TRUE);
  }
  ~Level() {
    jpeg_destroy_compress(&encoder_);
    std::free(bytes_);
  }
  Level(const Level&) = delete;
  Level& operator=(const Level&) = delete;

  void write(const RgbImage& strip, int rows) {
    for (int v = 0; v < rows; ++v) {
      JSAMPROW row = const_cast<JSAMPROW>(strip.row(v));
      jpeg_write_scanlines(&encoder_, &row, 1);
    }
  }
  std::string finish() {
    jpeg_finish_compress(&encoder_);
    return {reinterpret_cast<const char*>(bytes_), size_};
  }

 private:
  jpeg_error_mgr errors_{};
  jpeg_compress_struct encoder_{};
  unsigned char* bytes_ = nullptr;
  unsigned long size_ = 0;
};

NdpiStream::NdpiStream(std::filesystem::path path, const SlideForm& form)
    : StripPyramid(form), path_(std::move(path)) {
  expects(form.side <= JPEG_MAX_DIMENSION && form.down == 1,
          "an NDPI slide is at most 65,500 px wide, and never 4:2:0");
  for (std::size_t level = 0; level < level_count(); ++level)
    levels_.push_back(std::make_unique<Level>(side(level), form));
}

NdpiStream::~NdpiStream() = default;

void NdpiStream::write(std::size_t level, const RgbImage& strip, int rows) {
  levels_[level]->write(strip, rows);
}

void NdpiStream::finish() {
  drain();
  NdpiFile file;
  for (std::size_t level = 0; level < level_count(); ++level) {
    const std::string jpeg = levels_[level]->finish();
    levels_[level].reset();
    file.add_directory(entries_of(form_, level, file.add(jpeg), jpeg));
  }
  write_file_atomically(path_, file.bytes());
}

}  // namespace annulet::bench
