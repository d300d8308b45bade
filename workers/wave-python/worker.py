"""A worker in plain Python, without an SDK: what any language needs in order to take part in a session.

It answers HTTP-JSON at $MUSTER_BIND, registers once, and from then on does only what carries its accept token.
"""

import hmac
import json
import os
import queue
import signal
import sys
import threading
import time
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

sys.dont_write_bytecode = True
from string_wave import WrongInput, simulate  # noqa: E402

MAX_BODY_BYTES = 1024 * 1024
MAX_DISCARDED_BYTES = 8 * MAX_BODY_BYTES
MAX_QUEUED = 100
REGISTER_TIMEOUT_SECONDS = 30
ACTIONS = {"simulate": simulate}


class Problem(Exception):
    """An answer other than success, as application/problem+json."""

    def __init__(self, status, code, detail, **members):
        super().__init__(detail)
        self.status = status
        self.document = {"type": f"https://muster.dev/errors/{code}", "title": code, "status": status, "code": code, "detail": detail, **members}


class Worker:
    """The state of this one incarnation."""

    def __init__(self, environment):
        self.session = environment["MUSTER_SESSION_ID"]
        self.incarnation = int(environment["MUSTER_INCARNATION"])
        self.control_url = environment["MUSTER_CONTROL_URL"]
        self.join_token = environment["MUSTER_TOKEN"]
        self.host, port = environment["MUSTER_BIND"].rsplit(":", 1)
        self.port = int(port)
        self.advertise = environment.get("MUSTER_ADVERTISE")
        self.accept_token = None
        self.epoch = 0
        self.view = 0
        self.ready = False
        self.peers = []
        self.ended = threading.Event()
        self.lock = threading.Lock()
        self.waiting = queue.Queue(MAX_QUEUED)

    def register(self, address):
        """Exchanges the join token for the accept token; it is good only once."""
        request = urllib.request.Request(
            f"{self.control_url}/register",
            data=json.dumps({"address": address}).encode(),
            headers={"Content-Type": "application/json", "Authorization": f"Bearer {self.join_token}"},
            method="POST",
        )
        deadline = time.monotonic() + REGISTER_TIMEOUT_SECONDS
        pause = 0.1
        while True:
            try:
                with urllib.request.urlopen(request, timeout=5) as answer:
                    self.accept_token = json.load(answer)["acceptToken"]
                self.join_token = ""
                return
            except urllib.error.HTTPError as error:
                if error.code < 500 or time.monotonic() > deadline:
                    raise
            except OSError:
                if time.monotonic() > deadline:
                    raise
            time.sleep(pause)
            pause = min(2.0, 2 * pause)

    def admit(self, headers):
        """Only this session's callers, and nothing of an older epoch or meant for another incarnation."""
        if self.accept_token is None:
            raise Problem(503, "not-ready", "the worker has not registered yet")
        expected = f"Bearer {self.accept_token}".encode()
        if not hmac.compare_digest(headers.get("Authorization", "").encode(), expected):
            raise Problem(401, "not-authenticated", "the call does not carry this worker's accept token")
        with self.lock:
            seen = {"epoch": self.epoch, "incarnation": self.incarnation}
            current = (
                headers.get("x-muster-session") == self.session
                and headers.get("x-muster-incarnation") == str(self.incarnation)
                and _integer(headers, "x-muster-epoch") >= self.epoch
            )
        if not current:
            raise Problem(409, "stale", "another session, an older epoch or another incarnation is meant", seen=seen)

    def init(self, body):
        self._obey(body)
        self.ready = True
        return 200, {}

    def run(self, body):
        self._obey(body)
        with self.lock:
            if body.get("view", 0) > self.view:
                self.view, self.peers = body["view"], body.get("peers", [])
        return 200, {}

    def execute(self, body):
        return 200, {"body": self._perform(body)}

    def enqueue(self, body):
        self._action(body)
        try:
            self.waiting.put_nowait(body)
        except queue.Full:
            raise Problem(429, "queue-full", f"{MAX_QUEUED} requests wait already") from None
        return 202, {}

    def shutdown(self, _body):
        self.ended.set()
        return 200, {}

    def work_off(self):
        """Does what was queued, in order, one after the other."""
        while True:
            body = self.waiting.get()
            try:
                self._perform(body)
                log("done", action=body["action"], id=body.get("id"))
            except Problem as problem:
                log("failed", action=body["action"], id=body.get("id"), reason=str(problem))

    def _obey(self, body):
        with self.lock:
            self.epoch = max(self.epoch, int(body.get("epoch", 0)))
            self.control_url = body.get("controlUrl") or self.control_url

    def _action(self, body):
        if not self.ready:
            raise Problem(503, "not-ready", "the worker is not initialised")
        action = ACTIONS.get(body.get("action"))
        if action is None:
            raise Problem(404, "unknown-action", f"there is no action {body.get('action')!r}; there are: {', '.join(ACTIONS)}")
        return action

    def _perform(self, body):
        arguments = body.get("body") if body.get("body") is not None else {}
        action = self._action(body)
        if not isinstance(arguments, dict):
            raise Problem(400, "invalid-request", "body must be an object")
        try:
            return action(arguments)
        except WrongInput as error:
            errors = [{"member": error.member, "reason": error.reason}]
            raise Problem(400, "invalid-request", str(error), errors=errors) from error


def handler_for(worker):
    posts = {
        "/v1/init": worker.init,
        "/v1/run": worker.run,
        "/v1/execute": worker.execute,
        "/v1/queue": worker.enqueue,
        "/v1/shutdown": worker.shutdown,
    }

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 30

        def do_GET(self):
            if self.path == "/health/live" or (self.path == "/health/ready" and worker.ready):
                self.reply(200, {"status": "ok"})
            elif self.path == "/health/ready":
                self.refuse(Problem(503, "not-ready", "the worker is not initialised"))
            else:
                self.refuse(Problem(404, "not-found", f"there is no GET {self.path}"))

        def do_POST(self):
            self.is_read = False
            try:
                post = posts.get(self.path)
                if post is None:
                    raise Problem(404, "not-found", f"there is no POST {self.path}")
                worker.admit(self.headers)
                self.reply(*post(self.read_body()))
            except Problem as problem:
                self.refuse(problem)
            except Exception as error:
                log("an action failed", error=repr(error))
                self.refuse(Problem(500, "action-failed", "the action failed; the log of the worker says why"))

        def read_body(self):
            length = _integer(self.headers, "Content-Length")
            if length > MAX_BODY_BYTES:
                raise Problem(413, "body-too-large", f"at most {MAX_BODY_BYTES} bytes are read")
            self.is_read = True
            try:
                body = json.loads(self.rfile.read(length))
            except ValueError as error:
                raise Problem(400, "malformed-json", str(error)) from error
            if not isinstance(body, dict):
                raise Problem(400, "invalid-request", "the body must be an object")
            return body

        def refuse(self, problem):
            self.close_connection = True
            if self.command == "POST" and not self.is_read:
                self.discard_body()
            self.reply(problem.status, problem.document, "application/problem+json")

        def discard_body(self):
            """A connection that is closed with bytes unread may lose the answer on its way; but nobody can keep us reading."""
            length = self.headers.get("Content-Length", "")
            left = min(int(length), MAX_DISCARDED_BYTES) if length.isdecimal() else 0
            while left > 0:
                chunk = self.rfile.read(min(left, 65536))
                left -= len(chunk) if chunk else left

        def reply(self, status, document, content_type="application/json"):
            content = json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(content)))
            if self.close_connection:
                self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format, *arguments):
            """Every request in the log would drown what matters."""

    return Handler


def _integer(headers, name):
    value = headers.get(name, "")
    if not value.isdecimal() or len(value) > 15:
        raise Problem(400, "invalid-request", f"the header {name} must be an integer")
    return int(value)


def log(message, **members):
    print(json.dumps({"message": message, **members}), flush=True)


def main():
    worker = Worker(os.environ)
    os.environ.pop("MUSTER_TOKEN", None)
    signal.signal(signal.SIGTERM, lambda *_: worker.ended.set())
    server = ThreadingHTTPServer((worker.host, worker.port), handler_for(worker))
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    threading.Thread(target=worker.work_off, daemon=True).start()
    address = worker.advertise or f"http://{worker.host}:{server.server_port}"
    try:
        worker.register(address)
    except (OSError, ValueError, KeyError) as error:
        log("could not register", error=repr(error))
        return 69
    log("registered", address=address)
    worker.ended.wait()
    # The answer to the call that ended us still leaves.
    time.sleep(0.05)
    log("ended")
    return 0


if __name__ == "__main__":
    sys.exit(main())
