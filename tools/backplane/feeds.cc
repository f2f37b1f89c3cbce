#include "backplane/feeds.h"

#include <charconv>
#include <cstring>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>

#include "backplane/error.h"
#include "backplane/npy.h"
#include "backplane/text.h"

namespace backplane::command {
namespace {

// The same numbers on every machine, unlike the standard library's distributions.
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}
  uint64_t Next() {
    uint64_t z = state_ += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }
  double Uniform() { return static_cast<double>(Next() >> 40) * 0x1p-24; }  // exact as a float

 private:
  uint64_t state_;
};

uint64_t HashOf(const std::string& text) {
  uint64_t hash = 0xcbf29ce484222325u;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
  return hash;
}

std::vector<int64_t> ConcreteShape(const Port& port, const FeedSettings& settings) {
  const auto whole = settings.shapes.find(port.name);
  if (whole != settings.shapes.end()) return whole->second;
  const auto& dims = settings.dims;
  std::vector<int64_t> shape = port.shape;
  for (size_t i = 0; i < shape.size(); ++i) {
    if (shape[i] >= 0) continue;
    const auto given = i < port.symbols.size() ? dims.find(port.symbols[i]) : dims.end();
    shape[i] = given != dims.end() ? given->second : 1;
  }
  return shape;
}

HostTensor Blank(const Port& port, const FeedSettings& settings) {
  if (!port.HasTensors()) {
    throw UsageError("input '" + port.name + "' is of type " + port.TypeText() +
                     "; the command can give tensors, and sequences and optionals of them");
  }
  HostTensor tensor;
  tensor.type = port.type;
  tensor.shape = ConcreteShape(port, settings);
  const int64_t count = ElementCount(tensor.shape);
  constexpr int64_t kLimit = int64_t{1} << 33;
  if (count > kLimit)
    throw Failure("input '" + port.name + "' of shape " + FormatShape(tensor.shape) +
                  " is too large to generate");
  if (port.type == ONNX_TENSOR_ELEMENT_DATA_TYPE_STRING) {
    tensor.strings.resize(static_cast<size_t>(count));
  } else {
    tensor.bytes.resize(BytesOf(port.type, count));
  }
  return tensor;
}

// Floats in [0, 1), and zeros and ones as integers: they are valid as token ids, masks and indices
// of most models.
HostTensor Generate(const Port& port, const FeedSettings& settings) {
  HostTensor tensor = Blank(port, settings);
  Random random(settings.seed ^ HashOf(port.name));
  for (std::string& text : tensor.strings) text = random.Next() % 2 == 0 ? "a" : "b";
  const bool floating = IsFloating(port.type);
  WriteElements(port.type, tensor.bytes.data(), ElementCount(tensor.shape), [&](int64_t) {
    return floating ? random.Uniform() : static_cast<double>(random.Next() & 1);
  });
  return tensor;
}

std::vector<double> ParseNumbers(const std::string& text, const std::string& entry) {
  std::vector<double> numbers;
  const char* at = text.data();
  const char* const end = at + text.size();
  while (true) {
    double number = 0;
    const auto [next, error] = std::from_chars(at, end, number);
    if (error != std::errc() || (next != end && *next != ','))
      throw UsageError("--input " + entry + ": '" + text +
                       "' is neither a file nor a list of numbers");
    numbers.push_back(number);
    if (next == end) return numbers;
    at = next + 1;
  }
}

// A single number fills the declared shape; a list has to have as many numbers as it, or makes a
// vector.
HostTensor FromNumbers(const Port& port, const std::vector<double>& numbers,
                       const FeedSettings& settings, const std::string& entry) {
  HostTensor tensor = Blank(port, settings);
  if (!IsNumeric(port.type))
    throw UsageError("--input " + entry + ": the input's type is " + port.TypeText());
  const auto given = static_cast<int64_t>(numbers.size());
  if (given > 1 && given != ElementCount(tensor.shape)) {
    const bool free_vector = port.shape.size() == 1 && port.shape[0] < 0;
    if (!free_vector) {
      throw UsageError("--input " + entry + ": " + std::to_string(given) + " numbers for shape " +
                       FormatShape(tensor.shape));
    }
    tensor.shape = {given};
    tensor.bytes.resize(BytesOf(port.type, given));
  }
  WriteElements(port.type, tensor.bytes.data(), ElementCount(tensor.shape),
                [&](int64_t i) { return numbers[given == 1 ? 0 : static_cast<size_t>(i)]; });
  return tensor;
}

Feed FeedOf(const Port& port, HostTensor tensor, const std::string& source) {
  return {port.name, port.kind, port.TypeText(), std::move(tensor), source};
}

Feed ParseFeed(const Port& port, const std::string& value, const std::string& entry,
               const FeedSettings& settings) {
  const std::string extension = std::filesystem::path(value).extension().string();
  if (extension == ".npy") return FeedOf(port, ReadNpy(value), value);
  if (extension == ".pb") return FeedOf(port, ReadTensorProto(value), value);
  std::error_code ignored;
  if (std::filesystem::exists(value, ignored))
    throw UsageError("--input " + entry + ": the file is neither .npy nor .pb");
  return FeedOf(port, FromNumbers(port, ParseNumbers(value, entry), settings, entry),
                "command line");
}

const Port& FindPort(const std::vector<Port>& ports, const std::string& name,
                     const std::string& entry) {
  std::vector<std::string> names;
  for (const Port& port : ports) {
    if (port.name == name) return port;
    names.push_back("'" + port.name + "'");
  }
  throw UsageError("--input " + entry + ": the model has no input '" + name + "'; it has " +
                   Join(names, ", "));
}

}  // namespace

std::vector<Feed> MakeFeeds(const std::vector<Port>& ports, const FeedSettings& settings) {
  std::map<std::string, Feed> given;
  for (const std::string& entry : settings.inputs) {
    const size_t equals = entry.find('=');
    const bool named = equals != std::string::npos;
    if (!named && ports.size() != 1)
      throw UsageError("--input " + entry + ": write name=file; the model has " +
                       std::to_string(ports.size()) + " inputs");
    const Port& port = named ? FindPort(ports, entry.substr(0, equals), entry) : ports[0];
    Feed feed = ParseFeed(port, named ? entry.substr(equals + 1) : entry, entry, settings);
    if (!given.emplace(port.name, std::move(feed)).second)
      throw UsageError("--input " + entry + ": the input is given twice");
  }
  std::vector<Feed> feeds;
  for (const Port& port : ports) {
    const auto found = given.find(port.name);
    if (found != given.end()) {
      feeds.push_back(std::move(found->second));
    } else {
      feeds.push_back(FeedOf(port, Generate(port, settings), "generated"));
    }
  }
  return feeds;
}

std::vector<Owned<OrtValue>> MakeValues(const Runtime& runtime, const std::vector<Feed>& feeds) {
  std::vector<Owned<OrtValue>> values;
  for (const Feed& feed : feeds) {
    Owned<OrtValue> value = runtime.MakeValue(feed.tensor);
    if (feed.kind == ONNX_TYPE_SEQUENCE) {
      const OrtValue* const element = value.get();
      value = runtime.Make<OrtValue>(runtime->ReleaseValue, runtime->CreateValue, &element,
                                     size_t{1}, ONNX_TYPE_SEQUENCE);
    }
    values.push_back(std::move(value));
  }
  return values;
}

std::map<std::string, int64_t> ParseDims(const std::vector<std::string>& entries) {
  std::map<std::string, int64_t> dims;
  for (const std::string& entry : entries) {
    const size_t equals = entry.find('=');
    int64_t size = -1;
    if (equals != std::string::npos && equals > 0) {
      const char* const end = entry.data() + entry.size();
      const auto [next, error] = std::from_chars(entry.data() + equals + 1, end, size);
      if (error != std::errc() || next != end) size = -1;
    }
    if (size < 0) throw UsageError("--dim " + entry + ": write name=N, for example batch=4");
    dims[entry.substr(0, equals)] = size;
  }
  return dims;
}

void CheckDims(const std::string& model, const std::map<std::string, int64_t>& dims) {
  if (dims.empty()) return;
  // Asked of the model, not of the session, in which overridden dimensions have lost their names.
  const auto summary = nlohmann::json::parse(ModelSummary(model));
  std::set<std::string> symbols;
  for (const auto& input : summary.at("inputs")) {
    for (const auto& dim : input.value("shape", nlohmann::json::array()))
      if (dim.is_string()) symbols.insert(dim.get<std::string>());
  }
  for (const auto& [symbol, size] : dims) {
    if (symbols.count(symbol) > 0) continue;
    const std::string have =
        symbols.empty() ? "the inputs have no named dimensions"
                        : "the inputs have " + Join({symbols.begin(), symbols.end()}, ", ");
    throw UsageError("--dim " + symbol + "=" + std::to_string(size) + ": no such dimension; " +
                     have);
  }
}

namespace {

using nlohmann::json;

const json& FindInput(const json& inputs, const std::string& name, const std::string& entry) {
  std::vector<std::string> names;
  for (const json& input : inputs) {
    if (input.at("name") == name) return input;
    names.push_back("'" + input.at("name").get<std::string>() + "'");
  }
  throw UsageError("--shape " + entry + ": the model has no input '" + name + "'; it has " +
                   Join(names, ", "));
}

std::vector<int64_t> ParseSizes(const std::string& text, const std::string& entry) {
  std::vector<int64_t> sizes;
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at != end) {
    int64_t size = -1;
    const auto [next, error] = std::from_chars(at, end, size);
    if (error != std::errc() || size < 0 || (next != end && (*next != 'x' || next + 1 == end)))
      throw UsageError("--shape " + entry + ": write INPUT=1x512");
    sizes.push_back(size);
    at = next == end ? end : next + 1;
  }
  return sizes;
}

// Takes over the sizes of named dimensions; the others have to be what the model says.
void MatchShape(const json& declared, const std::vector<int64_t>& sizes, const std::string& entry,
                std::map<std::string, int64_t>& dims) {
  if (!declared.is_array()) return;  // any rank
  if (declared.size() != sizes.size())
    throw UsageError("--shape " + entry + ": the input has " + std::to_string(declared.size()) +
                     " dimensions");
  for (size_t i = 0; i < sizes.size(); ++i) {
    const json& dim = declared[i];
    if (dim.is_number() && dim != sizes[i])
      throw UsageError("--shape " + entry + ": dimension " + std::to_string(i) + " is " +
                       dim.dump() + " in the model");
    if (!dim.is_string()) continue;
    const auto [known, fresh] = dims.emplace(dim.get<std::string>(), sizes[i]);
    if (!fresh && known->second != sizes[i])
      throw UsageError("--shape " + entry + ": dimension '" + known->first + "' is " +
                       std::to_string(known->second) + " elsewhere on the command line");
  }
}

}  // namespace

Shapes ParseShapes(const std::string& model, const std::vector<std::string>& entries,
                   std::map<std::string, int64_t>& dims) {
  Shapes shapes;
  if (entries.empty()) return shapes;
  const json inputs = json::parse(ModelSummary(model)).at("inputs");
  for (const std::string& entry : entries) {
    const size_t equals = entry.rfind('=');
    if (equals == std::string::npos && inputs.size() != 1)
      throw UsageError("--shape " + entry + ": write INPUT=1x512; the model has " +
                       std::to_string(inputs.size()) + " inputs");
    const json& input =
        equals == std::string::npos ? inputs[0] : FindInput(inputs, entry.substr(0, equals), entry);
    const size_t sizes_at = equals == std::string::npos ? 0 : equals + 1;
    const std::vector<int64_t> sizes = ParseSizes(entry.substr(sizes_at), entry);
    MatchShape(input.value("shape", json()), sizes, entry, dims);
    if (!shapes.emplace(input.at("name"), sizes).second)
      throw UsageError("--shape " + entry + ": the input is given twice");
  }
  return shapes;
}

}  // namespace backplane::command
