"""Part of scripts/test-graph: makes the stores, and uses the pages in a headless Chromium through its debugging pipe."""

import base64
import json
import os
import subprocess
import sys
import time
from html import escape

PATIENCE = 60
LABELS = ["red", "orange", "yellow", "green", "gray", "blue", "purple", "black"]
HOSTILE = "</script><img src=x onerror=\"window.hostile=1\"><svg onload='window.hostile=1'>"


def vm(element, **attributes):
    pairs = " ".join(f'{name}="{escape(str(value))}"' for name, value in attributes.items())
    return f"  <{element} {pairs}/>"


def full_store():
    """As many VMs as a store can hold, in the manner of one that has grown over years."""
    lines = ['<QubesVmCollection default_netvm="12" default_template="1">']
    for qid, name in enumerate(["fedora-23", "fedora-23-minimal", "debian-8", "whonix-gw", "whonix-ws"], 1):
        lines.append(vm("QubesTemplateVm", qid=qid, name=name, label="black", uses_default_netvm=True))
    lines.append(vm("QubesNetVm", qid=10, name="sys-net", label="red", netid=1, template_qid=1,
                    pcidevs="['00:19.0', '03:00.0']"))
    lines.append(vm("QubesNetVm", qid=11, name="sys-usb", label="red", netid=2, template_qid=1, pcidevs="['00:1d.0']"))
    for qid, name, netvm in [(12, "sys-firewall", 10), (13, "sys-vpn", 12), (14, "sys-whonix", 12), (15, "sys-lab", 10)]:
        lines.append(vm("QubesProxyVm", qid=qid, name=name, label="green", netid=qid, template_qid=4 if qid == 14 else 1,
                        netvm_qid=netvm))
    themes = ["work", "personal", "project", "customer", "banking", "untrusted", "build", "mail", "anon", "lab"]
    qids = [qid for qid in range(6, 254) if not 10 <= qid <= 15]
    for number, qid in enumerate(qids):
        theme = themes[number % len(themes)]
        attributes = dict(qid=qid, name=f"{theme}-{number // len(themes) + 1:02}", label=LABELS[number % len(themes) % 8],
                          template_qid=5 if theme == "anon" else 1 + number % 3)
        if theme == "banking":
            attributes.update(uses_default_netvm=False, netvm_qid="none")
        elif theme in ("anon", "customer", "lab"):
            attributes.update(uses_default_netvm=False, netvm_qid={"anon": 14, "customer": 13, "lab": 15}[theme])
        else:
            attributes.update(uses_default_netvm=True)
        lines.append(vm("QubesAppVm", **attributes))
    return "\n".join(lines + ["</QubesVmCollection>", ""])


def hostile_store():
    return "\n".join([
        "<QubesVmCollection>",
        vm("QubesNetVm", qid=1, name=HOSTILE, label="red", netid=1, pcidevs="['00:19.0']"),
        vm("QubesAppVm", qid=2, name="plain", label="blue", netvm_qid=1, uses_default_netvm=False,
           kernelopts=HOSTILE, uses_default_kernelopts=False, default_user="]]>--><!--"),
        vm("QubesAppVm", qid=3, name="lost", label="blue", netvm_qid=HOSTILE, uses_default_netvm=False),
        "</QubesVmCollection>", ""])


def write_stores(directory):
    for name, text in (("full", full_store()), ("hostile", hostile_store())):
        place = os.path.join(directory, name, "var", "lib", "qubes")
        os.makedirs(place)
        with open(os.path.join(place, "qubes.xml"), "w", encoding="ascii") as out:
            out.write(text)


class Browser:
    """Chromium at the other end of two pipes: texts of JSON, each ended by a zero byte."""

    def __init__(self, profile):
        read_command, self.commands = os.pipe()
        self.answers, write_answer = os.pipe()
        command = ["chromium", "--headless=new", "--disable-gpu", "--no-first-run", "--disable-extensions",
                   f"--user-data-dir={profile}", "--remote-debugging-pipe", "about:blank"]
        if os.geteuid() == 0:
            command.insert(1, "--no-sandbox")

        def descriptors():
            # Beyond 3 and 4 first: either may be one of the four.
            inner = os.dup2(read_command, 100)
            outer = os.dup2(write_answer, 101)
            os.dup2(inner, 3)
            os.dup2(outer, 4)

        self.process = subprocess.Popen(command, preexec_fn=descriptors, close_fds=False,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(read_command)
        os.close(write_answer)
        self.buffer = b""
        self.last = 0
        self.events = []
        self.session = None
        targets = self.call("Target.getTargets")["targetInfos"]
        page = next(target["targetId"] for target in targets if target["type"] == "page")
        self.session = self.call("Target.attachToTarget", targetId=page, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(domain + ".enable")
        self.call("Emulation.setDeviceMetricsOverride", width=1600, height=1000, deviceScaleFactor=1, mobile=False)

    def message(self):
        while b"\0" not in self.buffer:
            piece = os.read(self.answers, 1 << 16)
            if not piece:
                raise SystemExit("test-graph: Chromium ended early")
            self.buffer += piece
        text, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(text)

    def call(self, method, **parameters):
        self.last += 1
        request = {"id": self.last, "method": method, "params": parameters}
        if self.session is not None:
            request["sessionId"] = self.session
        os.write(self.commands, json.dumps(request).encode() + b"\0")
        while True:
            message = self.message()
            if message.get("id") == self.last:
                if "error" in message:
                    raise SystemExit(f"test-graph: {method}: {message['error']}")
                return message["result"]
            self.events.append(message)

    def load(self, path):
        self.events.clear()
        self.call("Page.navigate", url="file://" + path)
        end = time.monotonic() + PATIENCE
        while not self.evaluate("document.readyState === 'complete' && location.protocol === 'file:'"):
            if time.monotonic() > end:
                raise SystemExit(f"test-graph: {path} does not load")
            time.sleep(0.1)

    def evaluate(self, expression):
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        if "exceptionDetails" in result:
            raise SystemExit(f"test-graph: {expression}: {result['exceptionDetails']}")
        return result["result"].get("value")

    def mouse(self, kind, x, y, **more):
        self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, **more)

    def click(self, x, y):
        self.mouse("mousePressed", x, y, button="left", clickCount=1)
        self.mouse("mouseReleased", x, y, button="left", clickCount=1)

    def key(self, key):
        for kind in ("keyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key=key, code=key)

    def centre(self, selector):
        return self.evaluate(f"(() => {{ const b = document.querySelector({json.dumps(selector)})"
                             ".getBoundingClientRect(); return [b.x + b.width / 2, b.y + b.height / 2]; })()")

    def close(self):
        self.session = None
        self.call("Browser.close")
        self.process.wait(PATIENCE)


def expect(what, wanted, found):
    if wanted != found:
        raise SystemExit(f"test-graph: {what}: {found!r} instead of {wanted!r}")
    print(f"test-graph: ok: {what}", file=sys.stderr)


def expect_quiet(browser, what):
    """Neither an error nor a line on the console nor a request but that for the page itself."""
    loud = [event for event in browser.events
            if event["method"] in ("Runtime.exceptionThrown", "Log.entryAdded", "Runtime.consoleAPICalled")]
    asked = [event["params"]["request"]["url"] for event in browser.events
             if event["method"] == "Network.requestWillBeSent"]
    expect(f"{what}: nothing on the console", [], loud)
    expect(f"{what}: nothing loaded but the page", 0,
           len([url for url in asked if not url.startswith("data:") and not url.endswith(".html")]))


def transform(browser):
    text = browser.evaluate("document.getElementById('scene').getAttribute('transform')")
    place, scale = text.replace("translate(", "").split(") scale(")
    x, y = place.split(" ")
    return float(x), float(y), float(scale.rstrip(")"))


def check_full(browser, directory, screenshot):
    browser.load(os.path.join(directory, "full-netvm.html"))
    expect("253 VMs and dom0", 254, browser.evaluate("document.querySelectorAll('.node.vm').length"))
    expect("all of them are seen", True, browser.evaluate(
        "Array.from(document.querySelectorAll('.node')).every(n => { const b = n.getBoundingClientRect();"
        " return b.left >= 0 && b.top >= 0 && b.right <= innerWidth && b.bottom <= innerHeight; })"))

    _, _, before = transform(browser)
    browser.mouse("mouseWheel", 800, 500, deltaX=0, deltaY=-400)
    _, _, after = transform(browser)
    expect("the wheel makes it larger", True, after > before * 1.5)
    browser.click(*browser.centre("#out"))
    expect("the button makes it smaller", True, abs(transform(browser)[2] - after * 0.8) < 1e-6)

    x, y, scale = transform(browser)
    browser.mouse("mousePressed", 700, 900, button="left", clickCount=1)
    browser.mouse("mouseMoved", 750, 870, button="left", buttons=1)
    browser.mouse("mouseReleased", 750, 870, button="left", clickCount=1)
    moved = transform(browser)
    expect("dragging moves it", (50.0, -30.0, True),
           (round(moved[0] - x, 3), round(moved[1] - y, 3), moved[2] == scale))
    expect("dragging shows no details", True, browser.evaluate("document.getElementById('details').hidden"))

    browser.click(*browser.centre("#search"))
    browser.call("Input.insertText", text="PERSONAL-1")
    expect("the search finds them all, in any case", "10",
           browser.evaluate("document.getElementById('found').textContent"))
    expect("and marks them", ["personal-10", "personal-19"], browser.evaluate(
        "(() => { const n = Array.from(document.querySelectorAll('.node.hit .name')).map(t => t.textContent);"
        " return [n[0], n[n.length - 1]]; })()"))
    first = browser.centre(".node.hit .box")
    expect("the first is in the middle", True, abs(first[0] - 800) < 2 and transform(browser)[2] >= 1)
    browser.key("Enter")
    expect("Enter goes to the next", True, browser.centre(".node.hit .box") != first)

    browser.evaluate("document.getElementById('search').value = ''; document.getElementById('search')"
                     ".dispatchEvent(new Event('input')); document.getElementById('fit').click()")
    chosen = browser.evaluate("Array.from(document.querySelectorAll('.node')).find("
                              "n => n.querySelector('.name').textContent === 'personal-12').dataset.node")
    browser.click(*browser.centre(f'.node[data-node="{chosen}"] .name'))
    expect("a click shows the details", [False, "personal-12"], browser.evaluate(
        "[document.getElementById('details').hidden, document.querySelector('#details h2').textContent]"))
    expect("with the properties", "sys-firewall", browser.evaluate(
        "Array.from(document.querySelectorAll('#details tr')).find(r => r.cells[0].textContent === 'netvm')"
        ".cells[1].textContent"))
    if screenshot:
        browser.mouse("mouseWheel", 0, 0, deltaX=0, deltaY=-200)
        time.sleep(0.5)
        picture = base64.b64decode(browser.call("Page.captureScreenshot", format="png")["data"])
        with open(screenshot, "wb") as out:
            out.write(picture)
    browser.key("Escape")
    expect("Escape closes them", True, browser.evaluate("document.getElementById('details').hidden"))
    expect_quiet(browser, "full")
    for by, count in (("template", 254), ("device", 6)):
        browser.load(os.path.join(directory, f"full-{by}.html"))
        expect(f"by {by}", count, browser.evaluate("document.querySelectorAll('.node').length"))
        expect_quiet(browser, by)


def check_hostile(browser, directory):
    for by in ("netvm", "template", "device"):
        browser.load(os.path.join(directory, f"hostile-{by}.html"))
        expect(f"hostile texts by {by} become no elements", [0, None], browser.evaluate(
            "[document.querySelectorAll('img, svg svg').length, window.hostile]"))
        expect_quiet(browser, f"hostile, by {by}")
    browser.load(os.path.join(directory, "hostile-netvm.html"))
    browser.evaluate("Array.from(document.querySelectorAll('.node')).find("
                     "n => n.querySelector('.name').textContent === 'plain').dispatchEvent("
                     "new MouseEvent('click', { bubbles: true }))")
    expect("the value is shown as it is", HOSTILE, browser.evaluate(
        "Array.from(document.querySelectorAll('#details tr')).find(r => r.cells[0].textContent === 'kernelopts')"
        ".cells[1].textContent"))
    expect("and is no element there", [0, None], browser.evaluate(
        "[document.querySelectorAll('img').length, window.hostile]"))
    browser.evaluate("document.body.insertAdjacentHTML('beforeend', " + json.dumps(HOSTILE.split("</script>")[1]) + ")")
    time.sleep(0.5)
    expect("even as one it could not run", None, browser.evaluate("window.hostile"))


def main():
    directory = os.path.abspath(sys.argv[2])
    if sys.argv[1] == "stores":
        write_stores(directory)
        return
    browser = Browser(os.path.join(directory, "profile"))
    try:
        check_full(browser, directory, sys.argv[3] if len(sys.argv) > 3 else None)
        check_hostile(browser, directory)
    finally:
        browser.close()


main()
