// Einsum: operands are contracted from left to right. Each pair is brought into the form [batch, m,
// k] x [batch, k, n] by one strided copy, with broadcasting, diagonals and sums on the way, and
// multiplied as matrices.
#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "base/checked_math.h"
#include "cpu/kernel_registry.h"
#include "cpu/kernels/gemm.h"
#include "cpu/ops/dispatch.h"
#include "cpu/ops/indexing.h"

namespace backplane::cpu {
namespace {

// A subscript: a letter's code, or kEllipsis + distance from the right for a dimension that "..."
// stands for.
using Label = int;
using Labels = std::vector<Label>;
constexpr Label kEllipsis = 256;
constexpr Label kEllipsisMark = 1 << 20;  // "..." itself, before the ranks are known

bool Has(const Labels& labels, Label label) {
  return std::find(labels.begin(), labels.end(), label) != labels.end();
}

struct Equation {
  std::vector<Labels> inputs;
  Labels output;
  bool has_output = false;
};

Equation Parse(const std::string& text, const Node& node) {
  Equation equation;
  equation.inputs.emplace_back();
  Labels* term = &equation.inputs.back();
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == ' ') continue;
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) {
      term->push_back(c);
    } else if (c == '.' && text.compare(i, 3, "...") == 0 && !Has(*term, kEllipsisMark)) {
      term->push_back(kEllipsisMark);
      i += 2;
    } else if (c == ',' && !equation.has_output) {
      equation.inputs.emplace_back();
      term = &equation.inputs.back();
    } else if (c == '-' && text.compare(i, 2, "->") == 0 && !equation.has_output) {
      equation.has_output = true;
      term = &equation.output;
      ++i;
    } else {
      Fail(ORT_INVALID_ARGUMENT, "{}: equation '{}' is wrong at character {}", node.Describe(),
           text, i);
    }
  }
  for (size_t i = 0; i < equation.output.size(); ++i) {
    const Label label = equation.output[i];
    Require(std::count(equation.output.begin(), equation.output.end(), label) == 1,
            ORT_INVALID_ARGUMENT, "{}: equation '{}' repeats a subscript in its output",
            node.Describe(), text);
    const bool known = label == kEllipsisMark ||
                       std::any_of(equation.inputs.begin(), equation.inputs.end(),
                                   [&](const Labels& input) { return Has(input, label); });
    Require(known, ORT_INVALID_ARGUMENT,
            "{}: equation '{}' has an output subscript that no input has", node.Describe(), text);
  }
  return equation;
}

// Without "->": the ellipsis, then every letter that occurs once, in alphabetical order.
Labels ImplicitOutput(const std::vector<Labels>& inputs) {
  std::array<int, kEllipsis> count{};
  Labels output;
  for (const Labels& labels : inputs) {
    for (const Label label : labels) {
      if (label < kEllipsis)
        ++count[static_cast<size_t>(label)];
      else if (output.empty())
        output.push_back(kEllipsisMark);
    }
  }
  for (Label label = 0; label < kEllipsis; ++label) {
    if (count[static_cast<size_t>(label)] == 1) output.push_back(label);
  }
  return output;
}

// Replaces the ellipsis by `rank` labels.
Labels ExpandEllipsis(const Labels& labels, int64_t rank) {
  Labels result;
  for (const Label label : labels) {
    if (label != kEllipsisMark) {
      result.push_back(label);
      continue;
    }
    for (int64_t i = rank; i-- > 0;) result.push_back(kEllipsis + static_cast<Label>(i));
  }
  return result;
}

template <typename T>
struct Operand {
  Labels labels;
  Shape shape;
  const T* data = nullptr;
};

// The sizes of all labels of one run.
class Sizes {
 public:
  void Merge(Label label, int64_t size) {
    for (auto& [known, value] : entries_) {
      if (known != label) continue;
      Require(value == size || value == 1 || size == 1, ORT_INVALID_ARGUMENT,
              "Einsum: a subscript stands for dimensions of {} and of {}", value, size);
      if (value == 1) value = size;
      return;
    }
    entries_.emplace_back(label, size);
  }
  int64_t Of(Label label) const {
    for (const auto& [known, value] : entries_) {
      if (known == label) return value;
    }
    return 1;
  }
  int64_t Product(const Labels& labels) const {
    int64_t product = 1;
    for (const Label label : labels) product = CheckedMul(product, Of(label));
    return product;
  }

 private:
  std::vector<std::pair<Label, int64_t>> entries_;
};

template <typename T>
class Contraction {
 public:
  Contraction(KernelContext& context, const Sizes& sizes) : context_(context), sizes_(sizes) {}

  // The operand with exactly `labels`, in that order; what it has besides is summed. Written to
  // `to`, or to scratch.
  Operand<T> Arrange(const Operand<T>& operand, const Labels& labels, T* to = nullptr) {
    Labels all = labels;
    for (const Label label : operand.labels) {
      if (!Has(all, label)) all.push_back(label);
    }
    const int64_t kept = sizes_.Product(labels);
    const int64_t total = sizes_.Product(all);
    Operand<T> result{labels, {}, nullptr};
    for (const Label label : labels) result.shape.PushBack(sizes_.Of(label));
    const bool sums = all.size() != labels.size();
    T* copy = to == nullptr || sums ? context_.Scratch<T>(static_cast<size_t>(total)) : to;
    CopyAs(operand, all, copy);
    if (sums) {
      T* out = to == nullptr ? context_.Scratch<T>(static_cast<size_t>(kept)) : to;
      const int64_t count = kept == 0 ? 0 : total / kept;
      for (int64_t i = 0; i < kept; ++i) {
        T sum{};
        for (int64_t j = 0; j < count; ++j) sum = static_cast<T>(sum + copy[i * count + j]);
        out[i] = sum;
      }
      copy = out;
    }
    result.data = copy;
    return result;
  }

  // The product of two operands, keeping the labels in `needed`.
  Operand<T> Multiply(const Operand<T>& a, const Operand<T>& b, const Labels& needed) {
    Labels batch, rows, columns, inner;
    for (const Label label : a.labels) {
      if (Has(batch, label) || Has(rows, label) || Has(inner, label)) continue;
      if (Has(b.labels, label))
        (Has(needed, label) ? batch : inner).push_back(label);
      else if (Has(needed, label))
        rows.push_back(label);
    }
    for (const Label label : b.labels) {
      if (!Has(a.labels, label) && Has(needed, label) && !Has(columns, label))
        columns.push_back(label);
    }
    const Operand<T> left = Arrange(a, Join(batch, rows, inner));
    const Operand<T> right = Arrange(b, Join(batch, inner, columns));
    Operand<T> result{Join(batch, rows, columns), {}, nullptr};
    for (const Label label : result.labels) result.shape.PushBack(sizes_.Of(label));
    const int64_t batches = sizes_.Product(batch), m = sizes_.Product(rows),
                  n = sizes_.Product(columns), k = sizes_.Product(inner);
    T* out = context_.Scratch<T>(static_cast<size_t>(sizes_.Product(result.labels)));
    for (int64_t i = 0; i < batches; ++i)
      MatMul(left.data + i * m * k, right.data + i * k * n, out + i * m * n, m, n, k);
    result.data = out;
    return result;
  }

 private:
  static Labels Join(Labels a, const Labels& b, const Labels& c) {
    a.insert(a.end(), b.begin(), b.end());
    a.insert(a.end(), c.begin(), c.end());
    return a;
  }

  void CopyAs(const Operand<T>& operand, const Labels& labels, T* to) {
    const IntList strides = StridesOf(operand.shape);
    StridedCopy copy;
    int64_t to_stride = sizes_.Product(labels);
    if (to_stride == 0) return;
    for (const Label label : labels) {
      const int64_t size = sizes_.Of(label);
      to_stride /= size;
      // A label that occurs twice walks the diagonal; a dimension of 1 repeats.
      int64_t from_stride = 0;
      for (size_t i = 0; i < operand.labels.size(); ++i) {
        if (operand.labels[i] == label && operand.shape[i] != 1) from_stride += strides[i];
      }
      copy.Add(size, to_stride, from_stride);
    }
    copy.Run(context_.pool(), kDTypeOf<T>, to, operand.data);
  }

  void MatMul(const T* a, const T* b, T* c, int64_t m, int64_t n, int64_t k) {
    if (m == 0 || n == 0) return;
    if constexpr (std::is_same_v<T, float>) {
      if (k > 0) {
        GemmParams params;
        params.m = m;
        params.n = n;
        params.k = k;
        params.a = a;
        params.lda = k;
        params.b = b;
        params.b_row_stride = n;
        params.c = c;
        params.ldc = n;
        if (scratch_ == nullptr) scratch_ = context_.Scratch(GemmScratchBytes(params));
        Gemm(params, scratch_, context_.pool());
        return;
      }
    }
    context_.pool().For(m, static_cast<double>(n) * static_cast<double>(k),
                        [&](int64_t begin, int64_t end) {
                          for (int64_t i = begin; i < end; ++i) {
                            T* row = c + i * n;
                            std::fill_n(row, n, T{0});
                            for (int64_t l = 0; l < k; ++l) {
                              const T value = a[i * k + l];
                              for (int64_t j = 0; j < n; ++j)
                                row[j] = Add(row[j], value, b[l * n + j]);
                            }
                          }
                        });
    scratch_ = nullptr;
  }

  // sum + x * y, wrapping for integers.
  static T Add(T sum, T x, T y) {
    if constexpr (std::is_integral_v<T>) {
      using U = std::make_unsigned_t<T>;
      return static_cast<T>(static_cast<U>(sum) + static_cast<U>(x) * static_cast<U>(y));
    } else {
      return sum + x * y;
    }
  }

  KernelContext& context_;
  const Sizes& sizes_;
  void* scratch_ = nullptr;  // of the matrix products of one pair, all of one shape
};

class EinsumKernel final : public Kernel {
 public:
  explicit EinsumKernel(const KernelInfo& info)
      : equation_(Parse(info.node.Text("equation", ""), info.node)) {
    Require(equation_.inputs.size() == info.node.inputs.size(), ORT_INVALID_ARGUMENT,
            "{}: the equation has {} terms for {} inputs", info.node.Describe(),
            equation_.inputs.size(), info.node.inputs.size());
    if (!equation_.has_output) equation_.output = ImplicitOutput(equation_.inputs);
  }

  void Run(KernelContext& context) const override {
    Dispatch<float, double, int32_t, int64_t, Float16, BFloat16>(
        context.Input(0).dtype(), [&]<typename S>() { RunAs<S>(context); });
  }

 private:
  // The elements as T: where they lie, or converted into scratch.
  template <typename T, typename S>
  static const T* Read(KernelContext& context, const Tensor& tensor) {
    if constexpr (std::is_same_v<T, S>) {
      return tensor.data<T>();
    } else {
      const auto source = tensor.span<S>();
      T* converted = context.Scratch<T>(source.size());
      std::transform(source.begin(), source.end(), converted,
                     [](S v) { return static_cast<T>(v); });
      return converted;
    }
  }

  // S is what tensors store, T what is computed with: half floats become float.
  template <typename S>
  void RunAs(KernelContext& context) const {
    using T =
        std::conditional_t<std::is_same_v<S, Float16> || std::is_same_v<S, BFloat16>, float, S>;
    std::vector<Operand<T>> operands;
    Sizes sizes;
    int64_t ellipsis_rank = 0;
    for (size_t i = 0; i < equation_.inputs.size(); ++i) {
      const Tensor& input = context.Input(i);
      const Labels& term = equation_.inputs[i];
      const auto rank = static_cast<int64_t>(input.shape().rank());
      const bool ellipsis = Has(term, kEllipsisMark);
      const int64_t covered = rank - static_cast<int64_t>(term.size()) + (ellipsis ? 1 : 0);
      Require(ellipsis ? covered >= 0 : covered == 0, ORT_INVALID_ARGUMENT,
              "Einsum: input {} of shape {} does not fit its {} subscripts", i, input.shape(),
              term.size());
      ellipsis_rank = std::max(ellipsis_rank, covered);
      operands.push_back(
          {ExpandEllipsis(term, covered), input.shape(), Read<T, S>(context, input)});
      for (size_t d = 0; d < operands[i].labels.size(); ++d)
        sizes.Merge(operands[i].labels[d], input.shape()[d]);
    }
    const Labels output_labels = ExpandEllipsis(equation_.output, ellipsis_rank);
    Shape shape;
    for (const Label label : output_labels) shape.PushBack(sizes.Of(label));
    Tensor& output = context.Output(0, shape);
    if (output.ElementCount() == 0) return;
    Operand<T> current = operands[0];
    for (size_t i = 1; i < operands.size(); ++i) {
      Labels needed = output_labels;
      for (size_t j = i + 1; j < operands.size(); ++j) {
        needed.insert(needed.end(), operands[j].labels.begin(), operands[j].labels.end());
      }
      Contraction<T> pair(context, sizes);
      current = pair.Multiply(current, operands[i], needed);
    }
    Contraction<T> last(context, sizes);
    if constexpr (std::is_same_v<T, S>) {
      last.Arrange(current, output_labels, output.data<T>());
    } else {
      const T* result = last.Arrange(current, output_labels).data;
      std::transform(result, result + output.ElementCount(), output.data<S>(),
                     [](T v) { return S(v); });
    }
  }

  Equation equation_;
};

constexpr TypeSet kEinsumTypes = types::kAllFloats | types::kIndices;

BACKPLANE_CPU_KERNEL(Einsum, Op("Einsum").Since(12).In(0, kEinsumTypes), Make<EinsumKernel>);

}  // namespace
}  // namespace backplane::cpu
