// The page of `backplane explain --html`: one file without external resources, made of the sources
// in page/ and the explanation.
#pragma once

#include <string>

#include "backplane/commands.h"

namespace backplane::command {

/// The page for `explanation` (BackplaneSessionExplain with the graph recorded, and "model").
std::string ExplainPage(const Json& explanation);

}  // namespace backplane::command
