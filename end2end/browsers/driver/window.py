"""A WebKitGTK browser without any controls, driven by WebDriver.

A driven MiniBrowser of Debian's has no profile and doesn't print its pages' console. This one has a profile that outlives
it, prints the console, saves downloads, and can turn JavaScript off.

    window.py --profile DIR [--private] [--no-javascript] [--find TEXT]
"""

import argparse
import os
import gi

gi.require_version("Gtk", "3.0")
gi.require_version("WebKit2", "4.1")
from gi.repository import GLib, Gtk, WebKit2

asked = argparse.ArgumentParser()
asked.add_argument("--profile", required=True, help="the folder of the profile")
asked.add_argument("--private", action="store_true", help="store nothing")
asked.add_argument("--no-javascript", action="store_true")
asked.add_argument("--find", help="print after each load whether the page shows this text; works without JavaScript")
options = asked.parse_args()

# The page reports policy violations too, so that all browsers use the same words.
VIOLATIONS = """
    addEventListener("securitypolicyviolation", (event) =>
        console.error(`violates ${event.violatedDirective}: ${event.blockedURI}`), true);
"""


def say(*words):
    print(*words, flush=True)


def website_data():
    if options.private:
        return WebKit2.WebsiteDataManager.new_ephemeral()
    data, cache = (os.path.join(options.profile, name) for name in ("data", "cache"))
    return WebKit2.WebsiteDataManager(base_data_directory=data, base_cache_directory=cache)


def download(_context, download):
    def choose(download, name):
        download.set_destination(f"file://{os.path.join(options.profile, name)}")
        return True

    download.connect("decide-destination", choose)
    download.connect("finished", lambda download: say("downloaded", download.get_destination()))


def find(view, event):
    if event == WebKit2.LoadEvent.FINISHED:
        view.get_find_controller().search(options.find, WebKit2.FindOptions.NONE, 1)


def create_view(context):
    settings = WebKit2.Settings(
        enable_write_console_messages_to_stdout=True,
        javascript_can_access_clipboard=True,
        enable_javascript=not options.no_javascript,
    )
    content = WebKit2.UserContentManager()
    content.add_script(
        WebKit2.UserScript.new(
            VIOLATIONS, WebKit2.UserContentInjectedFrames.TOP_FRAME, WebKit2.UserScriptInjectionTime.START, None, None
        )
    )
    view = WebKit2.WebView(
        web_context=context, settings=settings, user_content_manager=content, is_controlled_by_automation=True
    )
    if options.find:
        finder = view.get_find_controller()
        finder.connect("found-text", lambda *_: say("found", options.find))
        finder.connect("failed-to-find-text", lambda *_: say("not found", options.find))
        view.connect("load-changed", find)
    window = Gtk.Window(default_width=1280, default_height=900)
    window.add(view)
    view.connect("close", lambda _: window.destroy())
    view.connect("web-process-terminated", lambda *_: say("page crashed"))
    window.show_all()
    return view


def automate(context, session):
    info = WebKit2.ApplicationInfo()
    info.set_name("WebKitGTK")
    info.set_version(WebKit2.get_major_version(), WebKit2.get_minor_version(), WebKit2.get_micro_version())
    session.set_application_info(info)
    session.connect("create-web-view", lambda _: create_view(context))


context = WebKit2.WebContext(website_data_manager=website_data())
context.get_website_data_manager().set_tls_errors_policy(WebKit2.TLSErrorsPolicy.IGNORE)
context.set_automation_allowed(True)
context.connect("automation-started", automate)
context.connect("download-started", download)
GLib.MainLoop().run()
