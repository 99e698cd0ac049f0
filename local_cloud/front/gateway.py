"""The WSGI application that receives every request for an AWS API of the local cloud.

request ─► guard of Host and Origin ─► signature verified ─► control API  (/_local_cloud/…)
                    └─► signature verified, parsed → refused? → may they? → prepared → refused? → answered, or moto
                        → observed → call log
"""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl

from local_cloud.access.authorizer import Authorizer
from local_cloud.access.credentials import Credentials
from local_cloud.call import Asker, Call, HttpRequest, Response, not_implemented
from local_cloud.constants import CONTROL_PREFIX
from local_cloud.errors import AwsError
from local_cloud.faults import ConnectionRefused, Faults
from local_cloud.front.control import CODE, HEALTH, check_owner, render_control_error
from local_cloud.front.moto_application import MotoApplication
from local_cloud.front.parsing import OVER_HTTP, parse_request
from local_cloud.front.plain_objects import is_plain_read
from local_cloud.front.required import check_body, check_required
from local_cloud.front.strangers import refuse_strangers
from local_cloud.front.verification import Verifier
from local_cloud.front.wsgi import read_request
from local_cloud.phrases import phrase
from local_cloud.rendering import render_error, render_result
from local_cloud.services import Service
from local_cloud.services.s3.outages import meet_faults

logger = logging.getLogger(__name__)

ControlHandler = Callable[[str, str, Mapping[str, str]], Response]
"""Answers the control API: method, path below `/_local_cloud/`, query."""

_FUNCTIONS = "/2015-03-31/functions/"
_CONTROLS = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_INTERNAL_ERROR = AwsError("InternalError", "We encountered an internal error. Please try again.", 500)


class Gateway:
    """WSGI application in front of moto.

    Args:
        services: The services that complete moto, by botocore's name. Requests for other services get 501.
        lock: Held while a call touches state; moto is not safe for threads.
        control: Answers requests below `/_local_cloud/`.
        log: Called once for each call, after the answer is made.
        credentials: The access keys that are known, and the secret.
        authorizer: Decides whether the caller may make a call.
        faults: The faults that a learner caused.
    """

    def __init__(
        self,
        services: Mapping[str, Service],
        *,
        lock: threading.RLock,
        control: ControlHandler,
        log: Callable[[Call, Response], None],
        credentials: Credentials,
        authorizer: Authorizer | None = None,
        faults: Faults | None = None,
    ) -> None:
        self._services = services
        self._lock = lock
        self._control = control
        self._log = log
        self._verifier = Verifier(credentials)
        self._authorizer = authorizer or Authorizer()
        self._faults = faults or Faults()
        self._moto = MotoApplication()

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one HTTP request, as WSGI defines it."""
        response = refuse_strangers(environ) or self._respond_over_http(read_request(environ))
        if response.header("Content-Length") is None:
            response.headers.append(("Content-Length", str(len(response.body))))
        headers = [(name, _printable(value)) for name, value in response.headers]
        start_response(f"{response.status} {phrase(response.status) or 'Unknown'}", headers)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [response.body]

    def respond(self, request: HttpRequest, asker: Asker = OVER_HTTP) -> Response:
        """Answer a request. Engines in this process call this, and may name themselves as the caller.

        Raises:
            ConnectionRefused: A learner's fault makes S3 in this region refuse connections.
        """
        return self._respond(request, asker, meets_faults=bool(self._faults.in_force))

    def respond_at_once(self, request: HttpRequest, asker: Asker = OVER_HTTP) -> Response | None:
        """As `respond`, but return None and do nothing if answering could wait for the lock, an engine or a fault.

        For an event loop, which must not wait. Starting a thread would take as long as a plain read.
        """
        if self._faults.in_force or not is_plain_read(request) or not self._lock.acquire(blocking=False):
            return None
        try:
            return self._respond(request, asker, meets_faults=False)
        finally:
            self._lock.release()

    def may_take_long(self, path: str) -> bool:
        """Whether a request for this path may wait for a function, the control API or a fault."""
        path = "/" + path.lstrip("/")  # the path as WSGI will have it
        return path.startswith((CONTROL_PREFIX, _FUNCTIONS)) or bool(self._faults.in_force)

    @staticmethod
    def never_waits(path: str) -> bool:
        """Whether this path is answered at once, whatever is under way: whether the cloud lives, and stop."""
        return path in (f"{CONTROL_PREFIX}health", f"{CONTROL_PREFIX}stop")

    def _respond(self, request: HttpRequest, asker: Asker, *, meets_faults: bool) -> Response:
        try:
            return self._answer(parse_request(request, self._verifier, asker), meets_faults=meets_faults)
        except AwsError as error:
            return render_error(error, error.service or "s3")
        except ConnectionRefused:
            raise
        except Exception:
            logger.exception("%s %s was not understood", request.method, request.path)
            return render_error(_INTERNAL_ERROR, "s3")

    def _respond_over_http(self, request: HttpRequest) -> Response:
        if not request.path.startswith(CONTROL_PREFIX):
            return self.respond(request)
        name = request.path.removeprefix(CONTROL_PREFIX).strip("/")
        try:
            if (request.method, name) != HEALTH:
                check_owner(request, self._verifier, by_url=(request.method, name) == CODE)
        except AwsError as error:
            return render_control_error(error)
        return self._control(request.method, name, dict(parse_qsl(request.query)))

    def _answer(self, call: Call, *, meets_faults: bool) -> Response:
        service = self._services.get(call.service)
        try:
            if service is None:  # moto's other services would act outside this process
                raise not_implemented(call)
            if meets_faults and call.service == "s3":
                meet_faults(call, self._faults)
            if call.operation in service.unlocked:
                response = self._through(service, call)
            else:
                with self._lock:
                    response = self._through(service, call)
        except AwsError as error:
            response = render_error(error, call.service)
        except ConnectionRefused:  # the service never received the call, so it isn't logged
            raise
        except Exception:
            logger.exception("%s of %s failed", call.operation, call.service)
            response = render_error(_INTERNAL_ERROR, call.service)
        self._log(call, response)
        return response

    def _through(self, service: Service, call: Call) -> Response:
        """Prepare → refuse → answer, or moto → observe. A refused call changes nothing."""
        self._authorizer.check_session(call)
        check_required(call)
        service.prepare(call)
        with call.read_only():
            service.refuse(call)
        service.authorize(call)
        self._authorizer.check(call)
        if call.service == "s3":
            check_body(call)
        if prepare := service.method("prepare", call):
            prepare(call)
        if refuse := service.method("refuse", call):
            with call.read_only():
                refuse(call)
        if answer := service.method("answer", call):
            result = answer(call)
            response = result if isinstance(result, Response) else render_result(call, result)
        elif service.owned:
            raise not_implemented(call)
        else:
            response = self._moto.ask(call)
        if response.ok and (observe := service.method("observe", call)):
            observe(call, response)
        if response.ok:
            service.observe(call)
        return response


def _printable(value: str) -> str:
    """A header's value without control characters; a line end in it would start another header."""
    value = _CONTROLS.sub(" ", value)
    return value if value.isascii() else value.encode("latin-1", "replace").decode("latin-1")
