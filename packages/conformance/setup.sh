#!/bin/bash
# Prepare a machine for the comparisons of this package: install the GNU tools and unpack their published test suites.
#
#   ./setup.sh            into $YARDSTICK_CACHE (default ~/.cache/yardstick); does nothing where all is in place
#
# Needs Debian 12 or a relative with the same packages, apt-get, and root or sudo where a package is missing.
set -euo pipefail

cache=${YARDSTICK_CACHE:-$HOME/.cache/yardstick}
packages=(binutils binutils-source gcc gcc-multilib gcc-12-source qemu-system-x86 xz-utils)

fail() { echo "setup.sh: $*" >&2; exit 1; }

install_missing() {
  local missing=() package
  for package in "${packages[@]}"; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return
  local root=()
  [ "$(id -u)" -eq 0 ] || root=(sudo)
  local log; log=$(mktemp)
  echo "setup.sh: installing ${missing[*]}"
  { "${root[@]}" apt-get update -qq &&
    "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"; } >"$log" 2>&1 ||
    { cat "$log" >&2; rm -f "$log"; fail "apt-get failed"; }
  rm -f "$log"
}

# the only file that matches the pattern
only() { local found=($1); [ ${#found[@]} -eq 1 ] && [ -f "${found[0]}" ] || fail "expected one file $1"; echo "${found[0]}"; }

# unpack NAME TARBALL STRIP FOLDER...: the folders of the tarball into $cache/NAME, replaced as a whole
unpack() {
  local name=$1 tarball=$2 strip=$3 new=$cache/.new-$1; shift 3
  rm -rf "$new"; mkdir -p "$new"
  tar -xJf "$tarball" -C "$new" --strip-components="$strip" --no-same-owner --wildcards "$@" || fail "cannot unpack $tarball"
  [ -n "$(ls -A "$new")" ] || fail "$tarball holds none of $*"
  rm -rf "${cache:?}/$name"; mv "$new" "$cache/$name"
}

command -v apt-get dpkg-query >/dev/null || fail "apt-get and dpkg-query are needed"
install_missing
mkdir -p "$cache"
exec 9>"$cache/.suites.lock"
flock 9
versions=$(echo unpacked-1; dpkg-query -W -f '${Package} ${Version}\n' binutils-source gcc-12-source)
if [ "$(cat "$cache/.suites-done" 2>/dev/null)" != "$versions" ]; then
  rm -rf "$cache/.suites-done" "$cache/att-cut" "$cache/link-cases" "$cache/reference"
  binutils=$(only '/usr/src/binutils/binutils-*.tar.xz')
  gcc=$(only '/usr/src/gcc-12/gcc-12*.tar.xz')
  unpack binutils "$binutils" 1 '*/gas/testsuite/*' '*/ld/testsuite/*' '*/binutils/testsuite/binutils-all/*.s'
  unpack gcc "$gcc" 3 '*/gcc/testsuite/gcc.dg/cpp/*' '*/gcc/testsuite/c-c++-common/cpp/*'
  echo "$versions" >"$cache/.suites-done"
fi
for folder in binutils/gas/testsuite/gas/i386 binutils/ld/testsuite/ld-scripts gcc/gcc.dg/cpp gcc/c-c++-common/cpp; do
  [ -d "$cache/$folder" ] || fail "$cache/$folder is missing: remove $cache/.suites-done and run again"
done
