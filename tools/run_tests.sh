#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Everything that must hold before a change lands: all builds, all tests, the style checks. Ends with the count of test cases.
#   tools/run_tests.sh [row…]     rows: gcc clang asan tsan tidy format (default: all)
set -u
cd "$(dirname "$0")/.." || exit 1
rows=${*:-gcc clang asan tsan format tidy}
status=0
counted=()

step() { printf '\n== %s\n' "$*"; }
failed() { printf 'FAILED: %s\n' "$*"; status=1; }

# build NAME CC MESON-OPTIONS…: a build directory of its own below build-test/
build() {
	local name=$1 cc=$2; shift 2
	step "build $name"
	local directory=build-test/$name
	if [ ! -f "$directory/build.ninja" ]; then
		CC=$cc meson setup "$directory" -Dtests=enabled "$@" >"/tmp/tocsin-setup-$name.log" 2>&1 || { tail -30 "/tmp/tocsin-setup-$name.log"; failed "setup $name"; return 1; }
	fi
	ninja -k 0 -C "$directory" >"$directory/build.log" 2>&1 || { grep -E -A4 'error: |warning: ' "$directory/build.log" | head -60; failed "build $name"; return 1; }
}

# run NAME MESON-TEST-OPTIONS…: its tests, one JUnit file a program
run() {
	local name=$1; shift
	local directory=build-test/$name
	step "test $name"
	rm -rf "$directory/reports"; mkdir -p "$directory/reports"
	TOCSIN_TEST_REPORTS=$PWD/$directory/reports meson test -C "$directory" --no-rebuild --print-errorlogs "$@" || failed "tests of $name"
	counted+=("$directory")
}

for row in $rows; do
	case $row in
	gcc) build gcc gcc -Dfaults=true -Dwerror=true && run gcc ;;
	clang) build clang clang -Dwerror=true && run clang --suite quick ;;
	# gcc warns of more than is there when sanitizing: the first two rows judge warnings
	asan) build asan gcc -Db_sanitize=address,undefined -Dbuildtype=debugoptimized && run asan --no-suite slow --timeout-multiplier 4 ;;
	tsan) build tsan gcc -Db_sanitize=thread -Dbuildtype=debugoptimized && run tsan --suite threads --timeout-multiplier 6 ;;
	format)
		step "clang-format"
		git ls-files '*.c' '*.h' | xargs clang-format --dry-run -Werror 2>&1 | head -40
		[ "${PIPESTATUS[1]}" = 0 ] || failed "clang-format"
		step "function lengths"
		python3 tools/function_lengths.py || failed "function lengths" ;;
	tidy)
		step "clang-tidy"
		build clang clang -Dwerror=true && git ls-files '*.c' | grep -v '^tests/' | xargs -P2 -n8 clang-tidy -quiet -p build-test/clang 2>/dev/null | tee build-test/tidy.log | grep -E 'error|warning' | head -40
		! grep -qE '(error|warning):' build-test/tidy.log || failed "clang-tidy" ;;
	*) echo "unknown row: $row" >&2; exit 2 ;;
	esac
done

step "summary"
if [ "${#counted[@]}" -gt 0 ]; then
	summary=$(python3 tools/count_tests.py "${counted[@]}") || status=1
else
	summary="0 passed, 0 failed, 0 skipped"
fi
[ $status = 0 ] || echo "something failed: see above"
echo "$summary"
exit $status
