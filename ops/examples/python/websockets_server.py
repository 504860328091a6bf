"""A server of the package `websockets`: python3 websockets_server.py"""

import asyncio
import logging
import os
from http import HTTPStatus

# In every version since 10.
from websockets.legacy.server import WebSocketServerProtocol, serve

from ticketd import Gateway, Refused, take_ticket

gateway = Gateway(os.environ["TICKETD_URL"], os.environ["GATEWAY_KEY"], audience="chat")


class TicketProtocol(WebSocketServerProtocol):
    async def process_request(self, path, headers):
        target, _, query = path.partition("?")
        offered = ", ".join(headers.get_all("Sec-WebSocket-Protocol")).split(",")
        tickets, query, others = take_ticket(query, [protocol.strip() for protocol in offered if protocol.strip()])
        self.path = target + ("?" + query if query else "")
        if "Sec-WebSocket-Protocol" in headers:
            del headers["Sec-WebSocket-Protocol"]
        if others:
            headers["Sec-WebSocket-Protocol"] = ", ".join(others)
        try:
            self.who = await gateway.redeem(tickets, headers.get("Origin"), target)
        except Refused as refused:
            retry = [("Retry-After", str(refused.retry_after))] if refused.retry_after else []
            return HTTPStatus(refused.status), retry, b""
        return None


async def chat(socket):
    loop = asyncio.get_running_loop()
    forget = gateway.track(socket.who, lambda code, reason: loop.create_task(socket.close(code, reason)))
    logging.info("%s opened %s", socket.who["subject"], socket.path)
    try:
        await socket.send("Hello, " + socket.who["subject"])
        await socket.wait_closed()
    finally:
        forget()


async def main():
    logging.basicConfig(level=logging.INFO)
    gateway.start()
    port = int(os.environ["PORT"])
    async with serve(chat, "127.0.0.1", port, create_protocol=TicketProtocol, subprotocols=["chat"]):
        await asyncio.Future()


asyncio.run(main())
