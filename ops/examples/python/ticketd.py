"""Admits WebSocket clients by their ticket. One file without dependencies, for Python 3.9 or later.

`TicketMiddleware` is for every ASGI framework, `Gateway` for a server of your own.
"""

import asyncio
import http.client
import json
import logging
import random
import ssl
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qs, quote, unquote_plus, urlsplit

REVOKED = 4001
SESSION_EXPIRED = 4003
HANDSHAKE_REFUSED = 4004
TRY_AGAIN_LATER = 1013

REDEEM_PATH = "/api/v1/auth/ws-ticket/redeem"
FEED_PATH = "/api/v1/auth/revocations"
PROTOCOL_PREFIX = "ticketd."

REDEEM_TIMEOUT = 2.0
REDEEMS_IN_PROGRESS = 100
# Until the headers of the response arrive.
FEED_TIMEOUT = 5.0
# ticketd sends a comment at least every 10 s.
FEED_SILENCE = 25.0
FEED_RETRY_MIN, FEED_RETRY_MAX = 0.1, 2.0
MAX_RETRY_AFTER = 30
REPORT_AFTER = 5.0
KEEP_ENTRIES = 60.0
RESET_SPREAD = 60.0

log = logging.getLogger("ticketd")


class Refused(Exception):
    """Why a client gets no socket: the status of the response is 401, 403 or 503."""

    def __init__(self, status, error_code):
        super().__init__(error_code)
        self.status = status
        self.error_code = error_code
        self.retry_after = 2 if status == 503 else None
        self.close_code = TRY_AGAIN_LATER if status == 503 else HANDSHAKE_REFUSED


def missing():
    return Refused(401, "WS_TICKET_MISSING")


def not_redeemable():
    return Refused(403, "WS_TICKET_NOT_REDEEMABLE")


def outcome_unknown():
    return Refused(503, "WS_TICKET_OUTCOME_UNKNOWN")


def take_ticket(query, protocols=()):
    """Returns the tickets of a handshake, and its query and subprotocols without them."""
    pairs = query.split("&") if query else []
    rest = [pair for pair in pairs if unquote_plus(pair.split("=")[0]) != "ticket"]
    others = [protocol for protocol in protocols if not protocol.startswith(PROTOCOL_PREFIX)]
    tickets = parse_qs(query, keep_blank_values=True).get("ticket", [])
    tickets += [protocol[len(PROTOCOL_PREFIX) :] for protocol in protocols if protocol.startswith(PROTOCOL_PREFIX)]
    return tickets, "&".join(rest), others


class Gateway:
    """Redeems tickets, and closes sockets whose session ends. `url` is the internal listener of ticketd."""

    def __init__(self, url, key, audience=None):
        self._url = urlsplit(url)
        self._key = key
        self._audience = audience
        self._threads = ThreadPoolExecutor(REDEEMS_IN_PROGRESS, "ticketd-redeem")
        self._loop = None
        self._sockets = {}
        self._sockets_of = {}
        self._next_socket = 0
        self._entries = []
        # The position of the last entry, and the one from which on no entry is missing.
        self._position = None
        self._complete_from = None
        # Why the feed does not work, and what reports it; None while it works.
        self._feed_problem = self._delay = None
        self._reported = False

    def start(self):
        """Follows revocations from now on. Call it in the event loop that accepts sockets, before the first redeem."""
        if self._loop is None:
            self._loop = asyncio.get_running_loop()
            self._feed_lost("there is no connection yet")
            threading.Thread(target=self._read_feeds, name="ticketd-feed", daemon=True).start()

    async def redeem(self, tickets, origin, path=None, fetch_site=None, host=None):
        """Returns who the client is, once for each ticket; raises `Refused`. Never retried: the ticket may be used.

        `origin` is the Origin of the request or None, `path` what precedes `?` in its target, as the client sent it. A
        request that is no handshake may have no Origin: pass its Sec-Fetch-Site and X-Forwarded-Host, too.
        """
        self.start()
        if not tickets:
            raise missing()
        if len(tickets) > 1:
            raise not_redeemable()
        fields = {"ticket": tickets[0], "origin": origin, "audience": self._audience}
        newer = {"path": path}
        if origin is None:
            newer.update(fetchSite=fetch_site, host=host)
        newer = {name: value for name, value in newer.items() if value is not None}
        position = self._position
        try:
            call = self._loop.run_in_executor(self._threads, self._post_either, {**fields, **newer}, fields)
            status, text = await asyncio.wait_for(call, REDEEM_TIMEOUT)
            who = json.loads(text) if status == 200 else None
        except (asyncio.TimeoutError, OSError, ValueError, http.client.HTTPException) as error:
            log.error("redeem failed: %s", type(error).__name__)
            raise outcome_unknown() from None
        if who is not None and who.get("active") is True:
            # A ticketd that cannot read revocations gives no position.
            position = who.get("revocationPosition") or position
            return {**who, "revocationPosition": position, "redeemedAt": time.monotonic()}
        if status in (400, 403, 413):
            raise not_redeemable()
        log.error("redeem failed: ticketd returned %d", status)
        raise outcome_unknown()

    def track(self, who, close):
        """Closes a socket with `close(code, reason)` when its session is revoked or expires.

        `close` is called in the event loop, once at most. Call the returned function when the socket has closed.
        """
        socket = self._next_socket = self._next_socket + 1
        expiry = self._loop.call_later(who["sessionExpiresIn"], self._close, socket, SESSION_EXPIRED, "session ended")
        self._sockets[socket] = (who, close, expiry)
        for key in keys_of(who):
            self._sockets_of.setdefault(key, set()).add(socket)
        self._check_late(socket, who)
        return lambda: self._forget(socket)

    def _check_late(self, socket, who):
        keys, position = keys_of(who), who.get("revocationPosition")
        if time.monotonic() - who["redeemedAt"] > KEEP_ENTRIES:
            self._close(socket, TRY_AGAIN_LATER, "too late")
        elif any(later in keys and entry > (position or "") for _, entry, later in self._entries):
            self._close(socket, REVOKED, "session revoked")
        elif self._is_incomplete(who):
            self._close(socket, TRY_AGAIN_LATER, "revocations may be missing")

    def _is_incomplete(self, who):
        """Whether the feed began after the redeem, so that a missed entry may close the socket."""
        position = who.get("revocationPosition")
        return bool(position) and self._complete_from is not None and position < self._complete_from

    def _forget(self, socket):
        who, close, expiry = self._sockets.pop(socket, (None, None, None))
        if who is None:
            return None
        expiry.cancel()
        for key in keys_of(who):
            self._sockets_of[key].discard(socket)
            if not self._sockets_of[key]:
                del self._sockets_of[key]
        return close

    def _close(self, socket, code, reason):
        close = self._forget(socket)
        if close:
            close(code, reason)

    def _connect(self, timeout):
        if self._url.scheme == "https":
            context = ssl.create_default_context()
            return http.client.HTTPSConnection(self._url.netloc, timeout=timeout, context=context)
        return http.client.HTTPConnection(self._url.netloc, timeout=timeout)

    def _post_either(self, fields, older_fields):
        status, text = self._post(json.dumps(fields))
        if status == 400 and error_code_of(text) == "BAD_REQUEST" and fields != older_fields:
            # An older ticketd refuses members that it does not know, and does not touch the ticket.
            return self._post(json.dumps(older_fields))
        return status, text

    def _post(self, body):
        connection = self._connect(REDEEM_TIMEOUT)
        headers = {"Authorization": "Bearer " + self._key, "Content-Type": "application/json"}
        try:
            connection.request("POST", self._url.path.rstrip("/") + REDEEM_PATH, body, headers)
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()

    def _read_feeds(self):
        try:
            while True:
                problem, wait = self._read_feed()
                self._loop.call_soon_threadsafe(self._feed_lost, problem)
                time.sleep(wait + random.uniform(FEED_RETRY_MIN, FEED_RETRY_MAX))
        except RuntimeError:
            return  # The event loop has closed.

    def _read_feed(self):
        """Reads events until the feed ends. Returns why, and how many seconds another attempt cannot help."""
        connection = self._connect(FEED_TIMEOUT)
        headers = {"Authorization": "Bearer " + self._key, "Accept": "text/event-stream"}
        last = self._position or min((position for position in self._positions() if position), default=None)
        if last:
            headers["Last-Event-ID"] = last
        try:
            connection.request("GET", self._url.path.rstrip("/") + FEED_PATH, headers=headers)
            tcp = connection.sock
            response = connection.getresponse()
            if response.status != 200:
                return "ticketd returned %d" % response.status, retry_after_of(response)
            tcp.settimeout(FEED_SILENCE)
            for event, position, data in events_of(response):
                self._loop.call_soon_threadsafe(self._take, event, position, data, last)
            return "the feed has ended", 0
        except (OSError, ValueError, http.client.HTTPException) as error:
            return str(error) or type(error).__name__, 0
        finally:
            connection.close()

    def _feed_lost(self, problem):
        """Reports once, after a while, that logouts close no socket."""
        if self._delay is None:
            self._delay = self._loop.call_later(REPORT_AFTER, self._report_delay)
        self._feed_problem = problem

    def _report_delay(self):
        self._reported = True
        log.error("revocations are delayed: %s", self._feed_problem)

    def _feed_works(self):
        if self._delay is None:
            return
        self._delay.cancel()
        if self._reported:
            log.warning("revocations arrive again")
        self._delay, self._reported = None, False

    def _positions(self):
        # A copy, made in one step: the event loop changes the dictionary meanwhile.
        return [who.get("revocationPosition") for who, _, _ in list(self._sockets.values())]

    def _take(self, event, position, data, resumed_from):
        self._feed_works()
        self._position = position
        if event == "reset":
            self._reset(position)
        elif self._complete_from is None:
            self._complete_from = resumed_from or position
            for socket, (who, _, _) in list(self._sockets.items()):
                if self._is_incomplete(who):
                    self._close(socket, TRY_AGAIN_LATER, "revocations may be missing")
        if event == "revoked":
            self._revoke(position, json.loads(data)["key"])

    def _revoke(self, position, key):
        now = time.monotonic()
        self._entries = [entry for entry in self._entries if now - entry[0] < KEEP_ENTRIES] + [(now, position, key)]
        for socket in list(self._sockets_of.get(key, ())):
            who = self._sockets[socket][0]
            if position > (who.get("revocationPosition") or ""):
                log.info("session revoked: subject %s", who["subject"])
                self._close(socket, REVOKED, "session revoked")

    def _reset(self, position):
        self._complete_from = position
        log.warning("revocations may be missing: closing %d sockets", len(self._sockets))
        for socket in list(self._sockets):
            delay = random.uniform(0, RESET_SPREAD)
            self._loop.call_later(delay, self._close, socket, TRY_AGAIN_LATER, "revocations may be missing")


def error_code_of(text):
    try:
        body = json.loads(text)
    except ValueError:
        return None
    return body.get("errorCode") if isinstance(body, dict) else None


def retry_after_of(response):
    seconds = response.headers.get("Retry-After", "")
    return min(int(seconds), MAX_RETRY_AFTER) if seconds.isdecimal() else 0


def keys_of(who):
    # An older ticketd sends none.
    return who.get("revocationKeys") or []


def events_of(lines):
    """Reads Server-Sent Events: yields the name, the id and the data of each that has an id."""
    event, position, data = "message", None, []
    for line in lines:
        name, _, value = line.decode().rstrip("\r\n").partition(":")
        value = value[1:] if value.startswith(" ") else value
        if name == "event":
            event = value
        elif name == "id":
            position = value
        elif name == "data":
            data.append(value)
        elif name == "" and value == "" and not line.strip():
            if position is not None:
                yield event, position, "\n".join(data)
            event, position, data = "message", None, []


class TicketMiddleware:
    """ASGI middleware for WebSockets. HTTP requests pass unchecked.

    `app` gets WebSockets with a good ticket only, with who the client is in `scope["ticketd"]`.
    """

    def __init__(self, app, url, key, audience=None):
        self.app = app
        self.gateway = Gateway(url, key, audience)

    async def __call__(self, scope, receive, send):
        if scope["type"] == "lifespan":
            self.gateway.start()
        if scope["type"] != "websocket":
            await self.app(scope, receive, send)
            return
        tickets, origin = strip(scope)
        try:
            scope["ticketd"] = await self.gateway.redeem(tickets, origin, path_of(scope))
        except Refused as refused:
            log.warning("handshake refused: %s", refused)
            await refuse(scope, receive, send, refused)
            return
        await self._run(scope, receive, send)

    async def _run(self, scope, receive, send):
        loop = asyncio.get_running_loop()
        closing = None
        forget = None

        def close(code, reason):
            nonlocal closing
            closing = loop.create_task(send({"type": "websocket.close", "code": code, "reason": reason}))

        async def send_while_open(message):
            nonlocal forget
            # The application may not have noticed yet that its socket is closed.
            if closing:
                return
            await send(message)
            if message["type"] == "websocket.accept":
                forget = self.gateway.track(scope["ticketd"], close)

        try:
            await self.app(scope, receive, send_while_open)
        finally:
            if forget:
                forget()


def strip(scope):
    """Takes the tickets out of a scope, which servers log, and returns them with the Origin."""
    protocols = scope.get("subprotocols") or []
    tickets, query, others = take_ticket(scope["query_string"].decode("latin-1"), protocols)
    scope["query_string"] = query.encode("latin-1")
    if protocols:
        scope["subprotocols"] = others
        named = b"sec-websocket-protocol"
        headers = [(name, value) for name, value in scope["headers"] if name.lower() != named]
        scope["headers"] = headers + [(named, ", ".join(others).encode("latin-1"))]
    origins = [value.decode("latin-1") for name, value in scope["headers"] if name.lower() == b"origin"]
    return tickets, origins[0] if origins else None


def path_of(scope):
    raw = scope.get("raw_path") or quote(scope["path"])
    return raw.decode("latin-1") if isinstance(raw, bytes) else raw


async def refuse(scope, receive, send, refused):
    """Responds with the status, or, where the server cannot, accepts and closes with a code."""
    await receive()
    if "websocket.http.response" in (scope.get("extensions") or {}):
        body = json.dumps({"errorCode": refused.error_code}).encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        if refused.retry_after:
            headers.append((b"retry-after", str(refused.retry_after).encode()))
        await send({"type": "websocket.http.response.start", "status": refused.status, "headers": headers})
        await send({"type": "websocket.http.response.body", "body": body})
    else:
        # A browser fails a handshake without one of the subprotocols that it offered.
        offered = scope.get("subprotocols") or [None]
        await send({"type": "websocket.accept", "subprotocol": offered[0]})
        await send({"type": "websocket.close", "code": refused.close_code, "reason": refused.error_code})
