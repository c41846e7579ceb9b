# What the scripts that push and publish have in common; sourced by them, run by nobody.
# shellcheck shell=bash
# shellcheck source=common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

# Print the name of every image that is built, out of the list that the builder goes by.
image_names() {
  sed -n 's/.*{ name = "\([a-z-]*\)".*/\1/p' deploy/docker/docker-bake.hcl
  echo web-ui
}

# Sign in at REGISTRY where it is Amazon's; another one has to be signed in at before.
# Usage: sign_in COMMAND..., which takes the password on its standard input.
sign_in() {
  local region
  region=$(sed -n 's/^[0-9]\{12\}\.dkr\.ecr\.\([a-z0-9-]*\)\..*$/\1/p' <<<"$REGISTRY")
  [ -n "$region" ] || return 0
  have aws
  if [ -n "$dry_run" ]; then
    printf '+ aws ecr get-login-password --region %s | %s\n' "$region" "$*"
  else
    aws ecr get-login-password --region "$region" | "$@"
  fi
}
