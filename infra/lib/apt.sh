# shellcheck shell=bash
# Sourced: Debian packages, installed only when missing.

# A package counts when dpkg has it fully installed.
missing_packages() {
  local package
  for package in "$@"; do
    case $(dpkg-query -W -f '${db:Status-Abbrev}\n' "$package" 2> /dev/null) in
      *ii*) ;;
      *) echo "$package" ;;
    esac
  done
}

# need_packages TEXT PACKAGE…
need_packages() {
  local text=$1 missing sudo=()
  shift
  [ "${PIPELINE_SKIP_APT:-}" != 1 ] || return 0
  mapfile -t missing < <(missing_packages "$@")
  [ ${#missing[@]} -gt 0 ] || return 0
  if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo > /dev/null || ! sudo -n true 2> /dev/null; then
      echo "These Debian packages are missing, and installing them needs root:" >&2
      echo "  apt-get install -y --no-install-recommends ${missing[*]}" >&2
      exit 2
    fi
    sudo=(sudo -n)
  fi
  keep_services_down "${sudo[@]}"
  local status=0
  step "$text: ${missing[*]}" install_packages "${missing[@]}" || status=$?
  let_services_start "${sudo[@]}"
  return "$status"
}

# The lists are fetched only when there are none, or when they prove too old.
install_packages() {
  local apt=("${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300)
  have_lists || "${apt[@]}" update
  "${apt[@]}" install -y --no-install-recommends "$@" && return
  "${apt[@]}" update && "${apt[@]}" install -y --no-install-recommends "$@"
}

have_lists() { compgen -G '/var/lib/apt/lists/*_Packages*' > /dev/null; }

# Debian starts a server as soon as it is installed, unless this file says no. One that is there already is left alone.
policy=/usr/sbin/policy-rc.d
policy_is_ours=
keep_services_down() {
  [ -e "$policy" ] && return
  # The path is fixed when the trap is set: an interrupted install must not leave the file behind.
  # shellcheck disable=SC2064
  trap "$* rm -f $policy" EXIT
  printf '#!/bin/sh\nexit 101\n' | "$@" tee "$policy" > /dev/null
  "$@" chmod 755 "$policy"
  policy_is_ours=yes
}
let_services_start() {
  [ -n "$policy_is_ours" ] || return 0
  "$@" rm -f "$policy"
  trap - EXIT
  policy_is_ours=
}
