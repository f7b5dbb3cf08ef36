#include "tiff_directory.hpp"

#include <algorithm>
#include <cstring>
#include <limits>
#include <set>

#include "tiff_handle.hpp"

namespace annulet {
namespace {

// Limits of what a file may ask of us; real slides stay a factor of 4 or more below each.
constexpr std::uint32_t kMostSide = 1u << 21;         ///< px of an image
constexpr std::uint32_t kMostTileSide = 4096;         ///< px of a tile
constexpr std::uint64_t kMostPieces = 1u << 22;       ///< tiles or strips of an image
constexpr std::uint64_t kMostPiecesOfAll = 1u << 23;  ///< of all images together
constexpr std::uint64_t kMostPieceBytes = 1u << 30;   ///< compressed bytes of one tile or strip
constexpr std::size_t kMostDirectories = 1000;
constexpr std::size_t kMostTextBytes = 1u << 20;  ///< of a description; a longer one is cut

constexpr std::uint32_t kHamamatsuFormatTag = 65420;

std::string text_of(TIFF* tiff, std::uint32_t tag) {
  const char* text = nullptr;
  if (TIFFGetField(tiff, tag, &text) != 1 || text == nullptr) return {};
  return std::string(text, strnlen(text, kMostTextBytes));
}

std::string name_of(std::size_t index) {
  return "image " + std::to_string(index + 1) + " of the file";
}

class DirectoryReader {
 public:
  explicit DirectoryReader(const InputFile& file) : file_(file), handle_(file) {}
  std::vector<TiffImage> read();

 private:
  void read_chain();
  void read_sub_directories();
  void add_current();
  void read_tags(TiffImage& image);
  void read_text_tags(TiffImage& image);
  void check_geometry(const TiffImage& image);
  void read_places(TiffImage& image);
  [[noreturn]] void fail_unreadable();
  [[noreturn]] void fail(Code code, const std::string& what) {
    throw file_.error(code, name_of(images_.size()) + " " + what);
  }
  TIFF* tiff() { return handle_.tiff(); }

  const InputFile& file_;
  TiffHandle handle_;
  std::vector<TiffImage> images_;
  std::vector<std::uint64_t> sub_directories_;
  std::set<std::uint64_t> seen_;
  std::uint64_t pieces_ = 0;
};

void DirectoryReader::fail_unreadable() {
  const std::string detail = handle_.fault().empty() ? "" : " (" + handle_.fault() + ")";
  if (handle_.beyond_end()) {
    throw file_.error(Code::Truncated,
                      "the file ends inside its own directories: it is cut or was copied in part" + detail +
                          "; copy it again from its source");
  }
  throw file_.error(Code::Corrupt,
                    "its TIFF directories cannot be read" + detail + "; copy it again from its source");
}

std::vector<TiffImage> DirectoryReader::read() {
  if (tiff() == nullptr) fail_unreadable();
  read_chain();
  if (!is_hamamatsu(images_.front())) read_sub_directories();
  if (handle_.beyond_end() && !is_hamamatsu(images_.front())) fail_unreadable();
  return std::move(images_);
}

void DirectoryReader::read_chain() {
  for (;;) {
    if (!seen_.insert(TIFFCurrentDirOffset(tiff())).second) return;
    add_current();
    if (is_hamamatsu(images_.front()) || TIFFLastDirectory(tiff())) return;
    if (TIFFReadDirectory(tiff()) != 1) fail_unreadable();
  }
}

void DirectoryReader::read_sub_directories() {
  for (std::size_t i = 0; i < sub_directories_.size(); ++i) {
    if (!seen_.insert(sub_directories_[i]).second) continue;
    if (TIFFSetSubDirectory(tiff(), sub_directories_[i]) != 1) fail_unreadable();
    add_current();
  }
}

void DirectoryReader::add_current() {
  if (images_.size() >= kMostDirectories) {
    throw file_.error(Code::OverLimit, "holds more than " + std::to_string(kMostDirectories) + " images");
  }
  TiffImage image;
  image.directory = TIFFCurrentDirOffset(tiff());
  read_tags(image);
  read_text_tags(image);
  check_geometry(image);
  const bool places_known = !is_hamamatsu(images_.empty() ? image : images_.front());
  if (places_known) read_places(image);
  images_.push_back(std::move(image));
}

void DirectoryReader::read_tags(TiffImage& image) {
  image.tiled = TIFFIsTiled(tiff()) != 0;
  TIFFGetField(tiff(), TIFFTAG_IMAGEWIDTH, &image.width);
  TIFFGetField(tiff(), TIFFTAG_IMAGELENGTH, &image.height);
  if (image.tiled) {
    TIFFGetField(tiff(), TIFFTAG_TILEWIDTH, &image.piece_width);
    TIFFGetField(tiff(), TIFFTAG_TILELENGTH, &image.piece_height);
  } else {
    image.piece_width = image.width;
    TIFFGetFieldDefaulted(tiff(), TIFFTAG_ROWSPERSTRIP, &image.piece_height);
    image.piece_height = std::min(image.piece_height, image.height);
  }
  TIFFGetFieldDefaulted(tiff(), TIFFTAG_COMPRESSION, &image.compression);
  TIFFGetField(tiff(), TIFFTAG_PHOTOMETRIC, &image.photometric);
  TIFFGetFieldDefaulted(tiff(), TIFFTAG_PLANARCONFIG, &image.planar);
  TIFFGetFieldDefaulted(tiff(), TIFFTAG_BITSPERSAMPLE, &image.bits);
  TIFFGetFieldDefaulted(tiff(), TIFFTAG_SAMPLESPERPIXEL, &image.samples);
  TIFFGetFieldDefaulted(tiff(), TIFFTAG_SAMPLEFORMAT, &image.sample_format);
  TIFFGetFieldDefaulted(tiff(), TIFFTAG_FILLORDER, &image.fill_order);
  TIFFGetFieldDefaulted(tiff(), TIFFTAG_RESOLUTIONUNIT, &image.resolution_unit);
  // The tag belongs to the codecs that use it: libtiff knows it only where one of them is at work.
  if (TIFFFindField(tiff(), TIFFTAG_PREDICTOR, TIFF_ANY) != nullptr) {
    TIFFGetFieldDefaulted(tiff(), TIFFTAG_PREDICTOR, &image.predictor);
  }
  float x = 0, y = 0;
  if (TIFFGetField(tiff(), TIFFTAG_XRESOLUTION, &x) == 1) image.x_resolution = static_cast<double>(x);
  if (TIFFGetField(tiff(), TIFFTAG_YRESOLUTION, &y) == 1) image.y_resolution = static_cast<double>(y);
  std::uint16_t extra_count = 0;
  const std::uint16_t* extra = nullptr;
  if (TIFFGetField(tiff(), TIFFTAG_EXTRASAMPLES, &extra_count, &extra) == 1 && extra_count > 0) {
    if (extra[0] == EXTRASAMPLE_ASSOCALPHA) image.alpha = Alpha::Premultiplied;
    if (extra[0] == EXTRASAMPLE_UNASSALPHA) image.alpha = Alpha::Straight;
  }
}

void DirectoryReader::read_text_tags(TiffImage& image) {
  image.description = text_of(tiff(), TIFFTAG_IMAGEDESCRIPTION);
  image.make = text_of(tiff(), TIFFTAG_MAKE);
  image.software = text_of(tiff(), TIFFTAG_SOFTWARE);
  std::uint32_t size = 0;
  const char* packet = nullptr;
  if (TIFFGetField(tiff(), TIFFTAG_XMLPACKET, &size, &packet) == 1 && packet != nullptr) {
    const std::string xmp(packet, std::min<std::size_t>(size, kMostTextBytes));
    image.ventana = xmp.find("<iScan") != std::string::npos || xmp.find("<EncodeInfo") != std::string::npos;
  }
  const std::uint8_t* tables = nullptr;
  if (image.compression == COMPRESSION_JPEG &&
      TIFFGetField(tiff(), TIFFTAG_JPEGTABLES, &size, &tables) == 1 && tables != nullptr) {
    image.jpeg_tables.assign(tables, tables + size);
  }
  if (TIFFFindField(tiff(), kHamamatsuFormatTag, TIFF_ANY) != nullptr && image.make.empty())
    image.make = "Hamamatsu";
  std::uint16_t count = 0;
  const std::uint64_t* subs = nullptr;
  if (TIFFGetField(tiff(), TIFFTAG_SUBIFD, &count, &subs) == 1 && subs != nullptr) {
    sub_directories_.insert(sub_directories_.end(), subs, subs + count);
  }
}

void DirectoryReader::check_geometry(const TiffImage& image) {
  if (image.width == 0 || image.height == 0 || image.piece_width == 0 || image.piece_height == 0) {
    fail(Code::Corrupt, "says that it has no pixels");
  }
  const auto limit = [&](const char* what, std::uint64_t value, std::uint64_t most) {
    if (value > most) {
      fail(Code::OverLimit, std::string("has ") + std::to_string(value) + " " + what + "; at most " +
                                std::to_string(most) + " are read");
    }
  };
  limit("pixels a side", std::max(image.width, image.height), kMostSide);
  if (image.tiled)
    limit("pixels a tile's side", std::max(image.piece_width, image.piece_height), kMostTileSide);
  const std::uint64_t planes = image.planar == PLANARCONFIG_SEPARATE ? image.samples : 1;
  const std::uint64_t pieces = std::uint64_t{image.columns()} * image.rows() * planes;
  limit("tiles", pieces, kMostPieces);
  pieces_ += pieces;
  limit("tiles together with the images before it", pieces_, kMostPiecesOfAll);
  const std::uint64_t told = image.tiled ? TIFFNumberOfTiles(tiff()) : TIFFNumberOfStrips(tiff());
  if (told != pieces) fail(Code::Corrupt, "contradicts itself on the number of its tiles");
}

void DirectoryReader::read_places(TiffImage& image) {
  const std::uint64_t planes = image.planar == PLANARCONFIG_SEPARATE ? image.samples : 1;
  const auto pieces = static_cast<std::uint32_t>(image.columns() * image.rows() * planes);
  image.offsets.reserve(pieces);
  image.sizes.reserve(pieces);
  for (std::uint32_t i = 0; i < pieces; ++i) {
    int failed = 0, failed_size = 0;
    const std::uint64_t offset = TIFFGetStrileOffsetWithErr(tiff(), i, &failed);
    const std::uint64_t size = TIFFGetStrileByteCountWithErr(tiff(), i, &failed_size);
    if (failed != 0 || failed_size != 0) fail_unreadable();
    if (size > 0 && (offset > file_.bytes() || size > file_.bytes() - offset)) {
      const std::uint64_t end =
          offset > std::numeric_limits<std::uint64_t>::max() - size ? offset : offset + size;
      fail(Code::Truncated, "has a tile (number " + std::to_string(i) + ") that ends at byte " +
                                std::to_string(end) + ", but the file has " + std::to_string(file_.bytes()) +
                                " bytes: it is cut or was copied in part; copy it again from its source");
    }
    if (size > kMostPieceBytes)
      fail(Code::OverLimit, "has a tile of " + std::to_string(size) + " compressed bytes");
    image.offsets.push_back(offset);
    image.sizes.push_back(static_cast<std::uint32_t>(size));
  }
}

}  // namespace

bool is_hamamatsu(const TiffImage& first) {
  return first.make.rfind("Hamamatsu", 0) == 0;
}

std::vector<TiffImage> read_tiff_directories(const InputFile& file) {
  return DirectoryReader(file).read();
}

}  // namespace annulet
