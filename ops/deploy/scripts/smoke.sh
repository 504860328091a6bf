#!/bin/sh
# Checks a running ticketd: probes, then issue, redeem and a refused replay of one ticket.
set -eu
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/credentials.sh"

usage() {
  cat <<'END'
usage: smoke.sh [--public-only] URL

Checks the ticketd with the public listener at URL and the internal listener at
$TICKETD_INTERNAL_URL. --public-only skips the internal listener, for a machine
that cannot reach it.

  TICKETD_JWT           a JWT that ticketd accepts, or TICKETD_JWT_FILE
  TICKETD_GATEWAY_KEY   one of its gateway keys, or TICKETD_GATEWAY_KEY_FILE
  TICKETD_INTERNAL_URL  such as http://tasks.ticketd.internal:3001

Exits 0 when every check passes, 1 when one fails, 64 for wrong arguments.
END
}
fail_usage() {
  echo "smoke.sh: $1" >&2
  usage >&2
  exit 64
}

url='' public_only=''
for argument; do
  case $argument in
    -h | --help) usage && exit 0 ;;
    --public-only) public_only=yes ;;
    -*) fail_usage "unknown option: $argument" ;;
    *) [ -z "$url" ] || fail_usage 'more than one URL'; url=${argument%/} ;;
  esac
done
[ -n "$url" ] || fail_usage 'the URL is missing'
command -v curl > /dev/null || fail_usage 'curl is not installed'
jwt=$(credential TICKETD_JWT)
if [ -z "$public_only" ]; then
  internal=${TICKETD_INTERNAL_URL-}
  [ -n "$internal" ] || fail_usage 'set TICKETD_INTERNAL_URL, or use --public-only'
  internal=${internal%/}
  key=$(credential TICKETD_GATEWAY_KEY)
fi

# request METHOD URL [CURL_CONFIG]: sets $status and $body from the response.
request() {
  response=$(printf '%s\n' "${3-}" | curl --silent --show-error --connect-timeout 3 --max-time 10 --request "$1" \
    --config - --write-out '\n%{http_code}' "$2" 2>&1) || true
  status=$(printf '%s' "$response" | tail -n 1)
  body=$(printf '%s' "$response" | sed '$d')
}

failures=0
# expect CHECK STATUS TEXT: compares the last response with the status and a part of the body.
expect() {
  if [ "$status" = "$2" ] && printf '%s' "$body" | grep -qF -- "$3"; then
    echo "ok    $1"
  else
    failures=$((failures + 1))
    echo "FAIL  $1: expected $2 $3, got $status $body" | sed 's/wst_[A-Za-z0-9_-]*/[ticket]/g'
  fi
}

tickets=/api/v1/auth/ws-ticket

request GET "$url/api/v1/health"
expect 'is live' 200 '"status":"UP"'
request GET "$url/api/v1/ready"
expect 'is ready' 200 '"ready":true'
request POST "$url$tickets"
expect 'refuses a ticket without a JWT' 401 AUTH_TOKEN_MISSING
request POST "$url$tickets/redeem"
expect 'redeems nothing on the public listener' 404 NOT_FOUND
request GET "$url/metrics"
expect 'has no metrics on the public listener' 404 NOT_FOUND
request POST "$url$tickets" "$(bearer "$jwt")"
expect 'issues a ticket' 200 '"ticket":"wst_'
ticket=$(printf '%s' "$body" | sed -n 's/.*"ticket":"\(wst_[A-Za-z0-9_-]*\)".*/\1/p')

if [ -z "$public_only" ]; then
  redeem=$(bearer "$key"; json "{\"ticket\":\"$ticket\"}")
  request GET "$internal/ready"
  expect 'is ready on the internal listener' 200 '"ready":true'
  request POST "$internal$tickets/redeem" "$(json '{"ticket":"none"}')"
  expect 'redeems nothing without a gateway key' 401 GATEWAY_UNAUTHORIZED
  request POST "$internal$tickets/redeem" "$redeem"
  expect 'redeems the ticket' 200 '"active":true'
  request POST "$internal$tickets/redeem" "$redeem"
  expect 'refuses to redeem it again' 403 WS_TICKET_NOT_REDEEMABLE
  request GET "$internal/metrics"
  expect 'returns metrics' 200 ticketd_tickets_issued_total
fi

if [ "$failures" -gt 0 ]; then
  echo "$failures failed"
  exit 1
fi
echo 'all passed'
