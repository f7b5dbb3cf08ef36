#include "app/output_file.hpp"

#include "annulet/base/error.hpp"

namespace annulet::app {

void expect_free(const std::string& option, const std::filesystem::path& file, bool force) {
  std::error_code failed;
  if (!force && std::filesystem::exists(file, failed))
    throw Error(Code::Usage,
                option + " '" + file.string() + "' is there already: choose another name, or --force");
}

}  // namespace annulet::app
