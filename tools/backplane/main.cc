// The `backplane` command: parses the command line, calls a subcommand, turns failures into exit
// codes. A client of the runtime's public C API and nothing else.
#include <CLI/CLI.hpp>
#include <cstdio>

#include "backplane/commands.h"
#include "backplane/error.h"
#include "backplane/text.h"

namespace backplane::command {
namespace {

constexpr const char* kExitCodes =
    R"(Exit codes: 0 done; 1 the runtime or a file failed; 2 the command line is wrong.
Colour is used on terminals only; NO_COLOR=1 turns it off.)";

constexpr const char* kExamples = R"(Examples:
  backplane info model.onnx
  backplane run model.onnx --dim batch=8 --dim tokens=128 --threads 2 --json
  backplane bench model.onnx --threads 1
  backplane explain model.onnx --ep-library libmy_ep.so --ep my_ep --html page.html
  backplane devices
)";
constexpr const char* kRunExamples = R"(Examples:
  backplane run model.onnx
  backplane run model.onnx --input image=photo.npy --input size=224 --output-dir results
  backplane run model.onnx --dim batch=8 --dim tokens=128 --threads 2 --json
  backplane run model.onnx --shape input=1x512 --repeat 20
  backplane run model.onnx --library /path/to/another/libonnxruntime.so.1
)";
constexpr const char* kInfoExamples = R"(Examples:
  backplane info model.onnx
  backplane info model.onnx --json | jq .inputs
)";
constexpr const char* kBenchExamples = R"(Examples:
  backplane bench model.onnx --threads 1
  backplane bench model.onnx --dim batch=8 --seconds 10 --json
  backplane bench model.onnx --library /usr/lib/libonnxruntime.so.1
)";
constexpr const char* kExplainExamples = R"(Examples:
  backplane explain model.onnx --ep-library libmy_ep.so --ep my_ep:precision=high
  backplane explain model.onnx --policy prefer-gpu --html page.html
)";
constexpr const char* kDevicesExamples = R"(Examples:
  backplane devices
  backplane devices --ep-library libmy_ep.so --json
)";

struct CommandLine {
  Settings settings;
  std::vector<std::string> dims;
  std::vector<std::string> shapes;
};

void AddModel(CLI::App* command, CommandLine& line) {
  command->add_option("MODEL", line.settings.session.model, "An ONNX model file")
      ->required()
      ->type_name("");
}

void AddJson(CLI::App* command, CommandLine& line) {
  command->add_flag("--json", line.settings.json, "Print JSON instead of text");
}

void AddLibrary(CLI::App* command, CommandLine& line) {
  command->add_option("--library", line.settings.session.library,
                      "Use this libonnxruntime instead of Backplane's, to compare");
}

void AddEpLibrary(CLI::App* command, CommandLine& line) {
  command
      ->add_option("--ep-library", line.settings.session.providers.libraries,
                   "[NAME=]PATH of an execution provider library to load")
      ->allow_extra_args(false);
}

void AddProviders(CLI::App* command, CommandLine& line) {
  ProviderSettings& providers = line.settings.session.providers;
  AddEpLibrary(command, line);
  command
      ->add_option(
          "--ep", providers.eps,
          "NAME[:key=value,...], an execution provider and its options; the first --ep is\n"
          "asked first, the CPU always last")
      ->allow_extra_args(false);
  command
      ->add_option("--device-select", providers.devices,
                   "EP=N[,N...], the devices it gets, counted from 0 among its own in\n"
                   "`backplane devices` (the first)")
      ->allow_extra_args(false);
  command
      ->add_option("--policy", providers.policy,
                   "How to choose where there is no --ep: " + Join(PolicyNames(), ", "))
      ->check(CLI::IsMember(PolicyNames()));
}

void AddModelOptions(CLI::App* command, CommandLine& line) {
  command
      ->add_option("--dim", line.dims,
                   "NAME=N, the size of a symbolic dimension (1 where not given)")
      ->allow_extra_args(false);
  command
      ->add_option("--shape", line.shapes,
                   "INPUT=1x512, the shape of an input whose dimensions have no names")
      ->allow_extra_args(false);
  command
      ->add_option("--threads", line.settings.session.threads,
                   "Threads that run an operator; 0: one for each core")
      ->check(CLI::Range(0, 1024));
  command->add_flag("--verbose", line.settings.session.verbose,
                    "Log what the runtime does to stderr");
  AddProviders(command, line);
}

void AddSession(CLI::App* command, CommandLine& line) {
  command
      ->add_option("--input", line.settings.feeds.inputs,
                   "NAME=FILE.npy, NAME=FILE.pb (an ONNX tensor), or NAME=NUMBER[,NUMBER...];\n"
                   "what is not given is generated")
      ->take_all()
      ->allow_extra_args(false);
  command->add_option("--seed", line.settings.feeds.seed, "Seed of generated inputs");
  AddModelOptions(command, line);
  AddLibrary(command, line);
}

int Report(const Settings& settings, const char* message, const std::string& code, int exit_code) {
  if (settings.json) {
    Json error = {{"message", message}};
    if (!code.empty()) error["code"] = code;
    PrintJson({{"error", error}});
  }
  std::fprintf(stderr, "backplane: %s%s%s\n", code.empty() ? "" : code.c_str(),
               code.empty() ? "" : ": ", message);
  return exit_code;
}

std::string VersionText() {
  const Runtime runtime("");
  return "backplane: ONNX Runtime API " + std::to_string(runtime.api_version()) + ", " +
         runtime->GetBuildInfoString();
}

CLI::App* AddCommand(CLI::App& app, const char* name, const char* description,
                     const char* examples) {
  CLI::App* command = app.add_subcommand(name, description);
  command->footer(std::string(examples) + "\n" + kExitCodes);
  return command;
}

// Fails with UsageError for a first word that is no command; the parser would only miss one.
void CheckCommand(const CLI::App& app, int argc, char** argv) {
  if (argc < 2 || argv[1][0] == '-') return;
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands(nullptr)) {
    if (command->get_name() == argv[1]) return;
    names.push_back(command->get_name());
  }
  throw UsageError(std::string("'") + argv[1] + "' is no command; there are " + Join(names, ", "));
}

int Main(int argc, char** argv) {
  CommandLine line;
  CLI::App app("Runs, measures and describes ONNX models.", "backplane");
  app.require_subcommand(1);
  app.footer(std::string(kExamples) + "\n" + kExitCodes);
  app.set_version_flag("--version", VersionText, "Print the versions of command and library");
  app.set_help_all_flag("--help-all", "Help of all subcommands");

  CLI::App* run = AddCommand(app, "run", "Run a model and show its outputs", kRunExamples);
  AddModel(run, line);
  AddSession(run, line);
  run->add_option("--repeat", line.settings.repeat, "Runs to make")->check(CLI::Range(1, 1000000));
  run->add_option("--output-dir", line.settings.output_folder,
                  "Write the outputs to this folder as .npy files");
  AddJson(run, line);

  CLI::App* info = AddCommand(app, "info", "Show a model's inputs, outputs, operators and weights",
                              kInfoExamples);
  AddModel(info, line);
  AddJson(info, line);

  CLI::App* bench = AddCommand(app, "bench", "Measure loading and running a model", kBenchExamples);
  AddModel(bench, line);
  AddSession(bench, line);
  int repeat = 0;
  bench->add_option("--repeat", repeat, "Runs to measure; 0: as many as fit into --seconds")
      ->check(CLI::Range(0, 1000000));
  bench->add_option("--seconds", line.settings.seconds, "Time to measure for (2)")
      ->check(CLI::Range(0.0, 3600.0));
  AddJson(bench, line);

  CLI::App* explain = AddCommand(
      app, "explain", "Show which execution provider runs which node of a model, and why",
      kExplainExamples);
  AddModel(explain, line);
  AddModelOptions(explain, line);
  explain->add_option("--html", line.settings.html_file,
                      "Write a page with the model's graph, coloured by execution provider");
  explain->add_flag("--all", line.settings.all_nodes, "Show every row, however many there are");
  AddJson(explain, line);

  CLI::App* devices = AddCommand(app, "devices", "Show this machine's devices and who can use them",
                                 kDevicesExamples);
  AddEpLibrary(devices, line);
  AddLibrary(devices, line);
  AddJson(devices, line);

  try {
    CheckCommand(app, argc, argv);
    app.parse(argc, argv);
  } catch (const UsageError& error) {
    return Report(line.settings, error.what(), {}, kExitUsage);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kExitOk : kExitUsage;
  }

  Settings& settings = line.settings;
  try {
    auto dims = ParseDims(line.dims);
    CheckDims(settings.session.model, dims);
    settings.feeds.shapes = ParseShapes(settings.session.model, line.shapes, dims);
    settings.session.dims = settings.feeds.dims = dims;
    if (run->parsed()) RunModel(settings);
    if (info->parsed()) ShowModel(settings);
    if (devices->parsed()) ShowDevices(settings);
    if (explain->parsed()) ExplainModel(settings);
    if (bench->parsed()) {
      settings.repeat = repeat;
      BenchModel(settings);
    }
  } catch (const UsageError& error) {
    return Report(settings, error.what(), {}, kExitUsage);
  } catch (const Failure& failure) {
    return Report(settings, failure.what(), failure.code(), kExitFailure);
  } catch (const std::exception& error) {
    return Report(settings, error.what(), {}, kExitFailure);
  }
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
    std::fprintf(stderr, "backplane: the output cannot be written\n");
    return kExitFailure;
  }
  return kExitOk;
}

}  // namespace

void PrintJson(const Json& json) {
  std::printf("%s\n", json.dump(2, ' ', false, Json::error_handler_t::replace).c_str());
}

}  // namespace backplane::command

int main(int argc, char** argv) { return backplane::command::Main(argc, argv); }
