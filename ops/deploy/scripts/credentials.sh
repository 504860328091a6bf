# shellcheck shell=sh
# For the scripts in this folder: reads credentials from the environment and passes them to curl, so that no process
# list shows them.

# Prints the credential NAME, or the content of the file NAME_FILE; status 64 without either.
credential() {
  eval "value=\${$1-} file=\${${1}_FILE-}"
  if [ -z "$value" ] && [ -n "$file" ]; then
    [ -r "$file" ] || { echo "$0: cannot read $file, the value of ${1}_FILE" >&2; return 64; }
    value=$(cat "$file")
  fi
  [ -n "$value" ] || { echo "$0: set $1 or ${1}_FILE" >&2; return 64; }
  printf '%s' "$value"
}

# Print lines for curl's --config: a bearer token, and a JSON body.
bearer() {
  printf 'header = "Authorization: Bearer %s"\n' "$(escaped "$1")"
}
json() {
  printf 'header = "Content-Type: application/json"\ndata = "%s"\n' "$(escaped "$1")"
}
escaped() {
  printf '%s' "$1" | sed 's/[\\"]/\\&/g'
}
