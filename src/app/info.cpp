#include <fmt/format.h>

#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>

#include "annulet/app/command.hpp"
#include "annulet/base/printable.hpp"
#include "annulet/pipeline/look_apart.hpp"

namespace annulet {
namespace {

nlohmann::ordered_json as_json(const SlideInfo& info, const std::string& sha256) {
  nlohmann::ordered_json levels = nlohmann::ordered_json::array();
  for (const Level& level : info.levels) {
    levels.push_back(
        {{"width", level.extent.width}, {"height", level.extent.height}, {"downsample", level.downsample}});
  }
  nlohmann::ordered_json json{{"file_name", info.file_name},
                              {"sha256", sha256},
                              {"bytes", info.bytes},
                              {"format", info.format},
                              {"reader", info.reader},
                              {"width", info.extent.width},
                              {"height", info.extent.height},
                              {"tile", {info.tile.width, info.tile.height}},
                              {"levels", levels}};
  json["pitch_um"] = info.pitch.known() ? nlohmann::ordered_json{info.pitch.x, info.pitch.y}
                                        : nlohmann::ordered_json(nullptr);
  json["objective_power"] =
      info.objective_power ? nlohmann::ordered_json(*info.objective_power) : nlohmann::ordered_json(nullptr);
  json["picture"] = info.picture;
  json["fluorescence"] = info.fluorescence;
  return json;
}

void print_text(const SlideInfo& info, const std::string& sha256) {
  std::cout << fmt::format(
      "{}\n  format     {} (read by {})\n  sha256     {}\n  size       {} x {} px, {:.1f} MB\n",
      printable(info.file_name), info.format, info.reader, sha256, info.extent.width, info.extent.height,
      static_cast<double>(info.bytes) / 1e6);
  if (info.pitch.known()) {
    std::cout << fmt::format("  pitch      {:.4f} x {:.4f} um/px, {:.1f} x {:.1f} mm\n", info.pitch.x,
                             info.pitch.y, static_cast<double>(info.extent.width) * info.pitch.x / 1000,
                             static_cast<double>(info.extent.height) * info.pitch.y / 1000);
  } else {
    std::cout << "  pitch      not stated: score needs --mpp\n";
  }
  if (info.objective_power) std::cout << fmt::format("  objective  {}x\n", *info.objective_power);
  std::cout << fmt::format("  tiles      {} x {} px\n", info.tile.width, info.tile.height);
  for (std::size_t i = 0; i < info.levels.size(); ++i) {
    const Level& level = info.levels[i];
    std::cout << fmt::format("  level {}    {} x {} px, 1/{:g}\n", i, level.extent.width, level.extent.height,
                             level.downsample);
  }
  if (info.fluorescence) std::cout << "  the file says that it is a fluorescence image\n";
}

class InfoCommand : public Command {
 public:
  void declare(CLI::App& program) override {
    command_ = program.add_subcommand("info", "Tell what a slide file is and how it would be read");
    command_->footer("Example: annulet info case17.svs");
    command_->add_option("slide", slide_, "Whole slide or picture")->required();
    command_->add_flag("--json", json_, "Print JSON");
  }
  bool chosen() const override { return command_->parsed(); }

  int run() override {
    const OpenedSlide opened = look_apart(slide_);
    if (json_) {
      std::cout << as_json(opened.info, opened.sha256).dump(2) << '\n';
    } else {
      print_text(opened.info, opened.sha256);
    }
    return 0;
  }

 private:
  CLI::App* command_ = nullptr;
  std::filesystem::path slide_;
  bool json_ = false;
};

}  // namespace

std::unique_ptr<Command> make_info_command() {
  return std::make_unique<InfoCommand>();
}

}  // namespace annulet
