#include "program.h"

#include <algorithm>
#include <cstring>

namespace sample {

namespace {

constexpr char kMagic[] = "SampleProgram1";  // with the number of the format

class Writer {
 public:
  template <typename T>
  void Put(T value) {
    bytes.append(reinterpret_cast<const char*>(&value), sizeof(value));
  }
  std::string bytes;
};

class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  void Take(void* to, size_t size) {
    if (size > bytes_.size()) throw Failure(ORT_INVALID_GRAPH, "it is cut short");
    if (size > 0) std::memcpy(to, bytes_.data(), size);
    bytes_.remove_prefix(size);
  }
  template <typename T>
  T Get() {
    T value{};
    Take(&value, sizeof(value));
    return value;
  }
  // The number of things to follow, each of at least `size` bytes: never more than can be there.
  size_t Count(size_t size) {
    const auto count = Get<uint32_t>();
    if (count > bytes_.size() / size) throw Failure(ORT_INVALID_GRAPH, "it is cut short");
    return count;
  }
  bool done() const { return bytes_.empty(); }

 private:
  std::string_view bytes_;
};

// Every slot exists and is written once, before it is read; outputs are written by steps.
void Verify(const Program& program) {
  const auto require = [](bool condition) {
    if (!condition) throw Failure(ORT_INVALID_GRAPH, "its slots make no sense");
  };
  require(program.num_inputs <= program.num_slots);
  require(program.num_slots - program.num_inputs ==
          program.constants.size() + program.steps.size());
  std::vector<bool> written(program.num_slots, false);
  for (uint32_t i = 0; i < program.num_inputs; ++i) written[i] = true;
  const auto write = [&](uint32_t slot) {
    require(slot < program.num_slots && !written[slot]);
    written[slot] = true;
  };
  const auto read = [&](uint32_t slot) { require(slot < program.num_slots && written[slot]); };
  for (const Constant& constant : program.constants) write(constant.slot);
  for (const Step& step : program.steps) {
    require(step.op <= Operator::kLast);
    read(step.left);
    read(step.right);
    write(step.out);
  }
  for (const uint32_t slot : program.outputs) {
    require(std::any_of(program.steps.begin(), program.steps.end(),
                        [&](const Step& step) { return step.out == slot; }));
  }
}

}  // namespace

void Program::Run(std::vector<Tensor> slots,
                  const std::function<float*(size_t, const Shape&)>& output) const {
  slots.resize(num_slots);
  std::vector<std::vector<float>> temporaries;
  for (const Constant& constant : constants) {
    slots[constant.slot] = {constant.data.data(), constant.shape};
  }
  for (const Step& step : steps) {
    const Tensor& left = slots[step.left];
    const Tensor& right = slots[step.right];
    Tensor& out = slots[step.out];
    out.shape = IsBinary(step.op) ? BroadcastShape(left.shape, right.shape) : left.shape;
    // An output is computed in its place; anything else in memory of this run.
    float* data = nullptr;
    for (size_t o = 0; o < outputs.size() && data == nullptr; ++o) {
      if (outputs[o] == step.out) data = output(o, out.shape);
    }
    if (data == nullptr) {
      data = temporaries.emplace_back(ElementCount(out.shape)).data();
    }
    if (IsBinary(step.op)) {
      Binary(step.op, left, right, data);
    } else {
      Relu(left.data, data, ElementCount(left.shape));
    }
    out.data = data;
  }
}

std::string Program::Save() const {
  Writer writer;
  writer.bytes = kMagic;
  writer.Put(num_inputs);
  writer.Put(num_slots);
  writer.Put(static_cast<uint32_t>(constants.size()));
  for (const Constant& constant : constants) {
    writer.Put(constant.slot);
    writer.Put(static_cast<uint32_t>(constant.shape.size()));
    for (const int64_t dim : constant.shape) writer.Put(dim);
    for (const float value : constant.data) writer.Put(value);
  }
  writer.Put(static_cast<uint32_t>(steps.size()));
  for (const Step& step : steps) {
    writer.Put(static_cast<uint32_t>(step.op));
    writer.Put(step.left);
    writer.Put(step.right);
    writer.Put(step.out);
  }
  writer.Put(static_cast<uint32_t>(outputs.size()));
  for (const uint32_t slot : outputs) writer.Put(slot);
  return writer.bytes;
}

Program Program::Load(std::string_view bytes) {
  if (!bytes.starts_with(kMagic)) throw Failure(ORT_INVALID_GRAPH, "it has another format");
  Reader reader(bytes.substr(sizeof(kMagic) - 1));
  Program program;
  program.num_inputs = reader.Get<uint32_t>();
  program.num_slots = reader.Get<uint32_t>();
  program.constants.resize(reader.Count(8));
  for (Constant& constant : program.constants) {
    constant.slot = reader.Get<uint32_t>();
    constant.shape.resize(reader.Count(8));
    size_t count = 1;
    for (int64_t& dim : constant.shape) {
      dim = reader.Get<int64_t>();
      if (dim < 0 || (dim > 0 && count > bytes.size() / static_cast<size_t>(dim))) {
        throw Failure(ORT_INVALID_GRAPH, "it has an impossible shape");
      }
      count *= static_cast<size_t>(dim);
    }
    constant.data.resize(count);
    reader.Take(constant.data.data(), constant.data.size() * sizeof(float));
  }
  program.steps.resize(reader.Count(16));
  for (Step& step : program.steps) {
    step.op = static_cast<Operator>(std::min<uint32_t>(reader.Get<uint32_t>(), 255));
    step.left = reader.Get<uint32_t>();
    step.right = reader.Get<uint32_t>();
    step.out = reader.Get<uint32_t>();
  }
  program.outputs.resize(reader.Count(4));
  for (uint32_t& slot : program.outputs) slot = reader.Get<uint32_t>();
  if (!reader.done()) throw Failure(ORT_INVALID_GRAPH, "it has bytes to spare");
  if (program.num_slots > bytes.size()) throw Failure(ORT_INVALID_GRAPH, "it has too many slots");
  Verify(program);
  return program;
}

}  // namespace sample
