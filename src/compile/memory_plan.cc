#include "compile/memory_plan.h"

#include <algorithm>
#include <numeric>
#include <optional>
#include <string_view>
#include <unordered_map>

#include "base/checked_math.h"

namespace backplane {

size_t LayOutArena(std::vector<Block>& blocks) {
  std::vector<uint32_t> by_size(blocks.size());
  std::iota(by_size.begin(), by_size.end(), 0u);
  std::stable_sort(by_size.begin(), by_size.end(),
                   [&](uint32_t a, uint32_t b) { return blocks[a].bytes > blocks[b].bytes; });
  std::vector<uint32_t> placed;  // sorted by offset
  placed.reserve(blocks.size());
  size_t total = 0;
  for (const uint32_t index : by_size) {
    Block& block = blocks[index];
    size_t offset = 0;
    for (const uint32_t other_index : placed) {
      const Block& other = blocks[other_index];
      if (other.last < block.first || block.last < other.first) continue;
      if (other.offset >= offset + block.bytes) break;  // the gap before it is wide enough
      offset = std::max(offset, AlignUp(other.offset + other.bytes, kTensorAlignment));
    }
    block.offset = offset;
    total = std::max(total, offset + block.bytes);
    const auto at = std::upper_bound(placed.begin(), placed.end(), offset,
                                     [&](size_t o, uint32_t i) { return o < blocks[i].offset; });
    placed.insert(at, index);
  }
  return AlignUp(total, kTensorAlignment);
}

std::vector<size_t> SharePlaces(std::vector<Block>& blocks) {
  std::vector<uint32_t> by_size(blocks.size());
  std::iota(by_size.begin(), by_size.end(), 0u);
  std::stable_sort(by_size.begin(), by_size.end(),
                   [&](uint32_t a, uint32_t b) { return blocks[a].bytes > blocks[b].bytes; });
  std::vector<size_t> sizes;
  std::vector<std::vector<uint32_t>> tenants;
  for (const uint32_t index : by_size) {
    Block& block = blocks[index];
    // The last place is the smallest that is large enough.
    size_t place = sizes.size();
    for (size_t i = sizes.size(); i-- > 0;) {
      const bool busy = std::any_of(tenants[i].begin(), tenants[i].end(), [&](uint32_t other) {
        return blocks[other].last >= block.first && block.last >= blocks[other].first;
      });
      if (busy) continue;
      place = i;
      break;
    }
    if (place == sizes.size()) {
      sizes.push_back(block.bytes);
      tenants.emplace_back();
    }
    tenants[place].push_back(index);
    block.offset = place;
  }
  return sizes;
}

namespace {

class Planner {
 public:
  Planner(const Plan& plan, const std::vector<SlotTrace>& trace)
      : plan_(plan), trace_(trace), root_(plan.slots.size()) {
    std::iota(root_.begin(), root_.end(), 0u);
    last_use_.reserve(plan.slots.size());
    for (const Slot& slot : plan.slots) {
      last_use_.push_back(slot.kept ? static_cast<uint32_t>(plan.steps.size()) : slot.last_use);
    }
  }

  MemoryPlan Make() {
    FollowViews();
    FollowInPlace();
    MemoryPlan result;
    const size_t count = plan_.slots.size();
    result.shapes.resize(count);
    result.offsets.assign(count, MemoryPlan::kNone);
    result.shape_known.assign(count, false);
    std::vector<Block> blocks;
    std::vector<uint32_t> block_of(count, UINT32_MAX);
    for (uint32_t i = 0; i < count; ++i) {
      if (!trace_[i].made) continue;
      result.shapes[i] = trace_[i].shape;
      result.shape_known[i] = true;
      if (Root(i) != i || !OwnsArenaMemory(i)) continue;
      block_of[i] = static_cast<uint32_t>(blocks.size());
      blocks.push_back({std::max(BytesAt(i), size_t{1}), plan_.slots[i].producer, last_use_[i]});
    }
    result.arena_bytes = LayOutArena(blocks);
    for (uint32_t i = 0; i < count; ++i) {
      const uint32_t root = Root(i);
      if (trace_[i].made && !plan_.slots[i].is_view && block_of[root] != UINT32_MAX) {
        result.offsets[i] = blocks[block_of[root]].offset;
      }
    }
    PlanDevices(result);
    return result;
  }

 private:
  size_t BytesAt(uint32_t slot) const {
    return BytesOf(plan_.slots[slot].dtype, trace_[slot].shape.ElementCount());
  }

  // One memory after the other: what lies where in it.
  void PlanDevices(MemoryPlan& result) const {
    for (MemoryNumber memory = 1; memory <= plan_.memories.size(); ++memory) {
      std::vector<Block> blocks;
      std::vector<uint32_t> block_of(plan_.slots.size(), UINT32_MAX);
      for (uint32_t i = 0; i < plan_.slots.size(); ++i) {
        if (!trace_[i].made || Root(i) != i || !OwnsDeviceMemory(i, memory)) continue;
        block_of[i] = static_cast<uint32_t>(blocks.size());
        const bool given = plan_.slots[i].producer == Slot::kNever;
        blocks.push_back(
            {std::max(BytesAt(i), size_t{1}), given ? 0 : plan_.slots[i].producer, last_use_[i]});
        if (!plan_.memories[memory - 1].reuse || plan_.slots[i].kind == SlotKind::kOutput)
          blocks.back().last = static_cast<uint32_t>(plan_.steps.size());
        if (!plan_.memories[memory - 1].reuse) blocks.back().first = 0;
      }
      const size_t base = result.device_blocks.size();
      for (const size_t bytes : SharePlaces(blocks))
        result.device_blocks.push_back({memory, bytes});
      for (uint32_t i = 0; i < plan_.slots.size(); ++i) {
        const uint32_t block = block_of[Root(i)];
        if (trace_[i].made && !plan_.slots[i].is_view && block != UINT32_MAX)
          result.offsets[i] = base + blocks[block].offset;
      }
    }
  }

  bool OwnsDeviceMemory(uint32_t i, MemoryNumber memory) const {
    const Slot& slot = plan_.slots[i];
    if (slot.memory != memory || slot.is_view || trace_[i].handed) return false;
    // Inputs are staged there; results of a main graph wait there to be copied to the caller.
    return slot.kind == SlotKind::kInternal || slot.kind == SlotKind::kInput ||
           (slot.kind == SlotKind::kOutput && plan_.is_main);
  }

  // In the host's arena, or in a device's.
  bool IsPlanned(uint32_t i) const {
    const MemoryNumber memory = plan_.slots[i].memory;
    return memory == kHostMemory
               ? OwnsArenaMemory(i)
               : plan_.slots[i].kind == SlotKind::kInternal && OwnsDeviceMemory(i, memory);
  }

  bool OwnsArenaMemory(uint32_t i) const {
    const Slot& slot = plan_.slots[i];
    return slot.kind == SlotKind::kInternal && slot.is_tensor && slot.memory == kHostMemory &&
           slot.dtype != DType::kString && slot.dtype != DType::kUndefined &&
           slot.producer != Slot::kNever;
  }

  uint32_t Root(uint32_t slot) const {
    while (root_[slot] != slot) slot = root_[slot];
    return slot;
  }

  void Join(uint32_t slot, uint32_t source) {
    const uint32_t root = Root(source);
    root_[slot] = root;
    last_use_[root] = std::max(last_use_[root], last_use_[slot]);
  }

  // A view lives in its source's memory (KernelContext::View), except where it is an output of the
  // level.
  void FollowViews() {
    for (const Step& step : plan_.steps) {
      for (const auto& pair : step.traits.alias) {
        const auto [out, in] = SlotsOf(step, pair);
        if (out != KernelContext::kAbsent && plan_.slots[out].is_view) Join(out, in);
      }
    }
  }

  void FollowInPlace() {
    for (uint32_t s = 0; s < plan_.steps.size(); ++s) {
      const Step& step = plan_.steps[s];
      for (const auto& pair : step.traits.in_place) {
        const auto [out, in] = SlotsOf(step, pair);
        if (out == KernelContext::kAbsent || !IsPlanned(out) || Root(out) != out) continue;
        const uint32_t root = Root(in);
        if (!IsPlanned(root) || plan_.slots[root].memory != plan_.slots[out].memory) continue;
        if (!trace_[out].made || !trace_[in].made || !trace_[root].made) continue;
        if (last_use_[root] != s || BytesAt(in) != BytesAt(out) || BytesAt(root) < BytesAt(out))
          continue;
        if (SharedWithAnotherInput(step, in, static_cast<size_t>(pair.input))) continue;
        Join(out, in);
        break;
      }
    }
  }

  // Another input that lies in the same memory under another shape would be overwritten before it
  // is read.
  bool SharedWithAnotherInput(const Step& step, uint32_t in, size_t index) const {
    const auto inputs = step.inputs();
    for (size_t i = 0; i < inputs.size(); ++i) {
      if (i == index || inputs[i] == KernelContext::kAbsent || Root(inputs[i]) != Root(in))
        continue;
      if (inputs[i] != in && !(trace_[inputs[i]].shape == trace_[in].shape)) return true;
    }
    return false;
  }

  std::pair<uint32_t, uint32_t> SlotsOf(const Step& step, const KernelTraits::Pair& pair) const {
    constexpr uint32_t kAbsent = KernelContext::kAbsent;
    if (pair.output < 0 || static_cast<uint32_t>(pair.output) >= step.output_count ||
        static_cast<uint32_t>(pair.input) >= step.input_count) {
      return {kAbsent, kAbsent};
    }
    const uint32_t out = step.outputs()[static_cast<size_t>(pair.output)];
    const uint32_t in = step.inputs()[static_cast<size_t>(pair.input)];
    return in == kAbsent ? std::pair{kAbsent, kAbsent} : std::pair{out, in};
  }

  const Plan& plan_;
  const std::vector<SlotTrace>& trace_;
  std::vector<uint32_t> root_;      // towards the slot whose memory a slot shares
  std::vector<uint32_t> last_use_;  // of a root: over all that share it
};

// The sizes that symbols ("batch") have in one run.
class SymbolValues {
 public:
  void Learn(const ValueInfo& value, const Shape& shape) {
    const SymbolicShape& dims = value.type.tensor.shape;
    if (!dims.has_value() || dims->size() != shape.rank()) return;
    for (size_t i = 0; i < shape.rank(); ++i) {
      if (!(*dims)[i].symbol.empty()) values_.emplace((*dims)[i].symbol, shape[i]);
    }
  }

  std::optional<Shape> ShapeOf(const ValueInfo& value) const {
    const SymbolicShape& dims = value.type.tensor.shape;
    if (!dims.has_value()) return std::nullopt;
    Shape shape;
    for (const Dim& dim : *dims) {
      const auto found = dim.known() ? values_.end() : values_.find(dim.symbol);
      if (!dim.known() && found == values_.end()) return std::nullopt;
      shape.PushBack(dim.known() ? dim.value : found->second);
    }
    return shape;
  }

 private:
  std::unordered_map<std::string_view, int64_t> values_;
};

// False for what no tensor can have; a declared shape may be anything.
bool FitsInMemory(DType dtype, const Shape& shape) {
  constexpr double kMost = 1ull << 40;
  double bytes = 16;
  for (const int64_t dim : shape) bytes *= static_cast<double>(std::max<int64_t>(dim, 1));
  return dtype != DType::kUndefined && bytes < kMost;
}

}  // namespace

bool MemoryPlan::Foresaw(const Plan& plan, const std::vector<SlotTrace>& trace) const {
  for (size_t i = 0; i < trace.size(); ++i) {
    if (plan.slots[i].producer == Slot::kNever) continue;
    if (trace[i].made != shape_known[i] || (trace[i].made && !(trace[i].shape == shapes[i])))
      return false;
    const bool on_device = plan.slots[i].memory != kHostMemory;
    if (on_device && trace[i].handed && offsets[i] != kNone) return false;
  }
  return true;
}

MemoryPlan PlanMemory(const Plan& plan, const std::vector<SlotTrace>& trace) {
  return Planner(plan, trace).Make();
}

std::shared_ptr<const MemoryPlan> ForecastMemory(const Plan& plan, std::vector<Shape> shapes) {
  constexpr size_t kMostBytes = size_t{1} << 30;
  std::vector<SlotTrace> trace(plan.slots.size());
  SymbolValues symbols;
  size_t next = 0;
  for (const auto* slots : {&plan.input_slots, &plan.capture_slots}) {
    for (const uint32_t slot : *slots) {
      const Shape& shape = shapes[next++];
      if (!plan.slots[slot].is_tensor) continue;
      trace[slot] = {.made = true, .shape = shape};
      symbols.Learn(*plan.slots[slot].value, shape);
    }
  }
  bool any = false;
  for (size_t i = 0; i < plan.slots.size(); ++i) {
    const Slot& slot = plan.slots[i];
    if (slot.kind == SlotKind::kConstant)
      trace[i] = {.made = true, .shape = plan.constants[i].tensor().shape()};
    if (slot.producer == Slot::kNever || !slot.is_tensor) continue;
    auto shape = symbols.ShapeOf(*slot.value);
    if (!shape.has_value() || !FitsInMemory(slot.dtype, *shape)) continue;
    trace[i] = {.made = true, .shape = std::move(*shape)};
    any = true;
  }
  if (!any) return nullptr;
  auto memory = std::make_shared<MemoryPlan>(PlanMemory(plan, trace));
  if (memory->arena_bytes > kMostBytes) return nullptr;
  memory->input_shapes = std::move(shapes);
  return memory;
}

}  // namespace backplane
