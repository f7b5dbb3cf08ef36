# Compiles models/<kind>/<id>.toml into the program, so that it runs from any folder.
file(GLOB model_files CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/models/*/*.toml)
set(entries "")
foreach(path IN LISTS model_files)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${path})
  get_filename_component(id ${path} NAME_WLE)
  get_filename_component(folder ${path} DIRECTORY)
  get_filename_component(kind ${folder} NAME)
  file(READ ${path} text)
  # A string literal may hold 65,536 characters: longer files are joined from pieces.
  string(LENGTH "${text}" length)
  set(literal "")
  set(at 0)
  while(at LESS length)
    string(SUBSTRING "${text}" ${at} 12000 piece)
    string(APPEND literal "R\"toml(${piece})toml\" ")
    math(EXPR at "${at} + 12000")
  endwhile()
  string(APPEND entries "    {\"${kind}\", \"${id}\", ${literal}},\n")
endforeach()
file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/embedded_models.cpp @ONLY CONTENT
"namespace annulet {
struct EmbeddedModel { const char *kind, *id, *text; };
extern const EmbeddedModel kEmbeddedModels[];
const EmbeddedModel kEmbeddedModels[] = {
@entries@    {nullptr, nullptr, nullptr}};
}  // namespace annulet
")
