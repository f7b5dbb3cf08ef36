#include "tile_codec.hpp"

#include "zlib_checksum.hpp"

namespace annulet {

std::unique_ptr<TiffHandle> TileCodec::take() {
  {
    const std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      auto handle = std::move(idle_.back());
      idle_.pop_back();
      return handle;
    }
  }
  auto handle = std::make_unique<TiffHandle>(file_);
  if (handle->tiff() == nullptr || TIFFSetSubDirectory(handle->tiff(), image_.directory) != 1) handle.reset();
  return handle;
}

TileCodec::Loan::~Loan() {
  if (handle_ == nullptr) return;
  const std::lock_guard lock(codec_.mutex_);
  codec_.idle_.push_back(std::move(handle_));
}

std::string TileCodec::Loan::decode(std::uint32_t number, std::span<std::uint8_t> raw,
                                    std::span<std::uint8_t> to) {
  if (handle_ == nullptr) return "the file changed since it was opened";
  handle_->forget();
  const int good =
      TIFFReadFromUserBuffer(handle_->tiff(), number, raw.data(), static_cast<tmsize_t>(raw.size()),
                             to.data(), static_cast<tmsize_t>(to.size()));
  if (!handle_->fault().empty()) return handle_->fault();
  if (good != 1) return "the compressed data are damaged";
  const TiffImage& image = codec_.image_;
  const bool zlib =
      image.compression == COMPRESSION_ADOBE_DEFLATE || image.compression == COMPRESSION_DEFLATE;
  const std::size_t row = std::size_t{image.piece_width} * image.samples;
  if (zlib && !zlib_checksum_fits(raw, to, row, image.samples, image.predictor == PREDICTOR_HORIZONTAL)) {
    return "the checksum does not fit the data";
  }
  return {};
}

}  // namespace annulet
