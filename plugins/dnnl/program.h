// A program: the primitives of one group for one set of input shapes, in order, and where in
// memory everything lies. Immutable once built, so any number of threads may run it; each run uses
// a workspace of its own, which is kept for the next.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "dnnl/onednn.h"

namespace backplane::dnnl_ep {

/** Memory of a program, all of one life time. */
struct Buffer {
  enum class Kind { kArena, kInput, kOutput, kConstant };
  Kind kind = Kind::kArena;
  int index = -1;         // kInput, kOutput: which of the group's
  dnnl::memory constant;  // kConstant
  size_t bytes = 0;       // kArena: size, place, first and last step that touches it
  size_t offset = 0;
  int first = -1, last = -1;
};

/** A buffer and how a tensor lies in it. */
struct Tensor {
  int buffer = -1;
  Desc desc;
};

struct Argument {
  int key;  // DNNL_ARG_...
  Tensor tensor;
};

/** Code of ours between primitives; gets the arguments' data in their order. */
using HostFunction = std::function<void(std::span<void* const>)>;

/** A primitive (or host function) with its arguments. */
struct Step {
  dnnl::primitive primitive;
  HostFunction host;
  std::vector<Argument> arguments;
  size_t scratch = 0;  // bytes
  std::string note;    // for the dump
};

class Workspace;

class Program {
 public:
  Program(std::vector<Buffer> buffers, std::vector<Step> steps, std::vector<Dims> input_dims,
          std::vector<Dims> output_dims);
  ~Program();

  /** The shapes of the group's inputs that it is for, and of its outputs. */
  const std::vector<Dims>& input_dims() const { return input_dims_; }
  const std::vector<Dims>& output_dims() const { return output_dims_; }

  /** Runs all steps on the calling thread and oneDNN's. Throws dnnl::error or bad_alloc. */
  void Run(std::span<const void* const> inputs, std::span<void* const> outputs) const;

  /** One line a step. */
  std::string Dump() const;
  size_t arena_bytes() const { return arena_bytes_; }

 private:
  friend class Workspace;

  std::vector<Buffer> buffers_;
  std::vector<Step> steps_;
  std::vector<Dims> input_dims_, output_dims_;
  size_t arena_bytes_ = 0, scratch_bytes_ = 0;
  mutable std::mutex mutex_;
  mutable std::vector<std::unique_ptr<Workspace>> idle_;
};

/** Places kArena buffers so that those whose lives overlap do not; returns the bytes needed. */
size_t PlanArena(std::vector<Buffer>& buffers);

}  // namespace backplane::dnnl_ep
