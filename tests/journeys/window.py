"""A browser window that takes note of what a page must never do."""

from __future__ import annotations

from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, Response

PHONE = 375
DESK = 1280


class Window:
    """A window on the system, signed in or not. `complaints` is empty at the end of every journey."""

    def __init__(self, context: BrowserContext, home: str) -> None:
        self.context = context
        self.home = home
        self.complaints: list[str] = []
        context.on("request", self._note_request)
        context.on("response", self._note_response)
        context.on("console", self._note_console)
        context.on("weberror", lambda fault: self.complaints.append(f"script failed: {fault.error}"))
        self.page: Page = context.new_page()

    def open(self, path: str) -> Response:
        """Type an address (a path of this system, or a whole link) and wait until the page is there."""
        answer = self.page.goto(path if "://" in path else self.home + path)
        assert answer is not None
        return answer

    @property
    def path(self) -> str:
        """Where the window is, without the host."""
        return self.page.url.removeprefix(self.home)

    @property
    def heading(self) -> str:
        """The page's first heading."""
        return " ".join(self.page.locator("h1").inner_text().split())

    @property
    def tab(self) -> str:
        """What the browser's tab says, without the site's name."""
        return self.page.title().split(" – ")[0]

    def press(self, name: str) -> None:
        """Press the button of this name."""
        self.page.get_by_role("button", name=name, exact=True).click()

    def follow(self, name: str) -> None:
        """Follow the first link in the page's own part that has these words in it."""
        self.page.locator("main").get_by_role("link", name=name).first.click()

    def too_wide_by(self) -> int:
        """How many pixels a reader has to scroll sideways; none is right."""
        return int(self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))

    def _note_request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme != "data" and f"{parts.scheme}://{parts.netloc}" != self.home:
            self.complaints.append(f"asked another host: {request.url}")

    def _note_response(self, answer: Response) -> None:
        if answer.request.resource_type == "document":
            policy = answer.headers.get("content-security-policy", "")
            if "default-src 'self'" not in policy or "unsafe" in policy:
                self.complaints.append(f"weak or no content security policy: {answer.url}: “{policy}”")
        elif answer.status >= 400 and not (answer.status == 400 and answer.url.endswith("/queue/send/")):
            self.complaints.append(f"{answer.status} for a part of a page: {answer.url}")

    def _note_console(self, said: ConsoleMessage) -> None:
        # The status of a page is its test's affair, and that of its parts is noted above.
        if said.type == "error" and not said.text.startswith("Failed to load resource"):
            self.complaints.append(f"console: {said.text}")
