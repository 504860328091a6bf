# shellcheck shell=sh
# For the scripts beside it: credentials from the environment, handed to curl so that no process list shows them.

# Prints the credential NAME, or what the file that NAME_FILE names holds; status 64 where there is neither.
credential() {
  eval "value=\${$1-} file=\${${1}_FILE-}"
  if [ -z "$value" ] && [ -n "$file" ]; then
    [ -r "$file" ] || { echo "$0: cannot read $file, which ${1}_FILE names" >&2; return 64; }
    value=$(cat "$file")
  fi
  [ -n "$value" ] || { echo "$0: set $1 or ${1}_FILE" >&2; return 64; }
  printf '%s' "$value"
}

# Prints lines for curl's --config: a bearer token, and a JSON body where one is given.
bearer() {
  printf 'header = "Authorization: Bearer %s"\n' "$(escaped "$1")"
}
json() {
  printf 'header = "Content-Type: application/json"\ndata = "%s"\n' "$(escaped "$1")"
}
escaped() {
  printf '%s' "$1" | sed 's/[\\"]/\\&/g'
}
