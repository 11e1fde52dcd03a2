#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Installs the Debian packages a purpose needs, those that are missing only: install_packages.sh build|test|demo
set -eu
build="gcc libc6-dev pkg-config meson ninja-build python3 libcurl4-openssl-dev libyaml-dev libpcre2-dev libsnappy-dev libsqlite3-dev libesmtp-dev libmicrohttpd-dev libgnutls28-dev libcrypt-dev libssl-dev"
peers="prometheus prometheus-node-exporter python3-aiosmtpd openssl curl procps"
case "$1" in
build) wanted="$build" ;;
demo) wanted="$build $peers" ;;
test) wanted="$build $peers clang clang-tidy clang-format libclang-rt-14-dev libcmocka-dev libjansson-dev microsocks prometheus-alertmanager victoria-metrics chromium golang-go sqlite3 git python3-jsonschema python3-yaml tzdata" ;;
*) echo "usage: $0 build|test|demo" >&2; exit 2 ;;
esac
missing=""
for package in $wanted; do
	dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing="$missing $package"
done
[ -n "$missing" ] || exit 0
echo "installing:$missing"
root=""
[ "$(id -u)" = 0 ] || root=sudo
export DEBIAN_FRONTEND=noninteractive
# The peers come as services that would start at once: we only want their programs.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
	printf '#!/bin/sh\nexit 101\n' | $root tee "$policy" >/dev/null
	$root chmod +x "$policy"
	trap '$root rm -f "$policy"' EXIT
fi
$root apt-get update -qq
# shellcheck disable=SC2086
$root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
