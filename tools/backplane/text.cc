#include "backplane/text.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>

namespace backplane::command {
namespace {

std::string Print(const char* format, double value) {
  std::array<char, 64> buffer;
  std::snprintf(buffer.data(), buffer.size(), format, value);
  return buffer.data();
}

// Three significant digits, without an exponent.
std::string ThreeDigits(double value) {
  const double magnitude = std::abs(value);
  return Print(magnitude >= 100 ? "%.0f" : magnitude >= 10 ? "%.1f" : "%.2f", value);
}

// Terminal columns of UTF-8 text, taking each code point for one.
size_t Width(std::string_view text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  }));
}

std::string Pad(const std::string& text, size_t width, Table::Align align) {
  const std::string blanks(width - std::min(width, Width(text)), ' ');
  return align == Table::Align::kLeft ? text + blanks : blanks + text;
}

bool UseColour() {
  static const bool use = [] {
    const char* no_colour = std::getenv("NO_COLOR");
    const char* terminal = std::getenv("TERM");
    if (no_colour != nullptr && *no_colour != '\0') return false;
    if (terminal != nullptr && std::string_view(terminal) == "dumb") return false;
    return isatty(STDOUT_FILENO) == 1;
  }();
  return use;
}

}  // namespace

std::string FormatNumber(double value) { return Print("%.5g", value); }

std::string FormatCount(int64_t value) {
  std::string digits = std::to_string(value);
  for (int64_t i = static_cast<int64_t>(digits.size()) - 3; i > (value < 0 ? 1 : 0); i -= 3)
    digits.insert(static_cast<size_t>(i), ",");
  return digits;
}

std::string FormatBytes(int64_t bytes) {
  if (bytes < 1024) return std::to_string(bytes) + " B";
  static constexpr std::array kUnits = {"KiB", "MiB", "GiB", "TiB"};
  double value = static_cast<double>(bytes) / 1024;
  size_t unit = 0;
  for (; value >= 1000 && unit + 1 < kUnits.size(); ++unit) value /= 1024;
  return ThreeDigits(value) + " " + kUnits[unit];
}

std::string FormatMilliseconds(double milliseconds) {
  if (milliseconds < 0.1) return ThreeDigits(milliseconds * 1e3) + " µs";
  if (milliseconds < 1e4) return ThreeDigits(milliseconds) + " ms";
  return ThreeDigits(milliseconds / 1e3) + " s";
}

std::string FormatShape(const std::vector<int64_t>& shape,
                        const std::vector<std::string>& symbols) {
  std::vector<std::string> dims;
  for (size_t i = 0; i < shape.size(); ++i) {
    if (shape[i] >= 0) {
      dims.push_back(std::to_string(shape[i]));
    } else {
      dims.push_back(i < symbols.size() && !symbols[i].empty() ? symbols[i] : "?");
    }
  }
  return "[" + Join(dims, ",") + "]";
}

std::string Join(const std::vector<std::string>& items, std::string_view separator) {
  std::string joined;
  for (size_t i = 0; i < items.size(); ++i) {
    if (i > 0) joined += separator;
    joined += items[i];
  }
  return joined;
}

std::string Printable(std::string_view text) {
  std::string clean(text);
  for (char& c : clean) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) c = '?';
  }
  return clean;
}

std::string Styled(std::string_view text, Style style) {
  if (style == Style::kPlain || !UseColour()) return std::string(text);
  const char* code = style == Style::kHeading ? "1" : style == Style::kDim ? "2" : "32";
  return "\x1b[" + std::string(code) + "m" + std::string(text) + "\x1b[0m";
}

void Table::AddColumn(std::string heading, Align align) {
  columns_.push_back({std::move(heading), align});
}

void Table::AddRow(std::vector<std::string> cells, Style style) {
  cells.resize(columns_.size());
  for (std::string& cell : cells) cell = Printable(cell);
  rows_.push_back(std::move(cells));
  styles_.push_back(style);
}

void Table::Print(std::FILE* file) const {
  std::vector<size_t> widths;
  for (size_t c = 0; c < columns_.size(); ++c) {
    size_t width = Width(columns_[c].heading);
    for (const auto& row : rows_) width = std::max(width, Width(row[c]));
    widths.push_back(width);
  }
  const auto line = [&](auto&& cell) {
    std::string text;
    for (size_t c = 0; c < columns_.size(); ++c)
      text += "  " + Pad(cell(c), widths[c], columns_[c].align);
    text.erase(text.find_last_not_of(' ') + 1);
    return text;
  };
  const std::string heading = line([&](size_t c) { return columns_[c].heading; });
  std::fprintf(file, "%s\n", Styled(heading, Style::kDim).c_str());
  for (size_t r = 0; r < rows_.size(); ++r) {
    const std::string text = line([&](size_t c) { return rows_[r][c]; });
    std::fprintf(file, "%s\n", Styled(text, styles_[r]).c_str());
  }
}

void PrintFacts(const std::vector<std::pair<std::string, std::string>>& facts) {
  size_t width = 0;
  for (const auto& [name, value] : facts) width = std::max(width, Width(name));
  for (const auto& [name, value] : facts) {
    const std::string padded = Pad(name, width, Table::Align::kLeft);
    std::printf("  %s  %s\n", Styled(padded, Style::kDim).c_str(), Printable(value).c_str());
  }
}

void PrintHeading(std::string_view text) {
  std::printf("%s\n", Styled(Printable(text), Style::kHeading).c_str());
}

}  // namespace backplane::command
