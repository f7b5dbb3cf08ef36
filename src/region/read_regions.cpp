#include "annulet/region/regions.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "annulet/base/digest.hpp"
#include "region/drawing.hpp"

namespace annulet {
namespace {

namespace fs = std::filesystem;

class OpenFile {
 public:
  explicit OpenFile(const fs::path& path) : fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {}
  ~OpenFile() {
    if (fd_ >= 0) ::close(fd_);
  }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  int fd() const { return fd_; }

 private:
  int fd_;
};

void check_size(std::size_t bytes, const std::string& file_name) {
  if (bytes <= kMostRegionBytes) return;
  region::refuse(file_name, fmt::format("the file is larger than {} MB", kMostRegionBytes >> 20),
                 "export the annotations alone, without detections and cells");
}

std::string content_of(const fs::path& path) {
  const std::string name = path.filename().string();
  const OpenFile file(path);
  if (file.fd() < 0) {
    region::refuse(path.string(), std::string("the file cannot be opened: ") + std::strerror(errno),
                   "check the path and its permissions");
  }
  struct stat about {};
  if (::fstat(file.fd(), &about) != 0 || !S_ISREG(about.st_mode))
    region::refuse(path.string(), "this is no file", "give a file, not a folder or a pipe");
  check_size(static_cast<std::size_t>(about.st_size), name);
  std::string bytes(static_cast<std::size_t>(about.st_size) + 1, '\0');
  std::size_t read = 0;
  while (read < bytes.size()) {
    const ssize_t got = ::read(file.fd(), bytes.data() + read, bytes.size() - read);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) {
      region::refuse(name, std::string("reading failed: ") + std::strerror(errno), "copy the file again");
    }
    if (got == 0) break;
    read += static_cast<std::size_t>(got);
  }
  if (read > static_cast<std::size_t>(about.st_size))
    region::refuse(name, "the file grew while it was read", "wait until it is written");
  bytes.resize(read);
  return bytes;
}

}  // namespace

RegionFile parse_regions(std::string_view bytes, const std::string& file_name) {
  check_size(bytes.size(), file_name);
  RegionFile file;
  file.file_name = file_name;
  file.digest = sha256_of(bytes);
  const std::string text = region::utf8_text(bytes, file_name);
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  const char mark = first == std::string::npos ? '\0' : text[first];
  region::Drawing drawing(file_name);
  if (mark == '<') {
    file.format = region::read_xml(text, drawing) == region::XmlKind::Asap ? RegionFormat::Asap
                                                                           : RegionFormat::ImageScope;
  } else if (mark == '{' || mark == '[') {
    region::read_geojson(text, drawing);
  } else {
    region::refuse(file_name, "this is neither GeoJSON nor XML",
                   "export the regions from QuPath as GeoJSON, or from ImageScope or ASAP as XML");
  }
  file.regions = std::move(drawing.regions());
  file.skipped = drawing.skipped();
  if (file.regions.empty()) {
    region::refuse(file_name,
                   file.skipped == 0 ? "the file holds no region"
                                     : fmt::format("none of the {} drawings is a region", file.skipped),
                   "draw areas (polygons, rectangles, ellipses): points, lines and detections have no place");
  }
  return file;
}

RegionFile read_regions(const fs::path& path) {
  return parse_regions(content_of(path), path.filename().string());
}

}  // namespace annulet
