#include "abi/type_json.h"

#include "base/dtype.h"

namespace backplane::abi {

using Json = nlohmann::ordered_json;

void AddType(const TypeInfo& type, Json& json) {
  if (!type.IsTensor()) {
    json["type"] = type.known() ? type.ToString() : "unknown";
    return;
  }
  json["type"] = NameOf(type.tensor.dtype);
  if (!type.tensor.shape) return;
  Json dims = Json::array();
  for (const Dim& dim : *type.tensor.shape) {
    if (dim.known()) {
      dims.push_back(dim.value);
    } else {
      dims.push_back(dim.symbol.empty() ? Json() : Json(dim.symbol));
    }
  }
  json["shape"] = std::move(dims);
}

std::string DumpJson(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace backplane::abi
