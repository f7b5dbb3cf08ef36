#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <iostream>
#include <string_view>

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

constexpr std::array<std::string_view, 5> kKinds{"stains", "grading", "kind", "guidelines", "phantom"};
constexpr const char* kKindsText = "stains | grading | kind | guidelines | phantom";

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

/// Every model file has keys that another kind refuses, but for a recipe, which may be empty: it comes last.
int check_file_of_any_kind(const std::string& path) {
  if (!std::filesystem::is_regular_file(path))
    throw Error(Code::Usage, "'" + path + "' is neither a kind of model (" + kKindsText + ") nor a file");
  for (const std::string_view kind : kKinds) {
    try {
      check(std::string(kind), path);
    } catch (const Error&) {
      continue;
    }
    std::cout << path << ": ok (" << kind << ")\n";
    return 0;
  }
  throw Error(Code::Usage, path + ": is a model of no kind; name the kind to learn what is wrong: " +
                               "annulet models check KIND FILE, KIND one of " + kKindsText);
}

int check_built_in(const std::string& kind) {
  for (const ModelFile& file : built_in_model_files()) {
    if (!kind.empty() && file.kind != kind) continue;
    check(file.kind, file.id);
    std::cout << file.kind << "/" << file.id << ": ok\n";
  }
  return 0;
}

int check_chosen(const std::string& kind_or_path, const std::string& path) {
  const bool is_kind = std::find(kKinds.begin(), kKinds.end(), kind_or_path) != kKinds.end();
  if (path.empty())
    return is_kind || kind_or_path.empty() ? check_built_in(kind_or_path)
                                           : check_file_of_any_kind(kind_or_path);
  if (!is_kind)
    throw Error(Code::Usage, "'" + kind_or_path + "' is no kind of model; kinds are " + kKindsText);
  check(kind_or_path, path);
  std::cout << path << ": ok (" << kind_or_path << ")\n";
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
    check_ = command_->add_subcommand("check", "Load every built-in model, those of one kind, or one file");
    check_->footer("Example: annulet models check my-grading.toml");
    check_->add_option("kind", kind_or_path_, kKindsText + std::string("; may be left out before FILE"));
    check_->add_option("file", path_, "A model file of yours");
  }
  bool chosen() const override { return command_->parsed(); }

  int run() override {
    if (list_->parsed()) return list();
    if (show_->parsed()) return show(id_);
    return check_chosen(kind_or_path_, path_);
  }

 private:
  CLI::App *command_ = nullptr, *list_ = nullptr, *show_ = nullptr, *check_ = nullptr;
  std::string id_, kind_or_path_, path_;
};

}  // namespace

std::unique_ptr<Command> make_models_command() {
  return std::make_unique<ModelsCommand>();
}

}  // namespace annulet
