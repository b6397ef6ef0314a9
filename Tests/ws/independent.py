#!/usr/bin/python3
"""An echo server of another make: the `websockets` library (Debian's python3-websockets). Prints its port."""
import asyncio, websockets


async def echo(socket):
    async for message in socket:
        await socket.send(message)


async def main():
    async with websockets.serve(echo, "127.0.0.1", 0, ping_interval=0.2, ping_timeout=1) as server:
        print(server.sockets[0].getsockname()[1], flush=True)
        await asyncio.Future()


asyncio.run(main())
