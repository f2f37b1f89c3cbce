// What the compile-based EP compiles a group of nodes to: steps over numbered slots. Stands for the
// vendor's compiler and its binary format; knows nothing of the C API.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "elementwise.h"

namespace sample {

struct Step {
  Operator op = Operator::kAdd;
  uint32_t left = 0;   // slots
  uint32_t right = 0;  // as left, for operators of one input
  uint32_t out = 0;
};

struct Constant {
  uint32_t slot = 0;
  Shape shape;
  std::vector<float> data;
};

// Slots 0 to num_inputs - 1 are the inputs. Every other slot is a constant or written by one step.
struct Program {
  uint32_t num_inputs = 0;
  uint32_t num_slots = 0;
  std::vector<Constant> constants;
  std::vector<Step> steps;
  std::vector<uint32_t> outputs;  // slots

  // Runs on the inputs, which are in the first slots; `output(i, shape)` gives room for the i-th
  // output. Changes nothing of the program, so threads may run it at once.
  void Run(std::vector<Tensor> slots,
           const std::function<float*(size_t, const Shape&)>& output) const;

  // To bytes and back, for EPContext nodes. Load fails with ORT_INVALID_GRAPH on anything that Save
  // did not write: models come from anywhere.
  std::string Save() const;
  static Program Load(std::string_view bytes);
};

}  // namespace sample
