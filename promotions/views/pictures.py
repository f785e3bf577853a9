"""Pictures as the browser asks for them."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from promotions.selectors.pictures import bytes_kept, picture_for


@require_safe
@cache_control(private=True, max_age=86_400, immutable=True)
def picture(request: HttpRequest, sha256: str) -> HttpResponse:
    """A picture of a promotion, for those who may see it; its address says what is in it, so it never changes."""
    found = picture_for(request.user, sha256=sha256)
    if found is None:
        raise Http404
    return jpeg_response(found.file)


def jpeg_response(file: Any) -> HttpResponse:
    """A JPEG that we wrote, as nothing but a picture; 404 where the file is gone."""
    content = bytes_kept(file)
    if content is None:
        raise Http404
    response = HttpResponse(content, content_type="image/jpeg")
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
