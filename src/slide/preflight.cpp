#include "annulet/slide/preflight.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "annulet/slide/slide_files.hpp"
#include "input_file.hpp"
#include "limits.hpp"
#include "tiff_plan.hpp"

namespace annulet {
namespace {

constexpr const char* kRemedy = "; copy it again from its source";

class MemoryReader final : public ByteReader {
 public:
  explicit MemoryReader(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}
  std::uint64_t bytes() const override { return bytes_.size(); }
  std::size_t read_at(std::uint64_t offset, void* to, std::size_t count) const override {
    if (offset >= bytes_.size()) return 0;
    const std::size_t got = std::min<std::uint64_t>(count, bytes_.size() - offset);
    std::memcpy(to, bytes_.data() + offset, got);
    return got;
  }

 private:
  std::span<const std::uint8_t> bytes_;
};

std::uint64_t big_endian(const std::uint8_t* from, std::size_t bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < bytes; ++i) value = value << 8 | from[i];
  return value;
}

template <std::size_t kCount>
std::array<std::uint8_t, kCount> read(const ByteReader& file, std::uint64_t at) {
  std::array<std::uint8_t, kCount> bytes{};
  if (file.read_at(at, bytes.data(), kCount) != kCount) {
    throw Error(Code::Truncated,
                std::string("the picture ends inside its header: it is cut or was copied in part") + kRemedy);
  }
  return bytes;
}

void check_picture_size(const ByteReader& file, std::uint64_t width, std::uint64_t height) {
  const std::string size = "it is " + std::to_string(width) + " x " + std::to_string(height) + " px";
  if (width == 0 || height == 0)
    throw Error(Code::Corrupt, "the picture says that it has no pixels" + std::string(kRemedy));
  if (width * height > limits::kPicturePixels)
    throw Error(Code::OverLimit, size + "; at most 256 Mpx of a picture are read: save it as a tiled TIFF");
  if (file.bytes() > limits::kPictureBytes)
    throw Error(Code::OverLimit, "a picture of more than 1 GiB is not read; save it as a tiled TIFF");
  const std::uint64_t decoded = width * height * 3;
  if (decoded > limits::kDecoded && decoded / limits::kPictureExpansion > file.bytes()) {
    throw Error(Code::OverLimit, size + " in " + std::to_string(file.bytes()) +
                                     " bytes: a picture that decodes to more than " +
                                     std::to_string(limits::kPictureExpansion) +
                                     " times its file is not read");
  }
}

/// Walks the markers (ITU T.81, annex B) up to the frame's header, which has the size.
void check_jpeg(const ByteReader& file) {
  constexpr std::uint8_t kScan = 0xDA, kEnd = 0xD9, kFirstFrame = 0xC0, kLastFrame = 0xCF;
  constexpr int kMostSegments = 65'536;
  std::uint64_t at = 2;
  for (int segment = 0; segment < kMostSegments; ++segment) {
    const auto head = read<4>(file, at);
    const std::uint8_t marker = head[1];
    if (head[0] != 0xFF || marker == kScan || marker == kEnd) break;
    if (marker == 0xFF) {  // fill bytes
      ++at;
      continue;
    }
    const bool frame =
        marker >= kFirstFrame && marker <= kLastFrame && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
    if (frame) {
      const auto size = read<9>(file, at);
      return check_picture_size(file, big_endian(size.data() + 7, 2), big_endian(size.data() + 5, 2));
    }
    at += 2 + std::max<std::uint64_t>(2, big_endian(head.data() + 2, 2));
  }
  throw Error(Code::Corrupt, std::string("the JPEG has no header") + kRemedy);
}

void check_png(const ByteReader& file) {
  const auto head = read<29>(file, 0);
  if (std::memcmp(head.data() + 12, "IHDR", 4) != 0)
    throw Error(Code::Corrupt, std::string("the PNG has no header") + kRemedy);
  if (head[24] > 8) throw Error(Code::Unsupported, "the PNG has 16 bits a sample; save it with 8");
  check_picture_size(file, big_endian(head.data() + 16, 4), big_endian(head.data() + 20, 4));
}

/// Pages and their size (SQLite file format, 1.3): the file must hold them all.
void check_sqlite(const ByteReader& file) {
  const auto head = read<100>(file, 0);
  const std::uint64_t stated = big_endian(head.data() + 16, 2);
  const std::uint64_t page = stated == 1 ? 65'536 : stated, pages = big_endian(head.data() + 28, 4);
  if (page < 512 || (page & (page - 1)) != 0)
    throw Error(Code::Corrupt, std::string("its SQLite head is not as it must be") + kRemedy);
  if (pages * page > file.bytes()) {
    throw Error(Code::Truncated, "the file has " + std::to_string(file.bytes()) + " bytes and lacks " +
                                     std::to_string(pages * page - file.bytes()) +
                                     ": it is cut or was copied in part" + kRemedy);
  }
}

void check(const ByteReader& file) {
  switch (content_of(file)) {
    case Content::Tiff:
      return (void)plan_tiff(file);
    case Content::Jpeg:
      return check_jpeg(file);
    case Content::Png:
      return check_png(file);
    case Content::Sqlite:
      return check_sqlite(file);
    case Content::HamamatsuIndex:
    case Content::Dicom:
    case Content::Zeiss:
      return;
    case Content::Other:
      break;
  }
  constexpr std::uint64_t kHead = 8;
  if (file.bytes() < kHead) throw Error(Code::Truncated, "has too few bytes to be a slide");
  throw Error(Code::Unsupported,
              "is not a slide that can be read (tiled TIFF, SVS, formats of OpenSlide, JPEG, PNG); export it "
              "from its scanner's software as a tiled TIFF");
}

}  // namespace

std::optional<Refusal> preflight(const ByteReader& file) {
  try {
    check(file);
  } catch (const Error& error) {
    return Refusal{error.code(), error.what()};
  }
  return std::nullopt;
}

std::optional<Refusal> preflight(std::span<const std::uint8_t> bytes) {
  return preflight(MemoryReader(bytes));
}

void preflight(const std::filesystem::path& slide) {
  (void)slide_files(slide);
  const InputFile file(slide);
  if (slide.extension() == ".mrxs") return;  // its members are the slide; the file is a preview at best
  if (const auto refusal = preflight(file)) throw file.error(refusal->code, refusal->what);
}

}  // namespace annulet
