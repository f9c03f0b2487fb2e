"""The built console at `/`; any other page address gets index.html, for the router in the browser."""

from __future__ import annotations

from pathlib import Path

from aiohttp import web

from web.services import SERVICES

_NOT_BUILT = """<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>12319</title>
<h1>控制台尚未构建</h1>
<p>服务正在运行，但找不到前端文件 web/console/dist。请运行 <code>make run</code>，它会构建前端。</p>
<h1>The console has not been built</h1>
<p>The server runs, but web/console/dist is missing. Run <code>make run</code>: it builds the front end.</p>
</html>"""


async def console(request: web.Request) -> web.StreamResponse:
    """A file of the build, or the page that loads it.

    Raises:
        web.HTTPNotFound: a file name that is not in the build, or a path that leaves it.
    """
    wanted = request.match_info["path"]
    if wanted.startswith("api/"):
        raise web.HTTPNotFound
    root = request.app[SERVICES].console
    index = root / "index.html"
    if not index.is_file():
        return web.Response(status=503, text=_NOT_BUILT, content_type="text/html")
    found = _inside(root, wanted)
    if found is not None:
        return _file(found, forever=wanted.startswith("assets/"))
    # A file is asked for under assets/ or at the top; `calls/a-1700000000.1` is a page, whatever its dot.
    if wanted.startswith(("api/", "assets/")) or ("." in wanted and "/" not in wanted):
        raise web.HTTPNotFound
    return _file(index, forever=False)


def _inside(root: Path, wanted: str) -> Path | None:
    if "\x00" in wanted:
        return None
    path = (root / wanted).resolve()
    return path if path.is_relative_to(root.resolve()) and path.is_file() else None


def _file(path: Path, *, forever: bool) -> web.FileResponse:
    # Names under assets/ carry a hash of their content; index.html must be asked for anew.
    age = "public, max-age=31536000, immutable" if forever else "no-cache"
    return web.FileResponse(path, headers={"Cache-Control": age})
