"""The one entrance to the AWS APIs of the local cloud: a WSGI application.

request ─► Host guard ─► control API  (/_local_cloud/…)
                    └─► operation layer: refuse → answer, or moto → observe → call log
"""

from __future__ import annotations

import functools
import io
import logging
import threading
from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

from moto.server import DomainDispatcherApplication, create_backend_app

from local_cloud.call import Call, Response
from local_cloud.control import PREFIX
from local_cloud.errors import AwsError
from local_cloud.protocol import PRINCIPAL_KEY, render_error, render_result, understand
from local_cloud.services import Service

logger = logging.getLogger(__name__)

ControlHandler = Callable[[str, str, Mapping[str, str]], Response]
"""Answers the control API: method, path below `/_local_cloud/`, query."""


class MotoApplication(DomainDispatcherApplication):
    """moto's own WSGI application, which looks up a host's service once instead of on every request."""

    def __init__(self) -> None:
        super().__init__(create_backend_app)
        self.get_backend_for_host = functools.lru_cache(4096)(super().get_backend_for_host)  # type: ignore[method-assign]


class Gateway:
    """WSGI application in front of moto.

    Args:
        services: The services that complete moto, by botocore's name.
        lock: Held while a call touches state; moto is not safe for threads.
        control: Answers requests below `/_local_cloud/`.
        log: Called once a call, after it was answered.
    """

    def __init__(
        self,
        services: Mapping[str, Service],
        *,
        lock: threading.RLock,
        control: ControlHandler,
        log: Callable[[Call, Response], None],
    ) -> None:
        self._services = services
        self._lock = lock
        self._control = control
        self._log = log
        self._moto = MotoApplication()

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        environ.pop(PRINCIPAL_KEY, None)  # only `respond` may be told who asks
        response = self.respond(environ)
        response.set_header("Content-Length", response.header("Content-Length") or str(len(response.body)))
        start_response(f"{response.status} {HTTPStatus(response.status).phrase}", response.headers)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [response.body]

    def respond(self, environ: dict[str, Any], *, principal: str | None = None) -> Response:
        """Answer a request; the way in for engines in this process, which may say who they are."""
        if principal:
            environ[PRINCIPAL_KEY] = principal
        environ.setdefault("RAW_URI", environ.get("REQUEST_URI", ""))
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = io.BytesIO(body)
        path = environ.get("PATH_INFO", "")
        if path.startswith(PREFIX):
            query = dict(parse_qsl(environ.get("QUERY_STRING", "")))
            return self._control(environ["REQUEST_METHOD"], path.removeprefix(PREFIX), query)
        try:
            call = understand(environ, body)
        except AwsError as error:
            return render_error(error, "s3")
        response = self._answer(call)
        self._log(call, response)
        return response

    def _answer(self, call: Call) -> Response:
        service = self._services.get(call.service) or Service()
        try:
            if call.operation in service.unlocked:
                return self._through(service, call)
            with self._lock:
                return self._through(service, call)
        except AwsError as error:
            return render_error(error, call.service)
        except Exception:
            logger.exception("%s %s failed", call.service, call.operation)
            return render_error(
                AwsError("InternalError", "We encountered an internal error. Please try again.", 500), call.service
            )

    def _through(self, service: Service, call: Call) -> Response:
        """Refuse → answer, or moto → observe."""
        service.refuse(call)
        if refuse := service.method("refuse", call):
            refuse(call)
        if answer := service.method("answer", call):
            result = answer(call)
            response = result if isinstance(result, Response) else render_result(call, result)
        elif service.owned:
            raise AwsError("NotImplemented", f"The local cloud does not do {call.operation} of {call.service}.", 501)
        else:
            response = self._ask_moto(call)
        if response.ok and (observe := service.method("observe", call)):
            observe(call, response)
        return response

    def _ask_moto(self, call: Call) -> Response:
        call.environ["wsgi.input"] = io.BytesIO(call.body)
        answered: list[Any] = []
        application = self._moto.get_application(call.environ)
        body = application(call.environ, lambda status, headers, *_: answered.extend((status, headers)))
        return Response.from_wsgi(*answered, body)
