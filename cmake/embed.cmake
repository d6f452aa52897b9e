# embed(TARGET SYMBOL FILE) compiles a text file into a target as `extern const std::string_view SYMBOL`.
# embed_each(TARGET SYMBOL FILES) compiles many, in the order of their names, as `extern const std::span<const std::string_view> SYMBOL`.
# WHY not #embed: ccache 4.7 does not see the file behind it and would answer with stale objects.
if(NOT CMAKE_SCRIPT_MODE_FILE)
  set(EMBED_SCRIPT ${CMAKE_CURRENT_LIST_FILE})
  function(embed_files target each symbol)
    string(REGEX REPLACE "^.*::" "" name ${symbol})
    set(output ${CMAKE_BINARY_DIR}/embedded/${name}.cpp)
    list(JOIN ARGN "|" files)
    add_custom_command(OUTPUT ${output} DEPENDS ${ARGN} ${EMBED_SCRIPT}
      COMMAND ${CMAKE_COMMAND} -DEACH=${each} "-DIN=${files}" -DOUT=${output} -DSYMBOL=${symbol} -P ${EMBED_SCRIPT} VERBATIM)
    target_sources(${target} PRIVATE ${output})
  endfunction()
  function(embed target symbol file)
    embed_files(${target} OFF ${symbol} ${CMAKE_SOURCE_DIR}/${file})
  endfunction()
  function(embed_each target symbol pattern)
    file(GLOB files CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${pattern})
    list(SORT files)
    embed_files(${target} ON ${symbol} ${files})
  endfunction()
  return()
endif()

string(REPLACE "|" ";" files "${IN}")
string(REGEX REPLACE "::[^:]+$" "" space "${SYMBOL}")
string(REGEX REPLACE "^.*::" "" name "${SYMBOL}")
set(texts)
foreach(file ${files})
  file(READ "${file}" content)
  # Brackets and semicolons would part a list; a text is kept out of lists.
  string(APPEND texts "R\"welkin(${content})welkin\",\n")
endforeach()
if(EACH)
  file(WRITE "${OUT}" "// Made by cmake/embed.cmake; do not edit.
#include <span>
#include <string_view>
namespace ${space} {
extern const std::span<const std::string_view> ${name};
static constexpr std::string_view texts[] = {
")
  file(APPEND "${OUT}" "${texts}")
  file(APPEND "${OUT}" "};
const std::span<const std::string_view> ${name} = texts;
}  // namespace ${space}
")
else()
  file(WRITE "${OUT}" "// Made by cmake/embed.cmake; do not edit.
#include <string_view>
namespace ${space} {
extern const std::string_view ${name};
const std::string_view ${name} = ")
  string(REGEX REPLACE ",\n$" ";\n" texts "${texts}")
  file(APPEND "${OUT}" "${texts}")
  file(APPEND "${OUT}" "}  // namespace ${space}
")
endif()
