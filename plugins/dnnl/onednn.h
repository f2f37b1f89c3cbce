// oneDNN's C++ interface under short names, and what we add to its memory descriptors.
// The only door to the library's headers.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include <oneapi/dnnl/dnnl.hpp>

#include "kit/graph.h"

namespace backplane::dnnl_ep {

using ep_kit::Dims;
using Desc = dnnl::memory::desc;
using DataType = dnnl::memory::data_type;
using Algorithm = dnnl::algorithm;

/** The CPU engine; one for the process. */
const dnnl::engine& Engine();

/** oneDNN's type; undef for types that it does not compute with. */
DataType ToDataType(ONNXTensorElementDataType type);

/** Row-major strides. */
Dims PlainStrides(std::span<const int64_t> dims);

/** A dense row-major tensor; scalars become one element of rank 1. */
Desc PlainDesc(std::span<const int64_t> dims, DataType type);

/** The layout left to the primitive. */
Desc AnyDesc(std::span<const int64_t> dims, DataType type);

/** Dense with the channels (dimension 1) innermost. */
Desc ChannelsLastDesc(std::span<const int64_t> dims, DataType type);

/** Dense, with the dimensions in the order in which they lie in `like`, which is strided. */
Desc DenseLike(const Desc& like, std::span<const int64_t> dims);

/** Bytes of an element. */
size_t ElementSize(DataType type);

/** Whether the processor has an instruction set and oneDNN uses it. */
bool HasIsa(dnnl::cpu_isa isa);

/** Whether a primitive is one of oneDNN's slow fall-backs. */
bool IsReference(const dnnl::primitive_desc_base& descriptor);

/** Whether two descriptors put every element at the same place. */
bool SamePlaces(const Desc& a, const Desc& b);

/** Strided without blocks, each element once, possibly with its dimensions in another order. */
bool IsStrided(const Desc& desc);

int64_t ElementCount(std::span<const int64_t> dims);

/** "2x64x56x56", for messages and dumps. */
std::string Text(std::span<const int64_t> dims);

/** Sets the number of threads that oneDNN uses for what this thread starts, while it lives. */
class ThreadScope {
 public:
  explicit ThreadScope(int threads);
  ~ThreadScope();
  ThreadScope(const ThreadScope&) = delete;
  ThreadScope& operator=(const ThreadScope&) = delete;

 private:
  int before_;
};

/**
 * Calls `body(begin, end)` for parts that make up 0 to `count`, on as many threads as oneDNN would
 * use. `body` must not throw.
 */
void ParallelFor(int64_t count, const std::function<void(int64_t, int64_t)>& body);

}  // namespace backplane::dnnl_ep
