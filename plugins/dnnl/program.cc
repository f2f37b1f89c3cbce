// See program.h.
#include "dnnl/program.h"

#include <algorithm>
#include <cstdlib>
#include <new>
#include <numeric>

namespace backplane::dnnl_ep {
namespace {

constexpr size_t kAlignment = 64;

size_t RoundUp(size_t bytes) { return (bytes + kAlignment - 1) / kAlignment * kAlignment; }

struct FreeDeleter {
  void operator()(void* memory) const { std::free(memory); }
};
using AlignedBytes = std::unique_ptr<void, FreeDeleter>;

AlignedBytes Allocate(size_t bytes) {
  void* memory = std::aligned_alloc(kAlignment, RoundUp(std::max<size_t>(bytes, 1)));
  if (memory == nullptr) throw std::bad_alloc();
  return AlignedBytes(memory);
}

}  // namespace

// The memory and memory objects of one run at a time.
class Workspace {
 public:
  explicit Workspace(const Program& program)
      : program_(program),
        arena_(Allocate(program.arena_bytes_)),
        scratch_(Allocate(program.scratch_bytes_)),
        stream_(Engine()) {
    calls_.resize(program.steps_.size());
    for (size_t i = 0; i < calls_.size(); ++i) Prepare(program.steps_[i], calls_[i]);
  }

  void Run(std::span<const void* const> inputs, std::span<void* const> outputs) {
    for (External& external : externals_) {
      void* data =
          external.is_input ? const_cast<void*>(inputs[external.index]) : outputs[external.index];
      if (data == external.last) continue;  // hosts often reuse their memory
      external.last = data;
      if (external.memory != nullptr) {
        dnnl::error::wrap_c_api(dnnl_memory_set_data_handle(external.memory, data),
                                "could not set a tensor's data");
      } else {
        *external.pointer = data;
      }
    }
    for (size_t i = 0; i < calls_.size(); ++i) {
      const Step& step = program_.steps_[i];
      if (step.host) {
        step.host(calls_[i].pointers);
      } else {
        dnnl::error::wrap_c_api(dnnl_primitive_execute(step.primitive.get(), stream_.get(),
                                                       static_cast<int>(calls_[i].arguments.size()),
                                                       calls_[i].arguments.data()),
                                "could not run a primitive");
      }
    }
    stream_.wait();
  }

 private:
  struct Call {
    std::vector<dnnl_exec_arg_t> arguments;
    std::vector<void*> pointers;  // of a host function
  };
  struct External {
    bool is_input;
    int index;
    dnnl_memory_t memory;  // where the run's data goes: into this object, or to this pointer
    void** pointer;
    void* last = nullptr;
  };
  struct Object {
    int buffer;
    Desc desc;
    dnnl::memory memory;
  };

  void* Place(const Buffer& buffer) const {
    switch (buffer.kind) {
      case Buffer::Kind::kArena:
        return static_cast<std::byte*>(arena_.get()) + buffer.offset;
      case Buffer::Kind::kConstant:
        return buffer.constant.get_data_handle();
      default:
        return nullptr;  // comes with each run
    }
  }

  void AddExternal(const Buffer& buffer, dnnl_memory_t memory, void** pointer) {
    if (buffer.kind == Buffer::Kind::kInput || buffer.kind == Buffer::Kind::kOutput) {
      externals_.push_back({buffer.kind == Buffer::Kind::kInput, buffer.index, memory, pointer});
    }
  }

  dnnl_memory_t ObjectFor(const Tensor& tensor) {
    for (const Object& object : objects_) {
      if (object.buffer == tensor.buffer && object.desc == tensor.desc) return object.memory.get();
    }
    const Buffer& buffer = program_.buffers_[tensor.buffer];
    dnnl::memory memory(tensor.desc, Engine(), Place(buffer));
    AddExternal(buffer, memory.get(), nullptr);
    objects_.push_back({tensor.buffer, tensor.desc, memory});
    return memory.get();
  }

  void Prepare(const Step& step, Call& call) {
    if (step.host) {
      call.pointers.resize(step.arguments.size());
      for (size_t i = 0; i < step.arguments.size(); ++i) {
        const Buffer& buffer = program_.buffers_[step.arguments[i].tensor.buffer];
        call.pointers[i] = Place(buffer);
        AddExternal(buffer, nullptr, &call.pointers[i]);
      }
      return;
    }
    for (const Argument& argument : step.arguments) {
      call.arguments.push_back({argument.key, ObjectFor(argument.tensor)});
    }
    if (step.scratch > 0) {
      const Dims bytes = {static_cast<int64_t>(step.scratch)};
      dnnl::memory memory(PlainDesc(bytes, DataType::u8), Engine(), scratch_.get());
      call.arguments.push_back({DNNL_ARG_SCRATCHPAD, memory.get()});
      objects_.push_back({-1, memory.get_desc(), memory});
    }
  }

  const Program& program_;
  AlignedBytes arena_, scratch_;
  dnnl::stream stream_;
  std::vector<Object> objects_;
  std::vector<Call> calls_;
  std::vector<External> externals_;
};

Program::Program(std::vector<Buffer> buffers, std::vector<Step> steps, std::vector<Dims> input_dims,
                 std::vector<Dims> output_dims)
    : buffers_(std::move(buffers)),
      steps_(std::move(steps)),
      input_dims_(std::move(input_dims)),
      output_dims_(std::move(output_dims)) {
  for (int i = 0; i < static_cast<int>(steps_.size()); ++i) {
    scratch_bytes_ = std::max(scratch_bytes_, steps_[i].scratch);
    for (const Argument& argument : steps_[i].arguments) {
      Buffer& buffer = buffers_[argument.tensor.buffer];
      if (buffer.first < 0) buffer.first = i;
      buffer.last = i;
    }
  }
  arena_bytes_ = PlanArena(buffers_);
}

Program::~Program() = default;

void Program::Run(std::span<const void* const> inputs, std::span<void* const> outputs) const {
  std::unique_ptr<Workspace> workspace;
  {
    const std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      workspace = std::move(idle_.back());
      idle_.pop_back();
    }
  }
  if (workspace == nullptr) workspace = std::make_unique<Workspace>(*this);
  workspace->Run(inputs, outputs);  // a workspace whose run failed is not used again
  const std::lock_guard lock(mutex_);
  idle_.push_back(std::move(workspace));
}

std::string Program::Dump() const {
  std::string text = "program inputs=";
  for (const Dims& dims : input_dims_) text += Text(dims) + ",";
  text += " arena=" + std::to_string(arena_bytes_) + " scratch=" + std::to_string(scratch_bytes_) +
          "\n";
  for (const Step& step : steps_) text += "  " + step.note + "\n";
  return text;
}

size_t PlanArena(std::vector<Buffer>& buffers) {
  std::vector<int> order;
  for (int i = 0; i < static_cast<int>(buffers.size()); ++i) {
    if (buffers[i].kind == Buffer::Kind::kArena && buffers[i].first >= 0) order.push_back(i);
  }
  // Largest first, each at the lowest place that is free for its whole life.
  std::stable_sort(order.begin(), order.end(),
                   [&](int a, int b) { return buffers[a].bytes > buffers[b].bytes; });
  size_t total = 0;
  std::vector<int> placed;  // by offset
  for (int index : order) {
    Buffer& buffer = buffers[index];
    size_t offset = 0;
    for (int other_index : placed) {
      const Buffer& other = buffers[other_index];
      if (other.last < buffer.first || buffer.last < other.first) continue;
      if (offset + buffer.bytes <= other.offset) break;
      offset = std::max(offset, other.offset + RoundUp(other.bytes));
    }
    buffer.offset = offset;
    total = std::max(total, offset + RoundUp(buffer.bytes));
    const auto at = std::upper_bound(placed.begin(), placed.end(), index, [&](int a, int b) {
      return buffers[a].offset < buffers[b].offset;
    });
    placed.insert(at, index);
  }
  return total;
}

}  // namespace backplane::dnnl_ep
