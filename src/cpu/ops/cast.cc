// Cast and CastLike between all element types: at most three conversions in a row, over pieces that
// stay in the cache.
#include <algorithm>

#include "cpu/kernel_registry.h"
#include "cpu/ops/cast_stages.h"

namespace backplane::cpu {
namespace {

CastParams::Rounding RoundingOf(const Node& node) {
  const std::string mode = node.Text("round_mode", "up");
  if (mode == "up") return CastParams::Rounding::kUp;
  if (mode == "down") return CastParams::Rounding::kDown;
  Require(mode == "nearest", ORT_INVALID_ARGUMENT,
          "round_mode must be up, down or nearest, not '{}'", mode);
  return CastParams::Rounding::kNearest;
}

class CastKernel final : public Kernel {
 public:
  explicit CastKernel(const KernelInfo& info)
      : from_bits_(BitsOf(info.InputType(0))),
        to_bits_(BitsOf(info.OutputType(0))),
        is_string_(info.OutputType(0) == DType::kString),
        params_{info.node.Int("saturate", 1) != 0, RoundingOf(info.node)} {
    const DType from = info.InputType(0);
    const DType to = info.OutputType(0);
    if (from == to) return;
    const Gateway decoder = Decoder(from, to);
    const Gateway encoder = Encoder(to, from);
    if (decoder.loop != nullptr) Append(decoder.loop);
    if (const CastLoop direct = DirectCast(decoder.hub, encoder.hub)) Append(direct);
    if (encoder.loop != nullptr) Append(encoder.loop);
    // Neither type has arithmetic, or text is involved: dearer.
    cost_ = 0.3 * stages_ * (is_string_ || from == DType::kString ? 100 : 1);
  }

  void Run(KernelContext& context) const override {
    const Tensor& input = context.Input(0);
    Tensor& output = context.Output(0, input.shape());
    if (stages_ == 0) {
      if (input.raw() != output.raw()) CopyElements(input, output);
      return;
    }
    const auto* in = static_cast<const std::byte*>(input.raw());
    auto* out = static_cast<std::byte*>(output.raw());
    const int64_t n = input.ElementCount();
    // Whole pieces, so that packed elements of two threads never share a byte.
    const int64_t pieces = (n + kPiece - 1) / kPiece;
    context.pool().For(pieces, cost_ * static_cast<double>(kPiece),
                       [&](int64_t begin, int64_t end) {
                         if (stages_ == 1) {
                           const int64_t first = begin * kPiece;
                           loops_[0](in + first * from_bits_ / 8, out + first * to_bits_ / 8,
                                     std::min(end * kPiece, n) - first, params_);
                           return;
                         }
                         for (int64_t i = begin; i < end; ++i)
                           RunPiece(in, out, i * kPiece, std::min(kPiece, n - i * kPiece));
                       });
  }

 private:
  static constexpr int64_t kPiece = 512;

  void Append(CastLoop loop) { loops_[stages_++] = loop; }

  void RunPiece(const std::byte* in, std::byte* out, int64_t first, int64_t count) const {
    alignas(64) std::byte buffers[2][kPiece * sizeof(int64_t)];
    const void* from = in + first * from_bits_ / 8;
    for (int stage = 0; stage < stages_; ++stage) {
      void* to =
          stage + 1 == stages_ ? static_cast<void*>(out + first * to_bits_ / 8) : buffers[stage];
      loops_[stage](from, to, count, params_);
      from = to;
    }
  }

  const int64_t from_bits_;
  const int64_t to_bits_;
  const bool is_string_;
  const CastParams params_;
  CastLoop loops_[3] = {};
  int stages_ = 0;
  double cost_ = 0;
};

constexpr TypeSet kCastable =
    types::kNumeric | types::kFloat8s | types::kSubBytes | TypeSet{DType::kBool, DType::kString};

BACKPLANE_CPU_KERNEL(Cast, Op("Cast").Since(1).In(0, kCastable).Out(0, kCastable).InPlace(0, 0),
                     Make<CastKernel>);
BACKPLANE_CPU_KERNEL(CastLike,
                     Op("CastLike").Since(15).In(0, kCastable).Out(0, kCastable).InPlace(0, 0),
                     Make<CastKernel>);

}  // namespace
}  // namespace backplane::cpu
