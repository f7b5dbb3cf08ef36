#include <fmt/format.h>

#include <iostream>

#include "annulet/app/command.hpp"
#include "annulet/base/error.hpp"
#include "annulet/cell/grade.hpp"
#include "annulet/cell/kind.hpp"
#include "annulet/guideline/guideline.hpp"
#include "annulet/model/model_file.hpp"
#include "annulet/phantom/recipe.hpp"
#include "annulet/pixel/stain_preset.hpp"

namespace annulet {
namespace {

/// Loads a model the way `score` does; throws Error for one that `score` would refuse.
void check(const std::string& kind, const std::string& id_or_path) {
  if (kind == "stains") (void)load_stain_preset(id_or_path);
  if (kind == "grading") (void)load_grading(id_or_path);
  if (kind == "kind") (void)KindModel::load(id_or_path);
  if (kind == "guidelines") (void)Guideline::load(id_or_path);
  if (kind == "phantom") (void)load_recipe(id_or_path);
}

int list() {
  for (const ModelFile& file : built_in_model_files()) {
    std::cout << fmt::format("{:<12} {:<26} {}\n", file.kind, file.id, file.digest.substr(0, 12));
  }
  return 0;
}

int show(const std::string& id) {
  for (const ModelFile& file : built_in_model_files()) {
    if (file.id == id || file.kind + "/" + file.id == id) {
      std::cout << "# " << file.kind << "/" << file.id << "  sha256 " << file.digest << "\n" << file.text;
      return 0;
    }
  }
  throw Error(Code::Usage, "no built-in model '" + id + "'; annulet models list shows them");
}

int check_all(const std::string& kind, const std::string& path) {
  if (!path.empty()) {
    check(kind, path);
    std::cout << path << ": ok\n";
    return 0;
  }
  for (const ModelFile& file : built_in_model_files()) {
    check(file.kind, file.id);
    std::cout << file.kind << "/" << file.id << ": ok\n";
  }
  return 0;
}

class ModelsCommand : public Command {
 public:
  void declare(CLI::App& program) override {
    command_ = program.add_subcommand("models",
                                      "List, show and check stains, gradings, kinds, guidelines, phantoms");
    command_->footer("Example: annulet models show asco-cap-breast-2018");
    command_->require_subcommand(1);
    list_ = command_->add_subcommand("list", "The built-in models and their digests");
    show_ = command_->add_subcommand("show", "The text of one built-in model");
    show_->add_option("id", id_, "Id, or kind/id where two kinds share an id")->required();
    check_ = command_->add_subcommand("check", "Load every built-in model, or one file");
    check_->add_option("kind", kind_, "stains | grading | kind | guidelines | phantom")
        ->check(CLI::IsMember({"stains", "grading", "kind", "guidelines", "phantom"}));
    check_->add_option("file", path_, "A model file of yours");
  }
  bool chosen() const override { return command_->parsed(); }

  int run() override {
    if (list_->parsed()) return list();
    if (show_->parsed()) return show(id_);
    return check_all(kind_, path_);
  }

 private:
  CLI::App *command_ = nullptr, *list_ = nullptr, *show_ = nullptr, *check_ = nullptr;
  std::string id_, kind_, path_;
};

}  // namespace

std::unique_ptr<Command> make_models_command() {
  return std::make_unique<ModelsCommand>();
}

}  // namespace annulet
