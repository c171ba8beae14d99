"""The lab inside a page of another site: what cannot work there is said, and how it does work."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

APP = Path(__file__).parent / "apps" / "framed_app.py"
PATIENCE = 60_000
FILE = {"name": "a.txt", "mimeType": "text/plain", "buffer": b"hello"}


@pytest.fixture
def frame(server, tab):
    """A page of the site "localhost" with the lab of the site "127.0.0.1" in a frame."""
    inside = f'<iframe src="{server(APP)}&x=1" width="900" height="700"></iframe>'.encode()

    class Course(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(inside)

        def log_message(self, *said):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Course) as course:
        threading.Thread(target=course.serve_forever, daemon=True).start()
        page = tab(fresh=True)
        page.goto(f"http://localhost:{course.server_port}/course")
        yield page.frame_locator("iframe")
        course.shutdown()


def test_in_a_frame_of_another_site_uploads_are_said_not_to_work(frame, server):
    frame.get_by_text("came: nothing").wait_for(timeout=PATIENCE)
    assert frame.get_by_text("Open the lab in its own tab").count() == 1
    link = frame.get_by_role("link", name="Open in a tab")
    assert link.evaluate("(e) => e.href") == f"{server(APP)}&x=1" and link.get_attribute("target") == "_blank"


def test_in_a_tab_of_its_own_a_file_comes(server, tab):
    page = tab(fresh=True)
    page.goto(server(APP))
    page.get_by_text("came: nothing").wait_for(timeout=PATIENCE)
    assert page.get_by_text("Open the lab in its own tab").count() == 0
    page.locator("input[type=file]").set_input_files(FILE)
    page.get_by_text("came: hello").wait_for(timeout=PATIENCE)
