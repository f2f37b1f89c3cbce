// GRU.
#include "cpu/kernel_registry.h"
#include "cpu/ops/rnn_layer.h"

namespace backplane::cpu {
namespace {

// Gates in ONNX's order: update (z), reset (r), hidden. The recurrent matrix is split: the hidden
// gate needs r first.
template <typename Number>
class GruCell {
 public:
  using T = Number;
  static constexpr int64_t kGates = 3;
  static constexpr bool kHasCellState = false;
  static constexpr std::initializer_list<const char*> kDefaultActivations = {"Sigmoid", "Tanh"};

  GruCell(const T* r, int64_t hidden, bool pack, const RnnAttributes& attributes, int64_t direction)
      : update_reset_(r, 2 * hidden, hidden, pack),
        candidate_(r + 2 * hidden * hidden, hidden, hidden, pack),
        hidden_(hidden),
        clip_(attributes.clip),
        linear_before_reset_(attributes.linear_before_reset) {
    const auto activations = attributes.ActivationsOf(direction);
    f_ = activations[0];
    g_ = activations[1];
  }

  size_t ScratchBytes(int64_t rows) const {
    return std::max(update_reset_.ScratchBytes(rows), candidate_.ScratchBytes(rows));
  }

  static void InputBias(const T* wb, const T* rb, int64_t hidden, T* out,
                        const RnnAttributes& attributes) {
    for (int64_t i = 0; i < 2 * hidden; ++i) out[i] = wb[i] + rb[i];
    // With linear_before_reset the recurrent bias of the hidden gate is under the reset gate.
    for (int64_t i = 2 * hidden; i < 3 * hidden; ++i)
      out[i] = attributes.linear_before_reset ? wb[i] : wb[i] + rb[i];
  }

  void Step(const RnnStep<T>& step) const {
    const int64_t n = hidden_;
    update_reset_.Multiply(step.rows, step.hidden, n, step.gates, step.gate_row, true, nullptr,
                           step.scratch, step.pool);
    for (int64_t row = 0; row < step.rows; ++row)
      ApplyCell(f_, clip_, step.gates + row * step.gate_row, 2 * n);
    if (linear_before_reset_) {
      candidate_.Multiply(step.rows, step.hidden, n, step.buffer, n, false,
                          step.recurrent_bias == nullptr ? nullptr : step.recurrent_bias + 2 * n,
                          step.scratch, step.pool);
    }
    for (int64_t row = 0; row < step.rows; ++row) {
      T* reset = step.gates + row * step.gate_row + n;
      T* buffer = step.buffer + row * n;
      const T* other = linear_before_reset_ ? buffer : step.hidden + row * n;
      for (int64_t i = 0; i < n; ++i) buffer[i] = reset[i] * other[i];
      if (linear_before_reset_) {
        for (int64_t i = 0; i < n; ++i) reset[n + i] += buffer[i];
      }
    }
    if (!linear_before_reset_) {
      candidate_.Multiply(step.rows, step.buffer, n, step.gates + 2 * n, step.gate_row, true,
                          nullptr, step.scratch, step.pool);
    }
    for (int64_t row = 0; row < step.rows; ++row) {
      if (!step.IsActive(row)) continue;
      const T* update = step.gates + row * step.gate_row;
      T* candidate = step.gates + row * step.gate_row + 2 * n;
      T* hidden = step.hidden + row * n;
      ApplyCell(g_, clip_, candidate, n);
      for (int64_t i = 0; i < n; ++i)
        hidden[i] = (1 - update[i]) * candidate[i] + update[i] * hidden[i];
    }
  }

 private:
  TransposedMatrix<T> update_reset_;
  TransposedMatrix<T> candidate_;
  int64_t hidden_;
  float clip_;
  bool linear_before_reset_;
  CellActivation f_, g_;
};

BACKPLANE_CPU_KERNEL(Gru, Op("GRU").Since(7).In(0, types::kFloats).In(4, DType::kInt32),
                     MakeRecurrent<GruCell>);

}  // namespace
}  // namespace backplane::cpu
