# The commands of this project. The build itself is CMake (presets in CMakePresets.json); this strings the steps together.
#   make run     install what is missing, build, and run real models
#   make test    install, build, and pass every test and gate
CMAKE := .venv/bin/cmake
CTEST := .venv/bin/ctest
JOBS ?= $(shell nproc)
TARGET ?= all
export BACKPLANE_JOBS := $(JOBS)

.PHONY: run test dev asan tsan clang bench check tidy format clean setup help
help:
	@echo "make run | test | dev | asan | tsan | clang | bench | check | tidy | format | clean"

# One recipe for every preset: 'make build-asan' configures and builds it.
build-%:
	@$(CMAKE) --preset $* $(if $(wildcard build/$*/CMakeCache.txt),>/dev/null)
	@$(CMAKE) --build --preset $* -j $(JOBS) --target $(TARGET)

setup:
	@scripts/setup.sh build test check peers plugins
	@scripts/models.sh

run:
	@scripts/setup.sh build test
	@scripts/models.sh
	@$(MAKE) --no-print-directory build-release TARGET=demo
	@scripts/demo.sh build/release

test: setup
	@$(MAKE) --no-print-directory build-release
	@status=0; tools/check --tidy || status=1; $(CTEST) --preset release -j $(JOBS) || status=1; exit $$status

dev: setup
	@$(MAKE) --no-print-directory build-dev
	@$(CTEST) --preset dev -j $(JOBS)

clang: setup
	@$(MAKE) --no-print-directory build-clang
	@$(CTEST) --preset clang -j $(JOBS)

asan: setup
	@$(MAKE) --no-print-directory build-asan
	@$(CTEST) --preset asan -j $(JOBS)

tsan: setup
	@$(MAKE) --no-print-directory build-tsan
	@$(CTEST) --preset tsan -j $(JOBS)

bench: setup
	@$(MAKE) --no-print-directory build-release
	@.venv/bin/python bench/compare.py --build build/release --write

check:
	@tools/check

tidy: setup
	@$(CMAKE) --preset release >/dev/null
	@tools/check --tidy

format:
	@tools/check --fix-format

clean:
	@rm -rf build
