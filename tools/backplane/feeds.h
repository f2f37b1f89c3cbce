// The values a model is run on: from files, from numbers on the command line, or generated.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "backplane/session.h"

namespace backplane::command {

struct FeedSettings {
  std::vector<std::string> inputs;      // "name=file.npy", "name=file.pb", "name=1,2,3"
  std::map<std::string, int64_t> dims;  // sizes of symbolic dimensions; 1 where none is given
  Shapes shapes;                        // of whole inputs
  uint64_t seed = 0;
};

struct Feed {
  std::string name;
  ONNXType kind = ONNX_TYPE_TENSOR;  // or a sequence, which has `tensor` for its one element
  std::string type;                  // "float", "sequence(float)", ...
  HostTensor tensor;
  std::string source;  // the file, "command line" or "generated"
};

/// One feed for each input, in the model's order. Equal settings give equal generated values.
std::vector<Feed> MakeFeeds(const std::vector<Port>& ports, const FeedSettings& settings);

/// The feeds as values of the library that runs the model.
std::vector<Owned<OrtValue>> MakeValues(const Runtime& runtime, const std::vector<Feed>& feeds);

/// "batch=4" entries to a map; fails with UsageError.
std::map<std::string, int64_t> ParseDims(const std::vector<std::string>& entries);
/// Fails with UsageError when no input of the model has a dimension of that name.
void CheckDims(const std::string& model, const std::map<std::string, int64_t>& dims);

/// "INPUT=1x512" entries ("1x512" where the model has one input, nothing behind the = for a scalar)
/// to shapes by input; the sizes that they give to named dimensions are added to `dims`. Fails with
/// UsageError where a shape contradicts the model or `dims`.
Shapes ParseShapes(const std::string& model, const std::vector<std::string>& entries,
                   std::map<std::string, int64_t>& dims);

}  // namespace backplane::command
