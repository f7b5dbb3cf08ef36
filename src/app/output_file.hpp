#pragma once
#include <filesystem>
#include <string>

namespace annulet::app {

/// Whatever stands at `file` is somebody's, and stays unless `force` says otherwise. `option` is what names
/// the file. Throws Error Usage.
void expect_free(const std::string& option, const std::filesystem::path& file, bool force);

}  // namespace annulet::app
