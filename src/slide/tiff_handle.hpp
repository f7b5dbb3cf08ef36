#pragma once
#include <tiffio.h>

#include <cstdint>
#include <memory>
#include <string>

#include "input_file.hpp"

namespace annulet {

/// A libtiff handle on an InputFile through its positioned reads. Its messages are kept here, never printed.
/// One thread at a time.
class TiffHandle {
 public:
  /// `tiff()` is null where libtiff cannot make sense of the file's head.
  explicit TiffHandle(const InputFile& file);
  ~TiffHandle();
  TiffHandle(const TiffHandle&) = delete;
  TiffHandle& operator=(const TiffHandle&) = delete;

  TIFF* tiff() const { return tiff_; }
  /// The first error that libtiff told of since `forget`; empty for none.
  const std::string& fault() const { return fault_; }
  void forget() { fault_.clear(); }

 private:
  struct Callbacks;
  const InputFile& file_;
  std::uint64_t position_ = 0;
  std::string fault_;
  TIFF* tiff_ = nullptr;
};

}  // namespace annulet
