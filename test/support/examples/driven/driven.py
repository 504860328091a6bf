"""Redeems and tracks as standard input says: `redeem TICKET`, then `track` for the oldest redeemed ticket."""

import asyncio
import os
import sys

from ticketd import Gateway, Refused


async def main():
    gateway = Gateway(os.environ["TICKETD_URL"], os.environ["GATEWAY_KEY"])
    gateway.start()
    loop = asyncio.get_running_loop()
    redeemed = []
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        command, *arguments = line.split()
        if command == "redeem":
            try:
                redeemed.append(await gateway.redeem(arguments, None, "/", "same-origin", "app.example"))
                print("redeemed", flush=True)
            except Refused as refused:
                print("refused", refused.status, flush=True)
        else:
            who = redeemed.pop(0)
            print("tracked", flush=True)
            gateway.track(who, lambda code, reason: print("closed", code, flush=True))


asyncio.run(main())
