// The scripts that let shells ask `welkin complete`, which answers lines of a word, a tab and a note.
#include <fmt/format.h>

#include "base/error.hpp"
#include "cli/completion.hpp"

namespace welkin::cli {

namespace {
// WHY the words are read from the line: bash takes name=value for three words.
// Notes are shown only where there is a choice; bash would put them into the line.
constexpr auto bash = R"script(# welkin's completion for bash: eval "$(welkin completion bash)"
_welkin() {
  local line="${COMP_LINE:0:COMP_POINT}" words word note current prefix=""
  local -a found=()
  read -ra words <<<"$line"
  [[ "$line" == *[[:space:]] ]] && words+=("")
  current="${words[-1]}"
  [[ "$current" == *=* && "$COMP_WORDBREAKS" == *=* ]] && prefix="${current%"${current##*=}"}"
  COMPREPLY=()
  while IFS=$'\t' read -r word note; do
    COMPREPLY+=("${word#"$prefix"}")
    found+=("${word#"$prefix"}${note:+  ($note)}")
  done < <("${words[0]}" complete -- "${words[@]:1}" 2>/dev/null)
  if ((${#COMPREPLY[@]} > 1)); then
    [[ "$current" == *=* ]] && COMPREPLY=("${found[@]}")
  elif [[ "${COMPREPLY[0]-}" == *[=.] ]]; then
    compopt -o nospace
  fi
}
complete -o nosort -F _welkin welkin
)script";

constexpr auto zsh = R"script(#compdef welkin
# welkin's completion for zsh: source <(welkin completion zsh)
_welkin() {
  local line word note
  local -a found shown open open_shown
  while IFS=$'\t' read -r word note; do
    if [[ "$word" == *[=.] ]]; then
      open+=("$word"); open_shown+=("$word${note:+  -- $note}")
    else
      found+=("$word"); shown+=("$word${note:+  -- $note}")
    fi
  done < <("${words[1]}" complete -- "${(@Q)words[2,CURRENT]}" 2>/dev/null)
  (( $#open )) && compadd -U -l -S '' -d open_shown -a open
  (( $#found )) && compadd -U -l -d shown -a found
}
compdef _welkin welkin
)script";

constexpr auto fish = R"script(# welkin's completion for fish: welkin completion fish | source
complete -c welkin -f -a '(welkin complete -- (commandline -opc)[2..-1] (commandline -ct) 2>/dev/null)'
)script";
}  // namespace

std::string completion_script(const std::string& shell) {
  if (shell == "bash") return bash;
  if (shell == "zsh") return zsh;
  if (shell == "fish") return fish;
  throw Error(Fault::invalid, fmt::format("There is no completion for '{}'; say bash, zsh or fish.", shell),
              shell);
}

}  // namespace welkin::cli
