"""The rules of scripts/lint. A rule is a function (source, house) that yields (line, message)."""
import os
import re
import tomllib

MAX_LINES = 500
OFF_PATH = "lint: not on the path to the score"
# Which fence of floors.txt a library of scripts/cmake/dependencies.cmake stands behind.
LIBRARY_FENCE = {
    "PkgConfig::OPENSLIDE": "openslide", "TIFF::TIFF": "tiff", "JPEG::JPEG": "jpeglib", "PNG::PNG": "png", "opencv_core": "opencv2",
    "opencv_imgproc": "opencv2", "opencv_imgcodecs": "opencv2", "spdlog::spdlog": "spdlog",
    "TBB::tbb": "oneapi/tbb", "PkgConfig::TOMLPP": "toml++", "nlohmann_json::nlohmann_json": "nlohmann",
    "CLI11::CLI11": "CLI", "SQLite::SQLite3": "sqlite3",
}


class House:
    """scripts/floors.txt: the floor of each module, and which modules may include behind each fence."""

    def __init__(self, text, paths, statuses=""):
        self.floors, self.fences = {}, {}
        self.explained = set(re.findall(r"^\| `([a-z0-9-]+)` \|", statuses, re.M))
        self.paths = set(paths)
        self.folders = {folder for path in paths for folder in folders_of(path)}
        for line in text.splitlines():
            words = line.split()
            if words[:1] == ["fence"]:
                self.fences[words[1]] = set(words[3:])
            elif words and words[0].isdigit():
                self.floors.update({module: int(words[0]) for module in words[1:]})


def folders_of(path):
    while path := os.path.dirname(path):
        yield path


class Source:
    """One file: its lines as they stand, and its lines of C++ without comments and the insides of strings."""

    def __init__(self, path, text):
        self.path, self.text, self.lines = path, text, text.splitlines()
        self.is_cpp = path.endswith((".cpp", ".hpp"))
        self.code = without_comments(text).splitlines() if self.is_cpp else []
        found = re.match(r"(?:include/annulet|src)/(\w+)/", path)
        self.module = found.group(1) if found and self.is_cpp else None

    def includes(self):
        for number, line in enumerate(self.lines, 1):
            found = re.match(r'\s*#\s*include\s*([<"])([^">]+)[">]', line)
            if found:
                yield number, found.group(1), found.group(2)

    def matches(self, pattern):
        for number, line in enumerate(self.code, 1):
            found = re.search(pattern, line)
            if found:
                yield number, found.group(0).strip()


def without_comments(text):
    token = re.compile(r'//[^\n]*|/\*.*?\*/|R"(\w*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'', re.S)

    def blank(found):
        kept = '""' if found.group(0)[-1] == '"' and not found.group(0).startswith("/") else " "
        return kept + "\n" * found.group(0).count("\n")

    # A digit separator (1'000) is no character literal.
    return token.sub(blank, re.sub(r"(?<=[0-9a-fA-F])'(?=[0-9a-fA-F])", "", text))


def includes_keep_the_floors(source, house):
    if source.module is None:
        return
    if source.module not in house.floors:
        yield 1, f"module {source.module} has no floor: add it to scripts/floors.txt"
        return
    for line, mark, header in source.includes():
        parts = header.split("/")
        other = parts[1] if parts[0] == "annulet" and len(parts) > 1 else parts[0]
        if mark != '"' or other not in house.floors or other == source.module:
            continue
        if house.floors[other] >= house.floors[source.module]:
            yield line, (f"{source.module} (floor {house.floors[source.module]}) includes {other} (floor "
                         f"{house.floors[other]}): include only your own module and lower floors")


def includes_are_not_relative(source, _house):
    for line, mark, header in source.includes():
        if mark == '"' and ".." in header.split("/"):
            yield line, f'"{header}" climbs: include by "annulet/<module>/..." or "<module>/..."'


def includes_keep_the_fences(source, house):
    if source.module is None:
        return
    for line, _, header in source.includes():
        for prefix, allowed in house.fences.items():
            fenced = re.match(re.escape(prefix) + r"(?![a-z0-9_]*/[^/]*$)|" + re.escape(prefix) + "/", header)
            if fenced and source.module not in allowed:
                yield line, f"<{header}> is fenced: only {', '.join(sorted(allowed))} may include it"


def libraries_keep_the_fences(source, house):
    if source.path != "scripts/cmake/dependencies.cmake":
        return
    for line, text in enumerate(source.lines, 1):
        found = re.match(r"set\(annulet_libraries_(\w+) ([^)]*)\)", text)
        for library in found.group(2).split() if found else []:
            fence = LIBRARY_FENCE.get(library)
            if fence in house.fences and found.group(1) not in house.fences[fence]:
                yield line, (f"{found.group(1)} links {library}, which stands behind the fence '{fence}': "
                             "unlink it or change scripts/floors.txt")


def threads_stay_in_pipeline_and_review(source, _house):
    if source.module in (None, "pipeline", "review"):
        return
    for line, what in source.matches(r"\bstd::(thread|jthread|async)\b|\bpthread_create\b|#\s*pragma\s+omp\b"):
        yield line, f"{what}: only pipeline and review start threads; give the work to them as a function"


def processes_stay_in_sandbox(source, _house):
    if source.module in (None, "sandbox"):
        return
    pattern = r"(?<![\w.>])(?:::|std::)?(v?fork|exec[lv]p?e?|execvpe|posix_spawnp?|popen|system|clone3?)\s*\((?!\)\s*const)"
    for line, what in source.matches(pattern):
        yield line, f"{what}...): only sandbox starts processes"


def only_floor_6_and_above_prints(source, house):
    if source.module is None or house.floors.get(source.module, 0) >= 6:
        return
    pattern = (r"\bstd::(cout|cerr|clog)\b|(?<![\w.>])(?:std::)?(v?printf|puts|putchar|perror)\s*\(|"
               r"\bf(?:printf|puts|putc|write)\s*\([^;]*\b(stdout|stderr)\b|\bfmt::print\s*\(\s*(?:\"|stdout|stderr)")
    for line, what in source.matches(pattern):
        yield line, f"{what} below floor 6: return a value or throw Error, and let app or cohort print"


def the_path_to_the_score_has_no_libm(source, _house):
    if source.module not in ("pixel", "cell", "guideline"):
        return
    pattern = (r"(?<![\w.>:])(?:::|std::|cv::)?(exp2?|expm1|log|log2|log10|log1p|pow|a?sinh?|a?cosh?|a?tanh?|atan2|"
               r"cbrt|hypot|erfc?|[lt]gamma)[fl]?\s*\(")
    for line, what in source.matches(pattern):
        if not any(OFF_PATH in text for text in source.lines[max(0, line - 2):line]):
            yield line, (f"{what}...) differs between machines: use a table of integers; where the score does not "
                         f"depend on it, write '// {OFF_PATH}' on it or above it")


def headers_are_read_once(source, _house):
    if source.path.endswith(".hpp") and not re.search(r"^#pragma once$", source.text, re.M):
        yield 1, "no '#pragma once': make it the header's first line of code"


def files_are_short(source, _house):
    name = os.path.basename(source.path)
    written = source.path.endswith((".cpp", ".hpp", ".py", ".sh", ".cmake", ".js", ".css")) or "." not in name
    if written and name != "LICENSE" and len(source.lines) > MAX_LINES:
        yield MAX_LINES + 1, f"{len(source.lines)} lines, at most {MAX_LINES}: one idea a file; split it"


def no_path_of_a_machine(source, _house):
    for line, text in enumerate(source.lines, 1):
        found = re.search(r"(?<![\w.$}*)])/(?:work|root|home|tmp)/", text)
        if found:
            yield line, (f"'{found.group(0)}' exists on some machines only: take the path from an argument, the "
                         "environment or the temporary folder")


def nothing_is_left_unfinished(source, _house):
    words = "|".join(["TO" + "DO", "FIX" + "ME", "X" * 3, "(?i:for " + "now)"])
    for line, text in enumerate(source.lines, 1):
        found = re.search(rf"\b(?:{words})\b", text)
        if found:
            yield line, f"'{found.group(0)}': finish it, or state the limit in docs/"


def model_files_say_what_they_are(source, _house):
    # Recipes of phantoms take no part in a score: a name and a seed are all that they are.
    if not re.fullmatch(r"models/(?!phantom/)\w+/[^/]+\.toml", source.path):
        return
    try:
        model = tomllib.loads(source.text)
    except tomllib.TOMLDecodeError as error:
        yield 1, f"not TOML: {error}"
        return
    for key in ("id", "version", "source", "licence"):
        if not model.get(key):
            yield 1, f"no '{key}' at the top of the model file: add it"
    stem = os.path.splitext(os.path.basename(source.path))[0]
    if model.get("id") and model["id"] != stem:
        yield 1, f"id '{model['id']}' is not the file's name '{stem}': make them equal"


def links_lead_somewhere(source, house):
    if not source.path.endswith(".md"):
        return
    for line, text in enumerate(source.lines, 1):
        for target in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", text):
            path = os.path.normpath(os.path.join(os.path.dirname(source.path), target))
            if path not in house.paths and path not in house.folders:
                yield line, f"the link to '{target}' leads nowhere: mend it or add what it points to"


def codes_are_explained(source, house):
    patterns = []
    if re.match(r"src/(?!phantom/)", source.path) and source.path.endswith(".cpp"):
        patterns = [r'(?:caveats|notes|reasons)(?:\.|->)(?:push_back|emplace_back)\(\s*\{?\s*"([a-z0-9-]+)"',
                    r'\bRemark\s*[{(]\s*"([a-z0-9-]+)"', r'\breturn\s*\{\s*"([a-z]+(?:-[a-z]+)+)"\s*,',
                    r'\bremark\([^";]*"([a-z]+(?:-[a-z]+)+)"', r'^\s*notes\.push_back\(\{"([a-z-]+)"']
    elif re.fullmatch(r"models/guidelines/\w[^/]*\.toml", source.path):
        patterns = [r'^code = "([a-z-]+)"', r'\bcaveat = "([a-z-]+)"', r'^([a-z]+(?:-[a-z]+)+|discordant) = "']
    found = [match for pattern in patterns for match in re.finditer(pattern, source.text, re.M)]
    if source.path == "src/base/error.cpp":
        names = re.search(r"kNames\{(.*?)\};", source.text, re.S)
        found += list(re.finditer(r'"([a-z-]+)"', source.text[:names.end()])) if names else []
    for match in found:
        code = match.group(1)
        if code not in house.explained and code not in ("usage", "internal", "output"):
            yield (source.text.count("\n", 0, match.start()) + 1,
                   f"the code '{code}' is not in docs/guide/statuses.md: say there what it means and what to do")


RULES = [
    includes_keep_the_floors, includes_are_not_relative, includes_keep_the_fences, libraries_keep_the_fences,
    threads_stay_in_pipeline_and_review, processes_stay_in_sandbox, only_floor_6_and_above_prints,
    the_path_to_the_score_has_no_libm, headers_are_read_once, files_are_short, no_path_of_a_machine,
    nothing_is_left_unfinished, model_files_say_what_they_are, links_lead_somewhere, codes_are_explained,
]
