#include "runtime/input_shapes.h"

#include <algorithm>
#include <charconv>

#include "base/error.h"

namespace backplane {
namespace {

std::vector<int64_t> ParseSizes(std::string_view text, std::string_view entry) {
  std::vector<int64_t> sizes;
  while (!text.empty()) {
    int64_t size = -1;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), size);
    const auto used = static_cast<size_t>(end - text.data());
    const bool more = used < text.size();
    Require(error == std::errc() && size >= 0 && (!more || text[used] == 'x') &&
                used + 1 != text.size(),
            ORT_INVALID_ARGUMENT, "{}: '{}' is not INPUT=1x2x3", kInputShapesEntry, entry);
    sizes.push_back(size);
    text.remove_prefix(more ? used + 1 : used);
  }
  return sizes;
}

void FixShape(ValueInfo& input, const std::vector<int64_t>& sizes) {
  Require(input.type.IsTensor(), ORT_INVALID_ARGUMENT, "{}: input '{}' is no tensor",
          kInputShapesEntry, input.name);
  SymbolicShape& shape = input.type.tensor.shape;
  bool fits = !shape || shape->size() == sizes.size();
  for (size_t i = 0; shape && fits && i < sizes.size(); ++i)
    fits = !(*shape)[i].known() || (*shape)[i].value == sizes[i];
  Require(fits, ORT_INVALID_ARGUMENT, "{}: input '{}' is {} in the model, which cannot be {}",
          kInputShapesEntry, input.name, ToString(shape),
          ToString(SymbolicShape(std::vector<Dim>(sizes.begin(), sizes.end()))));
  shape = std::vector<Dim>(sizes.begin(), sizes.end());
}

}  // namespace

void FixInputShapes(Graph& graph, std::string_view text) {
  while (!text.empty()) {
    const std::string_view entry = text.substr(0, text.find(';'));
    text.remove_prefix(std::min(entry.size() + 1, text.size()));
    if (entry.empty()) continue;
    const size_t equals = entry.rfind('=');
    Require(equals != std::string_view::npos, ORT_INVALID_ARGUMENT, "{}: '{}' is not INPUT=1x2x3",
            kInputShapesEntry, entry);
    const std::string_view name = entry.substr(0, equals);
    const auto input = std::find_if(graph.inputs().begin(), graph.inputs().end(),
                                    [&](const ValueInfo* value) { return value->name == name; });
    Require(input != graph.inputs().end(), ORT_INVALID_ARGUMENT, "{}: the model has no input '{}'",
            kInputShapesEntry, name);
    FixShape(**input, ParseSizes(entry.substr(equals + 1), entry));
  }
}

}  // namespace backplane
