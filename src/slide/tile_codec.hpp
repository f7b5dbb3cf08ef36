#pragma once
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "input_file.hpp"
#include "tiff_directory.hpp"
#include "tiff_handle.hpp"

namespace annulet {

/// Decodes LZW and deflate tiles of one image through libtiff, whose handles serve one thread at a time: a
/// read borrows one and gives it back. Safe from many threads.
class TileCodec {
 public:
  TileCodec(const InputFile& file, const TiffImage& image) : file_(file), image_(image) {}

  class Loan {
   public:
    explicit Loan(TileCodec& codec) : codec_(codec), handle_(codec.take()) {}
    ~Loan();
    Loan(const Loan&) = delete;
    Loan& operator=(const Loan&) = delete;
    /// Decodes the raw tile of that number into `to`, which has the size of a whole tile. Empty when all is
    /// well, else what is wrong.
    std::string decode(std::uint32_t number, std::span<std::uint8_t> raw, std::span<std::uint8_t> to);

   private:
    TileCodec& codec_;
    std::unique_ptr<TiffHandle> handle_;
  };

 private:
  std::unique_ptr<TiffHandle> take();

  const InputFile& file_;
  const TiffImage& image_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<TiffHandle>> idle_;
};

}  // namespace annulet
