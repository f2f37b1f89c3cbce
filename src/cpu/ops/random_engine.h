// The random numbers of the CPU EP: a small counter-based generator, seeded from a node's seed
// attribute or, without one, differently in each run. The same seed gives the same numbers on every
// machine, not those of other runtimes.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <optional>

#include "graph/graph.h"

namespace backplane::cpu {

/// The node's `seed` attribute, a float in ONNX, as bits; nullopt when it is absent.
inline std::optional<uint64_t> SeedOf(const Node& node) {
  const Attribute* seed = node.FindAttribute("seed");
  if (seed == nullptr) return std::nullopt;
  if (const auto* integer = std::get_if<int64_t>(&seed->value))
    return static_cast<uint64_t>(*integer);
  return std::bit_cast<uint32_t>(node.Float("seed", 0.0f));
}

/// A seed that differs from call to call.
uint64_t FreshSeed();

class RandomEngine {
 public:
  explicit RandomEngine(std::optional<uint64_t> seed) : state_(seed ? Mix(*seed) : FreshSeed()) {}

  uint64_t Next() { return Mix(state_ += 0x9e3779b97f4a7c15u); }
  /// In [0, 1), 53 bits.
  double Uniform() { return static_cast<double>(Next() >> 11) * 0x1p-53; }
  /// Mean 0, deviation 1 (Box and Muller).
  double Normal() {
    const double radius = std::sqrt(-2 * std::log(1 - Uniform()));
    return radius * std::cos(6.283185307179586 * Uniform());
  }

 private:
  static uint64_t Mix(uint64_t z) {
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }
  uint64_t state_;
};

}  // namespace backplane::cpu
