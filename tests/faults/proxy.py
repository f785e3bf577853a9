"""A network between clients and a server that can be cut."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from omnistore.demo.stack import free_port


class Proxy:
    """Forwards every TCP connection made to `port` to `target`, until it is cut and again after it is healed."""

    def __init__(self, *, target: int) -> None:
        self.port = free_port()
        self.target = target
        self.is_cut = False
        self.writers: set[asyncio.StreamWriter] = set()

    def cut(self) -> None:
        """Break what is open and refuse what comes."""
        self.is_cut = True
        for writer in self.writers:
            writer.transport.abort()

    def heal(self) -> None:
        self.is_cut = False

    async def carry(self, client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        """One connection, both ways; when one end goes, so does the other."""
        if self.is_cut:
            to_client.transport.abort()
            return
        try:
            server, to_server = await asyncio.open_connection("127.0.0.1", self.target)
        except OSError:  # the server is down
            to_client.transport.abort()
            return
        both = {to_client, to_server}
        self.writers |= both
        ways = [asyncio.create_task(pump(client, to_server)), asyncio.create_task(pump(server, to_client))]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            for writer in both:
                writer.transport.abort()
            self.writers -= both


async def pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    """Carry bytes one way until an end is gone."""
    try:
        while data := await source.read(65536):
            sink.write(data)
            await sink.drain()
    except OSError:
        return


@asynccontextmanager
async def network_to(port: int) -> AsyncIterator[Proxy]:
    """A proxy before a server on loopback."""
    proxy = Proxy(target=port)
    server = await asyncio.start_server(proxy.carry, "127.0.0.1", proxy.port, backlog=256)
    try:
        yield proxy
    finally:
        server.close()
        proxy.cut()
        await asyncio.sleep(0.1)  # the last connections end
