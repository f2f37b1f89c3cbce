// The subcommands: each takes its settings from main.cc, prints to stdout and throws Failure or
// UsageError when it cannot.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "backplane/feeds.h"
#include "backplane/session.h"

namespace backplane::command {

/// JSON with keys in the order they were added, which scripts and people can rely on.
using Json = nlohmann::ordered_json;

struct Settings {
  SessionSettings session;
  FeedSettings feeds;
  std::string output_folder;  // of .npy files; empty: none
  std::string html_file;      // of explain; empty: none
  bool all_nodes = false;     // explain: every row, however many
  int repeat = 1;
  double seconds = 2;
  bool json = false;
};

void RunModel(const Settings& settings);
void ShowModel(const Settings& settings);
void BenchModel(const Settings& settings);
void ShowDevices(const Settings& settings);
void ExplainModel(const Settings& settings);

/// Prints `json` with two blanks a level; text that is not UTF-8 is repaired.
void PrintJson(const Json& json);

}  // namespace backplane::command
