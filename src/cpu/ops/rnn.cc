// RNN: the plain recurrent layer.
#include "cpu/kernel_registry.h"
#include "cpu/ops/rnn_layer.h"

namespace backplane::cpu {
namespace {

template <typename Number>
class RnnCell {
 public:
  using T = Number;
  static constexpr int64_t kGates = 1;
  static constexpr bool kHasCellState = false;
  static constexpr std::initializer_list<const char*> kDefaultActivations = {"Tanh"};

  RnnCell(const T* r, int64_t hidden, bool pack, const RnnAttributes& attributes, int64_t direction)
      : recurrent_(r, hidden, hidden, pack),
        hidden_(hidden),
        clip_(attributes.clip),
        f_(attributes.ActivationsOf(direction)[0]) {}

  size_t ScratchBytes(int64_t rows) const { return recurrent_.ScratchBytes(rows); }

  static void InputBias(const T* wb, const T* rb, int64_t hidden, T* out, const RnnAttributes&) {
    for (int64_t i = 0; i < hidden; ++i) out[i] = wb[i] + rb[i];
  }

  void Step(const RnnStep<T>& step) const {
    recurrent_.Multiply(step.rows, step.hidden, hidden_, step.gates, step.gate_row, true, nullptr,
                        step.scratch, step.pool);
    for (int64_t row = 0; row < step.rows; ++row) {
      if (!step.IsActive(row)) continue;
      T* gate = step.gates + row * step.gate_row;
      ApplyCell(f_, clip_, gate, hidden_);
      std::copy_n(gate, hidden_, step.hidden + row * hidden_);
    }
  }

 private:
  TransposedMatrix<T> recurrent_;
  int64_t hidden_;
  float clip_;
  CellActivation f_;
};

BACKPLANE_CPU_KERNEL(Rnn, Op("RNN").Since(7).In(0, types::kFloats).In(4, DType::kInt32),
                     MakeRecurrent<RnnCell>);

}  // namespace
}  // namespace backplane::cpu
