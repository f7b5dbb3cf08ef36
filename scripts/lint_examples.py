"""For every rule of scripts/lint: snippets (path, text) that it must find, and snippets that it must let pass."""

FLOORS = """
7 app
6 review
4 pipeline
3 cell phantom
2 slide pixel guideline
1 model sandbox
0 base
fence openslide : slide
fence tiff : slide phantom
fence tbb : pipeline
fence oneapi/tbb : pipeline
fence CLI : app
fence toml++ : guideline model
fence opencv2 : pixel cell
"""

STATUSES = "| code | meaning |\n|---|---|\n| `no-tissue` | nothing |\n| `near-cut` | near |\n"

PATHS = ["README.md", "docs/guide/a.md", "docs/images/a.png"]

EXAMPLES = {
    "includes_keep_the_floors": (
        [("src/cell/a.cpp", '#include "annulet/pipeline/scan.hpp"\n'),
         ("src/cell/a.cpp", '#include "annulet/phantom/phantom.hpp"\n'),
         ("src/pixel/a.cpp", '#include "slide/reader.hpp"\n'),
         ("include/annulet/attic/a.hpp", "#pragma once\n")],
        [("src/cell/a.cpp", '#include "annulet/cell/b.hpp"\n#include "cell/c.hpp"\n#include "annulet/base/error.hpp"\n'),
         ("test/unit/base/base_test.cpp", '#include "annulet/app/app.hpp"\n')]),
    "includes_are_not_relative": (
        [("src/cell/a.cpp", '#include "../slide/reader.hpp"\n')],
        [("src/cell/a.cpp", '#include "cell/reader.hpp"\n')]),
    "includes_keep_the_fences": (
        [("src/cell/a.cpp", "#include <openslide.h>\n"), ("src/cell/a.cpp", "#include <openslide/openslide.h>\n"),
         ("src/cell/a.cpp", "#include <tiffio.h>\n"), ("src/cell/a.cpp", "#include <tbb/parallel_for.h>\n"),
         ("src/cell/a.cpp", "#include <oneapi/tbb.h>\n"), ("src/cell/a.cpp", "#include <oneapi/tbb/task.h>\n"),
         ("src/cell/a.cpp", "#include <toml++/toml.h>\n"), ("src/base/a.cpp", "#include <opencv2/core.hpp>\n"),
         ("include/annulet/slide/a.hpp", "#include <CLI/CLI.hpp>\n")],
        [("src/slide/a.cpp", "#include <openslide.h>\n#include <tiffio.h>\n#include <vector>\n"),
         ("test/unit/cell/a_test.cpp", "#include <tiffio.h>\n")]),
    "libraries_keep_the_fences": (
        [("scripts/cmake/dependencies.cmake", "set(annulet_libraries_cell opencv_core TIFF::TIFF)\n")],
        [("scripts/cmake/dependencies.cmake", "set(annulet_libraries_slide PkgConfig::OPENSLIDE TIFF::TIFF)\n")]),
    "threads_stay_in_pipeline_and_review": (
        [("src/cell/a.cpp", "void f() { std::jthread t(g); }\n"), ("src/slide/a.cpp", "auto r = std::async(g);\n")],
        [("src/pipeline/a.cpp", "std::thread t(g);\n"), ("src/cell/a.cpp", "// a std::thread would be wrong here\n"),
         ("src/cell/a.cpp", "auto id = std::this_thread::get_id();\n")]),
    "processes_stay_in_sandbox": (
        [("src/slide/a.cpp", "int p = fork();\n"), ("src/app/a.cpp", "::execvp(name, arguments);\n"),
         ("src/app/a.cpp", "std::system(text);\n")],
        [("src/sandbox/a.cpp", "int p = ::fork();\n"), ("src/slide/a.cpp", "regex.exec(text); fork_at(3);\n")]),
    "only_floor_6_and_above_prints": (
        [("src/cell/a.cpp", "std::cerr << 1;\n"), ("src/pipeline/a.cpp", 'std::fprintf(stderr, "x");\n'),
         ("src/slide/a.cpp", 'printf("x");\n'), ("src/slide/a.cpp", 'fmt::print("x");\n')],
        [("src/app/a.cpp", "std::cout << 1;\n"), ("src/slide/a.cpp", 'std::snprintf(buffer, 4, "x");\n'),
         ("src/slide/a.cpp", 'auto s = "std::cout << 1";  // printf(\n')]),
    "the_path_to_the_score_has_no_libm": (
        [("src/cell/a.cpp", "x = std::exp(y);\n"), ("src/pixel/a.cpp", "x = atan2(y, z);\n"),
         ("include/annulet/guideline/a.hpp", "x = std::pow (y, 2);\n"), ("src/cell/a.cpp", "x = sinf(y);\n")],
        [("src/pixel/a.cpp", "x = std::log(y);  // lint: not on the path to the score\n"),
         ("src/report/a.cpp", "x = std::exp(y);\n"), ("src/cell/a.cpp", "x = integer_sqrt(y); catalog(z); o.log(z);\n"),
         ("src/cell/a.cpp", "x = 1'000;  // exp(y)\n")]),
    "headers_are_read_once": (
        [("include/annulet/cell/a.hpp", "struct A {};\n")],
        [("include/annulet/cell/a.hpp", "#pragma once\nstruct A {};\n"), ("src/cell/a.cpp", "\n")]),
    "files_are_short": (
        [("src/cell/a.cpp", "\n" * 501), ("scripts/tool", "\n" * 501)],
        [("src/cell/a.cpp", "\n" * 500), ("samples/a.json", "\n" * 501)]),
    "no_path_of_a_machine": (
        [("test/unit/base/a_test.cpp", 'auto folder = "/' + 'tmp/x";\n'), ("docs/a.md", "see /" + "home/me\n"),
         ("scripts/x", "cd /" + "work/main\n")],
        [("docs/a.md", "see docs/work/page.md and https://example.org/home/ and $ROOT/tmp/x\n")]),
    "nothing_is_left_unfinished": (
        [("src/cell/a.cpp", "// TO" + "DO: x\n"), ("docs/a.md", "This is enough for " + "now.\n")],
        [("src/cell/a.cpp", "// todolist, methods, mktemp XXXXXX\n")]),
    "model_files_say_what_they_are": (
        [("models/stains/a.toml", 'id = "a"\nversion = 1\nsource = "x"\n'), ("models/stains/a.toml", "id = \n"),
         ("models/stains/a.toml", 'id = "b"\nversion = 1\nsource = "x"\nlicence = "y"\n')],
        [("models/stains/a.toml", 'id = "a"\nversion = 1\nsource = "x"\nlicence = "y"\n'),
         ("models/README.md", "x\n")]),
    "links_lead_somewhere": (
        [("README.md", "see [a](docs/b.md)\n"), ("docs/guide/b.md", "![a](images/a.png)\n")],
        [("README.md", "see [a](docs/guide/a.md#part), [b](docs/guide/), [c](https://example.org/c)\n"),
         ("docs/guide/b.md", "![a](../images/a.png) [b](../../README.md) [c](#part)\n")]),
    "codes_are_explained": (
        [("src/pipeline/a.cpp", 'survey.caveats.push_back(\n    {"new-caveat", words});\n'),
         ("src/pipeline/a.cpp", 'return Remark{"new-reason",\n words};\n'),
         ("src/pipeline/a.cpp", 'return {"new-caveat",\n        words};\n'),
         ("src/pipeline/a.cpp", 'remark(differs, "new-caveat", words);\n'),
         ("src/base/error.cpp", 'constexpr std::array<std::string_view, 1> kNames{\n  "no-tissue", "new-reason"};\n'),
         ("models/guidelines/a.toml", '[caveats]\nnew-caveat = "The cells lie scattered, and that is a long sentence."\n')],
        [("src/pipeline/a.cpp", 'caveats.push_back({"near-cut", words});\nreturn Remark{"no-tissue", "no such-thing"};\n'),
         ("src/phantom/a.cpp", 'return {"benign-epithelium", 1};\n'),
         ("models/guidelines/a.toml", 'near-cut = "The interval crosses a cut, which is a long sentence."\n')]),
}
