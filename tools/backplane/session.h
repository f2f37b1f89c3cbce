// A model opened for the command: its inputs and outputs as the API tells them, and timed runs.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "backplane/providers.h"
#include "backplane/runtime.h"

namespace backplane::command {

/// An input or output as the model declares it; `shape` holds -1 for what is not fixed. Of an
/// optional, what it may contain; of a sequence, type and shape are those of its elements.
struct Port {
  std::string name;
  ONNXType kind = ONNX_TYPE_UNKNOWN;
  bool optional = false;
  ElementType type = ONNX_TENSOR_ELEMENT_DATA_TYPE_UNDEFINED;
  std::vector<int64_t> shape;
  std::vector<std::string> symbols;

  /// A tensor, or a sequence of tensors.
  bool HasTensors() const { return type != ONNX_TENSOR_ELEMENT_DATA_TYPE_UNDEFINED; }
  std::string TypeText() const;  // "float", "sequence(float)", "optional(float)", "map", ...
};

/// Shapes by the name of the input.
using Shapes = std::map<std::string, std::vector<int64_t>>;

struct SessionSettings {
  std::string model;
  std::string library;
  int threads = 0;  // 0: the library's default
  std::map<std::string, int64_t> dims;
  Shapes shapes;  // that inputs have in every run; for our own library only
  ProviderSettings providers;
  bool verbose = false;
  bool record_placement = false;
  bool quiet = false;  // errors only, where what would be logged is shown anyway
};

class Session {
 public:
  explicit Session(const SessionSettings& settings);

  const Runtime& runtime() const { return runtime_; }
  const std::vector<Port>& inputs() const { return inputs_; }
  const std::vector<Port>& outputs() const { return outputs_; }
  double load_milliseconds() const { return load_milliseconds_; }
  /// What runs where and why, as BackplaneSessionExplain tells it; `library` must be our own and
  /// the placement recorded.
  std::string Explain() const { return ExplanationOf(session_.get()); }
  /// How many nodes each EP runs, in the session's order; empty where the library does not tell.
  const std::vector<std::pair<std::string, size_t>>& placement() const { return placement_; }

  /// Runs on one value for each input, in the order of inputs(); `milliseconds` gets the time of
  /// the call.
  std::vector<Owned<OrtValue>> Run(const std::vector<Owned<OrtValue>>& values,
                                   double* milliseconds) const;

 private:
  void ReadPorts();
  void ReadPlacement(bool own_library);
  void AddPlaced(const std::string& ep, size_t nodes);

  Runtime runtime_;
  Owned<OrtEnv> env_;
  Owned<OrtSession> session_;
  std::vector<Port> inputs_;
  std::vector<Port> outputs_;
  std::vector<const char*> input_names_;
  std::vector<const char*> output_names_;
  std::vector<std::pair<std::string, size_t>> placement_;
  double load_milliseconds_ = 0;
};

/// "tensor", "sequence", "map", ...
const char* NameOf(ONNXType kind);

/// Milliseconds of a clock that only goes forward.
double Now();

}  // namespace backplane::command
