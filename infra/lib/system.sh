# shellcheck shell=bash
# Sourced: is this a system that the set-up knows? Everything missing is named at once; then exit status 2.

# Debian 12 alone has the versions that the native parts are tested with.
# PIPELINE_OS_RELEASE (a file) stands in for /etc/os-release in the tests of this check.
# PIPELINE_SKIP_APT=1 leaves the system's packages to whoever runs another one.

readonly base_packages=(ca-certificates cmake make g++ libopencv-core-dev libopencv-imgproc-dev libopencv-imgcodecs-dev
  libopencv-features2d-dev libopencv-calib3d-dev libvips42 libheif1 libonnx-dev)
readonly browser_packages=(chromium fonts-dejavu-core)
readonly server_packages=(rabbitmq-server redis-server curl prometheus)

# A .NET that its install script put below the home folder counts, too.
find_dotnet() {
  command -v dotnet > /dev/null && return
  local folder
  for folder in "${DOTNET_ROOT:-}" "$HOME/.dotnet"; do
    if [ -n "$folder" ] && [ -x "$folder/dotnet" ]; then
      export DOTNET_ROOT=$folder PATH=$folder:$PATH
      return
    fi
  done
  return 1
}

has_sdk_10() {
  local sdks
  sdks=$(dotnet --list-sdks 2> /dev/null) || return 1
  [[ $'\n'$sdks == *$'\n10.0.'* ]]
}

check_system() {
  local problems=() id version
  id=$(os_release ID) version=$(os_release VERSION_ID)
  if [ "${PIPELINE_SKIP_APT:-}" != 1 ]; then
    if [ "$id" != debian ] || [ "$version" != 12 ]; then
      problems+=("Debian 12 (this is ${id:-an unknown system} ${version:-}). Elsewhere, install the equivalents of
    ${base_packages[*]}
    and, for infra/test and infra/up, of
    ${server_packages[*]}
    (OpenCV 4.6, libvips 8.14, RabbitMQ 3.10, Redis 7 or later), then set PIPELINE_SKIP_APT=1")
    elif ! command -v apt-get > /dev/null || ! command -v dpkg-query > /dev/null; then
      problems+=("apt and dpkg, which are not on PATH")
    fi
  fi
  [ "$(uname -s)-$(uname -m)" = Linux-x86_64 ] ||
    problems+=("a 64-bit Intel or AMD machine with Linux: the ONNX Runtime library is built for linux-x64")
  if ! find_dotnet || ! has_sdk_10; then
    problems+=("the .NET 10 SDK: https://dotnet.microsoft.com/download/dotnet/10.0")
  fi
  if ! command -v node > /dev/null || ! command -v npm > /dev/null; then
    problems+=("Node.js 18 or later with npm: https://nodejs.org (npm only fetches packages, no JavaScript is run)")
  fi
  [ ${#problems[@]} -eq 0 ] && return
  echo "This machine lacks:" >&2
  printf '  - %s\n' "${problems[@]}" >&2
  exit 2
}

os_release() {
  local file=${PIPELINE_OS_RELEASE:-/etc/os-release}
  [ -r "$file" ] || return 0
  sed -n "s/^$1=\"\{0,1\}\([^\"]*\)\"\{0,1\}\$/\1/p" "$file" | head -n 1
}

# The SDK runs without ICU (a bare Debian has none), as the programs built here do, and leaves no server behind.
export DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
export DOTNET_GENERATE_ASPNET_CERTIFICATE=false DOTNET_CLI_WORKLOAD_UPDATE_NOTIFY_DISABLE=1
export MSBUILDDISABLENODEREUSE=1 DOTNET_CLI_USE_MSBUILD_SERVER=0
