#!/bin/sh
# Requests many tickets concurrently from a running ticketd, which must issue all of them.
set -eu
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/credentials.sh"

usage() {
  cat <<'END'
usage: load.sh [-n REQUESTS] [-t SECONDS] URL

Sends REQUESTS (1000) concurrent ticket requests, each on its own connection, to the
public listener of ticketd at URL. Each must get a response within SECONDS (10).

  TICKETD_JWT  a JWT that ticketd accepts, or TICKETD_JWT_FILE

Exits 0 when every response is 200, 1 when not, 64 for wrong arguments. With
TICKET_RATE_LIMIT set, requests beyond it get 429 and count as failed.
END
}
fail_usage() {
  echo "load.sh: $1" >&2
  usage >&2
  exit 64
}
whole_number() {
  case $2 in '' | 0* | *[!0-9]*) fail_usage "$1 takes a whole number, not \"$2\"" ;; esac
}

requests=1000 seconds=10
while getopts ':n:t:h-:' option; do
  case $option in
    n) requests=$OPTARG ;;
    t) seconds=$OPTARG ;;
    h) usage && exit 0 ;;
    -) [ "$OPTARG" = help ] || fail_usage "unknown option: --$OPTARG"; usage && exit 0 ;;
    *) fail_usage "unknown option, or missing value: -$OPTARG" ;;
  esac
done
shift $((OPTIND - 1))
[ $# -eq 1 ] || fail_usage 'give one URL, after the options'
whole_number -n "$requests"
whole_number -t "$seconds"
command -v curl > /dev/null || fail_usage 'curl is not installed'
curl --help all | grep -q -- --parallel-immediate || fail_usage 'curl 7.68 or later is required'
jwt=$(credential TICKETD_JWT)

results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT
trap 'exit 130' INT TERM

# One curl sends at most 300 requests concurrently before curl 8.16, whatever --parallel-max is.
most=250
# curl does not send the part after the #: it only makes curl repeat the URL.
request_many() {
  bearer "$jwt" | curl --silent --no-progress-meter --parallel --parallel-immediate --parallel-max "$most" \
    --max-time "$seconds" --request POST --config - --output /dev/null \
    --write-out '%{http_code} %{time_total} %{errormsg}\n' \
    "${url%/}/api/v1/auth/ws-ticket#[1-$1]" || true
}

url=$1 left=$requests
while [ "$left" -gt 0 ]; do
  part=$((left < most ? left : most))
  left=$((left - part))
  request_many "$part" > "$results/$left" &
done
wait

sort -k 2 -n "$results"/* | awk -v wanted="$requests" '
  { took[NR] = $2; code = $1; $1 = $2 = ""; gsub(/^ +| after [0-9]+ ms/, ""); responses[code == "000" ? "no response: " $0 : code]++ }
  function at(share) { return took[int((NR - 1) * share) + 1] }
  END {
    for (response in responses) printf "%6d  %s\n", responses[response], response
    if (NR > 0) printf "seconds: median %s, 95 %% %s, 99 %% %s, longest %s\n", at(0.5), at(0.95), at(0.99), took[NR]
    if (responses[200] == wanted) { print "all passed"; exit 0 }
    printf "%d of %d failed\n", wanted - responses[200], wanted
    exit 1
  }'
