# embed(TARGET FILE SYMBOL) compiles a text file into a target as `extern const std::string_view SYMBOL`.
# WHY not #embed: ccache 4.7 does not see the file behind it and would answer with stale objects.
if(NOT CMAKE_SCRIPT_MODE_FILE)
  set(EMBED_SCRIPT ${CMAKE_CURRENT_LIST_FILE})
  function(embed target file symbol)
    get_filename_component(name ${file} NAME)
    set(output ${CMAKE_BINARY_DIR}/embedded/${name}.cpp)
    add_custom_command(OUTPUT ${output} DEPENDS ${CMAKE_SOURCE_DIR}/${file} ${EMBED_SCRIPT}
      COMMAND ${CMAKE_COMMAND} -DIN=${CMAKE_SOURCE_DIR}/${file} -DOUT=${output} -DSYMBOL=${symbol} -P ${EMBED_SCRIPT})
    target_sources(${target} PRIVATE ${output})
  endfunction()
  return()
endif()

file(READ "${IN}" content)
get_filename_component(file "${IN}" NAME)
string(REGEX REPLACE "::[^:]+$" "" space "${SYMBOL}")
string(REGEX REPLACE "^.*::" "" name "${SYMBOL}")
file(WRITE "${OUT}" "// Made from ${file}; do not edit.
#include <string_view>
namespace ${space} {
extern const std::string_view ${name};
const std::string_view ${name} = R\"welkin(")
file(APPEND "${OUT}" "${content}")
file(APPEND "${OUT}" ")welkin\";
}  // namespace ${space}
")
