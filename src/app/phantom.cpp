#include "annulet/phantom/phantom.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <iostream>

#include "annulet/app/command.hpp"
#include "annulet/base/error.hpp"
#include "annulet/base/printable.hpp"
#include "annulet/phantom/phantom_slide.hpp"
#include "app/output_file.hpp"

namespace annulet {
namespace {

/// Painting takes a while: that the slide has no place to go must show before.
void expect_writable_folder(const std::filesystem::path& out) {
  std::error_code failed;
  const std::filesystem::path folder = std::filesystem::absolute(out, failed).parent_path();
  if (failed || !std::filesystem::is_directory(folder, failed)) {
    throw Error(Code::Usage, "phantom '" + out.string() + "': the folder '" + folder.string() +
                                 "' does not exist; create it first or give another --out");
  }
  if (::access(folder.c_str(), W_OK | X_OK) != 0) {
    throw Error(Code::Usage, "phantom '" + out.string() + "': nothing can be written in '" + folder.string() +
                                 "': " + std::strerror(errno) + "; give another --out");
  }
}

class PhantomCommand : public Command {
 public:
  void declare(CLI::App& program) override {
    command_ = program.add_subcommand("phantom", "Paint a synthetic slide with exact truth");
    command_->footer(
        "Example: annulet phantom samples/recipes/her2-2plus.toml --out phantom.svs\n"
        "Beside FILE: <stem>.slide.json, <stem>.cells.csv and <stem>.roi.geojson hold the truth.");
    command_->add_option("recipe", recipe_, "Recipe file (TOML) or the name of a preset")->required();
    command_->add_option("--out", out_, "Slide to write: .svs (Aperio-like) or .tif (pyramidal TIFF)")
        ->required();
    command_->add_flag("--force", force_, "Replace FILE and its truth");
  }
  bool chosen() const override { return command_->parsed(); }

  int run() override {
    expect_writable_folder(out_);
    app::expect_free("--out", out_, force_);
    for (const std::filesystem::path& truth : phantom_truth_files(out_))
      app::expect_free("--out: the truth", truth, force_);
    make_phantom(recipe_, out_);
    std::cout << printable(out_.string()) << '\n';
    return 0;
  }

 private:
  CLI::App* command_ = nullptr;
  std::string recipe_;
  std::filesystem::path out_;
  bool force_ = false;
};

}  // namespace

std::unique_ptr<Command> make_phantom_command() {
  return std::make_unique<PhantomCommand>();
}

}  // namespace annulet
