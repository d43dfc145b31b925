"""`/openapi.json`, and pages to read and try it at `/docs`, which need nothing from the internet."""

from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse, Response
from swagger_ui_bundle import swagger_ui_path

from chassis.errors import NotFound
from gateway.application.description import Description
from gateway.domain.openapi_3_0 import as_3_0

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        # Swagger UI sets the style attribute of elements that it makes.
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)

_FILES = {
    "swagger-ui.css": "text/css",
    "swagger-ui-bundle.js": "text/javascript",
    "favicon-32x32.png": "image/png",
}

_PAGE = """<!DOCTYPE html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Kith: the HTTP interface</title>
<link rel="icon" href="/docs/favicon-32x32.png">
<link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
<main id="swagger-ui"></main>
<noscript><p>These pages need JavaScript. The same is in <a href="/openapi.json">openapi.json</a>.</p></noscript>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
"""

_START = """"use strict";
window.ui = SwaggerUIBundle({
  url: "/docs/openapi-3.0.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  docExpansion: "none",
  validatorUrl: null,
});
"""


def docs_router(description: Description) -> APIRouter:
    router = APIRouter(include_in_schema=False)
    folder = Path(swagger_ui_path)

    @router.get("/openapi.json")
    async def openapi() -> JSONResponse:
        return JSONResponse(await description.document())

    @router.get("/docs")
    async def page() -> HTMLResponse:
        return HTMLResponse(_PAGE, headers={"Content-Security-Policy": CONTENT_SECURITY_POLICY})

    @router.get("/docs/start.js")
    async def start() -> Response:
        return Response(_START, media_type="text/javascript")

    @router.get("/docs/openapi-3.0.json")
    async def openapi_for_the_page() -> JSONResponse:
        return JSONResponse(as_3_0(await description.document()))

    @router.get("/docs/{name}")
    async def file(name: str) -> FileResponse:
        if name not in _FILES:
            raise NotFound
        return FileResponse(folder / name, media_type=_FILES[name], headers={"Cache-Control": "max-age=86400"})

    return router
