// What the API's door asks of themes: they are shown before anybody has logged in.
#pragma once

#include <string_view>

namespace welkin::commands {

/// The only ordinary command that needs no credentials. Without them it answers the public theme for the name that the cloud
/// was reached by, or the default one.
inline constexpr std::string_view open_command = "listGuiThemes";

}  // namespace welkin::commands
