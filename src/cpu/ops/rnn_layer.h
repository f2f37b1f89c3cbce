// The frame of LSTM, GRU and RNN: attributes, shapes, directions, sequence lengths and where states
// and outputs lie. A Cell supplies the gates' arithmetic. The products with the inputs of all steps
// are one matrix product up front; constant weights are packed once, when the kernel is made.
#pragma once

#include <algorithm>
#include <optional>
#include <vector>

#include "base/checked_math.h"
#include "cpu/kernels/rnn.h"
#include "cpu/ops/indexing.h"

namespace backplane::cpu {

/// What the three operators have in common among their attributes.
struct RnnAttributes {
  RnnAttributes(const Node& node, std::initializer_list<const char*> default_activations);

  int64_t directions = 1;
  bool first_is_reverse = false;
  bool batch_first = false;  ///< layout = 1
  float clip = kNoClip;
  int64_t hidden_size = 0;  ///< 0: as R says
  bool input_forget = false;
  bool linear_before_reset = false;
  size_t activations_per_direction = 1;
  std::vector<CellActivation> activations;  ///< for every direction in turn

  std::span<const CellActivation> ActivationsOf(int64_t direction) const {
    return std::span(activations)
        .subspan(static_cast<size_t>(direction) * activations_per_direction,
                 activations_per_direction);
  }
};

struct RnnSizes {
  int64_t steps = 0;
  int64_t batch = 0;
  int64_t input = 0;
  int64_t hidden = 0;
  int64_t directions = 1;
};

/// One step's view of the state: `rows` sequences of which those with active[i] != 0 (null: all) go
/// on.
template <typename T>
struct RnnStep {
  int64_t rows;
  const uint8_t* active;
  T* gates;                 ///< products with the inputs, biases included; overwritten
  int64_t gate_row;         ///< from one sequence's gates to the next
  T* hidden;                ///< rows x hidden, dense
  T* cell;                  ///< the same (LSTM)
  const T* recurrent_bias;  ///< of this direction, or null
  const T* peepholes;       ///< of this direction, or null
  T* buffer;                ///< rows x hidden for the cell's use
  void* scratch;            ///< for matrix products
  ThreadPool& pool;

  bool IsActive(int64_t row) const { return active == nullptr || active[row] != 0; }
};

/// Checks shapes of X, W, R, B, sequence_lens and the initial states; `w` and `r` were seen at
/// construction or now.
RnnSizes CheckRnnShapes(const KernelContext& context, const RnnAttributes& attributes,
                        const Shape& w, const Shape& r, int64_t gates);

/// Lengths of the sequences, clamped checks done; null when all have `sizes.steps` steps.
const int32_t* CheckedSequenceLengths(const KernelContext& context, const RnnSizes& sizes);

/// Cell provides: value type T; kGates; kHasCellState; Cell(r, hidden, pack, attributes,
/// direction); ScratchBytes(rows); InputBias(wb, rb, hidden, out, attributes); Step(RnnStep&).
template <typename Cell>
class RecurrentKernel final : public Kernel {
 public:
  using T = typename Cell::T;

  explicit RecurrentKernel(const KernelInfo& info)
      : attributes_(info.node, Cell::kDefaultActivations) {
    const Tensor* w = info.ConstantInput(1);
    const Tensor* r = info.ConstantInput(2);
    if (w == nullptr || r == nullptr || w->shape().rank() != 3 || r->shape().rank() != 3) return;
    const int64_t directions = attributes_.directions;
    if (w->shape()[0] != directions || r->shape()[0] != directions) return;  // Run reports it
    w_shape_ = w->shape();
    r_shape_ = r->shape();
    Build(*w, *r, true, weights_);
    if (!std::is_same_v<T, float>) return;
    info.ConsumeConstant(1);
    info.ConsumeConstant(2);
  }

  void Run(KernelContext& context) const override {
    std::vector<Direction> built;
    const bool packed = !weights_.empty();
    const Shape& w_shape = packed ? w_shape_ : context.Input(1).shape();
    const Shape& r_shape = packed ? r_shape_ : context.Input(2).shape();
    const RnnSizes sizes = CheckRnnShapes(context, attributes_, w_shape, r_shape, Cell::kGates);
    if (!packed) Build(context.Input(1), context.Input(2), false, built);
    const std::vector<Direction>& weights = packed ? weights_ : built;

    const int64_t s = sizes.steps, b = sizes.batch, h = sizes.hidden, n = sizes.directions;
    Tensor* y =
        context.OptionalOutput(0, attributes_.batch_first ? Shape{b, s, n, h} : Shape{s, n, b, h});
    const Shape state_shape = attributes_.batch_first ? Shape{b, n, h} : Shape{n, b, h};
    Tensor* y_h = context.OptionalOutput(1, state_shape);
    Tensor* y_c = Cell::kHasCellState ? context.OptionalOutput(2, state_shape) : nullptr;
    const Buffers buffers = MakeBuffers(context, sizes, weights[0]);
    for (int64_t d = 0; d < n; ++d) {
      RunDirection(context, sizes, weights[static_cast<size_t>(d)], d, buffers, y, y_h, y_c);
    }
  }

 private:
  struct Direction {
    TransposedMatrix<T> input;
    Cell cell;
  };
  struct Buffers {
    T* gates;   // steps x batch x gates, in the order of X
    T* bias;    // gates
    T* hidden;  // batch x hidden
    T* cell;
    T* buffer;
    T* rows;  // batch x gates: one step gathered where lengths differ
    uint8_t* active;
    void* scratch;
  };

  void Build(const Tensor& w, const Tensor& r, bool pack, std::vector<Direction>& out) const {
    const int64_t gate_rows = w.shape()[1];
    const int64_t hidden = r.shape()[2];
    Require(r.shape()[1] == Cell::kGates * hidden && gate_rows == r.shape()[1],
            ORT_INVALID_ARGUMENT, "W of shape {} and R of shape {} do not fit each other",
            w.shape(), r.shape());
    for (int64_t d = 0; d < attributes_.directions; ++d) {
      out.push_back(
          {TransposedMatrix<T>(w.data<T>() + d * w.shape().Count(1), gate_rows, w.shape()[2], pack),
           Cell(r.data<T>() + d * r.shape().Count(1), hidden, pack, attributes_, d)});
    }
  }

  static Buffers MakeBuffers(KernelContext& context, const RnnSizes& sizes,
                             const Direction& weights) {
    const auto gates = static_cast<size_t>(Cell::kGates * sizes.hidden);
    const auto batch = static_cast<size_t>(sizes.batch);
    const auto state = batch * static_cast<size_t>(sizes.hidden);
    Buffers buffers;
    buffers.gates =
        context.Scratch<T>(CheckedMul(CheckedMul(static_cast<size_t>(sizes.steps), batch), gates));
    buffers.bias = context.Scratch<T>(gates);
    buffers.hidden = context.Scratch<T>(state);
    buffers.cell = context.Scratch<T>(state);
    buffers.buffer = context.Scratch<T>(state);
    buffers.rows = context.Scratch<T>(batch * gates);
    buffers.active = context.Scratch<uint8_t>(batch);
    buffers.scratch =
        context.Scratch(std::max(weights.input.ScratchBytes(sizes.steps * sizes.batch),
                                 weights.cell.ScratchBytes(sizes.batch)));
    return buffers;
  }

  // Copies between a dense batch x hidden state and its place in a [directions, batch, hidden]
  // tensor (or batch first).
  void CopyState(const RnnSizes& sizes, int64_t direction, const T* from, T* to,
                 bool into_dense) const {
    const int64_t h = sizes.hidden;
    for (int64_t i = 0; i < sizes.batch; ++i) {
      const int64_t at = attributes_.batch_first ? (i * sizes.directions + direction) * h
                                                 : (direction * sizes.batch + i) * h;
      std::copy_n(from + (into_dense ? at : i * h), h, to + (into_dense ? i * h : at));
    }
  }

  void LoadState(const KernelContext& context, size_t input, const RnnSizes& sizes,
                 int64_t direction, T* state) const {
    if (const Tensor* initial = context.OptionalInput(input)) {
      CopyState(sizes, direction, initial->data<T>(), state, true);
    } else {
      std::fill_n(state, sizes.batch * sizes.hidden, T{0});
    }
  }

  void RunDirection(KernelContext& context, const RnnSizes& sizes, const Direction& weights,
                    int64_t direction, const Buffers& buffers, Tensor* y, Tensor* y_h,
                    Tensor* y_c) const {
    const int64_t gates = Cell::kGates * sizes.hidden;
    const Tensor* b = context.OptionalInput(3);
    const T* wb = b == nullptr ? nullptr : b->data<T>() + direction * 2 * gates;
    const T* rb = wb == nullptr ? nullptr : wb + gates;
    if (wb != nullptr) Cell::InputBias(wb, rb, sizes.hidden, buffers.bias, attributes_);
    const Tensor& x = context.Input(0);
    weights.input.Multiply(sizes.steps * sizes.batch, x.data<T>(), sizes.input, buffers.gates,
                           gates, false, wb == nullptr ? nullptr : buffers.bias, buffers.scratch,
                           context.pool());
    LoadState(context, 5, sizes, direction, buffers.hidden);
    if (Cell::kHasCellState) LoadState(context, 6, sizes, direction, buffers.cell);
    const Tensor* peepholes = Cell::kHasCellState ? context.OptionalInput(7) : nullptr;
    RnnStep<T> step{
        sizes.batch,
        nullptr,
        nullptr,
        0,
        buffers.hidden,
        buffers.cell,
        rb,
        peepholes == nullptr ? nullptr : peepholes->data<T>() + direction * 3 * sizes.hidden,
        buffers.buffer,
        buffers.scratch,
        context.pool()};
    const bool reverse = attributes_.first_is_reverse || direction == 1;
    const int32_t* lengths = CheckedSequenceLengths(context, sizes);
    T* out = y == nullptr ? nullptr : y->data<T>();
    for (int64_t t = 0; t < sizes.steps; ++t) {
      PlaceGates(sizes, buffers, lengths, reverse, t, step);
      weights.cell.Step(step);
      if (out != nullptr) StoreOutput(sizes, step, lengths, reverse, direction, t, out);
    }
    if (y_h != nullptr) CopyState(sizes, direction, buffers.hidden, y_h->data<T>(), false);
    if (y_c != nullptr) CopyState(sizes, direction, buffers.cell, y_c->data<T>(), false);
  }

  // The input position that sequence `row` reads at step `t`; its own end comes first when
  // reversed.
  static int64_t PositionOf(const RnnSizes& sizes, const int32_t* lengths, bool reverse,
                            int64_t row, int64_t t) {
    const int64_t length = lengths == nullptr ? sizes.steps : lengths[row];
    return reverse && t < length ? length - 1 - t : t;
  }

  void PlaceGates(const RnnSizes& sizes, const Buffers& buffers, const int32_t* lengths,
                  bool reverse, int64_t t, RnnStep<T>& step) const {
    const int64_t gates = Cell::kGates * sizes.hidden;
    const int64_t step_stride = attributes_.batch_first ? gates : sizes.batch * gates;
    const int64_t row_stride = attributes_.batch_first ? sizes.steps * gates : gates;
    if (lengths != nullptr) {
      for (int64_t i = 0; i < sizes.batch; ++i) buffers.active[i] = t < lengths[i];
      step.active = buffers.active;
    }
    if (lengths == nullptr || !reverse) {
      step.gates = buffers.gates + PositionOf(sizes, nullptr, reverse, 0, t) * step_stride;
      step.gate_row = row_stride;
      return;
    }
    for (int64_t i = 0; i < sizes.batch; ++i) {
      const int64_t position = PositionOf(sizes, lengths, true, i, t);
      std::copy_n(buffers.gates + position * step_stride + i * row_stride, gates,
                  buffers.rows + i * gates);
    }
    step.gates = buffers.rows;
    step.gate_row = gates;
  }

  void StoreOutput(const RnnSizes& sizes, const RnnStep<T>& step, const int32_t* lengths,
                   bool reverse, int64_t direction, int64_t t, T* out) const {
    const int64_t h = sizes.hidden;
    for (int64_t i = 0; i < sizes.batch; ++i) {
      const int64_t position = PositionOf(sizes, lengths, reverse, i, t);
      const int64_t at = attributes_.batch_first
                             ? ((i * sizes.steps + position) * sizes.directions + direction) * h
                             : ((position * sizes.directions + direction) * sizes.batch + i) * h;
      if (step.IsActive(i)) {
        std::copy_n(step.hidden + i * h, h, out + at);
      } else {
        std::fill_n(out + at, h, T{0});
      }
    }
  }

  const RnnAttributes attributes_;
  std::vector<Direction> weights_;  // empty unless W and R are constant
  Shape w_shape_;
  Shape r_shape_;
};

/// The factory for an operator whose cell comes in float and double.
template <template <typename> class Cell>
std::unique_ptr<Kernel> MakeRecurrent(const KernelInfo& info) {
  if (info.InputType(0) == DType::kDouble)
    return std::make_unique<RecurrentKernel<Cell<double>>>(info);
  return std::make_unique<RecurrentKernel<Cell<float>>>(info);
}

}  // namespace backplane::cpu
