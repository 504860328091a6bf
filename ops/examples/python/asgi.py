"""Starlette behind the middleware: uvicorn asgi:app"""

import os

from starlette.applications import Starlette
from starlette.routing import WebSocketRoute

from ticketd import TicketMiddleware


async def chat(socket):
    await socket.accept(subprotocol="chat" if "chat" in socket["subprotocols"] else None)
    subject = socket["ticketd"]["subject"]
    print(subject, "opened", socket.url, flush=True)
    await socket.send_text("Hello, " + subject)
    async for _ in socket.iter_text():
        pass


app = TicketMiddleware(
    Starlette(routes=[WebSocketRoute("/", chat)]),
    url=os.environ["TICKETD_URL"],
    key=os.environ["GATEWAY_KEY"],
    audience="chat",
)
