// Google Benchmark over the dense kernels: matrix products and the convolutions of ResNet-50,
// MobileNet-v2 and BERT. `bench_micro --benchmark_filter=...`; the second argument of each is the
// number of threads. Rates are GFLOP/s.
#include <benchmark/benchmark.h>

#include <random>
#include <vector>

#include "cpu/kernels/conv.h"
#include "cpu/kernels/gemm.h"

namespace backplane::cpu {
namespace {

std::vector<float> Random(int64_t count) {
  std::minstd_rand engine(1);
  std::uniform_real_distribution<float> uniform(-1, 1);
  std::vector<float> values(static_cast<size_t>(count));
  for (float& value : values) value = uniform(engine);
  return values;
}

ThreadPool& Pool(int threads) {
  static ThreadPool one(ThreadPoolOptions{.threads = 1, .affinities = {}});
  static ThreadPool two(ThreadPoolOptions{.threads = 2, .affinities = {}});
  return threads == 1 ? one : two;
}

void SetRate(benchmark::State& state, double flops) {
  state.counters["GFLOP/s"] = benchmark::Counter(
      flops / 1e9 * static_cast<double>(state.iterations()), benchmark::Counter::kIsRate);
}

void BM_Gemm(benchmark::State& state, int64_t m, int64_t n, int64_t k, bool packed, int threads) {
  const auto a = Random(m * k), b = Random(k * n);
  std::vector<float> c(static_cast<size_t>(m * n));
  const PackedB weights = PackedB::Pack(b.data(), k, n, n, 1);
  GemmParams p;
  p.m = m;
  p.n = n;
  p.k = k;
  p.a = a.data();
  p.lda = k;
  p.packed = packed ? &weights : nullptr;
  p.b = b.data();
  p.b_row_stride = n;
  p.c = c.data();
  p.ldc = n;
  const auto scratch = Buffer::Allocate(GemmScratchBytes(p));
  for (auto _ : state) Gemm(p, scratch->data(), Pool(threads));
  SetRate(state, 2.0 * static_cast<double>(m) * static_cast<double>(n) * static_cast<double>(k));
}

void BM_Conv(benchmark::State& state, int64_t size, int64_t channels, int64_t outputs,
             int64_t kernel, int64_t stride, int64_t groups, Winograd winograd, int threads) {
  Window w;
  w.channels = channels;
  w.in = {1, size, size};
  w.kernel = {1, kernel, kernel};
  w.stride = {1, stride, stride};
  w.pad = {0, kernel / 2, kernel / 2};
  const int64_t out = (size - 1) / stride + 1;
  w.out = {1, out, out};
  const int64_t taps = channels / groups * kernel * kernel;
  const auto x = Random(size * size * channels), bias = Random(outputs);
  const Shape shape{outputs, channels / groups, kernel, kernel};
  const auto weights = Tensor::Of<float>(Random(outputs * taps), &shape);
  std::vector<float> y(static_cast<size_t>(out * out * outputs));
  const PackedConv conv(weights, outputs, channels / groups, groups, w, winograd, Pool(1));
  Epilogue epilogue;
  epilogue.bias = bias.data();
  epilogue.activation.kind = ActivationKind::kRelu;
  const auto scratch = Buffer::Allocate(conv.ScratchBytes(w, Pool(threads)));
  for (auto _ : state) conv.Run(w, x.data(), y.data(), epilogue, scratch->data(), Pool(threads));
  SetRate(state, 2.0 * static_cast<double>(out * out * outputs) * static_cast<double>(taps));
}

const bool kRegistered = [] {
  struct G {
    int64_t m, n, k;
  };
  struct C {
    int64_t size, channels, outputs, kernel, stride, groups;
  };
  for (const int threads : {1, 2}) {
    const auto add = [&](const std::string& name, auto function, auto... args) {
      benchmark::RegisterBenchmark((name + "/threads:" + std::to_string(threads)).c_str(), function,
                                   args..., threads)
          ->UseRealTime();
    };
    for (const G& g : std::vector<G>{{1024, 1024, 1024},
                                     {128, 768, 768},
                                     {128, 3072, 768},
                                     {128, 768, 3072},
                                     {16, 768, 768},
                                     {1, 768, 3072},
                                     {1, 4096, 4096},
                                     {128, 128, 64},
                                     {128, 64, 128}}) {
      const std::string name =
          "Gemm/" + std::to_string(g.m) + "x" + std::to_string(g.n) + "x" + std::to_string(g.k);
      add(name + "/packed", BM_Gemm, g.m, g.n, g.k, true);
      add(name + "/dynamic", BM_Gemm, g.m, g.n, g.k, false);
    }
    for (const C& c : std::vector<C>{
             {224, 3, 64, 7, 2, 1},     {56, 64, 64, 1, 1, 1},     {56, 64, 64, 3, 1, 1},
             {56, 64, 256, 1, 1, 1},    {28, 128, 128, 3, 1, 1},   {14, 256, 256, 3, 1, 1},
             {7, 512, 512, 3, 1, 1},    {7, 2048, 512, 1, 1, 1},   {56, 256, 512, 1, 2, 1},
             {224, 3, 32, 3, 2, 1},     {112, 32, 32, 3, 1, 32},   {112, 96, 96, 3, 2, 96},
             {56, 144, 144, 3, 1, 144}, {14, 384, 384, 3, 1, 384}, {7, 960, 960, 3, 1, 960},
             {14, 240, 240, 5, 1, 240}, {112, 32, 16, 1, 1, 1},    {112, 16, 96, 1, 1, 1},
             {56, 96, 24, 1, 1, 1},     {14, 384, 64, 1, 1, 1},    {56, 128, 128, 3, 1, 32},
             {640, 3, 16, 3, 2, 1},     {160, 16, 16, 3, 1, 1}}) {
      add("Conv/" + std::to_string(c.size) + "^2x" + std::to_string(c.channels) + "->" +
              std::to_string(c.outputs) + "/k" + std::to_string(c.kernel) + "s" +
              std::to_string(c.stride) + "g" + std::to_string(c.groups),
          BM_Conv, c.size, c.channels, c.outputs, c.kernel, c.stride, c.groups, Winograd::kNone);
      if (c.kernel == 3 && c.stride == 1 && c.groups == 1) {
        const std::string name = std::to_string(c.size) + "^2x" + std::to_string(c.channels) +
                                 "->" + std::to_string(c.outputs);
        for (const auto tiles : {Winograd::kSmallTiles, Winograd::kLargeTiles}) {
          add((tiles == Winograd::kSmallTiles ? "Winograd2/" : "Winograd4/") + name, BM_Conv,
              c.size, c.channels, c.outputs, c.kernel, c.stride, c.groups, tiles);
        }
      }
    }
  }
  return true;
}();

}  // namespace
}  // namespace backplane::cpu
