# SPDX-License-Identifier: Apache-2.0
# Short words over meson. `make demo` and `make test` install the Debian packages they need (root or sudo).
.PHONY: all demo test quick install generate format clean

all:
	@test -f build/build.ninja || meson setup build
	@ninja -C build

demo:
	@sh tools/install_packages.sh demo
	@test -f build/build.ninja || meson setup build -Dtests=disabled
	@ninja -C build
	@/usr/bin/python3 tools/demo.py build/cli/tocsin

test:
	@sh tools/install_packages.sh test
	@bash tools/run_tests.sh

quick: all
	@meson test -C build --suite quick

install: all
	@meson install -C build

generate: all
	@build/cli/tocsin check config --print-keys >docs/configuration.md
	@build/cli/tocsin check config --print-schema >schemas/tocsin.schema.json
	@build/cli/tocsin check rules --print-schema >schemas/rules.schema.json
	@sed -i '/^| finding |/,$$d' docs/lint.md && build/cli/tocsin check rules --list-lints >>docs/lint.md

format:
	@git ls-files '*.c' '*.h' | xargs clang-format -i

clean:
	@rm -rf build build-test
