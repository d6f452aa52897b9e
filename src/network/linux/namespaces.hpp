// Named network namespaces beneath /run/netns, and work inside them on threads of their own.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace welkin::network {

/// Makes the namespace when it is missing.
void ensure_namespace(const std::string& name);
void remove_namespace(const std::string& name);
bool namespace_exists(const std::string& name);
/// Those whose name begins so.
std::vector<std::string> namespaces_named(const std::string& prefix);
/// A handle that names it towards the kernel; the caller closes it.
int open_namespace(const std::string& name);
/// Runs `work` on a thread inside the namespace and waits; what it throws passes through. Programs that it starts live there.
void inside(const std::string& name, const std::function<void()>& work);

}  // namespace welkin::network
