// What BackplaneSessionExplain tells: the session's placement as JSON.
#pragma once

#include <string>

struct OrtSession;

namespace backplane::abi {

/// JSON; docs/EXPLAIN.md has the schema.
std::string ExplainSession(const OrtSession& session);

}  // namespace backplane::abi
