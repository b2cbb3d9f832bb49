"""A run seen from elsewhere: the link that shows it to others, and what is said to who followed one."""

import socket
from collections.abc import Mapping
from ipaddress import ip_address
from urllib.parse import urlencode, urlsplit

import streamlit as st

from cnn import links
from cnn.training import Run, RunView
from cnn.training.fingerprint import fingerprint
from pages.ui.texts import Texts
from pages.ui.url import MADE, VIEW

_TO_A_CLASSROOM = "streamlit run app.py --server.address=0.0.0.0"
_ANY = (None, "", "0.0.0.0", "::")  # addresses of a server that listens to its whole network
_ELSEWHERE = ("192.0.2.1", 9)  # an address that belongs to nobody (RFC 5737)


def share(run: Run, texts: Texts) -> None:
    """The link by which anybody may look at ``run``, but not control it."""
    with st.popover(texts("share.title"), icon=":material/share:", key="share_run"):
        st.markdown(texts("share.words"))
        show_link({VIEW: run.view_id, MADE: fingerprint().short, **links.encode(run.config)}, texts)


def show_link(query: Mapping[str, str], texts: Texts) -> None:
    """A link to this page that others can open; where there is none, how there will be one.

    Args:
        query: what it says.
        texts: with ``share.only_here`` and ``share.then``.
    """
    url = st.context.url or ""
    reached = for_others(url, st.get_option("server.address"), own_address())
    address = (url if reached is None else reached).partition("?")[0]
    st.code(f"{address}?{urlencode(query)}" if query else address, language=None, wrap_lines=True)
    if reached is None:
        st.caption(texts("share.only_here", host=urlsplit(url).hostname))
        st.code(_TO_A_CLASSROOM, language=None, wrap_lines=True)
        st.caption(texts("share.then"))


def for_others(url: str, listens: str | None, own: str | None) -> str | None:
    """The address under which other computers find the page, or None where none can.

    Args:
        url: the page's address in this browser.
        listens: the address that the server listens on.
        own: of this computer in its network, None where it is in none.
    """
    parts = urlsplit(url)
    if not parts.hostname or not _is_here(parts.hostname):
        return url
    if listens not in _ANY or own is None:
        return None
    port = "" if parts.port is None else f":{parts.port}"
    return parts._replace(netloc=f"{own}{port}").geturl()


def own_address() -> str | None:
    """This computer's address in its network; None where it is in none. Nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        try:
            asked.connect(_ELSEWHERE)  # of a datagram socket: only looks up from where it would be sent
        except OSError:
            return None
        found = asked.getsockname()[0]
    return None if _is_here(found) else found


def tell_visitor(run: Run | None, view: RunView | None, texts: Texts) -> None:
    """Say whose run this is, where the link asks for one (``?view=…``).

    Args:
        run: of this tab; what it shows as long as there is one.
        view: the run that the page shows.
        texts: the page's.
    """
    asked = st.query_params.get(VIEW)
    if not asked or (run is not None and run.view_id == asked):
        return
    if run is not None:
        st.info(texts("share.own_run"))
    elif view is not None:
        st.info(texts("share.visiting"))
    else:
        made = st.query_params.get(MADE, "")
        close = f" {texts('share.close')}" if made and made != fingerprint().short else ""
        st.info(texts("share.gone") + close)


def leave_shared_view() -> None:
    """From now on the page is about a run of its own. For callbacks."""
    for name in (VIEW, MADE):
        st.query_params.pop(name, None)


def _is_here(host: str) -> bool:
    """Whether a host's name means the computer on which it is said."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        address = ip_address(host)
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified
