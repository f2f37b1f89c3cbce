"""Opens pages in headless Chromium, for tests: what the DOM is after the page's scripts ran, and pictures.

Any of Debian's chromium packages will do (scripts/setup.sh plugins installs one).
"""

import html.parser
import pathlib
import shutil
import subprocess

_NAMES = ("chromium", "chromium-headless-shell", "google-chrome")


def path():
    """The path of a browser, or None."""
    found = (shutil.which(name) for name in _NAMES)
    return next((path for path in found if path), None)


def _run(url, folder, *options):
    command = [path(), "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run",
               f"--user-data-dir={folder}/profile", "--virtual-time-budget=8000", *options, url]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=True).stdout


class _Dom(html.parser.HTMLParser):
    """Every element as (tag, attributes), and the text of those with an id."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.texts, self._open = [], {}, []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.elements.append((tag, attributes))
        if tag not in ("meta", "input", "link", "br", "img"):
            self._open.append((tag, attributes.get("id")))

    def handle_endtag(self, tag):
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data):
        for _, name in self._open:
            if name:
                self.texts[name] = self.texts.get(name, "") + data


def dom(page, folder, fragment="", script=""):
    """The page after its scripts; `script` runs behind them, in a copy."""
    page = pathlib.Path(page)
    if script:
        copy = pathlib.Path(folder) / "probe.html"
        copy.write_text(page.read_text().replace("</body>", f"<pre id='probe'></pre><script>{{{script}}}</script></body>"))
        page = copy
    return _Dom(_run(page.resolve().as_uri() + fragment, folder, "--dump-dom"))


def screenshot(page, picture, folder, size=(1400, 900), fragment="", dark=False):
    options = ["--blink-settings=preferredColorScheme=0"] if dark else []
    _run(pathlib.Path(page).resolve().as_uri() + fragment, folder, f"--screenshot={picture}",
         f"--window-size={size[0]},{size[1]}", *options)
