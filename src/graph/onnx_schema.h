// The ONNX library's side of schemas. Internal to graph/onnx_*.cc.
#pragma once

#include "graph/schema.h"
#include "onnx/defs/schema.h"

namespace backplane {

/// The library's schema behind `schema`, or null for one registered at run time.
inline const onnx::OpSchema* OnnxSchema(const OpSchema& schema) {
  return static_cast<const onnx::OpSchema*>(schema.onnx);
}

/// Builds the library's schema of this exact version; null when there is none. Not cached:
/// schema.cc does that.
std::unique_ptr<OpSchema> MakeOnnxSchema(std::string_view domain, std::string_view op,
                                         int since_version);

/// (since_version, ...) of an operator of the library, ascending; empty when it has none.
std::vector<int> OnnxSchemaVersions(std::string_view domain, std::string_view op);
/// All (name, since_version) of a domain.
std::vector<std::pair<std::string, int>> ListOnnxSchemas(std::string_view domain);

}  // namespace backplane
