#include "tiff_handle.hpp"

#include <cstdarg>
#include <cstdio>
#include <cstring>

namespace annulet {
namespace {
/// The largest single allocation libtiff may make while it reads directories: 2^22 tiles of 8 bytes fit.
constexpr tmsize_t kMostDirectoryBytes = tmsize_t{64} << 20;
}  // namespace

struct TiffHandle::Callbacks {
  static TiffHandle& self(thandle_t handle) { return *static_cast<TiffHandle*>(handle); }

  static tmsize_t read(thandle_t handle, void* to, tmsize_t count) {
    TiffHandle& me = self(handle);
    const std::size_t got = me.file_.read_at(me.position_, to, static_cast<std::size_t>(count));
    me.position_ += got;
    return static_cast<tmsize_t>(got);
  }

  static toff_t seek(thandle_t handle, toff_t offset, int whence) {
    TiffHandle& me = self(handle);
    const std::uint64_t base = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? me.position_ : me.file_.bytes();
    me.position_ = base + offset;
    return me.position_;
  }

  static tmsize_t write(thandle_t, void*, tmsize_t) { return 0; }
  static int close(thandle_t) { return 0; }
  static toff_t size(thandle_t handle) { return self(handle).file_.bytes(); }

  static int on_error(TIFF*, void* user, const char*, const char* format, va_list arguments) {
    auto& me = *static_cast<TiffHandle*>(user);
    if (!me.fault_.empty()) return 1;
    char text[256];
    std::vsnprintf(text, sizeof text, format, arguments);
    me.fault_ = text;
    return 1;
  }

  // libjpeg's warnings reach us as libtiff's: damaged data, hence a fault. All others concern tags of no use
  // here.
  static int on_warning(TIFF* tiff, void* user, const char* module, const char* format, va_list arguments) {
    if (module != nullptr && std::strncmp(module, "JPEGLib", 7) == 0)
      return on_error(tiff, user, module, format, arguments);
    return 1;
  }
};

TiffHandle::TiffHandle(const InputFile& file) : file_(file) {
  TIFFOpenOptions* options = TIFFOpenOptionsAlloc();
  if (options == nullptr) throw std::bad_alloc();
  TIFFOpenOptionsSetMaxSingleMemAlloc(options, kMostDirectoryBytes);
  TIFFOpenOptionsSetErrorHandlerExtR(options, Callbacks::on_error, this);
  TIFFOpenOptionsSetWarningHandlerExtR(options, Callbacks::on_warning, this);
  // D: the arrays of tile offsets are loaded when asked for, after their size was checked. m: no memory
  // mapping.
  tiff_ = TIFFClientOpenExt(file.name().c_str(), "rDm", this, Callbacks::read, Callbacks::write,
                            Callbacks::seek, Callbacks::close, Callbacks::size, nullptr, nullptr, options);
  TIFFOpenOptionsFree(options);
}

TiffHandle::~TiffHandle() {
  if (tiff_ != nullptr) TIFFClose(tiff_);
}

}  // namespace annulet
