"""Importing the city from GeoJSON (导入): looked at first, then put in as a whole."""

from __future__ import annotations

from http import HTTPMethod

from core.errors import InvalidError
from ticketing.places.geojson import What
from ticketing.places.importing import import_text
from web.api.places import KEEPERS
from web.api.route import Answer, Ask, Asked, Routes
from web.guard import GEOJSON, TooLargeError

routes = Routes("places-import")

#: A register of 50,000 components; what is larger goes in at the machine (`hotline places import`).
MOST_BYTES = 16 * 1024 * 1024


class PlacesImportQuery(Asked):
    #: places (区划与网格), parts (部件), landmarks (地名)
    what: What
    #: False: only tell what would be.
    apply: bool = False


class PlacesImportAnswer(Answer):
    added: int
    changed: int
    same: int
    applied: bool


@routes.add(
    HTTPMethod.POST,
    "/places/import",
    "Tell what a GeoJSON file would change, or carry it out: all of it or nothing (导入地点)",
    roles=KEEPERS,
    takes=GEOJSON,
    errors=(413, 422),
)
async def import_file(ask: Ask, query: PlacesImportQuery) -> PlacesImportAnswer:
    services = ask.services
    put = await import_text(
        services.sessions,
        await _uploaded(ask),
        query.what,
        actor=ask.account,
        address=ask.address,
        clock=services.clock,
        only_check=not query.apply,
    )
    return PlacesImportAnswer(added=put.added, changed=put.changed, same=put.same, applied=query.apply)


async def _uploaded(ask: Ask) -> str:
    """The text of the body.

    Raises:
        TooLargeError: more than 16 MiB.
        InvalidError: it is not UTF-8.
    """
    data = bytearray()
    async for piece in ask.request.content.iter_chunked(1 << 16):
        data += piece
        if len(data) > MOST_BYTES:
            raise TooLargeError(
                f"文件过大：最多 {MOST_BYTES >> 20} MB；更大的请在服务器上用 hotline places import 导入。"
            )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InvalidError("文件有误", fields={"file": "不是 UTF-8 文本"}) from None
