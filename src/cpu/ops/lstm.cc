// LSTM.
#include "cpu/kernel_registry.h"
#include "cpu/ops/rnn_layer.h"

namespace backplane::cpu {
namespace {

// Gates in ONNX's order: input, output, forget, cell.
template <typename Number>
class LstmCell {
 public:
  using T = Number;
  static constexpr int64_t kGates = 4;
  static constexpr bool kHasCellState = true;
  static constexpr std::initializer_list<const char*> kDefaultActivations = {"Sigmoid", "Tanh",
                                                                             "Tanh"};

  LstmCell(const T* r, int64_t hidden, bool pack, const RnnAttributes& attributes,
           int64_t direction)
      : recurrent_(r, kGates * hidden, hidden, pack),
        hidden_(hidden),
        clip_(attributes.clip),
        input_forget_(attributes.input_forget) {
    const auto activations = attributes.ActivationsOf(direction);
    f_ = activations[0];
    g_ = activations[1];
    h_ = activations[2];
  }

  size_t ScratchBytes(int64_t rows) const { return recurrent_.ScratchBytes(rows); }

  static void InputBias(const T* wb, const T* rb, int64_t hidden, T* out, const RnnAttributes&) {
    for (int64_t i = 0; i < kGates * hidden; ++i) out[i] = wb[i] + rb[i];
  }

  void Step(const RnnStep<T>& step) const {
    recurrent_.Multiply(step.rows, step.hidden, hidden_, step.gates, step.gate_row, true, nullptr,
                        step.scratch, step.pool);
    const double cost = 12.0 * static_cast<double>(hidden_);
    step.pool.For(step.rows, cost, [&](int64_t begin, int64_t end) {
      for (int64_t row = begin; row < end; ++row) {
        if (step.IsActive(row)) {
          Advance(step.gates + row * step.gate_row, step.peepholes, step.cell + row * hidden_,
                  step.hidden + row * hidden_);
        }
      }
    });
  }

 private:
  void Advance(T* gates, const T* peepholes, T* cell, T* hidden) const {
    const int64_t n = hidden_;
    T* input = gates;
    T* output = gates + n;
    T* forget = gates + 2 * n;
    T* candidate = gates + 3 * n;
    if (peepholes == nullptr) {
      ApplyCell(f_, clip_, gates, 3 * n);
    } else {
      for (int64_t i = 0; i < n; ++i) {
        input[i] += peepholes[i] * cell[i];
        forget[i] += peepholes[2 * n + i] * cell[i];
      }
      ApplyCell(f_, clip_, input, n);
      ApplyCell(f_, clip_, forget, n);
    }
    ApplyCell(g_, clip_, candidate, n);
    if (input_forget_) {
      for (int64_t i = 0; i < n; ++i) forget[i] = 1 - input[i];
    }
    for (int64_t i = 0; i < n; ++i) {
      cell[i] = forget[i] * cell[i] + input[i] * candidate[i];
      hidden[i] = cell[i];
    }
    if (peepholes != nullptr) {
      for (int64_t i = 0; i < n; ++i) output[i] += peepholes[n + i] * cell[i];
      ApplyCell(f_, clip_, output, n);
    }
    ApplyCell(h_, kNoClip, hidden, n);  // clip bounds the gates only, as in ONNX Runtime
    for (int64_t i = 0; i < n; ++i) hidden[i] *= output[i];
  }

  TransposedMatrix<T> recurrent_;
  int64_t hidden_;
  float clip_;
  bool input_forget_;
  CellActivation f_, g_, h_;
};

BACKPLANE_CPU_KERNEL(Lstm, Op("LSTM").Since(7).In(0, types::kFloats).In(4, DType::kInt32),
                     MakeRecurrent<LstmCell>);

}  // namespace
}  // namespace backplane::cpu
