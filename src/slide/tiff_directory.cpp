#include "tiff_directory.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

#include "limits.hpp"

namespace annulet {
namespace {

constexpr std::uint64_t kAtOnce = 8192;  ///< places looked at together
constexpr const char* kRemedy = "; copy it again from its source";
constexpr std::uint16_t kJpeg = 7, kPremultiplied = 1, kStraight = 2;

/// Tiles of one image that lie behind the file's end, in part or whole.
struct Loss {
  std::size_t image = 0;
  std::uint64_t pieces = 0, missing = 0;  ///< bytes up to the end of the farthest
};

std::string size_text(const TiffImage& image) {
  return std::to_string(image.width) + " x " + std::to_string(image.height) + " px";
}

/// Text up to its first zero byte.
std::string text_of(const TiffParser& parser, const TiffDirectory& directory, std::uint16_t tag) {
  const TiffEntry* entry = directory.find(tag);
  if (entry == nullptr) return {};
  const std::string text = parser.bytes(*entry, limits::kText);
  return text.substr(0, text.find('\0'));
}

class DirectoryReader {
 public:
  explicit DirectoryReader(const ByteReader& file) : file_(file), parser_(file) {}
  std::vector<TiffImage> read();

 private:
  void add(const TiffDirectory& directory);
  void expect_single(const TiffDirectory& directory);
  void read_geometry(const TiffDirectory& directory, TiffImage& image);
  void read_format(const TiffDirectory& directory, TiffImage& image);
  void read_resolution(const TiffDirectory& directory, TiffImage& image);
  void read_texts(const TiffDirectory& directory, TiffImage& image);
  void read_tables(const TiffDirectory& directory, TiffImage& image);
  void check_limits(const TiffImage& image);
  void check_places(const TiffImage& image);
  void check_ndpi_place(const TiffDirectory& directory);
  std::string level_name(std::size_t number) const;
  [[noreturn]] void fail_truncated() const;
  [[noreturn]] void fail_in_directories(const Error& error) const;

  std::uint64_t value(const TiffDirectory& directory, std::uint16_t tag, std::uint64_t otherwise) const;
  std::uint16_t short_value(const TiffDirectory& directory, std::uint16_t tag, std::uint16_t otherwise) const;
  [[noreturn]] void fail(Code code, const std::string& what) const {
    throw Error(code, "image " + std::to_string(images_.size() + 1) + " of the file " + what);
  }
  void limit(const char* what, std::uint64_t value, std::uint64_t most) const {
    if (value <= most) return;
    fail(Code::OverLimit,
         "has " + std::to_string(value) + " " + what + "; at most " + std::to_string(most) + " are read");
  }

  const ByteReader& file_;
  TiffParser parser_;
  std::vector<TiffImage> images_;
  std::vector<Loss> losses_;
  std::uint64_t pieces_ = 0;
};

std::vector<TiffImage> DirectoryReader::read() {
  try {
    parser_.each_directory([&](const TiffDirectory& directory) { add(directory); });
  } catch (const Error& error) {
    if (error.code() == Code::Truncated) fail_in_directories(error);
    throw;
  }
  if (!losses_.empty()) fail_truncated();
  if (parser_.ndpi()) images_.resize(1);
  return std::move(images_);
}

void DirectoryReader::add(const TiffDirectory& directory) {
  expect_single(directory);
  TiffImage image;
  image.directory = directory.at;
  read_format(directory, image);
  read_geometry(directory, image);
  read_resolution(directory, image);
  read_texts(directory, image);
  check_limits(image);
  if (parser_.ndpi()) {
    check_ndpi_place(directory);
  } else {
    read_tables(directory, image);
    check_places(image);
  }
  images_.push_back(std::move(image));
}

/// Two readers may take two different ones of two equal tags: then neither knows the file.
void DirectoryReader::expect_single(const TiffDirectory& directory) {
  std::vector<std::uint16_t> tags;
  for (const TiffEntry& entry : directory.entries) tags.push_back(entry.tag);
  std::sort(tags.begin(), tags.end());
  const auto twice = std::adjacent_find(tags.begin(), tags.end());
  if (twice != tags.end() && *twice <= tag::kJpegTables)
    fail(Code::Corrupt, "states TIFF tag " + std::to_string(*twice) + " twice" + kRemedy);
}

std::uint64_t DirectoryReader::value(const TiffDirectory& directory, std::uint16_t tag,
                                     std::uint64_t otherwise) const {
  const TiffEntry* entry = directory.find(tag);
  return entry == nullptr ? otherwise : parser_.number(*entry, 0);
}

std::uint16_t DirectoryReader::short_value(const TiffDirectory& directory, std::uint16_t tag,
                                           std::uint16_t otherwise) const {
  const std::uint64_t number = value(directory, tag, otherwise);
  if (number > std::numeric_limits<std::uint16_t>::max())
    fail(Code::Corrupt, "has an impossible value in TIFF tag " + std::to_string(tag) + kRemedy);
  return static_cast<std::uint16_t>(number);
}

void DirectoryReader::read_geometry(const TiffDirectory& directory, TiffImage& image) {
  const std::uint64_t width = value(directory, tag::kWidth, 0), height = value(directory, tag::kLength, 0);
  image.tiled = directory.find(tag::kTileWidth) != nullptr || directory.find(tag::kTileLength) != nullptr;
  std::uint64_t piece_width = width, piece_height = height;
  if (image.tiled) {
    piece_width = value(directory, tag::kTileWidth, 0);
    piece_height = value(directory, tag::kTileLength, 0);
  } else if (!parser_.ndpi()) {
    piece_height = std::min(height, value(directory, tag::kRowsPerStrip, height));
  }
  if (width == 0 || height == 0 || piece_width == 0 || piece_height == 0)
    fail(Code::Corrupt, std::string("says that it has no pixels") + kRemedy);
  limit("pixels a side", std::max(width, height), limits::kSide);
  if (image.tiled) limit("pixels a tile's side", std::max(piece_width, piece_height), limits::kTileSide);
  image.width = static_cast<std::uint32_t>(width);
  image.height = static_cast<std::uint32_t>(height);
  image.piece_width = static_cast<std::uint32_t>(piece_width);
  image.piece_height = static_cast<std::uint32_t>(piece_height);
}

void DirectoryReader::read_format(const TiffDirectory& directory, TiffImage& image) {
  image.compression = short_value(directory, tag::kCompression, 1);
  image.photometric = short_value(directory, tag::kPhotometric, 0);
  image.planar = short_value(directory, tag::kPlanar, 1);
  image.samples = short_value(directory, tag::kSamples, 1);
  image.sample_format = short_value(directory, tag::kSampleFormat, 1);
  image.fill_order = short_value(directory, tag::kFillOrder, 1);
  image.predictor = short_value(directory, tag::kPredictor, 1);
  image.resolution_unit = short_value(directory, tag::kResolutionUnit, 2);
  image.bits = short_value(directory, tag::kBits, 1);
  if (image.samples == 0 || image.bits == 0)
    fail(Code::Corrupt, std::string("says that its pixels have no samples") + kRemedy);
  if (const TiffEntry* bits = directory.find(tag::kBits)) {
    for (std::uint64_t i = 1; i < std::min<std::uint64_t>(bits->count, image.samples); ++i) {
      if (parser_.number(*bits, i) != image.bits)
        fail(Code::Unsupported, "has samples of different depths; save it as an 8-bit RGB tiled TIFF");
    }
  }
  if (const TiffEntry* extra = directory.find(tag::kExtraSamples); extra != nullptr && extra->count > 0) {
    const std::uint64_t kind = parser_.number(*extra, 0);
    if (kind == kPremultiplied) image.alpha = Alpha::Premultiplied;
    if (kind == kStraight) image.alpha = Alpha::Straight;
  }
}

// A float of the file's rational, as libtiff gives it to others: the pitch is then theirs.
void DirectoryReader::read_resolution(const TiffDirectory& directory, TiffImage& image) {
  const auto stated = [&](std::uint16_t tag) {
    const TiffEntry* entry = directory.find(tag);
    return entry == nullptr ? 0.0 : static_cast<double>(static_cast<float>(parser_.real(*entry)));
  };
  image.x_resolution = stated(tag::kXResolution);
  image.y_resolution = stated(tag::kYResolution);
}

void DirectoryReader::read_texts(const TiffDirectory& directory, TiffImage& image) {
  image.description = text_of(parser_, directory, tag::kDescription);
  image.make = text_of(parser_, directory, tag::kMake);
  image.software = text_of(parser_, directory, tag::kSoftware);
  if (const TiffEntry* entry = directory.find(tag::kXmp)) {
    const std::string xmp = parser_.bytes(*entry, limits::kText);
    image.ventana = xmp.find("<iScan") != std::string::npos || xmp.find("<EncodeInfo") != std::string::npos;
  }
  const TiffEntry* tables = directory.find(tag::kJpegTables);
  if (image.compression == kJpeg && tables != nullptr) {
    const std::string bytes = parser_.bytes(*tables, limits::kText);
    image.jpeg_tables.assign(bytes.begin(), bytes.end());
  }
  if (directory.find(tag::kHamamatsuFormat) != nullptr && image.make.empty()) image.make = "Hamamatsu";
}

void DirectoryReader::read_tables(const TiffDirectory& directory, TiffImage& image) {
  const auto table = [&](std::uint16_t own, std::uint16_t other) {
    const TiffEntry* entry = directory.find(own);
    if (entry == nullptr) entry = directory.find(other);  // some writers use the strips' tags for tiles
    if (entry == nullptr) fail(Code::Corrupt, std::string("does not tell where its pixels are") + kRemedy);
    // Strips may be listed beyond the image's end; a grid of tiles is what it is.
    if (image.tiled ? entry->count != image.pieces() : entry->count < image.pieces()) {
      fail(Code::Corrupt, "contradicts itself on the number of its tiles (" + std::to_string(entry->count) +
                              " and " + std::to_string(image.pieces()) + ")" + kRemedy);
    }
    return *entry;
  };
  image.offset_table = image.tiled ? table(tag::kTileOffsets, tag::kStripOffsets)
                                   : table(tag::kStripOffsets, tag::kTileOffsets);
  image.size_table =
      image.tiled ? table(tag::kTileSizes, tag::kStripSizes) : table(tag::kStripSizes, tag::kTileSizes);
}

void DirectoryReader::check_limits(const TiffImage& image) {
  if (parser_.ndpi()) return;  // one strip an image, decoded in bands
  const std::uint64_t bits = std::uint64_t{image.piece_width} * image.piece_height * image.bits *
                             (image.planar == 2 ? 1 : image.samples);
  limit(image.tiled ? "bytes in a decoded tile" : "bytes in a decoded strip", (bits + 7) / 8,
        limits::kDecoded);
  limit("tiles", image.pieces(), limits::kPieces);
  pieces_ += image.pieces();
  limit("tiles together with the images before it", pieces_, limits::kPiecesOfAll);
}

void DirectoryReader::check_places(const TiffImage& image) {
  std::vector<std::uint64_t> offsets, sizes;
  Loss loss{images_.size(), 0, 0};
  const std::uint64_t bytes = file_.bytes();
  for (std::uint64_t first = 0; first < image.pieces(); first += kAtOnce) {
    const std::uint64_t count = std::min(kAtOnce, image.pieces() - first);
    parser_.numbers(image.offset_table, first, count, offsets);
    parser_.numbers(image.size_table, first, count, sizes);
    for (std::uint64_t i = 0; i < count; ++i) {
      if (sizes[i] == 0) continue;
      const bool overflows = offsets[i] > std::numeric_limits<std::uint64_t>::max() - sizes[i];
      const std::uint64_t end = overflows ? std::numeric_limits<std::uint64_t>::max() : offsets[i] + sizes[i];
      if (end > bytes) {
        ++loss.pieces;
        loss.missing = std::max(loss.missing, end - bytes);
        continue;
      }
      limit("compressed bytes in a tile", sizes[i], limits::kStored);
    }
  }
  if (loss.pieces > 0) losses_.push_back(loss);
}

/// The single strip of an NDPI image; its length is cut to 32 bits in files of more than 4 GiB.
void DirectoryReader::check_ndpi_place(const TiffDirectory& directory) {
  const TiffEntry* offset = directory.find(tag::kStripOffsets);
  const TiffEntry* size = directory.find(tag::kStripSizes);
  if (offset == nullptr || size == nullptr || offset->count == 0 || size->count == 0)
    fail(Code::Corrupt, std::string("does not tell where its pixels are") + kRemedy);
  const std::uint64_t end =
      parser_.place(directory.at, parser_.number(*offset, 0)) + parser_.number(*size, 0);
  if (end > file_.bytes()) losses_.push_back({images_.size(), 1, end - file_.bytes()});
}

/// "level 0 (image 1 of the file, 4000 x 3000 px)": tiled images count as levels in the order of their size.
std::string DirectoryReader::level_name(std::size_t number) const {
  const TiffImage& image = images_[number];
  const std::string name = "image " + std::to_string(number + 1) + " of the file";
  const auto area = [](const TiffImage& of) { return std::uint64_t{of.width} * of.height; };
  if (!image.tiled && !parser_.ndpi()) return name + " (" + size_text(image) + ")";
  const auto level = std::count_if(images_.begin(), images_.end(), [&](const TiffImage& other) {
    return (other.tiled || parser_.ndpi()) && area(other) > area(image);
  });
  return "level " + std::to_string(level) + " (" + name + ", " + size_text(image) + ")";
}

void DirectoryReader::fail_truncated() const {
  std::string what;
  std::uint64_t missing = 0;
  for (const Loss& loss : losses_) {
    missing = std::max(missing, loss.missing);
    if (&loss - losses_.data() >= 3) continue;
    const std::uint64_t pieces = parser_.ndpi() ? 1 : images_[loss.image].pieces();
    what += (what.empty() ? "" : ", ") + level_name(loss.image) + " lacks " + std::to_string(loss.pieces) +
            " of " + std::to_string(pieces) + (images_[loss.image].tiled ? " tiles" : " strips");
  }
  throw Error(Code::Truncated, "the file has " + std::to_string(file_.bytes()) + " bytes and lacks " +
                                   std::to_string(missing) + ": " + what +
                                   "; it is cut or was copied in part" + kRemedy);
}

void DirectoryReader::fail_in_directories(const Error& error) const {
  const std::string whole = images_.empty()
                                ? "no level's directory is whole"
                                : "no directory after " + level_name(images_.size() - 1) + " is whole";
  throw error.within(whole);
}

}  // namespace

bool is_hamamatsu(const TiffImage& first) {
  return first.make.rfind("Hamamatsu", 0) == 0;
}

std::vector<TiffImage> read_tiff_directories(const ByteReader& file) {
  return DirectoryReader(file).read();
}

void load_places(const ByteReader& file, TiffImage& image) {
  const TiffParser parser(file);
  const std::uint64_t pieces = image.pieces();
  std::vector<std::uint64_t> numbers;
  image.offsets.resize(pieces);
  image.sizes.resize(pieces);
  for (std::uint64_t first = 0; first < pieces; first += kAtOnce) {
    const std::uint64_t count = std::min(kAtOnce, pieces - first);
    parser.numbers(image.offset_table, first, count, numbers);
    std::copy(numbers.begin(), numbers.end(), image.offsets.begin() + static_cast<std::ptrdiff_t>(first));
    parser.numbers(image.size_table, first, count, numbers);
    for (std::uint64_t i = 0; i < count; ++i) {
      if (numbers[i] > limits::kStored || image.offsets[first + i] > file.bytes() ||
          numbers[i] > file.bytes() - image.offsets[first + i]) {
        throw Error(Code::Changed, "changed while it was opened; try again when nobody writes to it");
      }
      image.sizes[first + i] = static_cast<std::uint32_t>(numbers[i]);
    }
  }
}

}  // namespace annulet
