// Text for people: numbers with units, aligned tables, colour. Used by every subcommand.
// Must not print anything that a model could use to steer a terminal: cells are cleaned.
#pragma once

#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

namespace backplane::command {

std::string FormatNumber(double value);               // "0.0123", "1.5e+09"
std::string FormatCount(int64_t value);               // "25,557,032"
std::string FormatBytes(int64_t bytes);               // "97.8 MiB"
std::string FormatMilliseconds(double milliseconds);  // "12.3 ms", "4.56 µs"
std::string FormatShape(const std::vector<int64_t>& shape,
                        const std::vector<std::string>& symbols = {});
std::string Join(const std::vector<std::string>& items, std::string_view separator);

/// `text` without control characters.
std::string Printable(std::string_view text);

/// Colours only where stdout is a terminal and NO_COLOR is not set.
enum class Style { kPlain, kHeading, kDim, kGood };
std::string Styled(std::string_view text, Style style);

/// Columns padded to their widest cell; columns of numbers are aligned to the right.
class Table {
 public:
  enum class Align { kLeft, kRight };

  void AddColumn(std::string heading, Align align = Align::kLeft);
  void AddRow(std::vector<std::string> cells, Style style = Style::kPlain);
  void Print(std::FILE* file = stdout) const;

 private:
  struct Column {
    std::string heading;
    Align align;
  };
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
  std::vector<Style> styles_;  // of the rows
};

/// "name   value" lines, the names padded to one width.
void PrintFacts(const std::vector<std::pair<std::string, std::string>>& facts);
void PrintHeading(std::string_view text);

}  // namespace backplane::command
