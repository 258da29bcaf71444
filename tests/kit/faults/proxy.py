"""A TCP proxy between a service and its servers, to cut, to stall and to slow the network with."""

from __future__ import annotations

import asyncio
import struct
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit, urlunsplit

from tests.kit.stack.world import World

_CHUNK_BYTES = 64 * 1024
_HOST = "127.0.0.1"


class Proxy:
    """Passes bytes on in both directions, until it is switched off. Use as an asynchronous context manager."""

    def __init__(self, host: str, port: int) -> None:
        self._target = (host, port)
        self._whole = True
        self._delay_seconds = 0.0
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._connections: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, _HOST, 0)
        self.port: int = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()
        self.cut()
        await asyncio.gather(*self._connections, return_exceptions=True)

    def cut(self) -> None:
        """Ends every connection and every attempt at a new one."""
        self._whole = False
        for connection in self._connections:
            connection.cancel()

    def stall(self) -> None:
        """Connections stay open and nothing passes any more, as if a cable were pulled."""
        self._flowing.clear()

    def slow_down(self, delay_seconds: float) -> None:
        """Whatever passes, in either direction, takes so much longer."""
        self._delay_seconds = delay_seconds

    def mend(self) -> None:
        """What stalled continues, at full speed; new connections are accepted again."""
        self._whole = True
        self._delay_seconds = 0.0
        self._flowing.set()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = asyncio.current_task()
        assert connection is not None
        self._connections.add(connection)
        try:
            if self._whole:
                await self._connect(reader, writer)
        except (OSError, asyncio.CancelledError):
            pass  # either side is gone: so is the connection
        finally:
            self._connections.discard(connection)
            writer.transport.abort()

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server_reader, server_writer = await asyncio.open_connection(*self._target)
        ways = [
            asyncio.create_task(self._pass_on(reader, server_writer)),
            asyncio.create_task(self._answer(server_reader, writer)),
        ]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
            server_writer.transport.abort()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(_CHUNK_BYTES):
            await self._flowing.wait()
            if self._delay_seconds:
                await asyncio.sleep(self._delay_seconds)
            writer.write(data)
            await writer.drain()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self._pass_on(reader, writer)


class KafkaProxy(Proxy):
    """Puts itself in the broker's place in the addresses that the broker sends to its clients."""

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        host, port = self._target
        theirs, ours = (host.encode() + struct.pack(">i", number) for number in (port, self.port))
        while True:
            try:
                size = await reader.readexactly(4)
                answer = await reader.readexactly(struct.unpack(">i", size)[0])
            except asyncio.IncompleteReadError:
                return
            await self._flowing.wait()
            writer.write(size + answer.replace(theirs, ours))
            await writer.drain()


def database_proxy(world: World, service: str) -> Proxy:
    parts = urlsplit(world.databases[service])
    return Proxy(str(parts.hostname), parts.port or 5432)


def database_url_through(proxy: Proxy, world: World, service: str) -> str:
    """The service's own URL, leading through the proxy."""
    parts = urlsplit(world.databases[service])
    who = parts.netloc.rpartition("@")[0]
    return urlunsplit(parts._replace(netloc=f"{who}@{_HOST}:{proxy.port}"))


def kafka_proxy(world: World) -> KafkaProxy:
    host, _, port = world.kafka.bootstrap_servers.partition(":")
    return KafkaProxy(host, int(port))
