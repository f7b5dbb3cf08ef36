#include "input_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace annulet {
namespace {

Error slide_error(Code code, const std::filesystem::path& path, const std::string& what) {
  return Error(code, "slide \"" + path.filename().string() + "\": " + what);
}

[[noreturn]] void throw_for_errno(const std::filesystem::path& path, int number) {
  const std::string where = " (" + path.string() + ")";
  switch (number) {
    case ENOENT:
    case ENOTDIR:
      throw slide_error(Code::NotFound, path, "there is no such file" + where + "; check the path");
    case EACCES:
    case EPERM:
      throw slide_error(Code::Permission, path, "may not be read" + where + "; check its permissions");
    case ELOOP:
      throw slide_error(Code::NotAFile, path, "is a symbolic link that leads back to itself" + where);
    default:
      throw slide_error(Code::NotFound, path,
                        std::string("cannot be opened: ") + std::strerror(number) + where);
  }
}

const char* kind_of(mode_t mode) {
  if (S_ISDIR(mode)) return "a folder";
  if (S_ISFIFO(mode)) return "a pipe (FIFO)";
  if (S_ISCHR(mode) || S_ISBLK(mode)) return "a device";
  if (S_ISSOCK(mode)) return "a socket";
  return "a special file";
}

void require_regular(const std::filesystem::path& path, const struct stat& status) {
  if (S_ISREG(status.st_mode)) return;
  throw slide_error(
      Code::NotAFile, path,
      std::string("is ") + kind_of(status.st_mode) + ", not a file; name the slide file itself");
}

/// Every process has its own.
bool names_a_descriptor(const std::filesystem::path& path) {
  const std::filesystem::path plain = path.lexically_normal(), folder = plain.parent_path();
  return plain == "/dev/stdin" || folder == "/dev/fd" || folder == "/proc/self/fd";
}

}  // namespace

InputFile::InputFile(std::filesystem::path path) : path_(std::move(path)) {
  if (names_a_descriptor(path_)) {
    throw slide_error(Code::NotAFile, path_,
                      "is what another program handed over (" + path_.string() +
                          "), which the process that reads slides does not get; name the slide file itself");
  }
  struct stat status {};
  if (::stat(path_.c_str(), &status) != 0) throw_for_errno(path_, errno);
  require_regular(path_, status);
  descriptor_ = ::open(path_.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  if (descriptor_ < 0) throw_for_errno(path_, errno);
  try {
    // The name may have been given to something else since the first look.
    if (::fstat(descriptor_, &status) != 0) throw_for_errno(path_, errno);
    require_regular(path_, status);
    if (status.st_size == 0) {
      throw slide_error(Code::Empty, path_, "has zero bytes; copy it again from its source");
    }
    char first = 0;
    if (::pread(descriptor_, &first, 1, 0) < 0) {
      throw slide_error(Code::Corrupt, path_,
                        std::string("cannot be read: ") + std::strerror(errno) +
                            "; the disk or the network that holds it fails: copy it from its archive");
    }
  } catch (...) {
    ::close(descriptor_);
    throw;
  }
  bytes_ = static_cast<std::uint64_t>(status.st_size);
}

InputFile::~InputFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

InputFile::InputFile(InputFile&& other) noexcept
    : path_(std::move(other.path_)),
      descriptor_(std::exchange(other.descriptor_, -1)),
      bytes_(other.bytes_) {}

std::size_t InputFile::read_at(std::uint64_t offset, void* to, std::size_t count) const {
  std::size_t done = 0;
  while (done < count) {
    const ssize_t got =
        ::pread(descriptor_, static_cast<char*>(to) + done, count - done, static_cast<off_t>(offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    done += static_cast<std::size_t>(got);
  }
  return done;
}

void InputFile::fetch_ahead(std::uint64_t offset, std::uint64_t count) const {
  // A hint: where the file system does not take it, the bytes come when they are read.
  (void)::posix_fadvise(descriptor_, static_cast<off_t>(offset), static_cast<off_t>(count),
                        POSIX_FADV_WILLNEED);
}

Error InputFile::error(Code code, const std::string& what) const {
  return slide_error(code, path_, what);
}

Content content_of(const ByteReader& file) {
  constexpr std::size_t kHead = 1024;
  std::string head(kHead, '\0');
  head.resize(file.read_at(0, head.data(), head.size()));
  const auto starts = [&](const char* bytes, std::size_t count) {
    return head.compare(0, count, bytes, count) == 0;
  };
  if (starts("II*\0", 4) || starts("MM\0*", 4) || starts("II+\0", 4) || starts("MM\0+", 4))
    return Content::Tiff;
  if (starts("\xFF\xD8\xFF", 3)) return Content::Jpeg;
  if (starts("\x89PNG\r\n\x1A\n", 8)) return Content::Png;
  if (starts("SQLite format 3\0", 16)) return Content::Sqlite;
  if (starts("ZISRAWFILE", 10)) return Content::Zeiss;
  if (head.size() >= 132 && head.compare(128, 4, "DICM") == 0) return Content::Dicom;
  if (head.find("Virtual Microscope Specimen]") != std::string::npos) return Content::HamamatsuIndex;
  return Content::Other;
}

}  // namespace annulet
