"""Pictures of promotions: handed in once, named by revisions, shown to the stores that have the offer."""

from http import HTTPStatus
from typing import Any

from django.http import Http404, HttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from inventory.api.documentation import PROBLEMS, ProblemSerializer
from inventory.api.files import FILE_BODY, file_in
from promotions.api.access import OnlyMerchandisers, member_of
from promotions.selectors.pictures import bytes_kept, picture_for
from promotions.services.photos import bytes_of
from promotions.services.pictures import keep_picture


class PictureSerializer(serializers.Serializer[Any]):
    picture = serializers.CharField(help_text="What a revision says as its `picture`.")


class PictureListView(APIView):
    permission_classes = (IsAuthenticated, OnlyMerchandisers)

    @extend_schema(
        operation_id="pictures_create",
        tags=["promotions"],
        request=FILE_BODY,
        responses={
            201: PictureSerializer,
            200: OpenApiResponse(PictureSerializer, "This very picture was here already."),
            403: ProblemSerializer,
            **PROBLEMS,
        },
    )
    def post(self, request: Request) -> Response:
        """Hand in a JPEG, PNG or WebP of at most 8 MB. It is kept as a JPEG of at most 800 pixels, nothing else."""
        stream, _name = file_in(request._request, query=request.query_params)
        content = bytes_of(stream, field="picture")
        picture, is_new = keep_picture(content=content, by=member_of(request), now=timezone.now())
        return Response({"picture": picture.sha256}, status=HTTPStatus.CREATED if is_new else HTTPStatus.OK)


class PictureView(APIView):
    @extend_schema(
        operation_id="pictures_read",
        tags=["promotions"],
        responses={(200, "image/jpeg"): OpenApiTypes.BINARY, **PROBLEMS},
    )
    def get(self, request: Request, sha256: str) -> HttpResponse:
        """A picture of an offer that you see."""
        found = picture_for(member_of(request), sha256=sha256)
        content = bytes_kept(found.file) if found else None
        if content is None:
            raise Http404
        return HttpResponse(content, content_type="image/jpeg")
